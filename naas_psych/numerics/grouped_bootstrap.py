"""Bootstrap of statistics of a covariance matrix whose cost does not grow with the persons.

Up to 2,000 persons are resampled one by one. More are put into 1,000 groups at random, and groups
are resampled: the spread of any smooth statistic is the same, known from 1,000 parts instead of N
(its standard error to within 2 %, which is less than what 1,000 replicates leave open).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.bootstrap import Samples, canonical_order
from naas_psych.numerics.intervals import UNDEFINED, Interval
from naas_psych.numerics.one_thread import one_blas_thread

MOST_SINGLE, GROUPS = 2000, 1000
#: Share of samples without a value above which the others do not describe the spread.
_MOST_UNDEFINED = 0.05
#: Matrices held at a time, in cells.
_CHUNK_CELLS = 250_000


def resampled_statistics(
    points: NDArray[Any],
    statistics: Callable[[Floats], Floats],
    *,
    replicates: int,
    seed: int,
) -> Floats:
    """`statistics` of the covariance matrix of persons drawn with replacement.

    Parameters
    ----------
    points : (N, J) non-negative whole numbers, complete
    statistics : from covariance matrices (b, J, J) to values (b, S)

    Returns
    -------
    (B, S); the same for any order of the persons and any number of threads
    """
    ordered = points[canonical_order(points, seed=seed)]
    parts = _parts(ordered)
    n_parts, n_items = len(parts.n), points.shape[1]
    children = np.random.SeedSequence((seed, 1)).spawn(replicates)
    size = int(max(1, _CHUNK_CELLS // n_items**2))
    found = []
    with one_blas_thread():
        for at in range(0, replicates, size):
            weights = np.stack([_drawn(child, n_parts) for child in children[at : at + size]])
            found.append(statistics(_weighted(parts, weights).covariance))
    return np.concatenate(found)


def percentile_interval(values: Floats, *, level: float) -> Interval[float]:
    """Percentiles of bootstrapped values (B,), nan where a sample has none.

    Undefined below two values, or where more than one sample in twenty has none.
    """
    known = values[np.isfinite(values)]
    if known.size < 2 or known.size < (1 - _MOST_UNDEFINED) * values.size:
        return UNDEFINED
    low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(low), float(high))


def _drawn(child: np.random.SeedSequence, n: int) -> Floats:
    rng = np.random.Generator(np.random.PCG64(child))
    return np.bincount(rng.integers(0, n, size=n), minlength=n).astype(float)


def _parts(points: NDArray[Any]) -> Samples:
    """Sizes, sums (G, J) and upper cross-products (G, J (J + 1) / 2) of the groups."""
    n, n_items = points.shape
    first, second = np.triu_indices(n_items)
    if n <= MOST_SINGLE:
        x = points.astype(float)
        return Samples(np.ones(n), x, x[:, first] * x[:, second])
    bounds = np.linspace(0, n, GROUPS + 1).astype(np.int64)
    sums, products = np.empty((GROUPS, n_items)), np.empty((GROUPS, first.size))
    for g in range(GROUPS):
        x = points[bounds[g] : bounds[g + 1]].astype(float)
        sums[g] = x.sum(axis=0)
        products[g] = (x.T @ x)[first, second]
    return Samples(np.diff(bounds).astype(float), sums, products)


def _weighted(parts: Samples, weights: Floats) -> Samples:
    """Every sum is of whole numbers and exact, whatever the order of adding."""
    n_items = parts.sums.shape[1]
    first, second = np.triu_indices(n_items)
    upper = weights @ parts.products
    products = np.empty((len(weights), n_items, n_items))
    products[:, first, second] = upper
    products[:, second, first] = upper
    return Samples(weights @ parts.n, weights @ parts.sums, products)
