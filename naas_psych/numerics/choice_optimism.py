"""What choosing items by the data flatters alpha, when the same data then show the gain."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.bootstrap import canonical_order
from naas_psych.numerics.removal import alphas_from


def gains_when_chosen(points: NDArray[Any], *, count: int, splits: int, seed: int) -> Floats:
    """(2 S, 2) gain of alpha in the half that chose the items to go, and in the other half.

    Each of S splits parts n persons in two halves at random; from either half, the `count` items
    with the lowest item-rest correlation there are taken out. (0, 2) where halves are too small.
    """
    n, j = points.shape
    if n < 4 or count < 1 or j - count < 2:
        return np.zeros((0, 2))
    x = points[canonical_order(points, seed=seed)].astype(float)
    x -= x.mean(axis=0)
    generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed)))
    found = []
    for _ in range(splits):
        order = generator.permutation(n)
        halves = [_covariance(x[part]) for part in (order[: n // 2], order[n // 2 :])]
        for chooser, other in (halves, halves[::-1]):
            kept = np.ones((2, j), dtype=bool)
            kept[1, _weakest(chooser, count)] = False
            found.append([np.diff(alphas_from(half, kept))[0] for half in (chooser, other)])
    return np.array(found).reshape(-1, 2)


def _covariance(x: Floats) -> Floats:
    return np.atleast_2d(np.cov(x, rowvar=False))


def _weakest(covariance: Floats, count: int) -> NDArray[np.int64]:
    """Places of the items that go least with the rest; those that do not vary come first."""
    variance = np.diag(covariance)
    with_rest = covariance.sum(axis=1) - variance
    rest = covariance.sum() - 2 * covariance.sum(axis=1) + variance
    spread = np.sqrt(np.maximum(variance * rest, 0))
    r = np.divide(with_rest, spread, out=np.full(variance.shape, -np.inf), where=spread > 1e-12)
    return np.asarray(np.argsort(r, kind="stable")[:count], dtype=np.int64)
