"""Tetrachoric and polychoric correlations of all pairs of items, by two-step maximum likelihood."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.pair_tables import Recoded, binary_tables, recoded, wide_tables
from naas_psych.numerics.polychoric_pairs import polychoric_pairs
from naas_psych.numerics.tetrachoric import BOUNDARY, REASONS, Tables, Tetrachoric, tetrachoric

#: Cells worked on at a time, so that they stay in the cache; the answer does not depend on it.
_CHUNK_CELLS = 8_000


@dataclass(frozen=True)
class Polychoric:
    """Correlations of J items.

    r : (J, J) with a unit diagonal; nan where the table of a pair allows none
    se : (J, J) standard errors with the thresholds taken as known (one-parameter information), as
        polycor's two-step estimate prints; 0 on the diagonal
    se_full : (J, J) standard errors that allow for estimated thresholds: use these for intervals
    n : (J, J) persons who have both items
    thresholds : (J, K - 1) of each item by itself, padded with nan, in the order of its categories
    categories : (J,) how many categories occur
    zero_cells : (J, J) empty cells of the table of each pair
    reasons : (J, J) None, or why r is nan: no_responses, no_variance, boundary
    """

    r: Floats
    se: Floats
    se_full: Floats
    n: NDArray[np.int64]
    thresholds: Floats
    categories: NDArray[np.int64]
    zero_cells: NDArray[np.int64]
    reasons: NDArray[np.object_]

    @property
    def binary(self) -> NDArray[np.bool_]:
        """(J, J) whether a correlation is tetrachoric: both items have two categories."""
        two = self.categories <= 2
        return np.asarray(two[:, None] & two[None, :])


def polychoric_matrix(
    codes: NDArray[Any],
    *,
    zero_cell: float = 0.5,
    threads: int = 1,
) -> Polychoric:
    """Correlations of all pairs of `codes` (N, J), integers from 0, negative where absent.

    Each pair is tabulated over the persons who have both items, and its thresholds come from the
    margins of that table: with complete data these are the items' own. A 2x2 table with one empty
    cell has `zero_cell` persons moved into it with the margins kept. A table that would still be at
    the boundary has no correlation.
    """
    data = recoded(codes)
    wide = max(int(data.categories.max(initial=0)), 2)
    if wide == 2:
        tables = binary_tables(data.codes, complete=data.complete)
        return _from_binary(tables, data, zero_cell=zero_cell)
    counts = wide_tables(data.codes, categories=wide)
    first, second = np.triu_indices(len(data.categories), 1)
    found = pair_correlations(counts[first, second], zero_cell=zero_cell, threads=threads)
    own = np.arange(len(data.categories))
    margins = np.diagonal(counts[own, own], axis1=1, axis2=2)
    n = counts.sum(axis=(2, 3))
    return _gathered(found, data, n, _thresholds(margins))


def _from_binary(tables: Tables, data: Recoded, *, zero_cell: float) -> Polychoric:
    """Tetrachoric correlations of all pairs of items that have two categories."""
    first, second = np.triu_indices(len(data.categories), 1)
    pairs = Tables(*(getattr(tables, f.name)[first, second] for f in fields(Tables)))
    found = tetrachoric(pairs, zero_cell=zero_cell)
    ones = np.diagonal(tables.a)
    margins = np.stack([np.diagonal(tables.n) - ones, ones], axis=1)
    return _gathered(found, data, tables.n, _thresholds(margins))


def pair_correlations(
    counts: Floats,
    *,
    zero_cell: float = 0.5,
    boundary_cell: float = 0.0,
    threads: int = 1,
) -> Tetrachoric:
    """Of tables `counts` (P, K, L), padded with empty categories; see `polychoric_matrix`.

    A table that would be at the boundary has `boundary_cell` put into each empty cell, or with 0
    has no correlation.
    """
    found = _mixed(counts, zero_cell=zero_cell, threads=threads)
    return _filled(found, counts, boundary_cell) if boundary_cell else found


def _mixed(counts: Floats, *, zero_cell: float, threads: int) -> Tetrachoric:
    """Tables of two by two categories by their exact solution, all others by Newton's method."""
    rows, columns = _width(counts.sum(axis=2)), _width(counts.sum(axis=1))
    shapes = rows * 1000 + columns
    two = (rows <= 2) & (columns <= 2)
    by_two = tetrachoric(_two_by_two(counts[two]), zero_cell=zero_cell)
    # Tables of one shape together: padding them all to the largest costs many times more.
    places = [np.flatnonzero(shapes == shape) for shape in np.unique(shapes[~two])]
    step = max(1, _CHUNK_CELLS // counts[0].size)
    chunks = [at[k : k + step] for at in places for k in range(0, at.size, step)]

    def work(at: NDArray[np.int64]) -> Tetrachoric:
        return polychoric_pairs(counts[at][:, : rows[at[0]], : columns[at[0]]])

    if threads > 1:
        with ThreadPoolExecutor(threads) as pool:
            by_more = list(pool.map(work, chunks))
    else:
        by_more = [work(at) for at in chunks]
    return _joined([np.flatnonzero(two), *chunks], [by_two, *by_more])


def _width(margin: Floats) -> NDArray[np.int64]:
    """The highest category in use, plus one (P,)."""
    return np.asarray(margin.shape[1] - np.argmax(margin[:, ::-1] > 0, axis=1))


def _two_by_two(counts: Floats) -> Tables:
    small = counts[:, :2, :2]
    return Tables(
        n=small.sum(axis=(1, 2)),
        a=small[:, 1].sum(axis=1),
        b=small[:, :, 1].sum(axis=1),
        both=small[:, 1, 1],
    )


def _filled(found: Tetrachoric, counts: Floats, boundary_cell: float) -> Tetrachoric:
    """Tables at the boundary once more, with something in each empty cell."""
    edge = np.flatnonzero(found.status == BOUNDARY)
    again = polychoric_pairs(counts[edge], zero_cell=boundary_cell)
    for name in ("r", "se", "se_full", "status"):
        getattr(found, name)[edge] = getattr(again, name)
    return found


def _joined(places: list[NDArray[np.int64]], parts: list[Tetrachoric]) -> Tetrachoric:
    """The parts put back where they came from."""
    size = sum(at.size for at in places)
    joined = {}
    for field in fields(Tetrachoric):
        pieces = [getattr(part, field.name) for part in parts]
        values = np.empty(size, dtype=np.result_type(*pieces))
        for at, piece in zip(places, pieces, strict=True):
            values[at] = piece
        joined[field.name] = values
    return Tetrachoric(**joined)


def _gathered(found: Tetrachoric, data: Recoded, n: Floats, thresholds: Floats) -> Polychoric:
    words = np.array(REASONS, dtype=object)
    n_items = len(data.categories)
    reasons = _square(words[found.status.astype(np.int64)], n_items, None)
    return Polychoric(
        r=_square(found.r, n_items, 1.0),
        se=_square(found.se, n_items, 0.0),
        se_full=_square(found.se_full, n_items, 0.0),
        n=np.asarray(n, dtype=np.int64),
        thresholds=thresholds,
        categories=data.categories,
        zero_cells=_square(found.zero_cells.astype(np.int64), n_items, 0),
        reasons=reasons,
    )


def _square(values: NDArray[Any], n_items: int, diagonal: Any) -> NDArray[Any]:
    first, second = np.triu_indices(n_items, 1)
    matrix = np.full((n_items, n_items), diagonal, dtype=values.dtype)
    matrix[first, second] = values
    matrix[second, first] = values
    return matrix


def _thresholds(margins: Floats) -> Floats:
    """Normal deviates (J, K - 1) of cumulative proportions; nan above the highest category."""
    n = margins.sum(axis=1, keepdims=True)
    below = np.cumsum(margins, axis=1)[:, :-1]
    inside = (below > 0) & (below < n)
    return np.asarray(ndtri(np.divide(below, n, out=np.full(below.shape, np.nan), where=inside)))
