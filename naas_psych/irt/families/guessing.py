"""Right/wrong items with a lower and an upper asymptote: P = g + (u - g) L(a theta + d).

The four-parameter model is the parent; the three-parameter model has u = 1 (Birnbaum 1968; Barton
& Lord 1981).

Values: a, d, logit g, logit u. A logit may be infinite, which fixes the asymptote at 0 or 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, log_expit

from naas_psych.irt.families.family import Family, Slopes
from naas_psych.numerics.arrays import Floats


@dataclass(frozen=True)
class _Parts:
    """What every derivative is made of; each (J, Q) or (J, 1)."""

    above: Floats  # L
    below: Floats  # 1 - L
    g: Floats
    u: Floats
    not_g: Floats  # 1 - g
    not_u: Floats  # 1 - u
    right: Floats
    wrong: Floats


def _parts(values: Floats, theta: Floats) -> _Parts:
    """Both probabilities as sums of positive terms, so that neither loses digits near 0."""
    eta = values[:, :1] * theta + values[:, 1:2]
    above, below = expit(eta), expit(-eta)
    g, u = expit(values[:, 2:3]), expit(values[:, 3:4])
    not_g, not_u = expit(-values[:, 2:3]), expit(-values[:, 3:4])
    tiny = np.finfo(float).tiny
    right = np.maximum(g * below + u * above, tiny)
    wrong = np.maximum(not_g * below + not_u * above, tiny)
    return _Parts(above, below, g, u, not_g, not_u, right, wrong)


def log_probabilities(values: Floats, theta: Floats, _: int) -> Floats:
    """ln(g (1 - L) + u L) and ln((1 - g)(1 - L) + (1 - u) L), added up as logs."""
    eta = values[:, :1] * theta + values[:, 1:2]
    above, below = log_expit(eta), log_expit(-eta)
    gamma, upsilon = values[:, 2:3], values[:, 3:4]
    right = np.logaddexp(log_expit(gamma) + below, log_expit(upsilon) + above)
    wrong = np.logaddexp(log_expit(-gamma) + below, log_expit(-upsilon) + above)
    return np.stack([wrong, right], axis=1)


def scores(values: Floats, theta: Floats, _: int) -> Floats:
    """dP / P for a right answer and -dP / (1 - P) for a wrong one."""
    part = _parts(values, theta)
    change = _change(part, theta)
    return np.stack([-change / part.wrong[:, None], change / part.right[:, None]], axis=2)


def _change(part: _Parts, theta: Floats) -> Floats:
    """dP in a, d, logit g and logit u: (J, 4, Q)."""
    in_eta = (part.u - part.g) * part.above * part.below
    in_g = part.g * part.not_g * part.below
    in_u = part.u * part.not_u * part.above
    return np.stack([in_eta * theta, in_eta, in_g, in_u], axis=1)


def curvature(values: Floats, theta: Floats, counts: Floats) -> Floats:
    """Sum of counts times (squared score - second derivative of P over P)."""
    part = _parts(values, theta)
    change = _change(part, theta)
    right, wrong = counts[:, 1], counts[:, 0]
    squared = right / part.right**2 + wrong / part.wrong**2
    found = (change * squared[:, None]) @ np.swapaxes(change, 1, 2)
    left = right / part.right - wrong / part.wrong
    return np.asarray(found - _bend(part, theta, left))


def _bend(part: _Parts, theta: Floats, left: Floats) -> Floats:
    """Sum over nodes of `left` (J, Q) times the second derivatives of P."""
    spread = part.above * part.below
    eta_eta = (part.u - part.g) * spread * (part.below - part.above)
    g, u = part.g * part.not_g, part.u * part.not_u
    found = np.zeros((left.shape[0], 4, 4))
    found[:, 0, 0] = (left * eta_eta * theta * theta).sum(axis=1)
    found[:, 0, 1] = found[:, 1, 0] = (left * eta_eta * theta).sum(axis=1)
    found[:, 1, 1] = (left * eta_eta).sum(axis=1)
    for power, i in ((theta, 0), (np.ones_like(theta), 1)):
        found[:, i, 2] = found[:, 2, i] = -(left * spread * g * power).sum(axis=1)
        found[:, i, 3] = found[:, 3, i] = (left * spread * u * power).sum(axis=1)
    found[:, 2, 2] = (left * g * (part.not_g - part.g) * part.below).sum(axis=1)
    found[:, 3, 3] = (left * u * (part.not_u - part.u) * part.above).sum(axis=1)
    return found


def slopes(values: Floats, theta: Floats, _: int) -> Slopes:
    """With P' = (u - g) a L (1 - L) and P'' = P' a (1 - 2 L)."""
    part = _parts(values, theta)
    a = values[:, :1]
    p1 = (part.u - part.g) * a * part.above * part.below
    p2 = p1 * a * (part.below - part.above)
    first = np.stack([-p1 / part.wrong, p1 / part.right], axis=1)
    ratio = np.stack([-p2 / part.wrong, p2 / part.right], axis=1)
    return Slopes(log_probabilities(values, theta, 2), first, ratio - first * first)


def feasible(values: Floats) -> NDArray[np.bool_]:
    """The lower asymptote lies below the upper one."""
    finite = np.isfinite(values[:, :2]).all(axis=1)
    return np.asarray(finite & (values[:, 2] < values[:, 3]))


GUESSING = Family("guessing", log_probabilities, scores, curvature, slopes, feasible)
