"""Which option persons of two groups with the same total choose: counts by total."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.dif_cells import MatchedForm
from naas_psych.numerics.score_bands import band_places

Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Choices:
    """What N persons chose of J items, as codes, and the options that each code contains.

    codes (N, J) : 0 to K, negative where there is no response
    chosen (J, M, K + 1) : whether code k of the item contains option m
    """

    codes: NDArray[Any]
    chosen: Flags


@dataclass(frozen=True, eq=False)
class OptionCells:
    """Persons at each of S totals that somebody has, of 2 groups.

    n (J, S, 2) : persons with a response; choosers (J, M, S, 2) : those who chose each option
    form (S,) : the form of each total
    """

    n: Floats
    choosers: Floats
    form: Integers


def option_cells(forms: Sequence[MatchedForm], choices: Choices, group: Integers) -> OptionCells:
    """Count choosers by total over all items of the form; group (N,) 0, 1 or negative."""
    n_items, n_options, _ = choices.chosen.shape
    lengths = [int(form.marks.max(axis=0, initial=0).sum()) + 1 for form in forms]
    counts = np.zeros((n_options + 1, n_items, sum(lengths) * 2))
    start = 0
    for form, length in zip(forms, lengths, strict=True):
        own = group[form.rows]
        kept = np.flatnonzero(own >= 0)
        if kept.size:
            place = (form.marks.sum(axis=1)[kept] + start).astype(np.int64) * 2 + own[kept]
            order = np.argsort(place, kind="stable")
            places, starts = np.unique(place[order], return_index=True)
            codes = choices.codes[np.ix_(form.rows[kept[order]], form.items)]
            for m, hits in enumerate(_hits(codes, choices.chosen[form.items])):
                sums = np.add.reduceat(hits, starts, axis=0, dtype=np.int64)
                counts[m, form.items[:, None], places[None, :]] = sums.T
        start += length
    shaped = counts.reshape(n_options + 1, n_items, start, 2)
    seen = shaped[-1].any(axis=(0, 2))
    shaped = shaped[:, :, seen]
    forms_of = np.repeat(np.arange(len(lengths)), lengths)[seen]
    return OptionCells(shaped[-1], np.moveaxis(shaped[:-1], 0, 1), forms_of)


def _hits(codes: NDArray[Any], chosen: Flags) -> Any:
    """For each option (n, j) whether it was chosen; last whether there is any response."""
    answered = codes >= 0
    at = np.where(answered, codes, 0)
    items = np.arange(codes.shape[1])[None, :]
    for m in range(chosen.shape[1]):
        yield chosen[items, m, at] & answered
    yield answered


def among_wrong(cells: OptionCells, wrong: Flags, *, least: int) -> OptionCells:
    """Only persons who chose one of the wrong options (J, M), in bands of totals.

    Neighbouring totals are joined until `least` of each group are wrong there, because wrong
    answers are few and would mostly have nobody to be compared with. The bands of an item are
    numbered from 0; items with fewer have empty ones.
    """
    choosers = np.where(wrong[:, :, None, None], cells.choosers, 0.0)
    place = band_places(choosers.sum(axis=1), cells.form, least)
    rows, columns = np.nonzero(place >= 0)
    ends = np.zeros(place.shape, dtype=bool)
    ends[rows, place[rows, columns]] = True
    number = (ends.cumsum(axis=1) - 1)[rows, place[rows, columns]]
    n_items, n_options, _, n_groups = choosers.shape
    found = np.zeros((n_items, int(number.max(initial=0)) + 1, n_options, n_groups))
    np.add.at(found, (rows, number), np.moveaxis(choosers, 1, 2)[rows, columns])
    bands = np.zeros(found.shape[1], dtype=np.int64)
    return OptionCells(found.sum(axis=2), np.moveaxis(found, 2, 1), bands)


def as_counts(cells: OptionCells, items: Integers, options: Integers) -> Floats:
    """(P, S, 2, 2) persons who did not and who did choose, for P options of items.

    Totals that nobody has, or only one group, are not among the S.
    """
    common = np.flatnonzero((cells.n > 0).all(axis=2).any(axis=0))
    chosen = cells.choosers[items[:, None], options[:, None], common]
    return np.stack([cells.n[items[:, None], common] - chosen, chosen], axis=-1)


def answers(cells: OptionCells, options: Integers) -> Floats:
    """(J, S, 2, D) the choosers of D options as counts of one nominal answer."""
    return np.moveaxis(cells.choosers[:, options], 1, 3)


def by_score_band(cells: OptionCells, items: Integers, n_bands: int) -> OptionCells:
    """Persons of a few items in bands of totals that hold about as many persons each.

    Bands are made within a form and then put together: the lowest fifth of every form, and so on.
    """
    n = cells.n[items]
    place = np.zeros(n.shape[:2], dtype=np.int64)
    for f in np.unique(cells.form):
        here = cells.form == f
        persons = n[:, here].sum(axis=2)
        middle = persons.cumsum(axis=1) - persons / 2
        share = middle / np.maximum(persons.sum(axis=1, keepdims=True), 1.0)
        place[:, here] = np.minimum((n_bands * share).astype(np.int64), n_bands - 1)
    member = place[:, :, None] == np.arange(n_bands)
    return OptionCells(
        n=np.einsum("jsg,jsb->jbg", n, member),
        choosers=np.einsum("jmsg,jsb->jmbg", cells.choosers[items], member),
        form=np.zeros(n_bands, dtype=np.int64),
    )
