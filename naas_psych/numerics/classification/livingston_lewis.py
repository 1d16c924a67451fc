"""Livingston and Lewis (1995): accuracy and consistency from totals and one reliability.

    livingston_lewis(
        scores, counts, reliability=, cuts=, low=, high=,
        parameters=4, error="binomial", rounding="nearest", step=1.0,
    )

gives a `LivingstonLewis`, whose `crossed` has K x K tables for any number of ascending cuts on the
raw scale. With every attainable cut at once, `numerics.classification.sweep` reads every single
cut and every pair of cuts out of the same two tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import nan
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.classification.crossed import Crossed
from naas_psych.numerics.classification.errors import (
    Rounding,
    binomial,
    continuous,
    unrounded,
)
from naas_psych.numerics.classification.outcome_tables import ascending, from_nodes, nothing
from naas_psych.numerics.classification.spread import Spread, reason_against
from naas_psych.numerics.classification.true_beta import (
    NO_BETA,
    TrueBeta,
    fitted,
    reason_against_beta,
)
from naas_psych.numerics.classification.true_nodes import true_nodes

Error = Literal["binomial", "beta", "smooth"]

#: The effective test is never taken to be shorter, nor longer than a whole number that counts it.
SHORTEST, LONGEST = 3, 1_000_000_000


@dataclass(frozen=True)
class LivingstonLewis:
    """Tables, and what they rest on.

    true : the beta of true proportions; true.parameters says which fit was used
    length : effective test length, exact; used_length : rounded, as the binomial error takes it
    reason : why the tables are nan; None where they are not
    """

    crossed: Crossed
    true: TrueBeta
    length: float
    used_length: int
    reason: str | None


def livingston_lewis(
    scores: Floats,
    counts: Floats,
    *,
    reliability: float,
    cuts: ArrayLike,
    low: float,
    high: float,
    parameters: int = 4,
    error: Error = "binomial",
    rounding: Rounding = "nearest",
    step: float = 1.0,
) -> LivingstonLewis:
    """K x K tables for `cuts` (K - 1 ascending raw scores; a score at a cut reaches it).

    scores, counts : (S,) the scores that occur and how many persons (or what weight) have each
    low, high : the lowest and highest POSSIBLE score
    parameters : of the beta of true scores: 4, 3 (its low is 0) or 2; fewer where these fail
    error : "binomial" with the rounded effective length; "beta", which rounds nothing, and knows
        no scores either; "smooth", which is the binomial where neither the length nor the cut on
        the effective test is rounded
    rounding : of a cut among the scores of the effective test: "nearest", as betafunctions has it,
        or "up". It matters: at n' = 29 a cut of 16 in 24 is 19.33, which is 19 or 20.
    step : between two scores that can be had; only "smooth" needs it
    """
    places = ascending(cuts)
    shares = (places - low) / (high - low)
    _within(scores, counts, low=low, high=high)
    spread = Spread.of(scores, counts)
    reason, length = reason_against(spread, reliability), nan
    if reason is None:
        length = effective_length(
            spread.mean, spread.variance, reliability=reliability, low=low, high=high
        )
        effective = (np.asarray(scores, dtype=float) - low) / (high - low) * length
        moments = true_moments(effective, counts, length=length)
        true = fitted(moments, parameters=_allowed(parameters, length))
        reason = reason_against_beta(moments)
    if reason is not None:
        return LivingstonLewis(nothing(places.size + 1), NO_BETA, length, 0, reason)
    used = min(max(SHORTEST, round(length)), LONGEST)
    if error == "smooth":
        edges = _edges(shares, (high - low) / step)
        crossed = _smooth(true, shares, edges, length=max(length, float(SHORTEST)))
    else:
        exact = length if error == "beta" else used
        crossed = from_true(true, shares, length=exact, error=error, rounding=rounding)
    return LivingstonLewis(crossed, true, length, used, None)


def _edges(shares: Floats, steps: float) -> Floats:
    """Halfway below the lowest score that reaches each cut, among scores 1/steps apart."""
    # 1e-9 absorbs the noise of floats: 0.7 of 10 is 7, not 8.
    return np.asarray((np.ceil(shares * steps - 1e-9) - 0.5) / steps)


def _smooth(true: TrueBeta, shares: Floats, edges: Floats, *, length: float) -> Crossed:
    nodes = true_nodes(true, shares)
    return from_nodes(nodes, unrounded(nodes, edges, length=length))


def from_true(
    true: TrueBeta,
    shares: Floats,
    *,
    length: float,
    error: Literal["binomial", "beta"] = "binomial",
    rounding: Rounding = "nearest",
) -> Crossed:
    """Tables for a given beta of true proportions; `shares` (K - 1,) the cuts as proportions."""
    nodes = true_nodes(true, shares)
    if error == "beta":
        return from_nodes(nodes, continuous(nodes, shares, length=length))
    return from_nodes(nodes, binomial(nodes, shares, length=int(length), rounding=rounding))


def effective_length(
    mean: float, variance: float, *, reliability: float, low: float, high: float
) -> float:
    """n' = [(mean - low)(high - mean) - rho s2] / [s2 (1 - rho)], s2 with N - 1."""
    room = (mean - low) * (high - mean) - reliability * variance
    return room / (variance * (1 - reliability))


def true_moments(
    effective: Floats, counts: Floats, *, length: float
) -> tuple[float, float, float, float]:
    """E tau^r = mean of x(x-1)...(x-r+1) over n(n-1)...(n-r+1), r = 1 to 4 (Lord 1965, eq. 37).

    effective : (S,) scores on the scale 0 to `length`, not rounded. Below r such a score has no
    r successes to count, and its product is 0, as betafunctions takes it.
    """
    n = max(length, float(SHORTEST))
    weight = np.asarray(counts, dtype=float) / np.sum(counts)
    x = effective * (n / length)
    product, whole, found = np.ones_like(x), 1.0, []
    for r in range(4):
        product = np.where(x >= r + 1 - 1e-9, product * (x - r), 0.0) if r else x
        whole *= n - r
        found.append(float(weight @ product) / whole if whole > 0 else nan)
    return found[0], found[1], found[2], found[3]


def _allowed(parameters: int, length: float) -> int:
    """A moment of order 4 needs four items."""
    return parameters if length >= 4 else min(parameters, 3)


def _within(scores: Floats, counts: Floats, *, low: float, high: float) -> None:
    found = np.asarray(scores, dtype=float)[np.asarray(counts) > 0]
    if not low < high or (found.size and not low <= found.min() <= found.max() <= high):
        raise ValueError(f"every score must lie between the limits {low} and {high}")
