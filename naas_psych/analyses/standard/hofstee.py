"""Hofstee's method: the cut on which the judges' limits and the candidates' scores agree."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.clusters import clusters_of
from naas_psych.analyses.options import Omitted, Replicates
from naas_psych.analyses.standard.compromise_forms import CurveForm, curve_forms
from naas_psych.analyses.standard.compromise_panel import Middle, Said, gap_notes, said_by_judges
from naas_psych.analyses.standard.compromise_rows import (
    CutError,
    Row,
    between_rate,
    curve_table,
    cut_error,
    cut_row,
    cuts_table,
    solution_row,
    solutions_table,
)
from naas_psych.analyses.standard.hofstee_drawings import hofstee_drawings as drawings
from naas_psych.analyses.standard.hofstee_findings import hofstee_findings as findings
from naas_psych.analyses.standard.joint_draws import PanelDraws, joint_draws, panel_now
from naas_psych.analysis import Level, Seed, analysis
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.standard.hofstee import (
    Box,
    HofsteeCut,
    box_of,
    hofstee_attainable,
    hofstee_interpolated,
)
from naas_psych.numerics.standard.resampled import Draws
from naas_psych.numerics.standard.score_curve import ScoreCurve
from naas_psych.result import Result, tidy
from naas_psych.study.study import Study

__all__ = ["drawings", "findings", "hofstee"]

_CUTS, _FAILS = ("min_cut", "max_cut"), ("min_fail", "max_fail")


@analysis
def hofstee(
    study: Study,
    *,
    statistic: Middle = "mean",
    omitted: Omitted = None,
    replicates: Replicates = 1000,
    level: Level = 0.95,
    seed: Seed = 2017,
) -> Result:
    """Where do the lowest and highest cut and the lowest and highest share below it meet?

    Formula
    -------
    Over judges: c_min, c_max (lowest and highest acceptable cut), f_min, f_max (lowest and highest
    acceptable share below it). L(c) = f_max + (f_min - f_max)(c - c_min) / (c_max - c_min);
    F(c) = share of persons with a score below c. The cut is where F crosses L inside the box.
    interpolated: F linear between the scores that occur. attainable: the lowest total with
    F >= L. The error is from samples of judges and of persons drawn together.

    How to read it
    --------------
    The cut depends on what judges hold acceptable and on who sat the test. `box` says at its two
    ends what share is below. curve_above_box: at the lowest acceptable cut already more are below
    than the judges accept; cut_offered is then that lowest cut, and no cut satisfies the judges.
    curve_below_box: even the highest cut leaves fewer below than they expect.

    When not to use it
    ------------------
    Not as the only method for a licence: a weaker cohort gets a lower cut. Not where the persons
    are not those whom the judges thought of.

    Agrees with
    -----------
    A worked example to four digits.

    References
    ----------
    hofstee_1983

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/naas_pilot")
    >>> nps.hofstee(study, replicates=0).tables["box"]["passes"].tolist()
    ['through', 'through', 'through']
    """
    panels = said_by_judges(
        study,
        cuts=_CUTS,
        shares=_FAILS,
        needs=(*_CUTS, *_FAILS),
        what="Hofstee's method",
    )
    forms = curve_forms(study, omitted)
    pairs = [(panel, form) for panel in panels for form in forms]
    cuts = [
        _cut(panel, form, statistic, replicates=replicates, level=level, seed=seed)
        for panel, form in pairs
    ]
    solved = [row for panel, form in pairs for row in _solutions(panel, form, statistic)]
    return Result(
        tables={
            "cuts": cuts_table(cuts, {"cut_offered": "_offered", "no_crossing_share": "_error"}),
            "solutions": solutions_table(solved, [row.pop("_why") for row in solved]),
            "box": pd.concat(
                [_box_row(panel, form, statistic) for panel, form in pairs], ignore_index=True
            ),
            "judges": pd.concat([_judges(panel) for panel in panels], ignore_index=True),
            "curve": curve_table(forms),
        },
        notes=(
            f"The box is the {statistic} over judges of each limit; shares are of persons below.",
            "Samples in which the curve misses the box count with the nearer end of the box.",
            clusters_of(study).said,
            *gap_notes(panels),
        ),
        provenance={"seed": seed},
    )


def _solve(curve: ScoreCurve, judged: PanelDraws) -> HofsteeCut:
    return hofstee_interpolated(curve, box_of(judged.middle))


def _offered(curve: ScoreCurve, judged: PanelDraws) -> Floats:
    """(R, 2) cuts of samples, on the scale and at the nearer end of a box that is missed; if so."""
    found = _solve(curve, judged)
    cuts = np.clip(found.offered, curve.attainable[0], curve.attainable[-1])
    return np.stack([cuts, np.isnan(found.cut)], axis=1)


def _cut(
    panel: Said, form: CurveForm, statistic: str, *, replicates: int, level: float, seed: int
) -> Row:
    found = _solve(form.curve, panel_now(panel, statistic))
    error, missed = CutError(), float("nan")
    if len(panel.judges) < 2:
        error = CutError(why="one_judge")
    elif replicates:
        draws = joint_draws(
            form, panel, _offered, statistic=statistic, replicates=replicates, seed=seed
        )
        error = cut_error(Draws(draws.plain[:, 0], draws.wide[:, 0]), level=level)
        missed = float(draws.plain[:, 1].mean())
    why = _why(found)
    row = cut_row(form, float(found.cut[0]), error, why=why)
    offered = float(form.marks(found.offered[0])) if why else np.nan
    return {
        "cut_name": panel.cut_name,
        "judges": len(panel.judges),
        **row,
        "cut_offered": offered,
        "no_crossing_share": missed,
        "_offered": "crosses",
        "_error": row["_error"] or error.why,
    }


def _why(found: HofsteeCut) -> str:
    if found.above[0]:
        return "curve_above_box"
    return "curve_below_box" if found.below[0] else ""


def _solutions(panel: Said, form: CurveForm, statistic: str) -> list[Row]:
    now = panel_now(panel, statistic)
    between = _solve(form.curve, now)
    stepped = hofstee_attainable(form.curve, box_of(now.middle))
    at = float(between.cut[0])
    rows = [
        solution_row(form, "attainable", float(stepped.cut[0])),
        solution_row(form, "interpolated", at, between_rate(form, at)),
    ]
    whys = (_why(stepped) or "no_attainable_cut", _why(between))
    return [
        {"cut_name": panel.cut_name, **row, "_why": why}
        for row, why in zip(rows, whys, strict=True)
    ]


def _box_row(panel: Said, form: CurveForm, statistic: str) -> pd.DataFrame:
    box: Box = box_of(panel_now(panel, statistic).middle)
    found = hofstee_interpolated(form.curve, box)
    low, high = float(box.min_cut[0]), float(box.max_cut[0])
    ends = [float(form.curve.step(np.array([end]))[0, 0]) for end in (low, high)]
    columns = {
        "cut_name": [panel.cut_name],
        "form": [form.name],
        "judges": [len(panel.judges)],
        "n": [form.n],
        "unit": [form.unit],
        "min_cut": [float(form.marks(low))],
        "max_cut": [float(form.marks(high))],
        "min_cut_percent": [low],
        "max_cut_percent": [high],
        "min_fail": [float(box.min_fail[0])],
        "max_fail": [float(box.max_fail[0])],
        "fail_rate_at_min": [ends[0]],
        "fail_rate_at_max": [ends[1]],
        "passes": [_passes(found)],
    }
    return tidy(columns)


def _passes(found: HofsteeCut) -> str:
    if found.above[0]:
        return "above"
    return "below" if found.below[0] else "through"


def _judges(panel: Said) -> pd.DataFrame:
    columns: dict[str, Any] = {"cut_name": panel.cut_name, "judge_id": list(panel.judges)}
    for name, label in (("min_cut", "min_cut_percent"), ("max_cut", "max_cut_percent")):
        columns[label] = panel.column(name)
    for name in _FAILS:
        columns[name] = panel.column(name)
    return pd.DataFrame(columns)
