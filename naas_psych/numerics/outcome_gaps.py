"""Two pass rates beside each other: ratio, difference, people short, and what chance would do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, ndtr, ndtri

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.intervals import Interval, normal_quantile
from naas_psych.numerics.proportions import newcombe_of, wilson

#: Two tables as likely as each other may differ by rounding.
_ALIKE = 1 + 1e-7


@dataclass(frozen=True, eq=False)
class Passes:
    """Who passed: counts of one shape, of the reference and of the focal group."""

    reference: Floats
    n_reference: Floats
    focal: Floats
    n_focal: Floats

    @property
    def rate_reference(self) -> Floats:
        return _divided(self.reference, self.n_reference)

    @property
    def rate_focal(self) -> Floats:
        return _divided(self.focal, self.n_focal)

    @property
    def has_empty_cell(self) -> NDArray[np.bool_]:
        """Nobody, or everybody, of a group passed."""
        whole = (self.reference == self.n_reference) | (self.focal == self.n_focal)
        return np.asarray(whole | (self.reference == 0) | (self.focal == 0))

    def with_half(self) -> Passes:
        """Half a person more in each of the four cells."""
        return Passes(
            self.reference + 0.5, self.n_reference + 1, self.focal + 0.5, self.n_focal + 1
        )


@dataclass(frozen=True, eq=False)
class Estimate:
    """Values with their limits, of one shape."""

    value: Floats
    low: Floats
    high: Floats


def ratio(passes: Passes, *, level: float) -> Estimate:
    """p_F / p_R with exp(ln ratio -+ z sqrt((1-p_F)/(n_F p_F) + (1-p_R)/(n_R p_R))).

    Morris and Lobsenz (2000). The limits are nan where a cell is empty.
    """
    p_r, p_f = passes.rate_reference, passes.rate_focal
    with np.errstate(invalid="ignore", divide="ignore"):
        variance = (1 - p_f) / passes.focal + (1 - p_r) / passes.reference
    variance = np.where(passes.has_empty_cell, np.nan, variance)
    return _on_log_scale(_divided(p_f, p_r), variance, level)


def odds_ratio(passes: Passes, *, level: float) -> Estimate:
    """Odds of the focal group over those of the reference, with Woolf's limits."""
    cells = (
        passes.focal,
        passes.n_focal - passes.focal,
        passes.reference,
        passes.n_reference - passes.reference,
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        variance = sum((1 / cell for cell in cells), start=np.zeros(()))
    variance = np.where(passes.has_empty_cell, np.nan, variance)
    return _on_log_scale(_divided(cells[0] * cells[3], cells[1] * cells[2]), variance, level)


def difference(passes: Passes, *, level: float) -> Estimate:
    """p_F - p_R with Newcombe's limits."""
    limits = newcombe_of(
        (passes.focal, passes.n_focal), (passes.reference, passes.n_reference), level=level
    )
    return Estimate(passes.rate_focal - passes.rate_reference, limits.low, limits.high)


def shortfall(passes: Passes, *, level: float) -> Estimate:
    """n_F p_R - passes_F: focal persons who would pass too if their rate were the reference's."""
    gap = difference(passes, level=level)
    n = passes.n_focal
    value = n * passes.rate_reference - passes.focal
    return Estimate(value, -n * gap.high, -n * gap.low)


def rate_limits(passed: Floats, n: Floats, *, level: float) -> Interval[Floats]:
    """Wilson's limits of a pass rate."""
    return wilson(passed, n, level=level)


def pooled_z(passes: Passes) -> Floats:
    """(p_F - p_R) / sqrt(p (1 - p) (1/n_F + 1/n_R)) with p of both together; nan if all alike."""
    both = passes.n_reference + passes.n_focal
    p = _divided(passes.reference + passes.focal, both)
    with np.errstate(invalid="ignore", divide="ignore"):
        variance = p * (1 - p) * (1 / passes.n_focal + 1 / passes.n_reference)
    root = np.sqrt(np.where(variance > 0, variance, np.nan))
    return np.asarray((passes.rate_focal - passes.rate_reference) / root)


def cohens_h(passes: Passes) -> Floats:
    """2 asin sqrt p_F - 2 asin sqrt p_R (Cohen 1988)."""
    turned = [2 * np.arcsin(np.sqrt(p)) for p in (passes.rate_focal, passes.rate_reference)]
    return np.asarray(turned[0] - turned[1])


def fisher_exact(passes: Passes) -> Floats:
    """Two-sided p: the chance of every table with these margins no likelier than the one seen."""
    cells = np.broadcast_arrays(passes.reference, passes.n_reference, passes.focal, passes.n_focal)
    flat = np.array([np.ravel(one) for one in cells], dtype=float).T
    return np.array([_fisher(*row) for row in flat]).reshape(cells[0].shape)


def _fisher(reference: float, n_reference: float, focal: float, n_focal: float) -> float:
    if not min(n_reference, n_focal) > 0:
        return float("nan")
    passed = reference + focal
    k = np.arange(max(0.0, passed - n_reference), min(passed, n_focal) + 1)
    weight = -(
        gammaln(k + 1)
        + gammaln(n_focal - k + 1)
        + gammaln(passed - k + 1)
        + gammaln(n_reference - passed + k + 1)
    )
    chance = np.exp(weight - weight.max())
    seen = chance[int(focal - k[0])]
    return float(min(1.0, chance[chance <= seen * _ALIKE].sum() / chance.sum()))


def expected_difference(rate_reference: Floats, g: Floats) -> Floats:
    """p_F - p_R if both were normal with one spread and means g apart: Phi(z_R + g) - p_R."""
    return np.asarray(ndtr(ndtri(rate_reference) + g) - rate_reference)


def focal_needed(rate: Floats, n_reference: Floats, *, line: float, level: float) -> Floats:
    """Focal persons with whom two equal pass rates would have a ratio whose limits reach `line`.

    z^2 (1 - p)/p (1/n_F + 1/n_R) = (ln line)^2. Where the reference has too few itself, it is the
    number that each group needs.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = (1 - rate) / rate * (normal_quantile(level) / np.log(line)) ** 2
        alone = spread / (1 - spread / n_reference)
    return np.asarray(np.ceil(np.where(n_reference >= 2 * spread, alone, 2 * spread)))


def _on_log_scale(value: Floats, variance: Floats, level: float) -> Estimate:
    with np.errstate(invalid="ignore", divide="ignore"):
        half = normal_quantile(level) * np.sqrt(variance)
        return Estimate(value, np.asarray(value * np.exp(-half)), np.asarray(value * np.exp(half)))


def _divided(above: Floats, below: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(below > 0, above / below, np.nan))
