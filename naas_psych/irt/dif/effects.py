"""What a difference of item parameters comes to: in location, in slope, and in expected points.

Every number has its standard error by the delta method. Differences are focal minus reference; of
the location that is the literature's b_F - b_R, above 0 where the item is harder for the focal
group; of the expected score it is below 0 then.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from naas_psych.irt.families.divided import DIVIDED
from naas_psych.irt.families.graded import GRADED
from naas_psych.irt.grid import normal_log_weight
from naas_psych.irt.model import Batch, TestModel
from naas_psych.irt.reported import FLAT
from naas_psych.numerics.arrays import Floats


@dataclass(frozen=True)
class Valued:
    """A number with its derivative in the values of the reference and of the focal group (V,)."""

    value: float
    reference: Floats
    focal: Floats


@dataclass(frozen=True)
class Effect:
    """An estimate and its standard error, NaN where undefined."""

    value: float
    se: float


@dataclass(frozen=True)
class ItemEffects:
    """Of one item, focal minus reference.

    location, slope : of the parameters
    expected : mean difference of the expected score over the focal group's theta (SIDS)
    absolute : the same of the size of the difference (UIDS)
    standardised : `expected` in pooled SDs of the expected score (ESSD, Meade 2010)
    """

    location: Effect
    slope: Effect
    expected: Effect
    absolute: float
    standardised: float


def batch_of(model: TestModel, column: int) -> tuple[Batch, int]:
    """The batch that holds a column of the model, and its row there."""
    for batch in model.batches:
        row = np.flatnonzero(batch.items == column)
        if row.size:
            return batch, int(row[0])
    raise ValueError(f"the model has no column {column}")


def item_effects(
    batch: Batch,
    reference: Floats,
    focal: Floats,
    *,
    scores: Floats,
    theta: Floats,
    normal: tuple[float, float],
    covariance: Floats,
) -> ItemEffects:
    """Effects of one item.

    Parameters
    ----------
    reference, focal : (V,) values of the item in each group
    scores : (K,) what each category is worth
    normal : mean and log SD of the focal group
    covariance : (2 V + 2, 2 V + 2) of the values of both groups and of these two
    """
    none = np.zeros(2)
    location = _difference(location_of(batch, reference), location_of(batch, focal))
    slope = _difference(slope_of(batch, reference), slope_of(batch, focal))
    own = _Curves(batch, np.stack([reference, focal]), scores, theta=theta, normal=normal)
    expected, by_moment = own.mean_difference()
    return ItemEffects(
        location=_effect(location, none, covariance),
        slope=_effect(slope, none, covariance),
        expected=_effect(expected, by_moment, covariance),
        absolute=own.absolute(),
        standardised=own.standardised(),
    )


def _effect(found: Valued, by_moment: Floats, covariance: Floats) -> Effect:
    change = np.concatenate([found.reference, found.focal, by_moment])
    if not np.isfinite(change).all():
        return Effect(np.nan, np.nan)
    variance = float(change @ covariance @ change) if change.any() else np.nan
    return Effect(found.value, float(np.sqrt(variance)) if variance >= 0 else np.nan)


def _difference(reference: tuple[float, Floats], focal: tuple[float, Floats]) -> Valued:
    return Valued(focal[0] - reference[0], -reference[1], focal[1])


def location_of(batch: Batch, values: Floats) -> tuple[float, Floats]:
    """The mean of an item's b: minus its mean intercept over its slope."""
    pick = np.zeros(values.size)
    if batch.design.family is DIVIDED:
        pick[-1] = 1 / (values.size // 2)
    elif batch.design.family is GRADED:
        pick[1:] = 1 / (values.size - 1)
    else:
        pick[1] = 1.0
    a = values[0]
    if batch.model == "nominal" or abs(a) < FLAT:
        return np.nan, np.full(values.size, np.nan)
    height = float(pick @ np.where(np.isfinite(values), values, 0.0))
    change = -pick / a
    change[0] += height / a**2
    return -height / a, change


def slope_of(batch: Batch, values: Floats) -> tuple[float, Floats]:
    """The slope, NaN where the model fixes it or has none."""
    fixed = not batch.design.basis[0].any() or batch.model == "nominal"
    change = np.zeros(values.size)
    change[0] = 1.0
    return (np.nan, np.full(values.size, np.nan)) if fixed else (float(values[0]), change)


class _Curves:
    """Expected scores of the reference and focal `values` (2, V) over the focal distribution."""

    def __init__(
        self,
        batch: Batch,
        both: Floats,
        scores: Floats,
        *,
        theta: Floats,
        normal: tuple[float, float],
    ) -> None:
        self._mean, self._sd, self._theta = normal[0], np.exp(normal[1]), theta
        log_weight = normal_log_weight(theta, np.array([self._mean]), np.array([self._sd]))[0]
        self._weight = np.exp(log_weight) / np.exp(log_weight).sum()
        family, k = batch.design.family, scores.size
        p = np.exp(family.log_probabilities(both, theta, k))
        self._expected = np.einsum("k,gkq->gq", scores, p)
        by_value = family.scores(both, theta, k)
        self._slopes = np.einsum("k,gkq,gvkq,q->gv", scores, p, by_value, self._weight)

    def mean_difference(self) -> tuple[Valued, Floats]:
        """SIDS, with its derivative in the mean and the log SD of the focal group."""
        gap = self._expected[1] - self._expected[0]
        u = (self._theta - self._mean) / self._sd
        raw = np.stack([u / self._sd, u * u])
        centred = raw - (raw @ self._weight)[:, None]
        found = Valued(float(gap @ self._weight), -self._slopes[0], self._slopes[1])
        return found, np.asarray(centred @ (gap * self._weight))

    def absolute(self) -> float:
        return float(np.abs(self._expected[1] - self._expected[0]) @ self._weight)

    def standardised(self) -> float:
        mean = self._expected @ self._weight
        variance = ((self._expected - mean[:, None]) ** 2 @ self._weight).mean()
        return float((mean[1] - mean[0]) / np.sqrt(variance)) if variance > 0 else np.nan
