"""The graded response model (Samejima 1969): P(X >= k) is logistic in a theta + d_k.

With z_k = a theta + d_k and delta_k = d_k - d_(k+1), a category's probability is a product,
P_k = L(z_k) L(-z_(k+1)) (1 - exp(-delta_k)), so that nothing near one is ever subtracted and the
log-probability is concave in (a, d).

Values of an item with m + 1 categories: a, d_1 > d_2 > ... > d_m.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, log_expit

from naas_psych.irt.families.family import Family, Slopes
from naas_psych.numerics.arrays import Floats


def log_probabilities(values: Floats, theta: Floats, n_categories: int) -> Floats:
    """ln L(z_k) + ln L(-z_(k+1)) + ln(1 - exp(-delta_k)); the ends have one of these only."""
    z = values[:, :1, None] * theta + values[:, 1:, None]
    log_p = np.zeros((values.shape[0], n_categories, theta.size))
    log_p[:, 1:] += log_expit(z)
    log_p[:, :-1] += log_expit(-z)
    with np.errstate(invalid="ignore", divide="ignore"):  # values out of order are not feasible
        log_p[:, 1:-1] += np.log(-np.expm1(-_gaps(values)))[:, :, None]
    return log_p


def _sides(values: Floats, theta: Floats) -> tuple[Floats, Floats]:
    """L(z_k) and L(-z_k), each (J, m, Q); one less the other would lose the tail."""
    z = values[:, :1, None] * theta + values[:, 1:, None]
    return expit(z), expit(-z)


def _gaps(values: Floats) -> Floats:
    """delta_1 to delta_(m-1), above 0 where the boundaries are in order."""
    return values[:, 1:-1] - values[:, 2:]


def scores(values: Floats, theta: Floats, n_categories: int) -> Floats:
    """Of the three factors: 1 - L(z_k) in z_k, -L(z_(k+1)) in z_(k+1), 1/(e^delta - 1) in delta."""
    m = n_categories - 1
    above, below = _sides(values, theta)
    found = np.zeros((values.shape[0], m + 1, m + 1, theta.size))
    found[:, 0, 1:] += below * theta
    found[:, 0, :-1] -= above * theta
    pull = (1 / np.expm1(_gaps(values)))[:, :, None]
    for k in range(m):  # boundary k + 1 lies between categories k and k + 1
        found[:, 1 + k, k + 1] += below[:, k]
        found[:, 1 + k, k] -= above[:, k]
        if k + 1 < m:
            found[:, 1 + k, k + 1] += pull[:, k]
        if k > 0:
            found[:, 1 + k, k] -= pull[:, k - 1]
    return found


def curvature(values: Floats, theta: Floats, counts: Floats) -> Floats:
    """Each boundary meets the persons of the two categories beside it; delta those between."""
    m = counts.shape[1] - 1
    above, below = _sides(values, theta)
    met = above * below * (counts[:, 1:] + counts[:, :-1])
    powers = np.stack([np.ones_like(theta), theta, theta * theta], axis=1)
    sums = met @ powers  # (J, m, 3)
    found = np.zeros((values.shape[0], m + 1, m + 1))
    found[:, 0, 0] = sums[:, :, 2].sum(axis=1)
    found[:, 0, 1:] = found[:, 1:, 0] = sums[:, :, 1]
    gaps = _gaps(values)
    # e^delta / (e^delta - 1)^2, written so that it does not overflow
    pull = counts[:, 1:-1].sum(axis=2) * np.exp(-gaps) / np.expm1(-gaps) ** 2
    for k in range(m):
        found[:, 1 + k, 1 + k] += sums[:, k, 0]
    for k in range(m - 1):
        found[:, 1 + k, 1 + k] += pull[:, k]
        found[:, 2 + k, 2 + k] += pull[:, k]
        found[:, 1 + k, 2 + k] -= pull[:, k]
        found[:, 2 + k, 1 + k] -= pull[:, k]
    return found


def slopes(values: Floats, theta: Floats, n_categories: int) -> Slopes:
    """delta does not depend on theta."""
    a = values[:, :1, None]
    above, below = _sides(values, theta)
    spread = above * below
    first = np.zeros((values.shape[0], n_categories, theta.size))
    second = np.zeros_like(first)
    first[:, 1:] += a * below
    first[:, :-1] -= a * above
    second[:, 1:] -= a * a * spread
    second[:, :-1] -= a * a * spread
    return Slopes(log_probabilities(values, theta, n_categories), first, second)


def feasible(values: Floats) -> NDArray[np.bool_]:
    """Boundaries in order: a category between two equal ones could never be chosen."""
    return np.asarray((_gaps(values) > 1e-6).all(axis=1) & np.isfinite(values).all(axis=1))


GRADED = Family("graded", log_probabilities, scores, curvature, slopes, feasible)
