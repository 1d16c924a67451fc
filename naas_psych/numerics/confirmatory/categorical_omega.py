"""Reliability of the observed sum of ordered items under a factor model (Green & Yang 2009).

Loadings are those of the normal variables behind the items. True and observed covariances of two
items are sums over pairs of thresholds of Phi2(t, u; r) - Phi(t) Phi(u): with r from the common
factors for the true part (an item with itself included), and r as modelled for the observed part.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import ndtr

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.bivariate_normal import density, probability


@dataclass(frozen=True)
class CategoricalOmega:
    """omega_total and omega_hierarchical (general factor alone), each with a delta-method error."""

    total: float
    total_se: float
    hierarchical: float
    hierarchical_se: float


def categorical_omega(
    loadings: Floats,
    phi: Floats,
    thresholds: Floats,
    errors: Floats,
    *,
    observed: Floats | None = None,
) -> CategoricalOmega:
    """Omegas of the sum of items whose codes are 0, 1, 2, ...

    loadings (J, F), general first; thresholds (J, K - 1), nan-padded; errors (q, q) of the free
    loadings by row (thresholds are taken as known). The variance of the sum is the modelled one,
    or that of the `observed` polychoric correlations (J, J), which then count as known.
    """
    free = loadings != 0
    common = loadings @ phi @ loadings.T
    item, cut = np.nonzero(np.isfinite(thresholds))
    at = thresholds[item, cut]
    cells = _Cells(item, at, len(loadings))
    whole, whole_slope = cells.sums(common)
    alone, alone_slope = cells.sums(np.outer(loadings[:, 0], loadings[:, 0]))
    own = np.eye(len(loadings), dtype=bool)
    below, below_slope = (whole, whole_slope)
    if observed is not None:
        below, below_slope = cells.sums(np.where(own, 0.0, observed))[0], np.zeros(own.shape)
    off = np.where(own, 0.0, below).sum()
    variance = float(off + np.diagonal(cells.sums(np.where(own, 1.0, 0.0))[0]).sum())
    by_common = 2 * whole_slope @ loadings @ phi
    by_variance = 2 * np.where(own, 0.0, below_slope) @ loadings @ phi
    by_general = np.zeros(loadings.shape)
    by_general[:, 0] = 2 * alone_slope @ loadings[:, 0]
    found = [
        (value / variance, slope / variance - value / variance**2 * by_variance)
        for value, slope in ((whole.sum(), by_common), (alone.sum(), by_general))
    ]
    size = int(free.sum())
    values = [float(value) for value, _ in found]
    se = [_error(slope[free], errors[:size, :size]) for _, slope in found]
    return CategoricalOmega(values[0], se[0], values[1], se[1])


def _error(gradient: Floats, covariance: Floats) -> float:
    variance = float(gradient @ covariance @ gradient)
    return float(np.sqrt(variance)) if variance >= 0 else np.nan


@dataclass(frozen=True)
class _Cells:
    """All pairs of thresholds: the item each belongs to (T,), where it lies (T,)."""

    item: Any
    at: Floats
    n_items: int

    def sums(self, r: Floats) -> tuple[Floats, Floats]:
        """Covariances (J, J) of items whose normal variables correlate r, and their slopes in r."""
        i, j = np.triu_indices(len(self.at))
        rho = np.clip(r[self.item[i], self.item[j]], -1.0, 1.0)
        h, k = self.at[i], self.at[j]
        gain = probability(h, k, rho) - ndtr(h) * ndtr(k)
        inside = np.abs(rho) < 1
        slope = np.where(inside, density(h, k, np.where(inside, rho, 0.0)), 0.0)
        return self._by_item(i, j, gain), self._by_item(i, j, slope)

    def _by_item(self, i: Any, j: Any, values: Floats) -> Floats:
        square = np.zeros((len(self.at), len(self.at)))
        square[i, j] = square[j, i] = values
        members = (self.item == np.arange(self.n_items)[:, None]).astype(float)
        return np.asarray(members @ square @ members.T)
