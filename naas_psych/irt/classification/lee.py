"""Outcomes from total scores, right and repeated by a response model (Lee 2010).

At each theta the model gives the distribution of the total (Lord & Wingersky 1984). The true
outcome is that of the expected total; two sittings are independent given theta.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from naas_psych.irt.classification.steps import steps
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.classification.crossed import Crossed

#: A total this near a cut stands on it.
_NEAR = 1e-9


@dataclass(frozen=True)
class Reaching:
    """Shares of all persons who reach each of C cuts, in rising order.

    both : (..., C, C) truly reach the cut of the row, and are observed to reach that of the column
    twice : (..., C, C) reach the cut of the row on one form, and that of the column on another
    truly, observed : (..., C)

    Every table of outcomes follows: of one cut (`each`), and of several at once (`crossed`).
    """

    both: Floats
    twice: Floats
    truly: Floats
    observed: Floats

    def each(self) -> Crossed:
        """Two outcomes for each cut by itself: tables (..., C, 2, 2)."""
        return Crossed(
            _two_by_two(_diagonal(self.both), self.truly, self.observed),
            _two_by_two(_diagonal(self.twice), self.observed, self.observed),
        )

    def crossed(self, cuts: Any = None) -> Crossed:
        """K outcomes between the K - 1 cuts at these places (default: all): tables (..., K, K)."""
        at = np.arange(self.truly.shape[-1]) if cuts is None else np.asarray(cuts)
        truly, observed = self.truly[..., at], self.observed[..., at]
        square = (..., at[:, None], at)
        return Crossed(
            _cells(self.both[square], truly, observed),
            _cells(self.twice[square], observed, observed),
        )


def reaching(distribution: Floats, expected: Floats, weight: Floats, *, cuts: Any) -> Reaching:
    """Shares who reach each cut, over the density of theta (the D method).

    Parameters
    ----------
    distribution : (S + 1, ..., Q) chance of each total 0 to S at equally spaced nodes of theta
    expected : (..., Q) expected total there
    weight : (..., Q) share of persons at each node, a smooth density times the nodes' distance
    cuts : (C,) totals from which the higher outcome is reached, in rising order; may be fractions

    The leading dimensions (draws of the parameters, groups) are kept. Where the expected total
    crosses a cut the sum is corrected (see `steps`), so that the jump costs no accuracy.
    """
    cuts = np.asarray(cuts, float)
    return _reaching(
        upper_shares(distribution, cuts), steps(np.asarray(expected, float), cuts), weight
    )


def reaching_at(distribution: Floats, expected: Floats, weight: Floats, *, cuts: Any) -> Reaching:
    """The same over points of theta as they are, such as persons' estimates (the P method)."""
    cuts = np.asarray(cuts, float)
    above = expected >= cuts.reshape(-1, *(1,) * expected.ndim) - _NEAR
    return _reaching(upper_shares(distribution, cuts), above.astype(float), weight)


def by_cut(distribution: Floats, expected: Floats, weight: Floats, *, cuts: Any) -> Crossed:
    """`reaching(...).each()` for many cuts and draws, at the cost of one sum a cut."""
    cuts = np.asarray(cuts, float)
    upper, truly = upper_shares(distribution, cuts), steps(np.asarray(expected, float), cuts)
    heavy = upper * weight
    observed = np.einsum("c...q->...c", heavy)
    true = np.einsum("c...q,...q->...c", truly, weight)
    both = np.einsum("c...q,c...q->...c", truly, heavy)
    twice = np.einsum("c...q,c...q->...c", upper, heavy)
    return Crossed(_two_by_two(both, true, observed), _two_by_two(twice, observed, observed))


def upper_shares(distribution: Floats, cuts: Floats) -> Floats:
    """(C, ..., Q) chance of a total at or above each cut, from chances (S + 1, ..., Q)."""
    least = np.ceil(np.asarray(cuts, float) - _NEAR).astype(int).clip(0, len(distribution))
    tails = np.zeros((len(distribution) + 1, *distribution.shape[1:]))
    tails[:-1] = distribution[::-1].cumsum(axis=0)[::-1]
    return np.asarray(tails[least])


def _reaching(upper: Floats, truly: Floats, weight: Floats) -> Reaching:
    heavy = upper * weight
    return Reaching(
        both=np.einsum("c...q,d...q->...cd", truly, heavy),
        twice=np.einsum("c...q,d...q->...cd", upper, heavy),
        truly=np.einsum("c...q,...q->...c", truly, weight),
        observed=np.einsum("c...q->...c", heavy),
    )


def _diagonal(square: Floats) -> Floats:
    return np.asarray(np.diagonal(square, axis1=-2, axis2=-1))


def _two_by_two(both: Floats, row: Floats, column: Floats) -> Floats:
    neither = 1 - row - column + both
    rows = [np.stack([neither, column - both], -1), np.stack([row - both, both], -1)]
    return np.stack(rows, axis=-2)


def _cells(both: Floats, row: Floats, column: Floats) -> Floats:
    """(..., K, K) shares of outcomes, from shares that reach both cuts and each."""
    k = row.shape[-1] + 1
    found = np.zeros((*row.shape[:-1], k + 1, k + 1))
    found[..., 0, 0] = 1.0
    found[..., 1:k, 0], found[..., 0, 1:k] = row, column
    found[..., 1:k, 1:k] = both
    # Differences of nearly equal shares may fall short of 0 by their rounding.
    return np.maximum(-np.diff(-np.diff(found, axis=-2), axis=-1), 0.0)
