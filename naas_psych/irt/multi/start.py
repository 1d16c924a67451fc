"""Starting values: slopes along or against a dimension's other items, intercepts from shares."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from naas_psych.irt.engine.start import tally
from naas_psych.irt.multi.structure import Structure
from naas_psych.numerics.arrays import Floats

_LEAST, _STEEPER, _SPECIFIC, _AGAINST = 0.01, 1.2, 0.6, -0.5
#: The logistic curve against the normal ogive.
OGIVE = 1.702
_HIGHEST_COMMUNALITY, _LEAST_ROOT = 0.8, 0.2


def directions(
    categories: NDArray[np.int8], n_categories: NDArray[np.int64], weight: Floats
) -> Floats:
    """1 where higher categories of an item (J,) go with higher scores on the others, -1 against."""
    found = tally(categories, n_categories, weight)
    total = found.counts.sum(axis=1, keepdims=True)
    k = np.arange(found.counts.shape[1])
    mean = (found.counts * k).sum(axis=1, keepdims=True) / total
    rest = (found.counts * found.rest).sum(axis=1, keepdims=True) / total
    joint = (found.counts * (k - mean) * (found.rest - rest)).sum(axis=1)
    return np.where(joint >= 0, 1.0, -1.0)


def confirmatory_slopes(
    free: NDArray[np.bool_],
    categories: NDArray[np.int8],
    n_categories: NDArray[np.int64],
    weight: Floats,
) -> Floats:
    """(J, D): 1 along the other items of the dimension, less where an item has several."""
    found = np.zeros(free.shape)
    for d in range(free.shape[1]):
        own = np.flatnonzero(free[:, d])
        along = directions(np.ascontiguousarray(categories[:, own]), n_categories[own], weight)
        found[own, d] = np.where(along > 0, 1.0, _AGAINST)
    return np.asarray(found / np.sqrt(np.maximum(free.sum(axis=1, keepdims=True), 1)))


def exploratory_slopes(categories: NDArray[np.int8], weight: Floats, n_dimensions: int) -> Floats:
    """(J, D), lower triangular at the top: principal axes of the correlations of categories."""
    present = categories >= 0
    share = weight[:, None] * present
    mean = (share * categories).sum(axis=0) / share.sum(axis=0)
    centred = np.where(present, categories - mean, 0.0)
    products = centred.T @ (weight[:, None] * centred)
    size = np.sqrt(np.diag(products))
    values, vectors = np.linalg.eigh(products / np.outer(size, size))
    loading = vectors[:, : -n_dimensions - 1 : -1] * np.sqrt(
        np.maximum(values[: -n_dimensions - 1 : -1] - 1, _LEAST_ROOT)
    )
    communality = (loading**2).sum(axis=1, keepdims=True)
    loading *= np.sqrt(np.minimum(1, _HIGHEST_COMMUNALITY / communality))
    slopes = OGIVE * loading / np.sqrt(1 - (loading**2).sum(axis=1, keepdims=True))
    turn = np.linalg.qr(slopes[:n_dimensions].T)[0]
    return np.asarray(slopes @ turn)


def start(
    structure: Structure,
    slopes: Floats,
    *,
    categories: NDArray[np.int8],
    weight: Floats,
) -> Floats:
    """z (P,) from primary slopes (J, D); a specific slope has the sign of the first primary one."""
    n_items, d = slopes.shape
    values = np.zeros(structure.where.shape)
    values[:, :d] = slopes
    values[:, d] = _SPECIFIC * np.where(slopes[:, 0] < 0, -1.0, 1.0)
    for j in range(n_items):
        k = int(structure.n_categories[j])
        own = categories[:, j]
        p = np.bincount(own[own >= 0], weight[own >= 0], minlength=k)
        p = np.clip(p / p.sum(), _LEAST, 1 - _LEAST)
        above = np.cumsum((p / p.sum())[::-1])[::-1][1:]
        values[j, d + 1 : d + k] = _STEEPER * np.log(above / (1 - above))
    z = np.zeros(structure.n_free)
    inside = structure.where >= 0
    z[structure.where[inside]] = (structure.sign * values)[inside]
    return z
