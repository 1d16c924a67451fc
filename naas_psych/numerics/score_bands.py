"""Neighbouring matching scores taken together until each band has enough of every group."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.dif_cells import DifCells


def in_bands(cells: DifCells, *, least: int = 10) -> DifCells:
    """The cells with the persons of a band at its highest score.

    Within a form, item by item, scores join from the bottom until every group has `least` persons;
    what is left at the top joins the last band. The shape stays, so that bands of different items
    can stand side by side; the strata between are empty.
    """
    place = _band_ends(cells.counts.sum(axis=3), cells.form, least=least)
    banded = np.zeros_like(cells.counts)
    item = np.arange(place.shape[0])
    for stratum in range(place.shape[1]):
        banded[item, place[:, stratum]] += cells.counts[:, stratum]
    return replace(cells, counts=banded)


def _band_ends(
    persons: NDArray[np.int64], form: NDArray[np.int64], *, least: int
) -> NDArray[np.int64]:
    """(J, S) the stratum that each stratum's band ends at, of persons (J, S, G)."""
    n_items, n_strata, n_groups = persons.shape
    place = np.zeros((n_items, n_strata), dtype=np.int64)
    for one in np.unique(form):
        at = np.flatnonzero(form == one)
        ends = np.zeros((n_items, at.size), dtype=bool)
        held = np.zeros((n_items, n_groups), dtype=np.int64)
        left = persons[:, at].sum(axis=1)
        for k, stratum in enumerate(at):
            held += persons[:, stratum]
            left = left - persons[:, stratum]
            # A band ends where it is full and what is left can fill another one.
            ends[:, k] = (held >= least).all(axis=1) & (left >= least).all(axis=1)
            held[ends[:, k]] = 0
        ends[:, -1] = True
        following = np.where(ends, np.arange(at.size), at.size)
        place[:, at] = at[np.minimum.accumulate(following[:, ::-1], axis=1)[:, ::-1]]
    return place
