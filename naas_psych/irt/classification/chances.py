"""Chances of each true outcome, person by person, and the tables of outcomes they make."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.classification.crossed import Crossed


@dataclass(frozen=True)
class Chances:
    """Of n persons whose outcome was given by an estimate of theta; K outcomes, the lowest first.

    p : (n, K) chance that each outcome is the true one; rows add up to 1
    given : (n,) the outcome they were given
    known : (N,) who of all persons these are; the others have no finite estimate
    """

    p: Floats
    given: NDArray[np.int64]
    known: NDArray[np.bool_]

    @property
    def left_out(self) -> int:
        """How many persons have no finite estimate."""
        return int((~self.known).sum())

    def terms(self) -> Floats:
        """(n, 2, K, K) what each person adds: to true by given outcome, and to first by second."""
        given = np.eye(self.p.shape[1])[self.given]
        right = self.p[:, :, None] * given[:, None]
        return np.stack([right, self.p[:, :, None] * self.p[:, None]], axis=1)

    def crossed(self) -> Crossed:
        """The tables: means over persons; nan where there are none."""
        n, k = self.p.shape
        if n == 0:
            return Crossed(np.full((k, k), np.nan), np.full((k, k), np.nan))
        given = np.eye(k)[self.given]
        right = np.einsum("nk,nl->kl", self.p, given)
        return Crossed(right / n, np.einsum("nk,nl->kl", self.p, self.p) / n)


def chances(upper: Floats, estimate: Floats, cuts: Floats, known: NDArray[np.bool_]) -> Chances:
    """From the chance (n, C) that theta is at least each cut (C,), in rising order."""
    # Rounding must not let the chance of a higher cut exceed that of a lower one.
    falling = np.minimum.accumulate(upper.clip(0, 1), axis=1)
    edges = np.ones((len(upper), 1)), falling, np.zeros((len(upper), 1))
    given = (estimate[:, None] >= cuts).sum(axis=1)
    return Chances(-np.diff(np.concatenate(edges, axis=1), axis=1), given, known)
