"""Bootstrap of persons for anything that is a function of means and cross-products.

A replicate is a set of integer case weights; its cross-products are weighted sums of the products
of each pair of items: a thousand replicates are a few large matrix products over the persons.
All sums are of integers and exact, whatever the block size or the number of threads.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.intervals import UNDEFINED, Interval, normal_quantile
from naas_psych.numerics.moments import exact_kind, moments

#: Products of pairs of items held at a time, and case weights or matrices: a few hundred megabytes.
_BLOCK_CELLS = 8_000_000
_CHUNK_CELLS = 32_000_000
#: The most replicates in a chunk, so that there is always work for several threads.
_CHUNK = 125
#: Enough for the acceleration of BCa, which needs the skewness of the influences only.
JACKKNIFE_GROUPS = 100
#: |z0| up to which BCa is used: beyond it five of six replicates lie on one side of the estimate,
#: and the adjusted percentiles are read from the last few replicates.
_LARGEST_BIAS = 1.0


@dataclass(frozen=True)
class Samples:
    """B samples of n persons (B,): sums (B, J) and cross-products (B, J, J) of the item scores."""

    n: Floats
    sums: Floats
    products: Floats

    @property
    def covariance(self) -> Floats:
        """Covariance matrices (B, J, J) with denominator n - 1."""
        outer = self.sums[:, :, None] * self.sums[:, None, :]
        n = self.n[:, None, None]
        return np.asarray((self.products - outer / n) / (n - 1))


def canonical_order(points: NDArray[Any], *, seed: int) -> NDArray[np.int64]:
    """A shuffled order of persons that does not depend on the order they came in.

    Persons with the same scores are interchangeable: sorting by scores, then shuffling by the seed,
    makes every draw the same for a file whose rows are in another order.
    """
    rows = np.ascontiguousarray(points)
    keys = rows.view(np.dtype((np.void, rows.shape[1] * rows.itemsize))).ravel()
    order = np.argsort(keys, kind="stable")
    shuffle = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed)))
    return np.asarray(order[shuffle.permutation(len(order))], dtype=np.int64)


def seed_chunks(
    points: NDArray[Any], *, replicates: int, seed: int
) -> list[list[np.random.SeedSequence]]:
    """One seed a replicate, in chunks of a size that depends on the data alone.

    Replicate b draws from the b-th child of the seed, so threads and chunks do not matter.
    """
    n, n_items = points.shape
    children = np.random.SeedSequence(seed).spawn(replicates)
    size = int(max(1, min(_CHUNK, _CHUNK_CELLS // max(n, n_items**2))))
    return [children[at : at + size] for at in range(0, replicates, size)]


def resampled(points: NDArray[Any], seeds: list[np.random.SeedSequence]) -> Samples:
    """Moments of samples of N persons drawn with replacement, one a seed."""
    return weighted_moments(points, np.stack([_draw(child, len(points)) for child in seeds]))


def _draw(child: np.random.SeedSequence, n: int) -> NDArray[np.int16]:
    rng = np.random.Generator(np.random.PCG64(child))
    return np.bincount(rng.integers(0, n, size=n), minlength=n).astype(np.int16)


def weighted_moments(points: NDArray[Any], weights: NDArray[np.int16]) -> Samples:
    """Sums and cross-products of `points` (N, J) under each row of case weights (B, N)."""
    n, n_items = points.shape
    first, second = np.triu_indices(n_items)
    block = int(max(1, min(n, _BLOCK_CELLS // first.size)))
    sums = np.zeros((len(weights), n_items))
    upper = np.zeros((len(weights), first.size))
    kind = exact_kind(points, rows=block, heaviest=float(weights.max(initial=0)))
    for at in range(0, n, block):
        x = points[at : at + block].astype(kind)
        w = weights[:, at : at + block].astype(kind)
        sums += w @ x
        upper += w @ (x[:, first] * x[:, second])
    products = np.empty((len(weights), n_items, n_items))
    products[:, first, second] = upper
    products[:, second, first] = upper
    return Samples(weights.sum(axis=1, dtype=np.int64).astype(float), sums, products)


def left_out_groups(points: NDArray[Any], *, groups: int = JACKKNIFE_GROUPS) -> Samples:
    """Moments without each of `groups` groups of persons in turn (each person, if N is smaller)."""
    n = len(points)
    groups = min(groups, n)
    parts = [moments(points[g::groups]) for g in range(groups)]
    sums, products = np.stack([p.sums for p in parts]), np.stack([p.products for p in parts])
    sizes = np.array([p.n for p in parts], dtype=float)
    return Samples(n - sizes, sums.sum(axis=0) - sums, products.sum(axis=0) - products)


@dataclass(frozen=True)
class BootstrapInterval:
    """Limits and the rule that gave them: "bca", "percentile", "reflected" or "undefined"."""

    interval: Interval[float]
    rule: str


def bootstrap_interval(
    estimate: float,
    replicates: Floats,
    jackknife: Floats,
    *,
    level: float,
    saturated: bool = False,
) -> BootstrapInterval:
    """BCa, or where the bias z0 passes 1 the percentiles reflected about the estimate.

    A maximum over splits or factor patterns grows with noise, so that nearly every replicate lies
    above the estimate. BCa then has only the extreme end of the replicates left to read from; the
    reflected interval, 2 estimate - percentile, takes the same bias off. Where that lies wholly to
    one side of the estimate it is stretched to hold it, and it ends at 1 as coefficients do.

    Percentiles shifted so that their mean is the estimate would hold it too, but not the truth: of
    150 persons and 15 items they held the greatest lower bound in 4 of 100 samples, these in 22.

    A `saturated` model (no degrees of freedom) jumps between solutions from sample to sample, which
    the bias and acceleration of BCa cannot describe: plain percentiles, stretched to the estimate.
    Of 1,000 persons and 6 items BCa held omega_total in 59 of 100 samples, percentiles in 79 of 80.
    """
    values = replicates[np.isfinite(replicates)]
    if values.size < 2 or not np.isfinite(estimate):
        return BootstrapInterval(UNDEFINED, "undefined")
    # Beyond its own z a BCa interval would not hold the estimate (only levels below .68).
    most = min(_LARGEST_BIAS, normal_quantile(level))
    if not saturated and abs(bias_correction(estimate, values)) <= most:
        return BootstrapInterval(bca(estimate, values, jackknife, level=level), "bca")
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    if saturated:
        held = Interval(min(float(low), estimate), max(float(high), estimate))
        return BootstrapInterval(held, "percentile")
    ends = min(2 * estimate - high, estimate), max(min(2 * estimate - low, 1.0), estimate)
    return BootstrapInterval(Interval(float(ends[0]), float(ends[1])), "reflected")


def bias_correction(estimate: float, values: Floats) -> float:
    """z0 = Phi^-1(share of replicates below the estimate + half the ties)."""
    share = float((values < estimate).mean() + (values == estimate).mean() / 2)
    # A share of 0 or 1 would send both limits to one end; half a replicate is the resolution.
    share = min(max(share, 0.5 / values.size), 1 - 0.5 / values.size)
    return float(special.ndtri(share))


def bca(estimate: float, replicates: Floats, jackknife: Floats, *, level: float) -> Interval[float]:
    """Bias-corrected and accelerated interval (Efron 1987); undefined replicates are left out.

    With z0 of `bias_correction` and a = sum d^3 / (6 (sum d^2)^1.5) over the jackknife values.
    """
    values = replicates[np.isfinite(replicates)]
    if values.size < 2 or not np.isfinite(estimate):
        return UNDEFINED
    z0 = bias_correction(estimate, values)
    a = acceleration(jackknife)
    z = special.ndtri(np.array([(1 - level) / 2, (1 + level) / 2]))
    adjusted = special.ndtr(z0 + (z0 + z) / (1 - a * (z0 + z)))
    low, high = np.quantile(values, adjusted)
    return Interval(float(low), float(high))


def acceleration(jackknife: Floats) -> float:
    """Skewness of the influence of persons (or groups of persons) on the estimate, over 6."""
    values = jackknife[np.isfinite(jackknife)]
    if values.size < 2:
        return 0.0
    d = values.mean() - values
    spread = float((d**2).sum())
    # Influences that are all rounding error carry no skewness.
    if spread <= (1e-12 * float(np.abs(values).max())) ** 2 * values.size:
        return 0.0
    return float((d**3).sum() / (6 * spread**1.5))
