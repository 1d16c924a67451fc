"""Neighbouring matching scores taken together until each band has enough of every group."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.dif_cells import DifCells

Integers = NDArray[np.int64]
#: Persons of each group in a band.
LEAST = 10


def in_bands(cells: DifCells, *, least: int = LEAST) -> DifCells:
    """The cells with the persons of a band at its highest score.

    Within a form, item by item, scores join from the bottom until every group that has persons
    there has `least`; what is left at the top joins the last band, and everybody is in one band
    where no group fills one. The shape stays, so that bands of different items can stand side by
    side; the strata between are empty.
    """
    place = _places(cells.counts.sum(axis=3), cells.form, least)
    banded = np.zeros_like(cells.counts)
    item = np.arange(place.shape[0])
    for stratum in range(place.shape[1]):
        banded[item, place[:, stratum]] += cells.counts[:, stratum]
    return replace(cells, counts=banded)


def _places(persons: Integers, form: Integers, least: int) -> Integers:
    """(J, S) as band_places, of persons (J, S, G), with the last band at the top of its form."""
    place = np.empty(persons.shape[:2], dtype=np.int64)
    for f in np.unique(form):
        here = np.flatnonzero(form == f)
        own = persons[:, here]
        # A group that nobody is of must not keep the others from having bands.
        asked = np.where(own.any(axis=1, keepdims=True), own, least)
        found = band_places(asked, np.zeros(here.size, dtype=np.int64), least)
        last = found == found.max(axis=1, keepdims=True)
        place[:, here] = np.where(last, here[-1], here[0] + found)
    return place


def band_places(n: Floats, form: Integers, least: int) -> Integers:
    """(Q, S) the stratum at which the band of each stratum ends; -1 where its form has none.

    Within a form strata join from below until every group has `least` persons of n (Q, S, G); what
    is left at the top joins the last band.
    """
    place = np.full(n.shape[:2], -1, dtype=np.int64)
    for f in np.unique(form):
        here = np.flatnonzero(form == f)
        ends = _band_ends(n[:, here], least)
        # The band of a score is the first end at or above it, else the last end of all.
        after = np.where(ends, np.arange(here.size), here.size)
        after = np.minimum.accumulate(after[:, ::-1], axis=1)[:, ::-1]
        last = here.size - 1 - ends[:, ::-1].argmax(axis=1)
        after = np.where(after < here.size, after, last[:, None])
        place[:, here] = np.where(np.any(ends, axis=1, keepdims=True), here[0] + after, -1)
    return place


def _band_ends(n: Floats, least: int) -> NDArray[np.bool_]:
    """(Q, S) the scores at which every group has its `least` persons since the last one."""
    ends = np.zeros(n.shape[:2], dtype=bool)
    since = np.zeros((n.shape[0], n.shape[2]))
    for k in range(n.shape[1]):
        since += n[:, k]
        full = np.all(since >= least, axis=1)
        ends[:, k] = full
        since *= ~full[:, None]
    return ends
