"""De Gruijter's compromise: the point of the pass curve that is nearest to what the panel wants."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.standard.score_curve import ScoreCurve


@dataclass(frozen=True, eq=False)
class Doubt:
    """What the panel wants and how unsure it is, each (R,): cut and pass rate with errors > 0."""

    cut: Floats
    rate: Floats
    cut_error: Floats
    rate_error: Floats

    @property
    def stated(self) -> Floats:
        """(R,) bool: both errors are above 0."""
        return np.asarray((self.cut_error > 0) & (self.rate_error > 0))


def de_gruijter_interpolated(curve: ScoreCurve, doubt: Doubt) -> Floats:
    """(R,) the nearest point of the curve drawn linear between scores, exact on each piece."""
    x, passes = curve.points, 1 - curve.below
    bend = np.diff(passes, axis=1) / np.diff(x)
    good = doubt.stated
    wx, wy = (
        (1 / np.where(good, error, 1.0) ** 2)[:, None]
        for error in (doubt.cut_error, doubt.rate_error)
    )
    rise = passes[:, :-1] - bend * x[:-1] - doubt.rate[:, None]
    flat = (wx * doubt.cut[:, None] - wy * bend * rise) / (wx + wy * bend**2)
    at = np.clip(flat, x[:-1], x[1:])
    off = wx * (at - doubt.cut[:, None]) ** 2 + wy * (rise + bend * at) ** 2
    found = at[np.arange(len(at)), off.argmin(axis=1)]
    return np.where(good, found, np.nan)


def de_gruijter_attainable(curve: ScoreCurve, doubt: Doubt) -> float:
    """The attainable cut that is nearest; of several the lowest; one panel."""
    if not doubt.stated[0]:
        return float("nan")
    cuts = curve.attainable
    passes = 1 - curve.step(cuts)[0]
    off = ((cuts - doubt.cut[0]) / doubt.cut_error[0]) ** 2
    off = off + ((passes - doubt.rate[0]) / doubt.rate_error[0]) ** 2
    return float(cuts[off.argmin()])
