"""Which persons and items speak to a conditional likelihood, and whether it has a maximum.

A person whose score is the lowest or the highest possible has probability 1 given that score. A
category that only such persons chose has no finite easiness, nor has an item that is left with one
category. Beyond these, Fischer (1981) gives the condition for right/wrong items: in the directed
graph with an edge j -> l where some person got j right and l wrong, every item must be reached from
every other. Here "right" reads "above the lowest category" and "wrong" "below the highest".
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.irt.conditional.moments import Form
from naas_psych.irt.engine.asked import case_weights
from naas_psych.irt.engine.coding import as_scores, code
from naas_psych.irt.refusal import Refused
from naas_psych.numerics.arrays import Floats

Flags = NDArray[np.bool_]

#: Persons looked at before asking whether the items are already linked.
_BLOCK = 4096


@dataclass(frozen=True)
class Answers:
    """Persons with a weight and what they got on the items that are still in.

    categories (N, j) -1 where absent; weight (N,); used (j,) the caller's item of each column;
    values: j arrays, the raw score of each category; reasons: J codes, None where an item is in;
    repairs: (item, what was done).
    """

    categories: NDArray[np.int8]
    weight: Floats
    used: NDArray[np.int64]
    values: tuple[NDArray[np.int64], ...]
    reasons: tuple[str | None, ...]
    repairs: tuple[tuple[int, str], ...]

    @property
    def tops(self) -> NDArray[np.int64]:
        """Highest category of each item (j,)."""
        return np.array([len(value) - 1 for value in self.values], dtype=np.int64)

    def without(self, columns: Flags, *, reason: str) -> Answers:
        """The same without some items, which get a reason; at least two must stay."""
        if (~columns).sum() < 2:
            raise Refused(
                "too_few_items",
                f"{(~columns).sum()} of the items would be left to estimate",
                "give more persons between the lowest and the highest score, or fewer groups",
            )
        reasons = list(self.reasons)
        for item in self.used[columns]:
            reasons[item] = reason
        kept = tuple(v for v, out in zip(self.values, columns, strict=True) if not out)
        return replace(
            self,
            categories=self.categories[:, ~columns],
            used=self.used[~columns],
            values=kept,
            reasons=tuple(reasons),
        )


@dataclass(frozen=True)
class ConditionalDesign:
    """Answers; informative (N,) persons; seen (j, K) weight of these in each category;
    forms: what is left of the persons, items numbered as in `answers.used`."""

    answers: Answers
    informative: Flags
    seen: Floats
    forms: tuple[Form, ...]

    @property
    def observed(self) -> Floats:
        """(j, M) the sufficient statistics: weight of informative persons in categories 1 to M."""
        return self.seen[:, 1:]


def answers_of(scores: Any, *, weights: Any, model: str) -> Answers:
    """Check and code what the caller gave.

    Raises
    ------
    Refused
        No matrix of whole numbers, bad weights, fewer than two items that vary, or a third
        category under the Rasch model.
    """
    table = as_scores(scores)
    weight = case_weights(weights, len(table))
    coded = code(table, weight)
    if model == "rasch" and coded.n_categories.max() > 2:
        worst = int(coded.used[coded.n_categories.argmax()]) + 1
        raise Refused(
            "not_binary",
            f"item {worst} has {coded.n_categories.max()} categories",
            'use model="pcm", or score the items right and wrong',
        )
    reasons = coded.reasons
    if model == "rasch":
        highest = np.where(weight[:, None] > 0, table, -1).max(axis=0)
        reasons = tuple(
            ("all_right" if top > 0 else "all_wrong") if reason == "no_variance" else reason
            for reason, top in zip(reasons, highest, strict=True)
        )
    there = weight > 0
    categories = coded.categories if there.all() else coded.categories[there]
    return Answers(categories, weight[there], coded.used, coded.scores, reasons, coded.repairs)


def design_of(answers: Answers) -> ConditionalDesign:
    """Leave out what has no finite estimate until the rest has one.

    Raises
    ------
    Refused
        Fewer than two items are left, or no person links one part of the items with another.
    """
    for _ in range(int(answers.tops.sum()) + 2):
        tells = informative(answers)
        seen = category_weights(answers, np.where(tells, answers.weight, 0.0))
        empty = (seen == 0) & (np.arange(seen.shape[1]) <= answers.tops[:, None])
        if empty.any():
            answers = _merge(answers, empty)
            continue
        parts = _strong_parts(answers, tells)
        if parts.max(initial=0) == 0:
            return ConditionalDesign(answers, tells, seen, _forms(answers, tells))
        answers = answers.without(parts != np.bincount(parts).argmax(), reason="no_finite_estimate")
    raise Refused(
        "no_finite_estimate", "no set of items has a finite estimate", "give more persons"
    )


def totals(answers: Answers) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Score, highest possible score and number of items of each person, (N,) each."""
    categories, tops = answers.categories, answers.tops
    given = categories >= 0
    if given.all():
        full = np.full(len(categories), tops.sum())
        return categories.sum(axis=1, dtype=np.int64), full, np.full(len(full), len(tops))
    score = np.where(given, categories, 0).sum(axis=1, dtype=np.int64)
    highest = np.zeros(len(score), dtype=np.int64)
    for j, top in enumerate(tops):
        highest += given[:, j] * top
    return score, highest, given.sum(axis=1, dtype=np.int64)


def informative(answers: Answers) -> Flags:
    """Persons (N,) of two items or more whose score is neither the lowest nor the highest."""
    score, highest, n_items = totals(answers)
    return (n_items >= 2) & (score > 0) & (score < highest)


def category_weights(answers: Answers, weight: Floats) -> Floats:
    """Weight (N,) of persons in each category of each item, (j, K)."""
    total = np.zeros((len(answers.used), int(answers.tops.max()) + 1))
    for start in range(0, len(weight), _BLOCK):  # the products turn a block into float64
        rows = slice(start, start + _BLOCK)
        for k in range(total.shape[1]):
            total[:, k] += weight[rows] @ (answers.categories[rows] == k)
    return total


def _merge(answers: Answers, empty: Flags) -> Answers:
    """Close up categories that no informative person chose; leave out items with one left.

    Such a category is the lowest or the highest of its item, unless nobody chose it: those who
    did are at the lowest or highest score, and stay there in the category beside it.
    """
    left = (~empty & (np.arange(empty.shape[1]) <= answers.tops[:, None])).sum(axis=1)
    if (left < 2).any():
        return answers.without(left < 2, reason="no_finite_estimate")
    categories, values, repairs = answers.categories.copy(), list(answers.values), []
    for j in np.flatnonzero(empty.any(axis=1)):
        kept = ~empty[j, : len(values[j])]
        new = np.clip(np.cumsum(kept) - 1, 0, None)
        column = categories[:, j]
        categories[:, j] = np.where(column >= 0, new[column], -1)
        values[j] = values[j][kept]
        repairs.append(
            (int(answers.used[j]), "an end category that only extreme scores have was merged")
        )
    return replace(
        answers,
        categories=categories,
        values=tuple(values),
        repairs=(*answers.repairs, *repairs),
    )


def _strong_parts(answers: Answers, tells: Flags) -> NDArray[np.int64]:
    """The part (j,) of each item in the graph of Fischer 1981; all 0 where a maximum exists."""
    from scipy.sparse.csgraph import connected_components

    categories, tops = answers.categories[tells], answers.tops
    n_items = len(tops)
    edges = np.zeros((n_items, n_items), dtype=np.bool_)
    met = np.zeros((n_items, n_items), dtype=np.bool_)
    for start in range(0, len(categories), _BLOCK):
        block = categories[start : start + _BLOCK]
        above = (block > 0).astype(np.float32)
        below = ((block >= 0) & (block < tops)).astype(np.float32)
        edges |= (above.T @ below) > 0
        given = (block >= 0).astype(np.float32)
        met |= (given.T @ given) > 0
        n_parts, parts = connected_components(edges, connection="strong")
        if n_parts == 1:
            return np.asarray(parts, dtype=np.int64)
    _refuse_unlinked(met, answers)
    return np.asarray(connected_components(edges, connection="strong")[1], dtype=np.int64)


def _refuse_unlinked(met: Flags, answers: Answers) -> None:
    """Refuse items of which no person who tells met one of both parts."""
    from scipy.sparse.csgraph import connected_components

    n_parts, parts = connected_components(met, directed=False)
    if n_parts == 1:
        return
    names = [
        ", ".join(str(item + 1) for item in answers.used[parts == part]) for part in range(n_parts)
    ]
    raise Refused(
        "not_connected",
        f"no person links these parts of the items: {' | '.join(names)}",
        "calibrate the parts apart, or add persons who met items of both",
    )


def _forms(answers: Answers, tells: Flags) -> tuple[Form, ...]:
    """Informative persons counted by the items they met and by score, short forms first."""
    categories, weight = answers.categories[tells], answers.weight[tells]
    score = totals(answers)[0][tells]
    given = categories >= 0
    if given.all():
        return (_form(np.arange(len(answers.tops)), score, weight, tops=answers.tops),)
    packed = np.packbits(given, axis=1)
    keys = packed.view(np.dtype((np.void, packed.shape[1]))).ravel()
    _, first, form_of = np.unique(keys, return_index=True, return_inverse=True)
    order = np.argsort(form_of, kind="stable")
    ends = np.searchsorted(form_of[order], np.arange(len(first) + 1))
    forms = []
    for number, person in enumerate(first):
        items = np.flatnonzero(given[person])
        rows = order[ends[number] : ends[number + 1]]
        forms.append(_form(items, score[rows], weight[rows], tops=answers.tops))
    return tuple(sorted(forms, key=lambda form: len(form.items)))


def _form(
    items: NDArray[np.int64], score: NDArray[np.int64], weight: Floats, *, tops: NDArray[np.int64]
) -> Form:
    counts = np.zeros(int(tops[items].sum()) + 1)
    np.add.at(counts, score, weight)
    return Form(items, counts)
