"""Other samples of judges and of candidates, drawn together for the error of a cut."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.standard.score_curve import shares_below


@dataclass(frozen=True, eq=False)
class Draws:
    """Draws for an error (`plain`), and the same widened as t is over the normal (`wide`)."""

    plain: Floats
    wide: Floats


def generator(seed: int, *more: int) -> np.random.Generator:
    """Random numbers of a seed and of what they are for."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence((seed, *more))))


def drawn_judges(n: int, replicates: int, stream: np.random.Generator) -> NDArray[np.int64]:
    """(R, J) judges drawn with replacement."""
    return stream.integers(0, n, size=(replicates, n))


def widened(estimate: Floats, drawn: Floats, n: int, stream: np.random.Generator) -> Draws:
    """Draws (R, ...) about their estimate with the variance of n - 1 degrees of freedom.

    Samples of n from n vary too little by n / (n - 1); `wide` is also spread as Student's t is.
    """
    if n < 2:
        return Draws(drawn, drawn)
    off = (drawn - estimate) * np.sqrt(n / (n - 1))
    chi = stream.chisquare(n - 1, len(drawn)) / (n - 1)
    scale = np.reshape(1 / np.sqrt(chi), (-1,) + (1,) * (drawn.ndim - 1))
    return Draws(estimate + off, estimate + off * scale)


def drawn_counts(
    counts: NDArray[np.int64],
    by_cluster: NDArray[np.int64] | None,
    replicates: int,
    stream: np.random.Generator,
) -> NDArray[np.int64]:
    """(R, S) persons at each score: drawn one by one, or cluster by cluster (G, S)."""
    if by_cluster is None:
        n = int(counts.sum())
        return stream.multinomial(n, counts / n, size=replicates)
    g = len(by_cluster)
    return np.asarray(stream.multinomial(g, np.full(g, 1 / g), size=replicates) @ by_cluster)


def drawn_shares(
    counts: NDArray[np.int64],
    by_cluster: NDArray[np.int64] | None,
    replicates: int,
    stream: np.random.Generator,
) -> Draws:
    """(R, S + 1) shares below each cut of other samples of persons."""
    drawn = shares_below(drawn_counts(counts, by_cluster, replicates, stream))
    if by_cluster is None:
        return Draws(drawn, drawn)
    made = widened(shares_below(counts[None])[0], drawn, len(by_cluster), stream)
    return Draws(_as_shares(made.plain), _as_shares(made.wide))


def _as_shares(below: Floats) -> Floats:
    """Shares from 0 to 1 that never fall; all are below the last point."""
    found = np.maximum.accumulate(np.clip(below, 0, 1), axis=1)
    found[:, -1] = 1.0
    return found
