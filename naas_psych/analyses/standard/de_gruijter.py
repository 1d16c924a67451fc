"""De Gruijter's method: the cut nearest to what the panel wants, given how unsure it is of each."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from naas_psych.analyses.clusters import clusters_of
from naas_psych.analyses.options import Omitted, Replicates
from naas_psych.analyses.standard.compromise_forms import CurveForm, curve_forms
from naas_psych.analyses.standard.compromise_panel import Middle, Said, gap_notes
from naas_psych.analyses.standard.compromise_rows import (
    Row,
    curve_table,
    cuts_table,
    solutions_table,
)
from naas_psych.analyses.standard.joint_draws import PanelDraws, panel_now
from naas_psych.analyses.standard.rate_curves import (
    CUT,
    RATE,
    judges_of,
    ordered,
    wish_row,
    wish_solutions,
    wished,
)
from naas_psych.analyses.standard.rate_drawings import de_gruijter_drawings as drawings
from naas_psych.analyses.standard.rate_findings import de_gruijter_findings as findings
from naas_psych.analysis import Level, Seed, analysis
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.standard.de_gruijter import (
    Doubt,
    de_gruijter_attainable,
    de_gruijter_interpolated,
)
from naas_psych.numerics.standard.score_curve import ScoreCurve
from naas_psych.result import Result
from naas_psych.study.study import Study

__all__ = ["de_gruijter", "drawings", "findings"]

#: Columns of the errors that judges state.
_CUT_SE, _RATE_SE = 2, 3


@analysis
def de_gruijter(
    study: Study,
    *,
    doubt: Annotated[
        Literal["stated", "spread"] | None,
        Field(
            description="how unsure the panel is: as judges state (cut_se, pass_rate_se), or the "
            "spread between them; default: stated where it is"
        ),
    ] = None,
    statistic: Middle = "mean",
    omitted: Omitted = None,
    replicates: Replicates = 1000,
    level: Level = 0.95,
    seed: Seed = 2017,
) -> Result:
    """Which cut departs least from the judges' cut and from the pass rate that they expect?

    Formula
    -------
    The cut minimises ((c - x) / u_x)^2 + ((P(c) - y) / u_y)^2 with the panel's cut x and pass rate
    y, how unsure it is of each (u_x, u_y), and P(c) the share with a score of c or above.
    interpolated: P linear between scores; attainable: the best of the totals. Only the ratio of
    u_x to u_y counts, so the spread of judges and the error of their mean give the same cut.

    How to read it
    --------------
    A panel that is sure of the cut and not of the pass rate gets its own cut back, and the other
    way round. `solutions` shows these two ends.

    When not to use it
    ------------------
    Not where an error of 0 is stated: nothing can then be weighed against it. Not where judges
    cannot say how unsure they are and their spread is owed to chance.

    Agrees with
    -----------
    A worked example to four digits.

    References
    ----------
    de_gruijter_1985

    Examples
    --------
    >>> import naas_psych as nps
    >>> from naas_psych.errors import AnalysisImpossible
    >>> study = nps.read_study("data/sample_responses/naas_pilot")
    >>> try:
    ...     nps.de_gruijter(study)
    ... except AnalysisImpossible as reason:
    ...     print(str(reason)[:40])
    No judgements for De Gruijter's method w
    """
    panels = [ordered(panel) for panel in wished(study, "De Gruijter's method")]
    forms = curve_forms(study, omitted)
    pairs = [(panel, form) for panel in panels for form in forms]
    asked: dict[str, Any] = {"statistic": statistic, "level": level, "seed": seed}
    cuts, solved, kinds = [], [], []
    for panel, form in pairs:
        kind = _kind(panel, doubt)
        solve, why = partial(_solve, kind=kind), _why(panel, kind)
        row = wish_row(form, panel, solve, why=why, replicates=replicates, **asked)
        cuts.append({**row, **_unsure(panel, form, kind, statistic)})
        solved += _solutions(panel, form, kind, statistic)
        kinds.append(kind)
    reasons = {
        **dict.fromkeys(("judged_cut_sd", "judged_rate_sd"), "_sd"),
        **dict.fromkeys(("unsure_cut", "unsure_rate"), "_sd"),
    }
    return Result(
        tables={
            "cuts": cuts_table(cuts, reasons),
            "solutions": solutions_table(solved, [row.pop("_why") for row in solved]),
            "judges": judges_of(panels),
            "curve": curve_table(forms),
        },
        notes=(
            "How unsure the panel is: as judges state it."
            if "stated" in kinds
            else "How unsure the panel is: the spread between judges.",
            clusters_of(study).said,
            *gap_notes(panels),
        ),
        provenance={"seed": seed},
    )


def _kind(panel: Said, asked: str | None) -> str:
    """`stated` only where the judges state both errors."""
    has = {"cut_se", "pass_rate_se"} <= set(panel.names)
    whole = has and bool(np.isfinite(panel.values[:, [_CUT_SE, _RATE_SE]]).all())
    return "spread" if asked == "spread" or not whole else "stated"


def _doubt(judged: PanelDraws, kind: str) -> Doubt:
    cut, rate = judged.middle[:, CUT], judged.middle[:, RATE]
    if kind == "stated":
        return Doubt(cut, rate, judged.middle[:, _CUT_SE], judged.middle[:, _RATE_SE])
    return Doubt(cut, rate, judged.sd[:, CUT], judged.sd[:, RATE])


def _solve(curve: ScoreCurve, judged: PanelDraws, *, kind: str) -> Floats:
    return de_gruijter_interpolated(curve, _doubt(judged, kind))


def _solutions(panel: Said, form: CurveForm, kind: str, statistic: str) -> list[Row]:
    now = _doubt(panel_now(panel, statistic), kind)
    solved = (
        de_gruijter_attainable(form.curve, now),
        float(de_gruijter_interpolated(form.curve, now)[0]),
    )
    return wish_solutions(form, panel, solved, why=_why(panel, kind), statistic=statistic)


def _unsure(panel: Said, form: CurveForm, kind: str, statistic: str) -> Row:
    now = _doubt(panel_now(panel, statistic), kind)
    return {
        "unsure_cut": float(now.cut_error[0]) / 100 * form.width,
        "unsure_rate": float(now.rate_error[0]),
        "doubt": kind,
    }


def _why(panel: Said, kind: str) -> str:
    return "one_judge" if kind == "spread" and len(panel.judges) == 1 else "zero_uncertainty"
