"""Endorsement: the share of raters who say yes to an item, and how sure it is below a line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, betaincc, betaincinv

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.intervals import Interval


@dataclass(frozen=True)
class BetaPrior:
    """What is held of an item's endorsement before anybody rates it: Beta(a, b)."""

    a: float
    b: float


JEFFREYS = BetaPrior(0.5, 0.5)


def posterior_below(
    endorsing: ArrayLike, n: ArrayLike, *, line: float, prior: BetaPrior = JEFFREYS
) -> Floats:
    """P(p < line) in the posterior Beta(a + s, b + n - s); nan where nobody rated."""
    s, total = np.asarray(endorsing, dtype=float), np.asarray(n, dtype=float)
    below = betainc(prior.a + s, prior.b + total - s, min(max(line, 0.0), 1.0))
    return np.where(total > 0, below, np.nan)


def posterior_above(
    endorsing: ArrayLike, n: ArrayLike, *, line: float, prior: BetaPrior = JEFFREYS
) -> Floats:
    """P(p >= line), from the upper tail itself: 1 - P(p < line) loses the digits of a small one."""
    s, total = np.asarray(endorsing, dtype=float), np.asarray(n, dtype=float)
    above = betaincc(prior.a + s, prior.b + total - s, min(max(line, 0.0), 1.0))
    return np.where(total > 0, above, np.nan)


def moments_prior(endorsing: ArrayLike, n: ArrayLike) -> BetaPrior | None:
    """The prior by the moments of many items (J,), whatever their numbers of raters.

    With q = 1 - p pooled and rho the correlation of two raters of one item, S = sum n (p_i - p)^2
    has expectation p q [J - 1 + rho sum (1 - n_i / N)(n_i - 1)]; then a + b = 1 / rho - 1. None
    where the items do not differ beyond chance (rho <= 0), or everybody rates alike.
    """
    s, raters = np.asarray(endorsing, dtype=float), np.asarray(n, dtype=float)
    s, raters = s[raters > 0], raters[raters > 0]
    total = raters.sum()
    pooled = s.sum() / total if total > 0 else 0.0
    spread = float(((1 - raters / max(total, 1.0)) * (raters - 1)).sum())
    if not 0 < pooled < 1 or spread <= 0:
        return None
    between = float((raters * (s / raters - pooled) ** 2).sum()) / (pooled * (1 - pooled))
    rho = (between - (raters.size - 1)) / spread
    if not 0 < rho < 1:
        return None
    strength = 1 / rho - 1
    return BetaPrior(float(pooled * strength), float((1 - pooled) * strength))


@dataclass(frozen=True)
class Shrunken:
    """Posterior means (J,) and central limits."""

    mean: Floats
    interval: Interval[Floats]


def shrunken(endorsing: ArrayLike, n: ArrayLike, *, prior: BetaPrior, level: float) -> Shrunken:
    """Each item drawn towards the mean of all by as much as its few raters leave open.

    The empirical Bayes estimate (a + s) / (a + b + n) of the beta-binomial model.
    """
    s, total = np.asarray(endorsing, dtype=float), np.asarray(n, dtype=float)
    first, second = prior.a + s, prior.b + total - s
    tail = (1 - level) / 2
    low, high = (np.asarray(betaincinv(first, second, q)) for q in (tail, 1 - tail))
    return Shrunken(first / (first + second), Interval(low, high))


def weighted_strata(shares: Floats, weights: ArrayLike) -> Floats:
    """Mean of shares (strata, J) under fixed weights; nan where a stratum has nobody."""
    fixed = np.asarray(weights, dtype=float)
    return np.asarray((fixed / fixed.sum()) @ np.asarray(shares, dtype=float))


def naming_tail(named: ArrayLike, given: ArrayLike, *, chance: ArrayLike) -> Floats:
    """P(an item is named at least so often) if each of `given` persons names blindly.

    Exact where all were given as many items. Else it takes the mean chance, which above the
    expected number makes the tail a little too large, never too small (Hoeffding 1956). nan where
    nobody was given the item.
    """
    k: NDArray[Any] = np.asarray(named, dtype=float)
    n, p = np.asarray(given, dtype=float), np.asarray(chance, dtype=float)
    # P(X >= k) = I_p(k, n - k + 1).
    tail = betainc(np.maximum(k, 1), np.maximum(n - k + 1, 1), np.nan_to_num(p))
    return np.where(n > 0, np.where(k <= 0, 1.0, tail), np.nan)
