"""Scores as categories: every item's scores numbered from 0 without gaps, absences -1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.irt.engine.compiled import compiled
from naas_psych.irt.refusal import Refused

#: Above this a "score" is a measurement, not a category.
MOST_SCORE = 1000
MOST_CATEGORIES = 100


@dataclass(frozen=True)
class Coded:
    """Categories of the items that can be calibrated.

    categories : (N, j) int8, -1 where absent
    n_categories : (j,)
    used : (j,) the caller's item of each column
    scores : j arrays, the score that each category stands for
    reasons : J short codes, None where an item is used
    repairs : (item, what was done) for every item whose categories had gaps
    """

    categories: NDArray[np.int8]
    n_categories: NDArray[np.int64]
    used: NDArray[np.int64]
    scores: tuple[NDArray[np.int64], ...]
    reasons: tuple[str | None, ...]
    repairs: tuple[tuple[int, str], ...]


def as_scores(scores: Any) -> NDArray[Any]:
    """Scores as a whole-number matrix (N, J); NaN is taken for absent.

    Raises
    ------
    Refused
        Not a matrix, or numbers that are not whole.
    """
    try:
        array = np.asarray(scores)
    except ValueError:
        raise Refused(
            "no_matrix", "the rows of scores differ in length", "give a matrix of persons by items"
        ) from None
    if array.ndim != 2 or 0 in array.shape:
        raise Refused(
            "no_matrix",
            f"scores have the shape {array.shape}",
            "give a matrix of persons by items with at least one of each",
        )
    if array.dtype.kind == "b":
        return array.astype(np.int8)
    if array.dtype.kind == "f":
        known = np.where(np.isnan(array), -1.0, array)
        if np.isinf(known).any() or known.max() > MOST_SCORE:
            raise _too_large(known.max())
        if not np.array_equal(known, np.rint(known)):
            raise Refused(
                "not_whole", "some scores are not whole numbers", "multiply them, or round them"
            )
        return np.asarray(np.maximum(known, -1.0)).astype(np.int64)
    if array.dtype.kind not in "iu":
        raise Refused("not_numbers", f"scores are of the type {array.dtype}", "give whole numbers")
    if array.max() > MOST_SCORE:
        raise _too_large(array.max())
    return array.astype(np.int16) if array.dtype.kind == "u" else array


def _too_large(highest: Any) -> Refused:
    return Refused(
        "too_many_categories",
        f"a score of {highest:g} was found",
        f"categories may go up to {MOST_SCORE}",
    )


def code(scores: NDArray[Any], weight: NDArray[np.float64]) -> Coded:
    """Number the categories that occur among persons with some weight.

    Raises
    ------
    Refused
        Fewer than two items vary, or a score is too large to be a category.
    """
    highest = int(scores.max(initial=-1))
    seen = np.zeros((scores.shape[1], highest + 2), np.int64)
    compiled(_count)(np.ascontiguousarray(scores), weight, seen)
    occurs = seen[:, :-1] > 0
    number = occurs.sum(axis=1)
    used = np.flatnonzero(number >= 2)
    _refuse(number, used)
    new = np.where(occurs, np.cumsum(occurs, axis=1) - 1, -1).astype(np.int8)[used]
    categories = np.empty((scores.shape[0], used.size), np.int8)
    compiled(_recode)(np.ascontiguousarray(scores), used, new, categories)
    reasons = tuple(
        None if n >= 2 else ("no_variance" if n == 1 else "no_responses") for n in number.tolist()
    )
    values = tuple(np.flatnonzero(occurs[j]) for j in used)
    return Coded(categories, number[used], used, values, reasons, _repairs(used, values))


def _refuse(number: NDArray[np.int64], used: NDArray[np.int64]) -> None:
    if used.size < 2:
        raise Refused(
            "too_few_items",
            f"{used.size} of {number.size} items have scores that vary",
            "a response model needs at least two such items",
        )
    if number.max() > MOST_CATEGORIES:
        raise Refused(
            "too_many_categories",
            f"item {int(number.argmax()) + 1} has {int(number.max())} categories",
            f"merge categories: {MOST_CATEGORIES} are the most",
        )


def _repairs(
    used: NDArray[np.int64], values: tuple[NDArray[np.int64], ...]
) -> tuple[tuple[int, str], ...]:
    """Items with an empty category below the highest one that occurs."""
    return tuple(
        (int(j), "categories in between that nobody got were closed up")
        for j, v in zip(used, values, strict=True)
        if v[-1] - v[0] + 1 > v.size
    )


def _count(scores: Any, weight: Any, seen: Any) -> None:
    last = seen.shape[1] - 1
    for n in range(scores.shape[0]):
        if weight[n] > 0.0:
            for j in range(scores.shape[1]):
                k = scores[n, j]
                seen[j, k if k >= 0 else last] += 1


def _recode(scores: Any, used: Any, new: Any, categories: Any) -> None:
    for n in range(scores.shape[0]):
        for i in range(used.size):
            k = scores[n, used[i]]
            categories[n, i] = new[i, k] if 0 <= k < new.shape[1] else -1


def known_categories(
    scores: Any,
    item: NDArray[np.int64],
    *,
    known: Sequence[NDArray[np.int64]],
    n_items: int,
) -> NDArray[np.int8]:
    """Categories (N, c) of raw scores (N, J) as a calibration numbered them, -1 where absent.

    item : (c,) the caller's item of each column; known : the score of each of its categories

    Raises
    ------
    Refused
        A score that the calibration has not seen, or another number of items.
    """
    array = as_scores(scores)
    if array.shape[1] != n_items:
        raise Refused(
            "other_items",
            f"there are scores on {array.shape[1]} items",
            f"the calibration has {n_items}",
        )
    found = np.empty((array.shape[0], item.size), np.int8)
    strange = np.full(item.size, -1, np.int64)
    compiled(_look_up)(np.ascontiguousarray(array), item, _places(known), found, strange)
    for place in np.flatnonzero(strange >= 0)[:1]:
        raise Refused(
            "unknown_score",
            f"item {item[place] + 1} has a score of {strange[place]}",
            f"the calibration knows {', '.join(map(str, known[place].tolist()))}",
        )
    return found


def _places(known: Sequence[NDArray[np.int64]]) -> NDArray[np.int8]:
    """The category (c, scores) of every score up to the highest known, -1 where unknown."""
    places = np.full((len(known), max(int(own[-1]) for own in known) + 1), -1, np.int8)
    for place, own in enumerate(known):
        places[place, own] = np.arange(own.size)
    return places


def _look_up(scores: Any, item: Any, places: Any, found: Any, strange: Any) -> None:
    """Categories from scores; `strange` gets a score of each column that is not known."""
    for n in range(scores.shape[0]):
        for c in range(item.size):
            score = scores[n, item[c]]
            known = places[c, score] if 0 <= score < places.shape[1] else -1
            if known < 0 <= score:
                strange[c] = score
            found[n, c] = known
