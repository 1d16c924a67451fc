"""Reported parameters (a, b, c, d) from the values of a family, with their derivatives.

Delta method: the covariance of what is reported is J V J', with V that of the free parameters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from scipy.special import expit

from naas_psych.irt.families.divided import DIVIDED
from naas_psych.irt.families.guessing import GUESSING
from naas_psych.irt.model import Batch, TestModel, by_batch
from naas_psych.numerics.arrays import Floats

#: Below this a slope is too flat for a location to mean anything.
FLAT = 1e-3


@dataclass(frozen=True)
class Parameters:
    """a, c, d : (J,); b : (J, M); slopes, intercepts : (J, K). NaN where a model has no such thing.

    location : (J,) the mean of an item's b
    """

    a: Floats
    b: Floats
    location: Floats
    c: Floats
    d: Floats
    slopes: Floats
    intercepts: Floats


@dataclass(frozen=True)
class _Sight:
    """One reported number of every item of a batch: value (n,), derivative in the values (n, V)."""

    value: Floats
    change: Floats


def reported(model: TestModel, x: Floats) -> Parameters:
    """What is reported at x."""
    found = _blank(model)
    for batch, values in by_batch(model, x):
        for name, place, sight in _sights(batch, values):
            getattr(found, name)[(batch.items, *place)] = sight.value
    return found


def reported_errors(model: TestModel, x: Floats, covariance: Floats) -> Parameters:
    """Standard errors of what is reported; 0 for what is fixed becomes NaN: it has no error."""
    found = _blank(model)
    for batch, values in by_batch(model, x):
        own = covariance[batch.where[:, :, None], batch.where[:, None, :]]
        for name, place, sight in _sights(batch, values):
            free = sight.change @ batch.design.basis
            variance = np.einsum("np,npr,nr->n", free, own, free)
            fixed = ~free.any(axis=1)
            error = np.sqrt(np.where((variance >= 0) & ~fixed, variance, np.nan))
            getattr(found, name)[(batch.items, *place)] = error
    return found


def _blank(model: TestModel) -> Parameters:
    j, k = model.n_categories.size, int(model.n_categories.max())
    shapes = {"b": (j, k - 1), "slopes": (j, k), "intercepts": (j, k)}
    return Parameters(
        **{f.name: np.full(shapes.get(f.name, (j,)), np.nan) for f in fields(Parameters)}
    )


def _sights(batch: Batch, values: Floats) -> Sequence[tuple[str, tuple[int, ...], _Sight]]:
    if batch.model == "nominal":
        return _nominal(values)
    if batch.design.family is GUESSING:
        return _guessing(values)
    if batch.design.family is DIVIDED:
        return _steps(values)
    return _boundaries(values)


def _ends(values: Floats) -> list[tuple[str, tuple[int, ...], _Sight]]:
    """Asymptotes that a model does not have are 0 and 1."""
    n, still = values.shape[0], np.zeros_like(values)
    return [("c", (), _Sight(np.zeros(n), still)), ("d", (), _Sight(np.ones(n), still))]


def _location(values: Floats, a: int, plus: int, minus: int | None = None) -> _Sight:
    """b = -(values[plus] - values[minus]) / a; undefined where a is flat."""
    slope = np.where(np.abs(values[:, a]) < FLAT, np.nan, values[:, a])
    height = values[:, plus] - (values[:, minus] if minus is not None else 0.0)
    change = np.zeros_like(values)
    change[:, a] = height / slope**2
    change[:, plus] = -1 / slope
    if minus is not None:
        change[:, minus] = 1 / slope
    return _Sight(-height / slope, change)


def _unit(values: Floats, at: int) -> _Sight:
    change = np.zeros_like(values)
    change[:, at] = 1.0
    return _Sight(values[:, at], change)


def _steps(values: Floats) -> list[tuple[str, tuple[int, ...], _Sight]]:
    """Where two neighbouring categories are equally likely."""
    m = values.shape[1] // 2
    steps = [("b", (k,), _location(values, 0, m + k, m + k - 1 if k else None)) for k in range(m)]
    return [("a", (), _unit(values, 0)), *steps, _middle(steps), *_ends(values)]


def _middle(
    places: Sequence[tuple[str, tuple[int, ...], _Sight]],
) -> tuple[str, tuple[int, ...], _Sight]:
    """The mean of all steps or boundaries of an item."""
    sights = [sight for _, _, sight in places]
    value = np.mean([sight.value for sight in sights], axis=0)
    change = np.mean([sight.change for sight in sights], axis=0)
    return ("location", (), _Sight(value, change))


def _boundaries(values: Floats) -> list[tuple[str, tuple[int, ...], _Sight]]:
    """Where the score is as likely to reach a category as not."""
    bounds = [("b", (k,), _location(values, 0, 1 + k)) for k in range(values.shape[1] - 1)]
    return [("a", (), _unit(values, 0)), *bounds, _middle(bounds), *_ends(values)]


def _guessing(values: Floats) -> list[tuple[str, tuple[int, ...], _Sight]]:
    ends = []
    for name, at in (("c", 2), ("d", 3)):
        p = expit(values[:, at])
        change = np.zeros_like(values)
        change[:, at] = p * expit(-values[:, at])
        ends.append((name, (), _Sight(p, change)))
    place = _location(values, 0, 1)
    return [("a", (), _unit(values, 0)), ("b", (0,), place), ("location", (), place), *ends]


def _nominal(values: Floats) -> list[tuple[str, tuple[int, ...], _Sight]]:
    m = values.shape[1] // 2
    none = _Sight(np.zeros(values.shape[0]), np.zeros_like(values))
    found: list[tuple[str, tuple[int, ...], _Sight]] = [("slopes", (0,), none)]
    found.append(("intercepts", (0,), none))
    for k in range(m):
        found.append(("slopes", (k + 1,), _unit(values, k)))
        found.append(("intercepts", (k + 1,), _unit(values, m + k)))
    return found
