"""Whether a pattern of free slopes says which dimensions are meant."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from naas_psych.irt.refusal import Refused

MOST_DIMENSIONS = 3
_ZERO = 1e-8


def checked_pattern(pattern: object, n_items: int) -> NDArray[np.bool_]:
    """The pattern (J, D) as it was given, if it is one."""
    free = np.asarray(pattern)
    if free.ndim != 2 or free.shape[0] != n_items or not np.isin(free, (0, 1)).all():
        raise Refused(
            "bad_pattern",
            f"the pattern has the shape {free.shape} for {n_items} items",
            "give one row an item and one column a dimension, true where the item loads",
        )
    refuse_dimensions(free.shape[1])
    return free.astype(bool)


def refuse_dimensions(number: int) -> None:
    """Four dimensions or more need another method."""
    if not 1 <= number <= MOST_DIMENSIONS:
        raise Refused(
            "too_many_dimensions",
            f"{number} dimensions were asked for, and a product grid bears 1 to {MOST_DIMENSIONS}",
            "use calibrate_bifactor, whose cost does not grow with the number of factors, or "
            "calibrate the dimensions one by one",
        )


def refuse_pattern(free: NDArray[np.bool_], items: NDArray[np.int64], *, correlated: bool) -> None:
    """Of the items that can be calibrated (numbered `items` for the caller)."""
    idle = np.flatnonzero(~free.any(axis=1))
    if idle.size:
        raise Refused(
            "no_loading",
            f"item {items[idle[0]] + 1} loads on no dimension",
            "give it one, or leave it out",
        )
    fewest = 2 if correlated and free.shape[1] > 1 else min(3, free.shape[0])
    for d, number in enumerate(free.sum(axis=0).tolist()):
        if number < fewest:
            raise Refused(
                "too_few_items",
                f"dimension {d + 1} has {number} item{'s' * (number != 1)} with scores that vary",
                f"a dimension needs {fewest}: name more items, or take it out",
            )
    if not rotation_is_fixed(free, correlated=correlated):
        raise Refused(
            "not_identified",
            "the dimensions can be turned into others that fit as well",
            "fix more slopes at 0, or ask for exploratory=True, which reports a rotation",
        )


def rotation_is_fixed(free: NDArray[np.bool_], *, correlated: bool) -> bool:
    """Whether no small turn of slopes with this pattern keeps its zeros and the variances at 1.

    Slopes A become A T, and the covariances R become T^-1 R T^-T: to first order, T = I + t, the
    zeros ask (A t)_jd = 0, and the variances (t R + R t')_dd = 0; without correlations
    t R + R t' = 0.
    Tried at slopes and correlations drawn at random, which stand for all but freak ones.
    """
    n_items, d = free.shape
    rng = np.random.Generator(np.random.PCG64(2017))
    slopes = np.where(free, rng.uniform(0.5, 2.0, (n_items, d)), 0.0)
    drawn = rng.standard_normal((d, d + 2))
    covariance = drawn @ drawn.T if correlated else np.eye(d)
    size = np.sqrt(np.diag(covariance))
    correlations = covariance / np.outer(size, size)
    kept = np.eye(d, dtype=bool) if correlated else np.ones((d, d), bool)
    rows = []
    for place in range(d * d):
        t = np.zeros(d * d)
        t[place] = 1.0
        turn = t.reshape(d, d)
        moved = turn @ correlations
        rows.append(np.concatenate([(slopes @ turn)[~free], (moved + moved.T)[kept]]))
    return bool(np.linalg.matrix_rank(np.array(rows), tol=_ZERO) == d * d)
