"""Polychoric correlations near 0 of many tables at once, by the tetrachoric series.

The probability of a cell is a power series in rho whose terms are a factor of its row times one of
its column (Pearson 1900; Kendall 1941):

    pi_kl(rho) = sum_m rho^m a_m[k] b_m[l],  a_m[k] = psi_m(threshold above k) - psi_m(below k),
    psi_m(h) = phi(h) He_{m-1}(h) / sqrt(m!),  a_0 and b_0 the margins.

For correlations up to .4 a few terms do, and no exponential or integral is left in the iteration:
what data without structure need, thousands of times over.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from naas_psych.numerics.arrays import Floats

#: Beyond this |rho| too many terms are needed.
_MOST = 0.4
#: What the terms left out may come to, as a power of |rho|.
_LEFT_OUT = 1e-10
_MOST_STEPS = 8
#: Convergence is quadratic or better: a step of this size leaves an error of some 1e-10.
_SETTLED = 1e-5
#: Cells worked on at a time, so that they stay in the cache.
_BLOCK_CELLS = 8_000


@dataclass(frozen=True)
class _Tables:
    """Shares of the cells (K, L, P), margins (K, P) and (L, P), thresholds (K - 1, P), (L - 1, P).

    rho : (P,) by one step from 0
    """

    shares: Floats
    rows: Floats
    columns: Floats
    h: Floats
    k: Floats
    rho: Floats

    def only(self, at: NDArray[np.int64]) -> _Tables:
        return _Tables(*(getattr(self, f.name)[..., at] for f in fields(self)))


def weak_correlations(counts: Floats) -> Floats:
    """rho (P,) of tables `counts` (K, L, P); nan where the series does not serve.

    It maximises the likelihood with thresholds from the margins, as `polychoric_pairs` does. nan:
    rho is beyond .4, a category is empty, a 2x2 table has an empty cell, or nothing converged.
    """
    found = np.full(counts.shape[2], np.nan)
    if min(counts.shape[:2]) < 2:
        return found
    two = counts.shape[:2] == (2, 2)
    least = np.minimum(counts.sum(axis=1).min(axis=0), counts.sum(axis=0).min(axis=0))
    usable = np.flatnonzero((counts.min(axis=(0, 1)) if two else least) > 0)
    made = _tables(counts[:, :, usable])
    size = np.abs(made.rho)
    # Small correlations together: they need fewer terms.
    order = np.argsort(size, kind="stable")[: np.count_nonzero(size < _MOST)]
    step = max(1, _BLOCK_CELLS // counts[:, :, 0].size)
    for begin in range(0, order.size, step):
        at = order[begin : begin + step]
        solve = _of_two_by_two if two else _of_larger
        found[usable[at]] = solve(made.only(at), _terms(size[at[-1]]))
    return found


def _tables(counts: Floats) -> _Tables:
    shares = counts / counts.sum(axis=(0, 1))
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    h, k = ndtri(np.cumsum(rows, axis=0)[:-1]), ndtri(np.cumsum(columns, axis=0)[:-1])
    (a,), (b,) = _factors(rows, h, 1), _factors(columns, k, 1)
    score = ((shares * a[:, None]).sum(axis=0) * b).sum(axis=0)
    information = (rows * a**2).sum(axis=0) * (columns * b**2).sum(axis=0)
    return _Tables(shares, rows, columns, h, k, score / information)


def _terms(largest: float) -> int:
    """How many terms leave nothing to speak of at |rho| up to a little more than the largest."""
    return int(np.ceil(np.log(_LEFT_OUT) / np.log(1.1 * largest + 0.02)))


def _of_two_by_two(some: _Tables, terms: int) -> Floats:
    """Where Phi2 at the thresholds is the share of a cell: the root of one polynomial."""
    excess = some.shares[0, 0] - some.rows[0] * some.columns[0]
    psi = zip(_psi(some.h[0], terms), _psi(some.k[0], terms), strict=True)
    products = [a * b for a, b in psi]

    def step(rho: Floats) -> Floats:
        value, slope, bend = _polynomial(products, rho)
        # Of rho f less the excess: derivatives f + rho f' and 2 (f' + rho f'' / 2).
        first = value + rho * slope
        newton = (excess - rho * value) / first
        return np.asarray(newton / (1 + newton * (slope + rho * bend) / first))

    return _root(some.rho, step)


def _of_larger(some: _Tables, terms: int) -> Floats:
    """Newton's method for the likelihood."""
    factors = zip(
        _factors(some.rows, some.h, terms), _factors(some.columns, some.k, terms), strict=True
    )
    products = [a[:, None] * b for a, b in factors]

    def step(rho: Floats) -> Floats:
        value, slope, bend = _polynomial(products, rho)
        # Of each cell the probability over that at rho = 0, and the derivatives of its logarithm.
        ratio = 1 + rho * value
        first = (value + rho * slope) / ratio
        second = first**2 - 2 * (slope + rho * bend) / ratio
        observed = (some.shares * second).sum(axis=(0, 1))
        score = (some.shares * first).sum(axis=(0, 1))
        return np.asarray(score / np.where(observed > 0, observed, np.nan))

    return _root(some.rho, step)


def _root(begin: Floats, step: Callable[[Floats], Floats]) -> Floats:
    """nan where steps do not settle, or lead away to where the series is too short."""
    rho, limit = begin, 1.1 * np.abs(begin).max() + 0.02
    with np.errstate(all="ignore"):
        for _ in range(_MOST_STEPS):
            moved = step(rho)
            rho = np.where(np.abs(rho + moved) < limit, rho + moved, np.nan)
            if not (np.abs(moved) > _SETTLED).any():
                break
        return np.where(np.abs(moved) <= _SETTLED, rho, np.nan)


def _polynomial(terms: list[Floats], rho: Floats) -> tuple[Floats, Floats, Floats]:
    """sum_m terms[m] rho^m with its derivative and half its second derivative, by Horner."""
    value = terms[-1].copy()
    slope, bend = np.zeros_like(value), np.zeros_like(value)
    for term in terms[-2::-1]:
        bend *= rho
        bend += slope
        slope *= rho
        slope += value
        value *= rho
        value += term
    return value, slope, bend


def _factors(margin: Floats, h: Floats, terms: int) -> list[Floats]:
    """a_m / a_0, m = 1 .. terms, each (K, P), of a margin (K, P) and its thresholds."""
    edge = np.zeros((1, margin.shape[1]))
    psi = (np.concatenate([edge, one, edge]) for one in _psi(h, terms))
    return [(one[1:] - one[:-1]) / margin for one in psi]


def _psi(h: Floats, terms: int) -> list[Floats]:
    """psi_m(h), m = 1 .. terms, by the recurrence of Hermite polynomials."""
    made = [np.exp(-h * h / 2) / np.sqrt(2 * np.pi)]
    before = np.zeros_like(h)
    for m in range(1, terms):
        new = h * made[-1] / np.sqrt(m + 1) - before * ((m - 1) / np.sqrt(m * (m + 1)))
        before = made[-1]
        made.append(new)
    return made
