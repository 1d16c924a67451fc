"""What Beuk's and De Gruijter's methods share: judges' cut and pass rate over the pass curve."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from naas_psych.analyses.standard.compromise_forms import CurveForm
from naas_psych.analyses.standard.compromise_panel import Said, said_by_judges
from naas_psych.analyses.standard.compromise_rows import (
    CutError,
    Row,
    between_rate,
    cut_error,
    cut_row,
    solution_row,
)
from naas_psych.analyses.standard.joint_draws import PanelDraws, joint_draws, panel_now
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.standard.beuk import cut_at_rate
from naas_psych.numerics.standard.score_curve import ScoreCurve
from naas_psych.study.study import Study

#: Of the columns of a panel: the cut in per cent, and the share that should pass.
CUT, RATE = 0, 1
Solver = Callable[[ScoreCurve, PanelDraws], Floats]


def wished(study: Study, what: str) -> tuple[Said, ...]:
    """The judges' cuts and pass rates, with the errors that they state of them."""
    return said_by_judges(
        study,
        cuts=("cut", "cut_se"),
        shares=("pass_rate", "pass_rate_se"),
        needs=("cut", "pass_rate"),
        what=what,
    )


def ordered(panel: Said) -> Said:
    """The panel with its columns as cut, pass_rate and, where stated, their errors."""
    names = [n for n in ("cut", "pass_rate", "cut_se", "pass_rate_se") if n in panel.names]
    values = np.stack([panel.column(name) for name in names], axis=1)
    return Said(panel.cut_name, panel.judges, tuple(names), values, panel.left_out)


def wish_row(
    form: CurveForm,
    panel: Said,
    solve: Solver,
    *,
    why: str,
    statistic: str,
    replicates: int,
    level: float,
    seed: int,
) -> Row:
    """The row of `cuts` for one form; `why` says why there is no cut."""
    now = panel_now(panel, statistic)
    error = CutError()
    if len(panel.judges) < 2:
        error = CutError(why="one_judge")
    elif replicates:
        draws = joint_draws(
            form, panel, solve, statistic=statistic, replicates=replicates, seed=seed
        )
        error = cut_error(draws, level=level)
    percent = float(solve(form.curve, now)[0])
    missing = why if np.isnan(percent) else ""
    row = cut_row(form, percent, error, why=missing)
    middle = now.middle[0]
    return {
        "cut_name": panel.cut_name,
        "judges": len(panel.judges),
        **row,
        "judged_cut": float(form.marks(middle[CUT])),
        "judged_percent": float(middle[CUT]),
        "judged_rate": float(middle[RATE]),
        "judged_cut_sd": float(now.sd[0, CUT]) / 100 * form.width,
        "judged_rate_sd": float(now.sd[0, RATE]),
        "_sd": "one_judge",
    }


def wish_solutions(
    form: CurveForm, panel: Said, solved: Sequence[float], *, why: str, statistic: str
) -> list[Row]:
    """attainable and interpolated, then the two ends: the judges' cut alone, and their rate."""
    now = panel_now(panel, statistic).middle[0]
    attainable, between = solved
    at_rate = cut_at_rate(form.curve, float(now[RATE]))
    rows = [
        solution_row(form, "attainable", attainable),
        solution_row(form, "interpolated", between, between_rate(form, between)),
        solution_row(form, "judged cut alone", float(now[CUT])),
        solution_row(form, "judged rate alone", at_rate, between_rate(form, at_rate)),
    ]
    whys = (why, why, "beyond_scale", "no_crossing")
    return [
        {"cut_name": panel.cut_name, **row, "_why": reason}
        for row, reason in zip(rows, whys, strict=True)
    ]


def judges_of(panels: Sequence[Said]) -> pd.DataFrame:
    """A row a judge: the cut in per cent of the marks, and the share that should pass."""
    parts = [
        pd.DataFrame(
            {
                "cut_name": panel.cut_name,
                "judge_id": list(panel.judges),
                "judge_cut_percent": panel.values[:, CUT],
                "judge_rate": panel.values[:, RATE],
            }
        )
        for panel in panels
    ]
    return pd.concat(parts, ignore_index=True)
