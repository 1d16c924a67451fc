"""Sitting the test again: what the second form gives a person of known ability."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from naas_psych.simulate.cast import Cast
from naas_psych.simulate.draws import Floats, Ints, Texts
from naas_psych.simulate.plan import ALPHA, BETA, Plan


@dataclass(frozen=True, kw_only=True)
class Expectation:
    """(N,) percent expected at a person's ability, and the spread of sittings about it."""

    percent: Floats
    residual_sd: float
    sd: float


def expectation(cast: Cast, percent: Floats) -> Expectation:
    """A parabola in ability through the first sittings: marks flatten towards the top."""
    known = np.isfinite(percent)
    curve = np.polynomial.Polynomial.fit(cast.theta[known], percent[known], deg=2)
    fitted = np.asarray(curve(cast.theta), dtype=float)
    return Expectation(
        percent=fitted,
        residual_sd=float(np.std(percent[known] - fitted[known])),
        sd=float(np.std(percent[known])),
    )


def in_marks(plan: Plan, percent: Floats) -> Floats:
    """(n,) the nearest percent that whole marks of a form can give."""
    items = plan.numbers["items"]
    multiple = len(items["multiple_anchors"]) + len(items["multiple_of_phase"])
    most = items["anchors"] + items["scored_per_phase"] + (items["picks"] - 1) * multiple
    return np.asarray((np.clip(np.rint(percent / 100 * most), 0, most) / most * 100).round(2))


def other_form(cast: Cast, rows: Ints) -> Texts:
    """(n,) the form that a candidate has not sat."""
    phase = cast.candidates["phase"].to_numpy()[rows]
    return np.where(phase == ALPHA, BETA, ALPHA).astype(object)
