"""Answers to made-up tests of known structure."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def logistic(z: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(1 / (1 + np.exp(-z)))


def linear(
    theta: NDArray[np.float64], items: int, rng: np.random.Generator, *, ease: float = 0.3
) -> NDArray[np.float64]:
    """a (theta - b) with a lognormal(0, .3) and b normal(-ease, 1); theta (n, 1) or (n, items)."""
    a, b = rng.lognormal(0, 0.3, items), rng.normal(-ease, 1, items)
    return np.asarray(a * (theta - b))


def answers(
    n: int, items: int, seed: int, *, ease: float = 0.3, guessing: float = 0.0
) -> NDArray[np.int8]:
    """Of one dimension."""
    rng = np.random.default_rng((seed, n, items))
    p = logistic(linear(rng.normal(size=(n, 1)), items, rng, ease=ease))
    return (rng.random((n, items)) < guessing + (1 - guessing) * p).astype(np.int8)


def testlet(n: int, items: int, seed: int, *, strength: float = 2.0) -> NDArray[np.int8]:
    """Of one dimension, the fifth to the eighth item with something of their own beside it."""
    rng = np.random.default_rng((seed, n, items, 1))
    z = linear(rng.normal(size=(n, 1)), items, rng)
    z[:, 4:8] += strength * rng.normal(size=(n, 1))
    return (rng.random((n, items)) < logistic(z)).astype(np.int8)


def halves(n: int, items: int, seed: int, *, correlation: float) -> NDArray[np.int8]:
    """Of two halves that correlate so much."""
    rng = np.random.default_rng((seed, n, items, 2))
    two = rng.normal(size=(n, 2))
    two[:, 1] = correlation * two[:, 0] + np.sqrt(1 - correlation**2) * two[:, 1]
    theta = np.repeat(two, [items // 2, items - items // 2], axis=1)
    return (rng.random((n, items)) < logistic(linear(theta, items, rng))).astype(np.int8)


def areas(n: int, items: int, seed: int, *, count: int, correlation: float) -> NDArray[np.int8]:
    """Of areas of equal size, each pair of which correlates so much."""
    rng = np.random.default_rng((seed, n, items, 4))
    own = rng.normal(size=(n, count))[:, np.arange(items) * count // items]
    theta = np.sqrt(correlation) * rng.normal(size=(n, 1)) + np.sqrt(1 - correlation) * own
    return (rng.random((n, items)) < logistic(1.5 * linear(theta, items, rng))).astype(np.int8)


def categories(n: int, items: int, seed: int) -> NDArray[np.int8]:
    """Of one dimension, five categories an item."""
    rng = np.random.default_rng((seed, n, items, 3))
    cuts = np.sort(rng.normal(0, 1.2, (items, 4)), axis=1)
    a = rng.lognormal(0, 0.3, items)
    p = logistic(a[:, None] * (rng.normal(size=(n, 1, 1)) - cuts))
    return (rng.random((n, items, 1)) < p).sum(axis=2).astype(np.int8)


testlet.__test__ = False  # type: ignore[attr-defined]
