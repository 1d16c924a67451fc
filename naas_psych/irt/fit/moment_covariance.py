"""First and second moments of the scores under a model: expectation and covariance.

The moments are J or more univariate means and the J(J-1)/2 mean products of two items' scores, each
score less its expectation: M2 and its kin do not change when moments are recombined linearly, and
so centred their covariance is close to diagonal. That covariance is never formed. Given theta the
items are independent, so that it takes a vector to another in a few products of J x Q matrices.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats


@dataclass(frozen=True)
class Expected:
    """J items at Q nodes, with U univariate functions: scores, or indicators of categories.

    weight : (Q,) share of persons at each node
    centre : (J,) expected score over all of them
    mean : (J, Q) expected score less `centre`; variance : (J, Q)
    item, category : (U,) of each univariate function, in order of items; category -1 for the score
    first, second : (U, Q) expectation of the function and of its square
    product : (U, Q) its covariance with its item's score

    Two indicators of one item are never 1 together: their expected product is 0.
    """

    weight: Floats
    centre: Floats
    mean: Floats
    variance: Floats
    item: NDArray[np.int64]
    category: NDArray[np.int64]
    first: Floats
    second: Floats
    product: Floats

    @cached_property
    def pairs(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Row and column of each pair of items."""
        return np.triu_indices(self.centre.size, 1)

    @cached_property
    def starts(self) -> NDArray[np.intp]:
        """(J,) the first univariate function of each item."""
        return np.searchsorted(self.item, np.arange(self.centre.size))

    @cached_property
    def variance_product(self) -> Floats:
        """(J, J) expected product of two items' variances given theta."""
        return np.asarray((self.variance * self.weight) @ self.variance.T)

    @property
    def n_moments(self) -> int:
        return self.item.size + self.pairs[0].size


def expected_moments(
    probability: Floats, weight: Floats, n_categories: NDArray[np.int64], *, by_category: bool
) -> Expected:
    """From probabilities (J, K, Q) and weights (Q,) of the nodes.

    by_category : one univariate moment for each category above the lowest (C2); else each item's
        mean score (M2, M2*)
    """
    score = np.arange(probability.shape[1])[:, None]
    raw = (probability * score).sum(axis=1)
    square = (probability * score**2).sum(axis=1)
    centre = raw @ weight
    if by_category:
        item, category = np.nonzero(score[1:, 0] < n_categories[:, None])
        category = category + 1
        first = probability[item, category]
        second, product = first, first * (category[:, None] - raw[item])
    else:
        item, category = np.arange(centre.size), np.full(centre.size, -1)
        first, second, product = raw, square, square - raw**2
    return Expected(
        weight=weight,
        centre=centre,
        mean=raw - centre[:, None],
        variance=square - raw**2,
        item=item,
        category=category,
        first=first,
        second=second,
        product=product,
    )


def expectation(e: Expected) -> Floats:
    """(U + pairs,) the moments expected over all persons."""
    return np.concatenate([e.first @ e.weight, ((e.mean * e.weight) @ e.mean.T)[e.pairs]])


def covariance_times(e: Expected, v: Floats) -> Floats:
    """The covariance of one person's moments, times v (U + pairs,).

    With T = sum_a u_a y_a + sum_(i<j) V_ij x_i x_j, of deviations x = m + r where r is independent
    over items given theta, the covariance of each moment with T is the mean of the covariance given
    theta, plus the covariance of the expectations given theta.
    """
    n = e.item.size
    u, square = v[:n, None], np.zeros((e.centre.size, e.centre.size))
    square[e.pairs] = v[n:]
    square += square.T
    others = square @ e.mean
    own = np.add.reduceat(u * e.first, e.starts)
    total = own.sum(axis=0) + 0.5 * (e.mean * others).sum(axis=0)
    rise = e.weight * (total - e.weight @ total)
    slope = np.add.reduceat(u * e.product, e.starts) + e.variance * others
    univariate = e.second * u - e.first * own[e.item] + e.product * others[e.item]
    half = (e.mean * e.weight) @ slope.T + 0.5 * (e.mean * rise) @ e.mean.T
    products = half + half.T + e.variance_product * square
    return np.concatenate([univariate @ e.weight + e.first @ rise, products[e.pairs]])


def deviations(e: Expected) -> Floats:
    """(U + pairs,) standard deviation of one person's moments: the root of the diagonal."""
    univariate = e.second @ e.weight - (e.first @ e.weight) ** 2
    square = e.variance + e.mean**2
    products = (square * e.weight) @ square.T - ((e.mean * e.weight) @ e.mean.T) ** 2
    return np.asarray(np.sqrt(np.concatenate([univariate, products[e.pairs]])))
