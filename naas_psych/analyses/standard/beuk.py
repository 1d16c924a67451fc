"""Beuk's method: between the cut that judges ask for and the pass rate that they expect."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

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
from naas_psych.analyses.standard.rate_drawings import beuk_drawings as drawings
from naas_psych.analyses.standard.rate_findings import beuk_findings as findings
from naas_psych.analysis import Level, Seed, analysis
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.standard.beuk import (
    Wish,
    beuk_attainable,
    beuk_interpolated,
    beuk_slope,
    weighted_slope,
)
from naas_psych.numerics.standard.score_curve import ScoreCurve
from naas_psych.result import Result
from naas_psych.study.study import Study

__all__ = ["beuk", "drawings", "findings"]


@analysis
def beuk(
    study: Study,
    *,
    cut_weight: Annotated[
        float | None,
        Field(
            ge=0,
            le=1,
            description="weight of the cut against the pass rate, 1 for the cut alone; default: "
            "the spreads of the judges decide",
        ),
    ] = None,
    statistic: Middle = "mean",
    omitted: Omitted = None,
    replicates: Replicates = 1000,
    level: Level = 0.95,
    seed: Seed = 2017,
) -> Result:
    """Where lies the cut between what judges ask a person to know and how many they expect to pass?

    Formula
    -------
    Each judge j gives a cut x_j and a pass rate y_j. Line through the means with slope s_y / s_x:
    y = mean(y) + (s_y / s_x)(c - mean(x)). The cut is where it meets the falling P(c), the share
    with a score of c or above. With cut_weight w the slope is w / (1 - w) points of the rate for a
    point of the cut. interpolated: P linear between scores; attainable: the lowest total with P at
    or below the line.

    How to read it
    --------------
    The side on which the judges agree more decides more. `solutions` shows both ends: the judges'
    cut with nothing said of pass rates, and the cut that gives their pass rate. The further these
    lie apart, the more hangs on the weighing.

    When not to use it
    ------------------
    Not where judges agree by chance or because they talked: agreement is no reason to weigh one
    side more. Set cut_weight where the weighing should be somebody's decision.

    Agrees with
    -----------
    A worked example to four digits.

    References
    ----------
    beuk_1984, wyse_2020

    Examples
    --------
    >>> import naas_psych as nps
    >>> from naas_psych.errors import AnalysisImpossible
    >>> study = nps.read_study("data/sample_responses/naas_pilot")
    >>> try:
    ...     nps.beuk(study)
    ... except AnalysisImpossible as reason:
    ...     print(str(reason)[:40])
    No judgements for Beuk's method were giv
    """
    panels = [ordered(panel) for panel in wished(study, "Beuk's method")]
    forms = curve_forms(study, omitted)
    pairs = [(panel, form) for panel in panels for form in forms]
    asked: dict[str, Any] = {"statistic": statistic, "level": level, "seed": seed}
    solve = partial(_solve, cut_weight=cut_weight)
    cuts = []
    for panel, form in pairs:
        why = _why(panel, statistic, cut_weight)
        row = wish_row(form, panel, solve, why=why, replicates=replicates, **asked)
        slope = _wish(panel_now(panel, statistic), cut_weight).slope[0]
        said = "judges_alike" if np.isnan(slope) else "upright"
        per_point = float(slope) if np.isfinite(slope) else np.nan
        cuts.append({**row, "rate_per_point": per_point, "_slope": said})
    solved = [
        row for panel, form in pairs for row in _solutions(panel, form, statistic, cut_weight)
    ]
    reasons = {"judged_cut_sd": "_sd", "judged_rate_sd": "_sd", "rate_per_point": "_slope"}
    return Result(
        tables={
            "cuts": cuts_table(cuts, reasons),
            "solutions": solutions_table(solved, [row.pop("_why") for row in solved]),
            "judges": judges_of(panels),
            "curve": curve_table(forms),
        },
        notes=(
            "The spreads of the judges weigh the cut against the pass rate."
            if cut_weight is None
            else f"The cut has a weight of {cut_weight:g}, the pass rate the rest of 1.",
            clusters_of(study).said,
            *gap_notes(panels),
        ),
        provenance={"seed": seed},
    )


def _wish(judged: PanelDraws, cut_weight: float | None) -> Wish:
    cut, rate = judged.middle[:, CUT], judged.middle[:, RATE]
    if cut_weight is not None:
        return Wish(cut, rate, np.full(cut.shape, weighted_slope(cut_weight)))
    return Wish(cut, rate, beuk_slope(judged.sd[:, CUT], judged.sd[:, RATE]))


def _solve(curve: ScoreCurve, judged: PanelDraws, *, cut_weight: float | None) -> Floats:
    return beuk_interpolated(curve, _wish(judged, cut_weight))


def _solutions(panel: Said, form: CurveForm, statistic: str, cut_weight: float | None) -> list[Row]:
    wish = _wish(panel_now(panel, statistic), cut_weight)
    solved = (beuk_attainable(form.curve, wish), float(beuk_interpolated(form.curve, wish)[0]))
    why = _why(panel, statistic, cut_weight)
    return wish_solutions(form, panel, solved, why=why, statistic=statistic)


def _why(panel: Said, statistic: str, cut_weight: float | None) -> str:
    """Why there may be no cut."""
    if np.isfinite(slope := _wish(panel_now(panel, statistic), cut_weight).slope[0]) or slope > 0:
        return "no_crossing"
    return "one_judge" if len(panel.judges) == 1 else "judges_alike"
