"""What a caller asks for, checked before anything is computed."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.irt.designs import DESIGNS
from naas_psych.irt.engine.search import Settings
from naas_psych.irt.priors import Prior, checked
from naas_psych.irt.refusal import Refused
from naas_psych.numerics.arrays import Floats

ESTIMATORS = ("mml", "cml")
ERRORS = ("observed", "crossprod", "sandwich")
FEWEST_NODES = 11


def one_of(name: str, value: object, allowed: tuple[str, ...]) -> None:
    """Refuse a word that is not among those allowed."""
    if value not in allowed:
        raise Refused(
            f"bad_{name}", f"{name} = {value!r} is not known", f"use one of {', '.join(allowed)}"
        )


def above(name: str, value: Any, least: float, *, whole: bool = False) -> None:
    """Refuse what is no number (or no whole one) of at least `least`."""
    kinds = (int, np.integer) if whole else (int, float, np.integer, np.floating)
    sound = isinstance(value, kinds) and not isinstance(value, bool) and np.isfinite(value)
    if not sound or value < least:
        kind = "a whole number" if whole else "a number"
        raise Refused(
            f"bad_{name}",
            f"{name} = {value!r} is not allowed",
            f"give {kind} of at least {least:g}",
        )


def settings_of(tolerance: Any, relative: Any, max_cycles: Any) -> Settings:
    """When a search ends.

    Raises
    ------
    Refused
        No numbers, or too small ones.
    """
    above("tolerance", tolerance, 1e-12)
    above("relative", relative, 1e-15)
    above("max_cycles", max_cycles, 1, whole=True)
    return Settings(float(tolerance), float(relative), int(max_cycles))


def threads_of(threads: int | None) -> int:
    """The threads asked for, or as many as there are cores that this process may use.

    Raises
    ------
    Refused
        No whole number of at least 1.
    """
    if threads is not None:
        above("threads", threads, 1, whole=True)
        return threads
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def refuse_few_patterns(n_categories: NDArray[np.int64], n_parameters: int) -> None:
    """Patterns of responses are the data: they must outnumber the parameters.

    Raises
    ------
    Refused
        They do not.
    """
    patterns = float(np.log(n_categories).sum())
    if patterns < np.log(n_parameters + 1) - 1e-9:
        raise Refused(
            "not_identified",
            f"{n_parameters} parameters cannot be told apart by {np.exp(patterns):.0f} patterns",
            "use more items, or a model with fewer parameters, such as rasch",
        )


def case_weights(weights: Any, n_persons: int) -> Floats:
    """Case weights (N,) as given, or 1 for everybody.

    Raises
    ------
    Refused
        Not one number of at least 0 a person.
    """
    weight = np.ones(n_persons) if weights is None else _numbers(weights)
    if weight.shape != (n_persons,) or not np.isfinite(weight).all() or (weight < 0).any():
        bad = "are not one a person" if weight.shape != (n_persons,) else "are negative or unknown"
        raise Refused("bad_weights", f"the weights {bad}", "give a number of at least 0 a person")
    return weight


def weights_of(weights: Any, scores: NDArray[Any]) -> Floats:
    """Case weights (N,); a person without a response weighs nothing.

    Raises
    ------
    Refused
        Not one number of at least 0 a person, or none above 0 with a response.
    """
    weight = case_weights(weights, scores.shape[0])
    weight[scores.max(axis=1) < 0] = 0.0
    if not weight.any():
        raise Refused(
            "no_responses", "nobody with a weight above 0 answered anything", "add persons"
        )
    return weight


def _numbers(weights: Any) -> Floats:
    try:
        return np.array(weights, dtype=float)
    except (TypeError, ValueError):
        raise Refused(
            "bad_weights", "the weights are not numbers", "give a number of at least 0 a person"
        ) from None


def models_of(model: str | Sequence[str], n_items: int) -> tuple[str, ...]:
    """The model of each item.

    Raises
    ------
    Refused
        Not a name, or not one an item.
    """
    names = (model,) * n_items if isinstance(model, str) else _sequence(model)
    if len(names) != n_items:
        raise Refused(
            "bad_models", f"{len(names)} models for {n_items} items", "name one, or one an item"
        )
    for name in names:
        if not isinstance(name, str) or name not in DESIGNS:
            raise _unknown(name)
    return tuple(names)


def _unknown(name: object) -> Refused:
    return Refused(
        "unknown_model",
        f"there is no model {name!r}",
        f"name one of {', '.join(DESIGNS)}; or one an item",
    )


def _sequence(model: Any) -> tuple[Any, ...]:
    try:
        return tuple(model)
    except TypeError:
        raise _unknown(model) from None


def anchors_of(anchors: Any, n_items: int) -> tuple[int, ...] | None:
    """Item numbers from 0; a mask of all items will do as well.

    Raises
    ------
    Refused
        Not numbers of items.
    """
    if anchors is None:
        return None
    given = np.asarray(anchors)
    if given.dtype.kind == "b" and given.shape == (n_items,):
        return tuple(np.flatnonzero(given).tolist())
    if given.ndim == 1 and given.size == 0:
        return ()
    sound = given.ndim == 1 and given.dtype.kind in "iu"
    if not sound or given.min() < 0 or given.max() >= n_items:
        raise Refused(
            "bad_anchors",
            f"anchors = {anchors!r} does not name items",
            f"give item numbers from 0 to {n_items - 1}, or a mask of all items",
        )
    return tuple(given.tolist())


def priors_of(priors: Any) -> Mapping[str, Prior] | None:
    """The priors as they are.

    Raises
    ------
    Refused
        Not a mapping of parameter to Prior, or one that cannot be.
    """
    if priors is None:
        return None
    if not isinstance(priors, Mapping) or not all(isinstance(p, Prior) for p in priors.values()):
        raise Refused(
            "bad_prior",
            "priors are not a mapping of parameter to Prior",
            'write them as {"c": Prior("beta", 5, 17)}',
        )
    return checked(priors)


def nothing_else(estimator: str, **options: object) -> None:
    """Refuse options that an estimator does not have."""
    given = [name for name, value in options.items() if value is not None]
    if given:
        raise Refused(
            "not_with_estimator",
            f"{', '.join(given)} cannot be used with the estimator {estimator}",
            "leave them out, or use mml",
        )
