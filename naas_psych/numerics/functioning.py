"""What items that differ between groups do to the whole test: in marks, and at a cut."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from naas_psych.numerics.arrays import Floats


@dataclass(frozen=True)
class Functioning:
    """Focal less reference expected totals (...,), so that below 0 the focal group earns less.

    signed : mean difference; unsigned : mean size of the difference
    effect : the signed one in standard deviations of the expected totals (Meade's ETSSD, ESSD of a
        test); NaN where these do not vary
    """

    signed: Floats
    unsigned: Floats
    effect: Floats


def functioning(reference: Floats, focal: Floats, weight: Floats) -> Functioning:
    """Expected totals (..., Q) of two groups at the same theta, weighted by weight (Q,).

    Chalmers, Counsell & Flora (2016), whose sDTF is reference less focal; Meade (2010). The weights
    are made to add up to 1.
    """
    share = weight / weight.sum()
    gap = focal - reference
    signed, unsigned = gap @ share, np.abs(gap) @ share
    spread = np.sqrt((_variance(reference, share) + _variance(focal, share)) / 2)
    effect = signed / np.where(spread > 0, spread, np.nan)
    return Functioning(np.asarray(signed), np.asarray(unsigned), np.asarray(effect))


def _variance(curve: Floats, share: Floats) -> Floats:
    mean = curve @ share
    return np.asarray(((curve - mean[..., None]) ** 2) @ share)


def chance_to_reach(shared: Floats, own: Floats, needed: int) -> Floats:
    """P(sum of two independent parts >= needed): (..., Q).

    shared : (S + 1, Q) distribution of the points on the one part
    own : (T + 1, ..., Q) that of the points on the other, under several sets of parameters
    """
    above = np.cumsum(shared[::-1], axis=0)[::-1]  # above[s] = P(shared >= s)
    found = np.zeros(own.shape[1:])
    for points, share in enumerate(own):
        left = needed - points
        if left <= 0:
            found += share
        elif left < above.shape[0]:
            found += share * above[left]
    return np.minimum(found, 1.0)


#: Nodes on which a crossing is looked for, and into how many cells each cell is cut, how often.
_FAR, _COARSE, _CELLS, _ROUNDS = 20.0, 321, 64, 3


def where_it_reaches(curve: Callable[[Floats], Floats], wanted: float) -> float:
    """The x in [-20, 20] at which a smooth curve, given for x (Q,), is `wanted`.

    nan where it never is, or more than once.
    """
    x = np.linspace(-_FAR, _FAR, _COARSE)
    for k in range(_ROUNDS + 1):
        y = curve(x)
        turns = np.flatnonzero((y[1:] >= wanted) != (y[:-1] >= wanted))
        if turns.size != 1:
            return float("nan")
        low, high = x[turns[0] : turns[0] + 2]
        below, above = y[turns[0] : turns[0] + 2]
        if k < _ROUNDS:
            x = np.linspace(low, high, _CELLS + 1)
    return float(low + (wanted - below) / (above - below) * (high - low))
