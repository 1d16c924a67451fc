"""Errors that hold for persons of one site who are alike, and for spreads that differ (CR2).

The sandwich with the adjustment that makes it unbiased when the model's own errors are right, and
Satterthwaite's degrees of freedom: Bell & McCaffrey (2002), Pustejovsky & Tipton (2018). Without
sites each person is a site of one, and this is HC2; of two means the error is Welch's. Weighted
fits are adjusted after whitening, where clubSandwich does so before: both are unbiased under the
model, and they differ in the third digit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.regression.fits import Fit

#: An eigenvalue of 1 - leverage below this is 0: a site alone decides on a coefficient.
_NONE = 1e-8


@dataclass(frozen=True, eq=False)
class Spread:
    """Error of a combination of coefficients: se, its degrees of freedom, parts (G,) of each site.

    se is the root of the sum of squared parts, so that errors of two fits can be compared.
    """

    se: float
    df: float
    parts: Floats


def spread(fit: Fit, weights: Floats, sites: NDArray[np.int64] | None) -> Spread:
    """Error of weights (P,) @ coefficients; sites (N,) are codes from 0, None for none."""
    if sites is None:
        return _of_persons(fit, weights)
    order = np.argsort(sites, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(sites[order]) > 0])
    cross = _cross_products(fit.design[order], starts)
    scores = np.add.reduceat(fit.scores[order], starts, axis=0)
    adjusted = _adjustments(fit.bread, cross)
    aimed = adjusted @ (fit.bread @ weights)
    parts = (aimed * scores).sum(axis=1)
    reach = (cross @ aimed[:, :, None])[:, :, 0]
    lengths = (aimed * reach).sum(axis=1)
    return _spread(parts, lengths, reach, fit.bread)


def _of_persons(fit: Fit, weights: Floats) -> Spread:
    aim = fit.bread @ weights
    along = fit.design @ aim
    rest = 1 - ((fit.design @ fit.bread) * fit.design).sum(axis=1)
    root = np.where(rest > _NONE, 1 / np.sqrt(np.maximum(rest, _NONE)), 0.0)
    return _spread(
        root * (fit.scores @ aim),
        (root * along) ** 2,
        fit.design * (root * along)[:, None],
        fit.bread,
    )


def _cross_products(design: Floats, starts: NDArray[np.int64]) -> Floats:
    """(G, P, P) design' design of each site."""
    ends = np.r_[starts[1:], design.shape[0]]
    blocks = [
        design[a:b].T @ design[a:b] for a, b in zip(starts.tolist(), ends.tolist(), strict=True)
    ]
    return np.array(blocks)


def _adjustments(bread: Floats, cross: Floats) -> Floats:
    """(G, P, P) (1 - bread cross)^(-1/2) of each site: x' (1 - leverage)^(-1/2) = this' x'."""
    root = np.linalg.cholesky(bread)
    values, vectors = np.linalg.eigh(root.T @ cross @ root)
    rest = 1 - values
    inverse = np.where(rest > _NONE, 1 / np.sqrt(np.maximum(rest, _NONE)), 0.0)
    middle = (vectors * inverse[:, None, :]) @ vectors.transpose(0, 2, 1)
    found: Floats = root @ middle @ np.linalg.inv(root)
    return found


def _spread(parts: Floats, lengths: Floats, reach: Floats, bread: Floats) -> Spread:
    """Parts of the variance, and the degrees of freedom of their sum: 2 mean^2 / variance."""
    own = lengths - ((reach @ bread) * reach).sum(axis=1)
    among = bread @ (reach.T @ reach)
    squares = float(
        (lengths**2).sum() - 2 * (lengths * (lengths - own)).sum() + (among * among.T).sum()
    )
    df = float(own.sum() ** 2 / squares) if squares > 0 else np.nan
    return Spread(float(np.sqrt((parts**2).sum())), df, parts)
