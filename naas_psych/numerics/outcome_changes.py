"""Whose outcome changes when some positions of a test are left out, and when as many others are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats

Flags = NDArray[np.bool_]

#: What rounding may take off a share of the marks without taking it below the cut.
_NEAR = 1e-9
#: Persons by draws looked at at a time.
_CELLS = 4_000_000


@dataclass(frozen=True, eq=False)
class MarksByPosition:
    """Marks above the lowest and widths of the scale, by position, for n persons.

    marks : (n, P); widths : (n, P), or (1, P) where everybody met the same item in each position
    beyond : (n,) marks and (n,) or (1,) widths of answers whose position is not known
    """

    marks: Floats
    widths: Floats
    marks_beyond: Floats
    widths_beyond: Floats


def by_position(
    marks: NDArray[Any], widths: NDArray[Any], places: NDArray[Any], positions: NDArray[np.int64]
) -> MarksByPosition:
    """Lay (n, j) marks out by position; `places` (n, j) holds 0 where a position is not known."""
    column = np.searchsorted(positions, places)
    known = places > 0
    if (places == places[:1]).all():
        shape = (positions.size, places.shape[1])
        to = np.zeros(shape)
        to[column[0, known[0]], np.flatnonzero(known[0])] = 1.0
        lost = (~known[0]).astype(float)
        return MarksByPosition(
            marks @ to.T, (widths @ to.T)[None, :], marks @ lost, widths[None, :] @ lost
        )
    n, p = places.shape[0], positions.size
    at = (np.arange(n)[:, None] * (p + 1) + np.where(known, column, p)).ravel()
    every = np.broadcast_to(widths, places.shape).ravel()
    laid, wide = (
        np.bincount(at, values, minlength=n * (p + 1)).reshape(n, p + 1).astype(float)
        for values in (marks.ravel(), every)
    )
    return MarksByPosition(laid[:, :p], wide[:, :p], laid[:, p], wide[:, p])


def share_without(test: MarksByPosition, left_out: Flags) -> Floats:
    """(n,) share of the marks of what remains without the positions (P,); nan if nothing does."""
    keep = (~left_out).astype(float)
    total = test.marks @ keep + test.marks_beyond
    possible = test.widths @ keep + test.widths_beyond
    return np.asarray(total / np.where(possible > 0, possible, np.nan))


def met(share: Floats, cut: float) -> Flags:
    """At or above the cut, a share of the marks."""
    return np.asarray(share >= cut - _NEAR)


def random_changes(
    test: MarksByPosition, left_out: Flags, cuts: Floats, *, draws: int, seed: int
) -> NDArray[np.int64]:
    """(C, B, 2) persons who would pass, and fail, when as many other positions are left out.

    The others are drawn from the positions that are not left out, without replacement; (C, 0, 2)
    when there are not enough of them.
    """
    others, k = np.flatnonzero(~left_out), int(left_out.sum())
    if others.size <= k:
        return np.zeros((cuts.size, 0, 2), dtype=np.int64)
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed)))
    keep = np.ones((left_out.size, draws))
    picked = np.argsort(rng.random((draws, others.size)), axis=1)[:, :k]
    keep[others[picked].T, np.arange(draws)] = 0.0
    whole = share_without(test, np.zeros_like(left_out))
    found = np.zeros((cuts.size, draws, 2), dtype=np.int64)
    n = test.marks.shape[0]
    block = max(1, _CELLS // draws)
    for at in range(0, n, block):
        rows = slice(at, at + block)
        found += _changes(test, keep, cuts, whole, rows)
    return found


def _changes(
    test: MarksByPosition, keep: Floats, cuts: Floats, whole: Floats, rows: slice
) -> NDArray[np.int64]:
    single = test.widths.shape[0] == 1
    widths = test.widths if single else test.widths[rows]
    beyond = test.widths_beyond if single else test.widths_beyond[rows]
    total = test.marks[rows] @ keep + test.marks_beyond[rows, None]
    possible = widths @ keep + beyond[:, None]
    found = np.zeros((cuts.size, keep.shape[1], 2), dtype=np.int64)
    for c, cut in enumerate(cuts):
        # Compared as products: a division for every person and draw would take twice as long.
        passes = total >= (cut - _NEAR) * possible
        before = met(whole[rows], float(cut))
        found[c, :, 0] = passes[~before].sum(axis=0)
        found[c, :, 1] = before.sum() - passes[before].sum(axis=0)
    return found
