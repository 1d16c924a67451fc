"""How the moments of the scores move with the parameters: a Jacobian that is never written out.

The product of two items' scores moves with the parameters of these two only, so that J x p x J
numbers say it all where the matrix of 300 items would have 45,150 x 600.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.irt.fit.moment_covariance import Expected
from naas_psych.numerics.arrays import Floats


@dataclass(frozen=True)
class Gradients:
    """How the model moves with its P parameters.

    by_category : (J, p, K, Q) derivative of the probabilities in the parameters of each item
    where : (J, p) their places among the P, -1 where there is none
    log_weight : (H, Q) derivative of the log weights in the group's H free parameters
    group_where : (H,) places of these
    n_parameters : P
    """

    by_category: Floats
    where: NDArray[np.int64]
    log_weight: Floats
    group_where: NDArray[np.int64]
    n_parameters: int


@dataclass(frozen=True)
class Slopes:
    """Derivatives of moments, each times its scale.

    univariate : (U, p) in the parameters of the function's item
    product : (J, p, J) of the product with each other item, in the parameters of the first
    group : (H, U + pairs)
    """

    expected: Expected
    gradients: Gradients
    univariate: Floats
    product: Floats
    group: Floats


def slopes_of(e: Expected, g: Gradients, scale: Floats) -> Slopes:
    """Of the moments times `scale` (U + pairs,)."""
    n = e.item.size
    score = np.arange(g.by_category.shape[2])
    of_score = np.tensordot(g.by_category, score, axes=(2, 0)) * e.weight
    product = of_score @ e.mean.T * _square(e, scale[n:])[:, None, :]
    whole = g.by_category @ e.weight
    univariate = np.where(
        (e.category < 0)[:, None],
        (whole @ score)[e.item],
        whole[e.item, :, np.maximum(e.category, 0)],
    )
    moved = [_group(e, e.weight * one) for one in g.log_weight]
    group = np.array(moved).reshape(len(moved), e.n_moments)
    return Slopes(e, g, univariate * scale[:n, None], product, group * scale)


def _group(e: Expected, weight: Floats) -> Floats:
    return np.concatenate([e.first @ weight, ((e.mean * weight) @ e.mean.T)[e.pairs]])


def _square(e: Expected, pairs: Floats) -> Floats:
    """A number for each pair as a symmetric matrix with a diagonal of 0."""
    found = np.zeros((e.centre.size, e.centre.size))
    found[e.pairs] = pairs
    return found + found.T


def onto_moments(s: Slopes, parameters: Floats) -> Floats:
    """The Jacobian times parameters (P,)."""
    e, g = s.expected, s.gradients
    local = np.where(g.where >= 0, parameters[g.where], 0.0)
    univariate = (s.univariate * local[e.item]).sum(axis=1)
    half = np.einsum("jpo,jp->jo", s.product, local)
    found = np.concatenate([univariate, (half + half.T)[e.pairs]])
    return np.asarray(found + parameters[g.group_where] @ s.group)


def onto_parameters(s: Slopes, moments: Floats) -> Floats:
    """The Jacobian's transpose times moments (U + pairs,)."""
    e, g = s.expected, s.gradients
    n = e.item.size
    univariate = np.add.reduceat(s.univariate * moments[:n, None], e.starts)
    products = np.einsum("jpo,jo->jp", s.product, _square(e, moments[n:]))
    found = np.zeros(g.n_parameters)
    there = g.where >= 0
    np.add.at(found, g.where[there], (univariate + products)[there])
    found[g.group_where] += s.group @ moments
    return found


def gram(s: Slopes) -> Floats:
    """(P, P) products of the Jacobian's columns."""
    e, g = s.expected, s.gradients
    n_items, n_local = g.where.shape
    local = np.einsum("jpo,orj->jpor", s.product, s.product)
    one = np.arange(n_items)
    local[one, :, one, :] = np.einsum("jpo,jro->jpr", s.product, s.product)
    own = s.univariate[:, :, None] * s.univariate[:, None, :]
    local[one, :, one, :] += np.add.reduceat(own, e.starts)
    there = (g.where >= 0).ravel()
    at = g.where.ravel()[there]
    found = np.zeros((g.n_parameters, g.n_parameters))
    size = n_items * n_local
    np.add.at(found, np.ix_(at, at), local.reshape(size, size)[np.ix_(there, there)])
    for row, place in zip(s.group, g.group_where, strict=True):
        column = onto_parameters(s, row)
        found[place, :] = column
        found[:, place] = column
    return found
