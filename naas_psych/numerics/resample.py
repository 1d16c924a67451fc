"""Bootstrap and jackknife distributions of every internal-consistency coefficient."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.bootstrap import (
    Samples,
    canonical_order,
    left_out_groups,
    resampled,
)
from naas_psych.numerics.coefficients import Floats
from naas_psych.numerics.consistency import COEFFICIENTS, Design, Estimates, replicate

_CHUNK = 50
Progress = Callable[[int], None]


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
    threads: int = 1,
    progress: Progress | None = None,
) -> Distributions:
    """Resample the persons of `points` (N, J) and estimate everything anew each time.

    The answer depends on the seed alone: neither on the number of threads nor on the order of rows.
    """
    ordered = points[canonical_order(points, seed=seed)]
    work = partial(_estimate, design=design, estimates=estimates)
    samples = resampled(ordered, replicates=replicates, seed=seed)
    with ThreadPoolExecutor(threads) as pool:
        found = []
        for chunk in samples:
            for values in pool.map(work, _cut(chunk)):
                found.append(values)
                if progress:
                    progress(len(values["alpha"]))
        left = list(pool.map(work, _cut(left_out_groups(ordered))))
    return Distributions(_joined(found), _joined(left))


def _cut(samples: Samples) -> Iterator[Samples]:
    """Chunks of a fixed size, so that batched arithmetic is the same for any number of threads."""
    for at in range(0, len(samples.n), _CHUNK):
        rows = slice(at, at + _CHUNK)
        yield Samples(samples.n[rows], samples.sums[rows], samples.products[rows])


def _estimate(samples: Samples, *, design: Design, estimates: Estimates) -> dict[str, Floats]:
    mean_total = samples.sums.sum(axis=1) / samples.n
    return replicate(
        samples.covariance, mean_total, samples.n, design=design, start=estimates.start
    )


def _joined(parts: list[dict[str, Floats]]) -> dict[str, Floats]:
    return {name: np.concatenate([part[name] for part in parts]) for name in COEFFICIENTS}
