"""Hanson and Brennan (1990): a beta of true scores with a two-term compound binomial error.

    hanson_brennan(scores, counts, reliability=, cuts=, items=, parameters=4)

For sums of `items` right/wrong items of weight 1. The error allows for items of unequal
difficulty: Lord's (1965) k takes from the binomial as much error as the reliability says.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import ArrayLike

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.classification.crossed import Crossed
from naas_psych.numerics.classification.errors import binomial_scores, listed
from naas_psych.numerics.classification.outcome_tables import ascending, from_nodes, nothing
from naas_psych.numerics.classification.spread import Spread, reason_against
from naas_psych.numerics.classification.true_beta import (
    NO_BETA,
    TrueBeta,
    fitted,
    reason_against_beta,
)
from naas_psych.numerics.classification.true_nodes import TrueNodes, true_nodes


@dataclass(frozen=True)
class HansonBrennan:
    """Tables, and what they rest on.

    true : the beta of true proportions; true.parameters says which fit was used
    lords_k : 0 where items are equally difficult, above 0 where they differ
    clipped : mean mass of the negative probabilities, which are taken as 0
    reason : why the tables are nan; None where they are not
    """

    crossed: Crossed
    true: TrueBeta
    lords_k: float
    clipped: float
    reason: str | None


def hanson_brennan(
    scores: Floats,
    counts: Floats,
    *,
    reliability: float,
    cuts: ArrayLike,
    items: int,
    parameters: int = 4,
) -> HansonBrennan:
    """K x K tables for `cuts` (K - 1 ascending raw scores; a score at a cut reaches it).

    scores, counts : (S,) the whole scores that occur and how many persons have each
    parameters : of the beta of true scores: 4, 3 (its low is 0) or 2; fewer where these fail
    """
    shares = ascending(cuts) / items
    _whole(scores, items)
    spread = Spread.of(scores, counts)
    reason = reason_against(spread, reliability) or ("too_few_items" if items < 4 else None)
    k = nan
    if reason is None:
        k = lords_k(spread, reliability=reliability, items=items)
        moments = true_moments(scores, counts, items=items, k=k)
        true = fitted(moments, parameters=parameters)
        reason = reason_against_beta(moments)
    if reason is not None:
        return HansonBrennan(nothing(shares.size + 1), NO_BETA, k, nan, reason)
    crossed, clipped = from_true(true, shares, items=items, k=k)
    return HansonBrennan(crossed, true, k, clipped, None)


def from_true(true: TrueBeta, shares: Floats, *, items: int, k: float) -> tuple[Crossed, float]:
    """Tables for a given beta of true proportions, and the mass that was clipped."""
    nodes = true_nodes(true, shares)
    raw = two_term_scores(nodes, items, k=k)
    scores = np.maximum(raw, 0.0)
    total = scores.sum(axis=-1)
    clipped = float(np.einsum("pq,pq->", nodes.weight, total - raw.sum(axis=-1)))
    return from_nodes(nodes, listed(scores / total[..., None], shares)), max(clipped, 0.0)


def lords_k(spread: Spread, *, reliability: float, items: int) -> float:
    """k = n[mu(n - mu) - s2_T - n s2_E] / (2 [mu(n - mu) - s2_T]) (Lord 1965)."""
    room = spread.mean * (items - spread.mean) - reliability * spread.variance
    return items * (room - items * (1 - reliability) * spread.variance) / (2 * room)


def true_moments(
    scores: Floats, counts: Floats, *, items: int, k: float
) -> tuple[float, float, float, float]:
    """m_r = [mean(x^(r))/(n-2)^(r-2) + k r(r-1) m_(r-1)] / [n(n-1) + k r(r-1)] (Lord 1965)."""
    x = np.asarray(scores, dtype=float)
    weight = np.asarray(counts, dtype=float) / np.sum(counts)
    product, whole = x, 1.0
    found = [float(weight @ x) / items]
    for r in (2, 3, 4):
        product = product * (x - r + 1)
        whole *= items - r + 1 if r > 2 else 1
        lift = k * r * (r - 1)
        under = items * (items - 1) + lift
        found.append((float(weight @ product) / whole + lift * found[-1]) / under)
    return found[0], found[1], found[2], found[3]


def two_term_scores(nodes: TrueNodes, items: int, *, k: float) -> Floats:
    """(P, Q, n + 1): b(x; n) - k tau(1-tau) [b(x) - 2 b(x-1) + b(x-2); n-2]; may be below 0."""
    plain = binomial_scores(nodes, items)
    shorter = np.zeros((*plain.shape[:-1], items + 3))
    shorter[..., 2:-2] = binomial_scores(nodes, items - 2)
    bend = np.diff(np.diff(shorter, axis=-1), axis=-1)
    return np.asarray(plain - (k * nodes.tau * nodes.rest)[..., None] * bend)


def _whole(scores: Floats, items: int) -> None:
    found = np.asarray(scores, dtype=float)
    if found.size and (found.min() < 0 or found.max() > items):
        raise ValueError(f"every score must lie between 0 and {items}")
    if (found != np.round(found)).any():
        raise ValueError("scores of right/wrong items are whole numbers")
