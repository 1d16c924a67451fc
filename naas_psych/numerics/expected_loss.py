"""Where to put a cut when a false pass and a false fail do not weigh the same.

Threshold loss (van der Linden & Mellenbergh 1977): the true standard is fixed, and the cut on the
observed score moves.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats

_NEAR = 1e-12


def expected_loss(false_pass: Floats, false_fail: Floats, losses: Floats) -> Floats:
    """(..., L, C) loss a person at each of C cuts, for L pairs of losses (L, 2)."""
    return np.asarray(
        losses[:, 0, None] * false_pass[..., None, :]
        + losses[:, 1, None] * false_fail[..., None, :]
    )


@dataclass(frozen=True, eq=False)
class BestCut:
    """place (..., L) of the least loss; flat_low, flat_high : ends of the stretch as good as it."""

    place: NDArray[np.int64]
    loss: Floats
    flat_low: NDArray[np.int64]
    flat_high: NDArray[np.int64]


def best_cut(loss: Floats, *, flat_share: float) -> BestCut:
    """Of losses (..., L, C): the lowest cut with the least loss, and the flat stretch around it.

    The stretch holds the cuts next to each other whose loss is above the least by `flat_share` of
    it at most.
    """
    place = np.argmin(loss, axis=-1)
    least = np.take_along_axis(loss, place[..., None], axis=-1)
    far = loss > least * (1 + flat_share) + _NEAR
    at = np.arange(loss.shape[-1])
    below = np.where(far & (at < place[..., None]), at, -1).max(axis=-1)
    above = np.where(far & (at > place[..., None]), at, loss.shape[-1]).min(axis=-1)
    return BestCut(place, least[..., 0], below + 1, above - 1)


@dataclass(frozen=True, eq=False)
class ImpliedRatio:
    """(C,) ratios of the loss of a false pass to that of a false fail that make each cut best.

    From `low` to `high`; no ratio does where low is above high. 0 and inf: without an end.
    """

    low: Floats
    high: Floats

    @property
    def middle(self) -> Floats:
        """Their geometric mean; nan where no ratio makes the cut best or an end is missing."""
        with np.errstate(invalid="ignore", divide="ignore"):
            known = (self.low > 0) & np.isfinite(self.high) & (self.low <= self.high)
            return np.where(known, np.sqrt(self.low * self.high), np.nan)


def implied_ratio(
    false_pass: Floats, false_fail: Floats, places: NDArray[np.int64]
) -> ImpliedRatio:
    """Of the cuts at `places` (K,) among all (..., C), in rising order: (..., K) each.

    ratio FP(c) + FN(c) <= ratio FP(c') + FN(c') for every other c': a higher one bounds the ratio
    from above, a lower one from below.
    """
    fewer = false_pass[..., places, None] - false_pass[..., None, :]
    more = false_fail[..., None, :] - false_fail[..., places, None]
    at = np.arange(false_pass.shape[-1])
    higher, lower = at > places[:, None], at < places[:, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = np.where(np.abs(fewer) > 1e-300, more / fewer, np.where(more > 0, np.inf, -np.inf))
        up = np.where(higher, rate, np.inf).min(axis=-1)
        # Below: FP' is more, FN' less, so both differences are negative and their ratio is not.
        given_up = np.where(np.abs(fewer) > 1e-300, more / fewer, np.where(more < 0, np.inf, 0.0))
        down = np.where(lower, given_up, 0.0).max(axis=-1)
    return ImpliedRatio(np.asarray(down), np.asarray(up))
