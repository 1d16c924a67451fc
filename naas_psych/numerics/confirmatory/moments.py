"""What models are fitted to: the covariances of scores, and polychoric correlations."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.confirmatory.normal_theory import is_singular
from naas_psych.numerics.confirmatory.ordinal_covariance import Influences, covariance, influences

#: The covariance matrix of the correlations of more items would not fit in half a gigabyte.
MOST_ITEMS = 100


class ScoreMoments:
    """Covariance matrix (divisor n) of the persons with every score, and their deviations."""

    def __init__(self, scores: NDArray[Any]) -> None:
        whole = scores if scores.min(initial=0) >= 0 else scores[(scores >= 0).all(axis=1)]
        self.n = int(whole.shape[0])
        self.n_items = int(whole.shape[1])
        self._whole = whole

    @cached_property
    def deviations(self) -> Floats:
        return np.asarray(self._whole - self._whole.mean(axis=0), dtype=np.float64)

    @cached_property
    def covariance(self) -> Floats:
        return np.asarray(self.deviations.T @ self.deviations / self.n)

    @cached_property
    def reason(self) -> str | None:
        """Why nothing can be fitted, or None."""
        if self.n <= self.n_items:
            return "too_few_persons"
        return "singular_matrix" if is_singular(self.covariance) else None


class PairMoments:
    """Polychoric correlations r (P,) of n persons, and how they vary together."""

    def __init__(self, codes: NDArray[Any], r: Floats, *, threads: int = 1) -> None:
        self.n, self.n_items = int(codes.shape[0]), int(codes.shape[1])
        self._codes, self.r, self._threads = codes, r, threads

    @cached_property
    def reason(self) -> str | None:
        """Why nothing can be fitted, or None."""
        if not np.isfinite(self.r).all():
            return "no_polychoric"
        sound = np.isfinite(self.influences.variance) & (self.influences.variance > 0)
        return None if sound.all() else "boundary"

    @property
    def robust_reason(self) -> str | None:
        """Why there is no scaled statistic, or None."""
        return self.reason or ("too_many_items" if self.n_items > MOST_ITEMS else None)

    @cached_property
    def influences(self) -> Influences:
        return influences(self._codes, self.r)

    @cached_property
    def covariance(self) -> Floats:
        """N times the covariance matrix of r (P, P)."""
        return covariance(self.influences, threads=self._threads)
