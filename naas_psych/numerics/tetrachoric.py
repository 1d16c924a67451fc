"""Tetrachoric correlations of many 2x2 tables at once.

With both thresholds from the margins of the table one parameter is left for one free cell: the
maximum of the likelihood is where Phi2(h, k; rho) is the share of persons in that cell, and this
two-step solution is the solution of full maximum likelihood too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.bivariate_normal import density, probability

_MOST_STEPS = 60
#: Convergence is cubic: a step of this size leaves nothing that float64 can hold.
_SETTLED = 1e-7
#: Codes of what became of a table; the words are in `REASONS`.
OK, NO_RESPONSES, NO_VARIANCE, BOUNDARY = range(4)
REASONS: tuple[str | None, ...] = (None, "no_responses", "no_variance", "boundary")


@dataclass(frozen=True)
class Tables:
    """Many 2x2 tables (P,): n persons; a and b with a 1 on the first and second; both on both."""

    n: Floats
    a: Floats
    b: Floats
    both: Floats

    def cells(self) -> Floats:
        """Counts (P, 4) of 00, 01, 10, 11."""
        return np.stack(
            [
                self.n - self.a - self.b + self.both,
                self.b - self.both,
                self.a - self.both,
                self.both,
            ],
            axis=-1,
        )


@dataclass(frozen=True)
class Tetrachoric:
    """Correlations and standard errors (P,), nan where status (P,) is not OK; zero cells (P,).

    se takes the thresholds as known, se_full allows for their having been estimated.
    """

    r: Floats
    se: Floats
    se_full: Floats
    zero_cells: NDArray[np.int8]
    status: NDArray[np.int8]


def tetrachoric(tables: Tables, *, zero_cell: float = 0.5) -> Tetrachoric:
    """Every correlation, where the table allows one.

    A table with one empty cell has `zero_cell` persons moved into it with the margins kept (so that
    thresholds stay what they are), as lavaan does; 0 leaves such a table at the boundary. A table
    with an empty margin has no thresholds; one with two empty cells is at the boundary: no value.

    se is 1/sqrt of the one-parameter information n phi2^2 sum 1/pi; se_full is that of full maximum
    likelihood, by the influence of one person in each cell.
    """
    cells = tables.cells()
    status, zeros = _status(tables, cells, zero_cell)
    r = np.full(tables.n.shape, np.nan)
    se, se_full = r.copy(), r.copy()
    rows = np.flatnonzero(status == OK)
    n, a, b = tables.n[rows], tables.a[rows], tables.b[rows]
    both = tables.both[rows] + _moved(cells[rows], zero_cell)
    h, k = ndtri(a / n), ndtri(b / n)
    r[rows] = solve(h, k, both / n, start=_guess(a / n, b / n, both / n))
    fitted = Tables(n, a, b, both).cells()
    se[rows] = 1 / np.sqrt(n * density(h, k, r[rows]) ** 2 * (n[:, None] / fitted).sum(axis=1))
    se_full[rows] = _full_error(h, k, r[rows], fitted)
    return Tetrachoric(r, se, se_full, zeros, status)


def _status(
    tables: Tables, cells: Floats, zero_cell: float
) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    zeros = (cells < 0.5).sum(axis=-1, dtype=np.int8)
    status = np.zeros(zeros.shape, dtype=np.int8)
    status[zeros >= (2 if zero_cell > 0 else 1)] = BOUNDARY
    no_margin = (np.minimum(tables.a, tables.b) < 0.5) | (
        np.minimum(tables.n - tables.a, tables.n - tables.b) < 0.5
    )
    status[no_margin] = NO_VARIANCE
    status[tables.n < 0.5] = NO_RESPONSES
    return status, zeros


def _moved(cells: Floats, zero_cell: float) -> Floats:
    """How many persons are moved into cell 11 (and 00), out of 01 and 10, margins kept."""
    empty = cells < 0.5
    same = (empty[:, 0] | empty[:, 3]).astype(float)
    return np.asarray(zero_cell * (same - (empty[:, 1] | empty[:, 2])))


def _guess(a: Floats, b: Floats, both: Floats) -> Floats:
    """Bonett and Price's (2005) approximation from the odds ratio: good to some .02."""
    odds = both * (1 - a - b + both) / ((a - both) * (b - both))
    rarest = np.minimum(np.minimum(a, b), 1 - np.maximum(a, b))
    power = odds ** ((1 - np.abs(a - b) / 5 - (0.5 - rarest) ** 2) / 2)
    return np.asarray(np.clip((power - 1) / (power + 1), -0.999, 0.999))


def solve(h: Floats, k: Floats, both: Floats, *, start: Floats) -> Floats:
    """The rho (P,) at which Phi2(h, k; rho) = both, by Halley's method held inside a bracket.

    The unknown is the angle asin(rho), in which the density is bounded.
    """
    angle = np.arcsin(start)
    low, high = np.full(angle.shape, -np.pi / 2), np.full(angle.shape, np.pi / 2)
    live = np.arange(angle.size)
    for _ in range(_MOST_STEPS):
        at, rho = angle[live], np.sin(angle[live])
        h_live, k_live = h[live], k[live]
        miss = probability(h_live, k_live, rho) - both[live]
        low[live] = np.where(miss < 0, at, low[live])
        high[live] = np.where(miss > 0, at, high[live])
        step = _halley(h_live, k_live, at, miss)
        new = at - step
        middle = (low[live] + high[live]) / 2
        # A step of rounding size may end on the bracket itself: that is the root.
        inside = (new > low[live]) & (new < high[live]) | (np.abs(step) < _SETTLED)
        new = np.where(inside, new, middle)
        angle[live] = new
        live = live[np.abs(new - at) > _SETTLED]
        if not live.size:
            break
    return np.asarray(np.sin(angle))


def _halley(h: Floats, k: Floats, angle: Floats, miss: Floats) -> Floats:
    rho, cosine = np.sin(angle), np.maximum(np.cos(angle), 1e-12)
    first = np.maximum(density(h, k, np.clip(rho, -1 + 1e-15, 1 - 1e-15)) * cosine, 1e-290)
    newton = miss / first
    slope = _angle_slope(h, k, rho, cosine)
    # Halley's correction doubles or halves a Newton step at the most.
    return np.asarray(newton / np.clip(1 - newton * slope / 2, 0.5, 2.0))


def _angle_slope(h: Floats, k: Floats, rho: Floats, cosine: Floats) -> Floats:
    """The derivative in the angle of the log density by angle."""
    product = h * k
    return np.asarray(product / cosine - (h * h + k * k - 2 * product * rho) * rho / cosine**3)


def _full_error(h: Floats, k: Floats, r: Floats, cells: Floats) -> Floats:
    """sqrt(sum_cells pi influence^2 / n): rho as a function of the shares of 11, of a and of b."""
    n = cells.sum(axis=1, keepdims=True)
    share = cells / n
    spread = np.sqrt((1 - r) * (1 + r))
    by_a, by_b = ndtr((k - r * h) / spread), ndtr((h - r * k) / spread)
    has_a, has_b = np.array([0.0, 0.0, 1.0, 1.0]), np.array([0.0, 1.0, 0.0, 1.0])
    influence = has_a * has_b - by_a[:, None] * has_a - by_b[:, None] * has_b
    centred = influence - (share * influence).sum(axis=1, keepdims=True)
    variance = (share * centred**2).sum(axis=1) / n[:, 0]
    return np.asarray(np.sqrt(variance) / density(h, k, r))
