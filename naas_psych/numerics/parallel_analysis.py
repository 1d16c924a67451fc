"""Horn's (1965) parallel analysis: eigenvalues of data beside those of the same data permuted."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.pair_pearson import pair_pearson
from naas_psych.numerics.pair_tables import Recoded, binary_tables, phi, recoded
from naas_psych.numerics.permuted import Draw, permuter
from naas_psych.numerics.polychoric import correlations_of, from_binary
from naas_psych.numerics.tetrachoric import Tables

Kind = Literal["pearson", "polychoric"]


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
    draw = permuter(data, seed=seed)
    one = partial(_replicate, draw=draw, data=data, kinds=tuple(kinds))
    children = np.random.SeedSequence(seed).spawn(replicates)
    # The matrices are small: threads inside each decomposition only wait for one another.
    with threadpool_limits(1, user_api="blas"), ThreadPoolExecutor(threads) as pool:
        found = np.array(list(pool.map(one, children)))
    found = found.reshape(replicates, len(kinds), len(data.categories))
    return {kind: _known(found[:, k]) for k, kind in enumerate(kinds)}


def _replicate(
    child: np.random.SeedSequence, *, draw: Draw, data: Recoded, kinds: tuple[Kind, ...]
) -> Floats:
    codes = draw(np.random.Generator(np.random.PCG64(child)))
    permuted = Recoded(codes, data.categories, data.complete)
    return np.stack([eigenvalues(r) for r in _matrices(permuted, kinds)])


def _matrices(data: Recoded, kinds: tuple[Kind, ...]) -> list[Floats]:
    if data.categories.max(initial=0) <= 2:
        tables = binary_tables(data.codes, complete=data.complete)
        return [phi(tables) if k == "pearson" else _tetrachoric(tables, data) for k in kinds]
    return [pair_pearson(data.codes).r if k == "pearson" else _polychoric(data) for k in kinds]


# Of shuffled items some pair nearly always falls into a table with empty cells that alone would
# send its correlation to 1 or -1; half a person in each keeps one pair from deciding everything.
def _tetrachoric(tables: Tables, data: Recoded) -> Floats:
    return from_binary(tables, data, boundary_cell=0.5).r


def _polychoric(data: Recoded) -> Floats:
    return correlations_of(data, boundary_cell=0.5).r


def _known(values: Floats) -> NullEigenvalues:
    known = np.isfinite(values).all(axis=1)
    return NullEigenvalues(values[known], int((~known).sum()))


def retained(observed: Floats, line: Floats) -> int:
    """How many leading eigenvalues lie above the line; the first that does not ends the count."""
    above = observed > line
    return int(above.size if above.all() else np.argmin(above))
