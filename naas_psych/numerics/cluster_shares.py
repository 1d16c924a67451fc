"""Shares of persons beyond each of many marks, with draws of their sampling error by cluster.

A share lies between 0 and 1, and one of 0 or 1 in a sample is not known to be that: draws follow a
beta distribution that weighs as much as the persons do after clustering (Korn & Graubard 1998, with
half a person on each side as in Jeffreys's limits).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, expit, logit, ndtr, stdtr, stdtrit

from naas_psych.numerics.arrays import Floats

#: Normal scores at which the quantiles of each share are found; draws are read between them. Those
#: far out are for few clusters, whose t distribution reaches there.
_SCORES = np.concatenate(
    [np.arange(-37.0, -8.0), np.linspace(-8.0, 8.0, 129), np.arange(9.0, 38.0)]
)
_TINY = 1e-12
#: As good as known without clusters.
_MANY = 1e9


def cluster_tails(
    steps: NDArray[np.int64], codes: NDArray[np.int64], weight: Floats, *, shape: tuple[int, int]
) -> Floats:
    """(G, S + 2) weight of each cluster's persons whose step (0 to S) is at least 0 to S + 1."""
    n_clusters, n_steps = shape
    cells = codes * n_steps + steps
    counts = np.bincount(cells, weight, minlength=n_clusters * n_steps)
    found = np.zeros((n_clusters, n_steps + 1))
    table = counts.reshape(n_clusters, n_steps)
    found[:, :-1] = table[:, ::-1].cumsum(axis=1)[:, ::-1]
    return found


@dataclass(frozen=True, eq=False)
class ClusterShares:
    """Shares (M,) among persons from G clusters.

    errors : (G, M) what a cluster adds to the sampling error; their sum of squares is the variance
    unit : variance of a share over p (1 - p), were persons drawn one by one
    sure : (M,) shares that cannot be other than 0 or 1
    df, df_weights : degrees of freedom of clusters as unequal as these, and of the random weights
    """

    share: Floats
    errors: Floats
    unit: float
    sure: NDArray[np.bool_]
    df: float
    df_weights: float

    @property
    def variance(self) -> Floats:
        """(M,) with clusters; never below that of persons drawn one by one."""
        clustered = np.einsum("gm,gm->m", self.errors, self.errors)
        return np.asarray(np.maximum(clustered, self.variance_alone))

    @property
    def variance_alone(self) -> Floats:
        """(M,) were persons drawn one by one."""
        return self.unit * self.share * (1 - self.share)

    def limits(self, level: float, *, alone: bool = False) -> tuple[Floats, Floats]:
        """(M,) lower and upper limit of each share, from sampling only."""
        score = float(stdtrit(_MANY if alone else self.df, 0.5 + level / 2))
        a, b = self._beta(alone=alone)
        # The upper end from the other side: far out a chance of nearly 1 has no digits left.
        ends = betaincinv(a, b, ndtr(-score)), 1 - betaincinv(b, a, ndtr(-score))
        low, high = (np.where(self.sure, self.share, end) for end in ends)
        return np.minimum(low, self.share), np.maximum(high, self.share)

    def draws(self, weights: Iterable[Floats]) -> Floats:
        """(R, M) shares of other samples, from blocks (b, G) of random weights."""
        table, scale = self._quantiles(np.arange(self.share.size)), self._scale()
        return np.concatenate([self._drawn((w @ self.errors) * scale, table) for w in weights])

    def draws_at(self, weights: Floats, which: NDArray[np.int64]) -> Floats:
        """(R,) of the draws of `weights` (R, G) one share each, as far as they are wanted."""
        t = ((weights @ self.errors) * self._scale())[np.arange(which.size), which]
        score, found = self._normal(t), np.empty_like(t)
        columns, place = np.unique(which, return_inverse=True)
        for c, row in enumerate(self._quantiles(columns)):
            mine = place == c
            found[mine] = expit(np.interp(score[mine], _SCORES, row))
        return np.where(self.sure[which], self.share[which], found)

    def _quantiles(self, which: NDArray[np.int64]) -> Floats:
        """Logits of the quantiles of some shares at the normal scores of `_SCORES`."""
        a, b = (each[which, None] for each in self._beta(alone=False))
        lower = betaincinv(a, b, ndtr(_SCORES[_SCORES < 0]))
        upper = betaincinv(b, a, ndtr(-_SCORES[_SCORES >= 0]))
        return np.concatenate([_logit(lower), -_logit(upper)], axis=1)

    def _scale(self) -> Floats:
        """(M,) what makes sums of weighted errors t values."""
        root = np.sqrt(np.einsum("gm,gm->m", self.errors, self.errors))
        n = self.df_weights + 1
        return np.asarray(np.sqrt(self.df_weights / n) / np.where(root > 0, root, np.inf))

    def _normal(self, t: Floats) -> Floats:
        # The weights have the t distribution of so many equal clusters; unequal ones are fewer.
        score = stdtrit(self.df, stdtr(self.df_weights, -np.abs(t))) * -np.sign(t)
        return np.asarray(np.clip(score, _SCORES[0], _SCORES[-1]))

    def _drawn(self, t: Floats, table: Floats) -> Floats:
        score, found = self._normal(t), np.empty_like(t)
        for m in range(t.shape[1]):
            found[:, m] = expit(np.interp(score[:, m], _SCORES, table[m]))
        return np.where(self.sure, self.share, found)

    def _beta(self, *, alone: bool) -> tuple[Floats, Floats]:
        spread = self.share * (1 - self.share)
        n = 1 / self.unit
        variance = self.variance_alone if alone else self.variance
        effective = np.where(variance > _TINY**2, spread / np.maximum(variance, _TINY**2), n)
        return self.share * effective + 0.5, (1 - self.share) * effective + 0.5


def _logit(quantiles: Any) -> Floats:
    return np.asarray(logit(np.clip(quantiles, 1e-300, 1 - 1e-16)))


def cluster_shares(
    counted: Floats, size: Floats, *, unit: float, sure: NDArray[np.bool_]
) -> ClusterShares:
    """Shares from the weight (G, M) that counts in each cluster, and its whole weight (G,).

    unit : sum of squared weights of persons over the square of their sum
    """
    total = size.sum()
    share = np.clip(counted.sum(axis=0) / total, 0.0, 1.0)
    held = size / total
    # A cluster pulls the share towards itself: its distance is that much too small.
    pull = np.sqrt(np.clip(1 - held, 0.5, 1.0))
    errors = (counted - size[:, None] * share) / total / pull[:, None]
    kish = 1 / float((held**2).sum())
    return ClusterShares(
        share=share,
        errors=errors,
        unit=unit,
        sure=sure,
        df=max(kish - 1, 1.0),
        df_weights=float(max(size.size - 1, 1)),
    )
