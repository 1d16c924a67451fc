"""Bootstrap and jackknife distributions of every internal-consistency coefficient."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.bootstrap import (
    Samples,
    canonical_order,
    left_out_groups,
    resampled,
    seed_chunks,
)
from naas_psych.numerics.consistency import COEFFICIENTS, Design, Estimates, replicate
from naas_psych.numerics.one_thread import one_blas_thread

#: Matrices worked on at a time.
_BATCH = 125


@dataclass(frozen=True)
class Distributions:
    """Coefficient to its values in B bootstrap samples, and in the jackknife's G."""

    bootstrap: dict[str, Floats]
    jackknife: dict[str, Floats]


def distributions(
    points: NDArray[Any],
    estimates: Estimates,
    *,
    design: Design,
    replicates: int,
    seed: int,
    threads: int,
) -> Distributions:
    """Resample the persons of `points` (N, J) and estimate everything anew each time.

    The answer depends on the seed alone: neither on the number of threads nor on the order of rows.
    """
    ordered = points[canonical_order(points, seed=seed)]
    chunks = seed_chunks(ordered, replicates=replicates, seed=seed)
    draw = partial(_from_seeds, ordered, design=design, estimates=estimates)
    # The matrices are small: threads inside each decomposition only wait for one another.
    with one_blas_thread(), ThreadPoolExecutor(threads) as pool:
        found = list(pool.map(draw, chunks))
        left = _estimated(left_out_groups(ordered), design, estimates)
    return Distributions(_joined(found), left)


def _from_seeds(
    points: NDArray[Any],
    seeds: list[np.random.SeedSequence],
    *,
    design: Design,
    estimates: Estimates,
) -> dict[str, Floats]:
    return _estimated(resampled(points, seeds), design, estimates)


def _estimated(samples: Samples, design: Design, estimates: Estimates) -> dict[str, Floats]:
    """All coefficients, a few matrices at a time so that they stay in the cache."""
    mean_total = samples.sums.sum(axis=1) / samples.n
    parts = []
    for at in range(0, len(samples.n), _BATCH):
        rows = slice(at, at + _BATCH)
        some = Samples(samples.n[rows], samples.sums[rows], samples.products[rows])
        parts.append(
            replicate(
                some.covariance, mean_total[rows], some.n, design=design, start=estimates.start
            )
        )
    return _joined(parts)


def _joined(parts: list[dict[str, Floats]]) -> dict[str, Floats]:
    return {name: np.concatenate([part[name] for part in parts]) for name in COEFFICIENTS}
