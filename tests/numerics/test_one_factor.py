"""One factor fitted to samples of persons: the least of the squares, not merely a place to stop."""

from __future__ import annotations

import numpy as np

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.factor import LOWEST_UNIQUENESS, minres

ITEMS, PERSONS = 6, 80


def samples() -> tuple[Floats, Floats]:
    """Correlations of weakly related items, and those (20, J, J) of samples of the persons."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(PERSONS, 1)) * 0.3 + rng.normal(size=(PERSONS, ITEMS))
    drawn = [np.corrcoef(x[rng.integers(0, PERSONS, PERSONS)].T) for _ in range(20)]
    return np.corrcoef(x.T), np.array(drawn)


def squares_left(corr: Floats, loadings: Floats) -> Floats:
    """(...,) squared residual correlations off the diagonal, of loadings (..., J)."""
    rest = corr - loadings[..., :, None] * loadings[..., None, :]
    return np.asarray((rest**2 * (1 - np.eye(ITEMS))).sum(axis=(-2, -1)))


def test_a_near_start_stops_at_no_saddle() -> None:
    """Newton's method in the loadings, unguarded, stops at one in one of these samples."""
    whole, drawn = samples()
    near = minres(drawn, 1, start=minres(whole[None], 1).uniqueness[0])
    ways = np.random.default_rng(1).normal(size=(500, ITEMS)) * 1e-3
    inside = (near.uniqueness > LOWEST_UNIQUENESS + 1e-6).all(axis=1)
    assert inside.sum() > 10
    for corr, loadings in zip(drawn[inside], near.loadings[inside, :, 0], strict=True):
        around = squares_left(corr, loadings + ways)
        assert (around >= squares_left(corr, loadings)).all()
