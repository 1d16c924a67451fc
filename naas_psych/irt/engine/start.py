"""Starting values: from how many chose each category, and how their other items went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.irt.engine.compiled import compiled
from naas_psych.irt.families.divided import DIVIDED
from naas_psych.irt.families.graded import GRADED
from naas_psych.irt.model import Batch, TestModel
from naas_psych.numerics.arrays import Floats

#: Proportions are kept off 0 and 1; a logistic item with slope 1 is steeper than its logit says.
_LEAST, _STEEPER = 0.01, 1.2
#: An item that goes against the others starts against them, so that it can be seen and flagged.
_AGAINST = -0.5
_GUESS_SHARE, _FEW = 0.16, -3.0


@dataclass(frozen=True)
class Tally:
    """counts : (J, K) weighted persons; rest : (J, K) their mean on the other items, 0 to 1."""

    counts: Floats
    rest: Floats


def tally(categories: NDArray[np.int8], n_categories: NDArray[np.int64], weight: Floats) -> Tally:
    """One pass over the persons."""
    shape = (n_categories.size, int(n_categories.max()))
    counts, sums = np.zeros(shape), np.zeros(shape)
    compiled(_add)(categories, n_categories, weight, counts, sums)
    return Tally(counts, sums / np.maximum(counts, 1e-12))


def _add(categories: Any, n_categories: Any, weight: Any, counts: Any, sums: Any) -> None:
    for n in range(categories.shape[0]):
        total = 0.0
        met = 0
        for j in range(categories.shape[1]):
            if categories[n, j] >= 0:
                total += categories[n, j] / (n_categories[j] - 1)
                met += 1
        for j in range(categories.shape[1]):
            k = categories[n, j]
            if k >= 0:
                counts[j, k] += weight[n]
                if met > 1:
                    own = k / (n_categories[j] - 1)
                    sums[j, k] += weight[n] * (total - own) / (met - 1)


def start(model: TestModel, found: Tally) -> Floats:
    """Free parameters (P,) to begin from; what several items share begins at their mean."""
    x = np.zeros(model.n_free)
    times = np.zeros(model.n_free)
    for batch in model.batches:
        counts = found.counts[batch.items, : batch.n_categories]
        rest = found.rest[batch.items, : batch.n_categories]
        wanted = _values(batch, counts, rest) - np.where(
            np.isfinite(batch.design.offset), batch.design.offset, 0.0
        )
        local = wanted @ np.linalg.pinv(batch.design.basis).T
        np.add.at(x, batch.where, local)
        np.add.at(times, batch.where, 1.0)
    return x / times


def _values(batch: Batch, counts: Floats, rest: Floats) -> Floats:
    """Values (n, V) of a batch, before its constraint."""
    p = np.clip(counts / counts.sum(axis=1, keepdims=True), _LEAST, 1 - _LEAST)
    p = p / p.sum(axis=1, keepdims=True)
    slope = np.where(_goes_along(counts, rest), 1.0, _AGAINST)[:, None]
    if batch.design.family is DIVIDED:
        steps = np.arange(1, batch.n_categories)
        if batch.model == "nominal":
            return np.concatenate([_free_slopes(rest), np.log(p[:, 1:] / p[:, :1])], axis=1)
        return np.concatenate([slope * steps, _STEEPER * np.log(p[:, 1:] / p[:, :1])], axis=1)
    above = np.flip(np.cumsum(np.flip(p, axis=1), axis=1), axis=1)[:, 1:]
    intercepts = _STEEPER * np.log(above / (1 - above))
    if batch.design.family is GRADED:
        return np.concatenate([slope, intercepts], axis=1)
    guess = np.log(_GUESS_SHARE / (1 - _GUESS_SHARE))
    ends = np.broadcast_to([guess, -_FEW], (p.shape[0], 2))
    return np.concatenate([slope, intercepts, ends], axis=1)


def _goes_along(counts: Floats, rest: Floats) -> NDArray[np.bool_]:
    """Whether higher categories go with higher scores on the other items."""
    total = counts.sum(axis=1, keepdims=True)
    k = np.arange(counts.shape[1])
    score_mean = (counts * k).sum(axis=1, keepdims=True) / total
    rest_mean = (counts * rest).sum(axis=1, keepdims=True) / total
    joint = (counts * (k - score_mean) * (rest - rest_mean)).sum(axis=1)
    return np.asarray(joint >= 0)


def _free_slopes(rest: Floats) -> Floats:
    """One step from category to category, in the order of their choosers' other scores."""
    rank = np.argsort(np.argsort(rest, axis=1, kind="stable"), axis=1).astype(float)
    return np.asarray(rank[:, 1:] - rank[:, :1])
