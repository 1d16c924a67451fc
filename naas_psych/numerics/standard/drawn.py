"""The error of a cut from samples drawn again: of persons, or of the clusters they came in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, stdtrit

from naas_psych.numerics.agreement import unit_draws
from naas_psych.numerics.arrays import Floats

#: More clusters than this are put together at random into so many: the error is then known from
#: a thousand parts, to within 2 %.
MOST_SINGLE, GROUPS = 2000, 1000
#: Share of samples without a value above which the others do not describe the spread.
_MOST_UNDEFINED = 0.05


@dataclass(frozen=True)
class Drawn:
    """Standard error and limits; nan with a reason where there are none."""

    se: float
    low: float
    high: float
    reason: str | None = None


def resampled_units(codes: NDArray[np.int64], *, seed: int) -> NDArray[np.int64]:
    """(N,) unit that each person is drawn with, from 0; codes (N,) are numbers of clusters."""
    units = np.unique(codes, return_inverse=True)[1].reshape(codes.shape)
    n = int(units.max(initial=-1)) + 1
    if n <= MOST_SINGLE:
        return np.asarray(units, dtype=np.int64)
    stream = np.random.Generator(np.random.PCG64(np.random.SeedSequence((seed, n))))
    merged = stream.permutation(np.arange(n) % GROUPS)
    return np.asarray(merged[units], dtype=np.int64)


def drawn_counts(units: NDArray[np.int64], *, replicates: int, seed: int) -> Floats:
    """(R, G) how often each unit is in each sample of G units."""
    n = int(units.max(initial=-1)) + 1
    return np.asarray(unit_draws(n, replicates=replicates, seed=seed), dtype=float)


def drawn_error(values: Floats, n_units: int, *, level: float, robust: bool = False) -> Drawn:
    """From draws (R,), nan where a sample gives none.

    `robust`: the error is half the width of the middle 68 %, for ratios whose denominator comes
    near 0 in a few samples.

    The spread of G units drawn again is too small by (G - 1) / G, and G units are known from few:
    the percentiles are taken as far out as Student's t with G - 1 degrees of freedom asks
    (Hesterberg 2015), which for many units are the usual ones.
    """
    if not values.size:
        return Drawn(np.nan, np.nan, np.nan, "not_bootstrapped")
    if n_units < 2:
        return Drawn(np.nan, np.nan, np.nan, "too_few_sites")
    known = values[np.isfinite(values)]
    if known.size < 2 or known.size < (1 - _MOST_UNDEFINED) * values.size:
        return Drawn(np.nan, np.nan, np.nan, "too_many_samples_undefined")
    stretch = np.sqrt(n_units / (n_units - 1))
    outside = float(ndtr(stretch * stdtrit(n_units - 1, (1 - level) / 2)))
    low, high = np.quantile(known, [outside, 1 - outside])
    sd = known.std(ddof=1)
    if robust:
        sd = np.diff(np.quantile(known, ndtr([-1.0, 1.0])))[0] / 2
    return Drawn(float(sd * stretch), float(low), float(high))
