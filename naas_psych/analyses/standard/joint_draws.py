"""Judges and candidates drawn anew together: the error of a cut that rests on both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from naas_psych.analyses.standard.compromise_forms import CurveForm
from naas_psych.analyses.standard.compromise_panel import Said
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.standard.resampled import (
    Draws,
    drawn_judges,
    drawn_shares,
    generator,
    widened,
)
from naas_psych.numerics.standard.score_curve import ScoreCurve

#: Makes (R, ...) numbers from R curves and R panels (R, K) of what judges said and its spread.
Solver = Callable[[ScoreCurve, "PanelDraws"], Floats]


@dataclass(frozen=True, eq=False)
class PanelDraws:
    """(R, K) middles of what judges said, and their SD (R, K)."""

    middle: Floats
    sd: Floats


def panel_now(panel: Said, statistic: str) -> PanelDraws:
    """The panel as it is, as one draw; the SD of one judge is nan."""
    values = panel.values
    sd = np.full(values.shape[1], np.nan)
    if len(values) > 1:
        sd = _spread(values, axis=0)
    return PanelDraws(panel.middle(statistic)[None], sd[None])


def _spread(values: Floats, *, axis: int) -> Floats:
    """SD over judges; of judges who all say the same it is 0, whatever rounding leaves."""
    same = np.ptp(values, axis=axis) <= 1e-12 * np.abs(values).max(axis=axis)
    return np.where(same, 0.0, values.std(axis=axis, ddof=1))


def joint_draws(
    form: CurveForm,
    panel: Said,
    solve: Solver,
    *,
    statistic: str,
    replicates: int,
    seed: int,
) -> Draws:
    """(R, ...) what `solve` gives; the SD of a draw of judges stands as it is drawn."""
    stream = generator(seed, len(panel.judges), form.n)
    curves = drawn_shares(form.counts, form.by_cluster, replicates, stream)
    values = panel.values[drawn_judges(len(panel.judges), replicates, stream)]
    middles = getattr(np, statistic)(values, axis=1)
    sd = _spread(values, axis=1)
    judged = widened(panel.middle(statistic), middles, len(panel.judges), stream)
    plain, wide = (
        solve(form.curve.with_shares(shares), PanelDraws(middle, sd))
        for shares, middle in ((curves.plain, judged.plain), (curves.wide, judged.wide))
    )
    return Draws(plain, wide)
