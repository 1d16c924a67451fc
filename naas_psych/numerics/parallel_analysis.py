"""Horn's (1965) parallel analysis: eigenvalues of data beside those of the same data permuted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.one_thread import one_blas_thread
from naas_psych.numerics.pair_pearson import pair_pearson
from naas_psych.numerics.pair_tables import recoded
from naas_psych.numerics.permuted import Draw, permuter
from naas_psych.numerics.polychoric import pair_correlations
from naas_psych.numerics.shaped_tables import Layout, layout
from naas_psych.numerics.weak_correlations import weak_correlations

Kind = Literal["pearson", "polychoric"]
Matrices = Callable[[Iterable[NDArray[Any]]], Sequence[Sequence[Floats]]]
#: Cells of tables in hand at a time: of small data several replicates go together.
_CELLS = 400_000


def eigenvalues(r: Floats) -> Floats:
    """Largest first (J,); nan where the matrix holds nan."""
    if np.isnan(r).any():
        return np.full(len(r), np.nan)
    return np.asarray(np.linalg.eigvalsh(r)[::-1])


@dataclass(frozen=True)
class NullEigenvalues:
    """Eigenvalues (B, J) of permuted data, largest first; B replicates that could be computed.

    degenerate : replicates in which a pair had no correlation
    """

    values: Floats
    degenerate: int

    @property
    def mean(self) -> Floats:
        """(J,)"""
        return np.asarray(self.values.mean(axis=0))

    def quantile(self, q: float) -> Floats:
        """(J,)"""
        return np.asarray(np.quantile(self.values, q, axis=0))


def null_eigenvalues(
    codes: NDArray[Any],
    *,
    kinds: Sequence[Kind],
    replicates: int,
    seed: int,
    threads: int = 1,
) -> dict[Kind, NullEigenvalues]:
    """Permute each column of `codes` (N, J) `replicates` times and correlate anew.

    Every kind of correlation is made from the same permuted data. Replicate b draws from the b-th
    child of the seed: the answer does not depend on the threads.
    """
    data = recoded(codes)
    # Scores keep the distances that codes lose where a category in between is not in use.
    scores = [np.unique(column[column >= 0]) for column in np.asarray(codes).T]
    plan = layout(data, scores) if "polychoric" in kinds else None
    one = partial(
        _replicates,
        draw=permuter(data, seed=seed),
        matrices=partial(_of_scores, scores=scores)
        if plan is None
        else partial(_of_tables, plan=plan, kinds=tuple(kinds)),
    )
    children = np.random.SeedSequence(seed).spawn(replicates)
    step = 1 if plan is None else max(1, _CELLS // plan.cells)
    parts = [children[begin : begin + step] for begin in range(0, replicates, step)]
    # The matrices are small: threads inside each decomposition only wait for one another.
    with one_blas_thread(), ThreadPoolExecutor(threads) as pool:
        found = np.concatenate(list(pool.map(one, parts)), axis=1)
    return {kind: _known(found[k]) for k, kind in enumerate(kinds)}


def _replicates(
    children: Sequence[np.random.SeedSequence], *, draw: Draw, matrices: Matrices
) -> Floats:
    """Eigenvalues (kinds, B, J) of some replicates."""
    drawn = (draw(np.random.Generator(np.random.PCG64(child))) for child in children)
    return np.array([[eigenvalues(r) for r in kind] for kind in matrices(drawn)])


def _of_scores(drawn: Iterable[NDArray[Any]], *, scores: list[NDArray[Any]]) -> list[list[Floats]]:
    return [[pair_pearson(_scored(codes, scores)).r for codes in drawn]]


def _scored(codes: NDArray[Any], scores: list[NDArray[Any]]) -> NDArray[Any]:
    points = np.stack([own[codes[:, j]] for j, own in enumerate(scores)], axis=1)
    return np.where(codes < 0, points.dtype.type(-1), points)


def _of_tables(
    drawn: Iterable[NDArray[Any]], *, plan: Layout, kinds: tuple[Kind, ...]
) -> list[Sequence[Floats]]:
    products = np.stack([plan.products(codes) for codes in drawn])
    return [
        [plan.pearson(one).r for one in products]
        if kind == "pearson"
        else list(_polychoric(products, plan))
        for kind in kinds
    ]


def _polychoric(products: Floats, plan: Layout) -> Floats:
    """Correlations (B, J, J): nearly all by the series, the few beyond it by the full method."""
    n_items = plan.present.size
    r = np.broadcast_to(np.eye(n_items), (len(products), n_items, n_items)).copy()
    for shape in plan.shapes:
        counts = shape.tables(products)
        found = weak_correlations(counts)
        rest = np.flatnonzero(np.isnan(found))
        if rest.size:
            # Of shuffled items some pair nearly always falls into a table with empty cells that
            # alone would send its correlation to 1 or -1; half a person in each keeps one pair from
            # deciding everything.
            strong = counts[:, :, rest].transpose(2, 0, 1)
            found[rest] = pair_correlations(strong, boundary_cell=0.5).r
        found = found.reshape(len(products), -1)
        r[:, shape.first, shape.second] = r[:, shape.second, shape.first] = found
    return r


def _known(values: Floats) -> NullEigenvalues:
    known = np.isfinite(values).all(axis=1)
    return NullEigenvalues(values[known], int((~known).sum()))


def retained(observed: Floats, line: Floats) -> int:
    """How many leading eigenvalues lie above the line; the first that does not ends the count."""
    above = observed > line
    return int(above.size if above.all() else np.argmin(above))
