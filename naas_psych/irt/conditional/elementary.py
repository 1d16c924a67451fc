"""Elementary symmetric functions of Rasch and partial credit items, without one subtraction.

gamma_r is the coefficient of x^r in prod_j (1 + eps_j1 x + eps_j2 x^2 + ...), where eps_jk is the
exponential of the easiness of category k of item j. The classical ways to leave an item out divide
by its factor, which subtracts and fails for long tests. Here every number is a sum of positive
terms: factors are normalised to probabilities at some place of the scale (a tilt x -> x exp(theta),
which multiplies gamma_r by exp(r theta) and changes nothing else), so nothing overflows; and scores
whose probability would come near underflow are worked out at a place of their own.

References: Andersen 1972; Formann 1986; Verhelst, Glas and van der Sluis 1984.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: A probability below this is worked out again at a better place. What underflow rounds off a
#: term is below 1e-323, so what is kept is right to 1e-30.
_SMALLEST = 1e-290


@dataclass(frozen=True)
class Place:
    """p (B, J, K) category probabilities at tilt (B,) of the scale; log_scale (B,), so that
    log gamma_r = log P(score r) + log_scale - r tilt."""

    p: Floats
    tilt: Floats
    log_scale: Floats


@dataclass(frozen=True)
class Window:
    """rows (b,) of the tables, p (b, J, K) there, the scores served (b, R) and their log_gamma,
    NaN at the others."""

    rows: NDArray[np.int64]
    p: Floats
    served: Flags
    log_gamma: Floats


def log_elementary(log_easiness: Any) -> Floats:
    """log gamma_r, (R,), r = 0 to the top score, of items (J, K): 0 first, -inf where a category
    lacks; or of binary items (J,)."""
    table = _table(log_easiness)
    answer = np.empty(top_scores(table[None])[0] + 1)
    for window in windows(table[None], np.ones((1, len(answer)), dtype=np.bool_)):
        answer[window.served[0]] = window.log_gamma[window.served]
    return answer


def leave_one_out(log_easiness: Any) -> Floats:
    """log gamma_r without item j, (J, R); -inf beyond the top score of the other items."""
    table = _table(log_easiness)
    answer = np.full((len(table), top_scores(table[None])[0] + 1), -np.inf)
    for j in range(len(table)):
        rest = log_elementary(np.delete(table, j, axis=0))
        answer[j, : len(rest)] = rest
    return answer


def category_probabilities(log_easiness: Any) -> Floats:
    """P(item j in category k | score r), (R, J, K), the same for every person.

    P = eps_jk gamma^(j)_{r-k} / gamma_r, gamma^(j) without item j (Andersen 1972).
    """
    table = _table(log_easiness)
    degree = int(top_scores(table[None])[0])
    answer = np.zeros((degree + 1, *table.shape))
    for window in windows(table[None], np.ones((1, degree + 1), dtype=np.bool_)):
        rest = products_without(window.p, degree)[0]
        total = score_distribution(window.p, degree)[0]
        for k in range(table.shape[1]):
            reached = np.flatnonzero(window.served[0, k:]) + k
            share = rest[:, reached - k] * window.p[0, :, k : k + 1] / total[reached]
            answer[reached, :, k] = share.T
    return answer


def place_at(tables: Floats, tilt: Floats) -> Place:
    """Category probabilities proportional to eps_jk exp(k tilt); tables (B, J, K), tilt (B,)."""
    exponent = tables + tilt[:, None, None] * np.arange(tables.shape[2])
    highest = exponent.max(axis=2, keepdims=True)
    p = np.exp(exponent - highest)
    totals = p.sum(axis=2, keepdims=True)
    return Place(p / totals, tilt, (highest + np.log(totals)).sum(axis=(1, 2)))


def times(rows: Floats, factor: Floats) -> Floats:
    """Polynomials (..., R) times polynomials of K terms (..., K); terms beyond R are dropped."""
    product: Floats = rows * factor[..., :1]
    for k in range(1, min(factor.shape[-1], rows.shape[-1])):
        product[..., k:] += rows[..., :-k] * factor[..., k : k + 1]
    return product


def score_distribution(p: Floats, degree: int) -> Floats:
    """P(score = r) of independent items, (B, degree + 1); p (B, J, K)."""
    total = np.zeros((len(p), degree + 1))
    total[:, 0] = 1.0
    for j in range(p.shape[1]):
        total = times(total, p[:, j])
    return total


def products_without(p: Floats, degree: int) -> Floats:
    """Score distributions of all items but one, (B, J, degree + 1); p (B, J, K)."""
    n_sets, n_items, _ = p.shape
    rows = np.zeros((n_sets, n_items + 1, degree + 1))
    rows[:, 0, 0] = 1.0
    for j in range(n_items):
        grown = times(rows[:, : j + 1], p[:, None, j])
        rows[:, :j], rows[:, j + 1] = grown[:, :j], grown[:, j]
    return rows[:, :n_items]


def top_scores(tables: Floats) -> NDArray[np.int64]:
    """Highest possible score of each set of items (B,); tables (B, J, K)."""
    top: NDArray[np.int64] = np.isfinite(tables).sum(axis=(1, 2)) - tables.shape[1]
    return top


def windows(tables: Floats, needed: Flags) -> Iterator[Window]:
    """Places that between them give each score needed (B, R) a probability far from underflow.

    Sixty ordinary items need one; long tests with extreme scores a few. Each place after the
    first expects the lowest score that is left, so at least that one is served.
    """
    left, tilt = needed.copy(), np.zeros(len(tables))
    rows = np.flatnonzero(left.any(axis=1))
    while rows.size:
        place = place_at(tables[rows], tilt[rows])
        window = _window(rows, place=place, left=left[rows])
        yield window
        left[rows] &= ~window.served
        rows = rows[left[rows].any(axis=1)]
        if rows.size:
            tilt[rows] = _tilt_for(tables[rows], mean=left[rows].argmax(axis=1))


def _window(rows: NDArray[np.int64], *, place: Place, left: Flags) -> Window:
    scores = np.arange(left.shape[1])
    probability = score_distribution(place.p, left.shape[1] - 1)
    served = left & (probability > _SMALLEST)
    log_gamma = np.log(probability, where=served, out=np.full(served.shape, np.nan))
    log_gamma += place.log_scale[:, None] - place.tilt[:, None] * scores
    return Window(rows, place.p, served, log_gamma)


def _tilt_for(tables: Floats, *, mean: NDArray[np.int64]) -> Floats:
    """Where the expected score is `mean` (B,), by bisection; it need not be exact."""
    steps = np.arange(tables.shape[2])
    largest = float(np.abs(tables[np.isfinite(tables)]).max(initial=0.0))
    reach = 2.0 * largest + np.log(tables.shape[1] * tables.shape[2]) + 5.0
    low, high = np.full(len(tables), -reach), np.full(len(tables), reach)
    for _ in range(60):
        middle = (low + high) / 2
        below = (place_at(tables, middle).p @ steps).sum(axis=1) < mean
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    tilt: Floats = (low + high) / 2
    return tilt


def _table(log_easiness: Any) -> Floats:
    """(J, K) as given; (J,) becomes the binary items (0, log_easiness)."""
    table = np.asarray(log_easiness, dtype=np.float64)
    return np.column_stack([np.zeros(len(table)), table]) if table.ndim == 1 else table
