"""What a general factor with group factors says of a score (Rodriguez, Reise & Haviland 2016).

All from loadings (J, 1 + G), the general factor first, and the uniquenesses; in the metric of the
score whose reliability is asked for. Errors by the delta method, from exact derivatives.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats


@dataclass(frozen=True)
class BifactorIndices:
    """Indices of the whole test, of each group of items (G,) and of each item (J,).

    ecv : share of common variance that is general; ecv_group: that is of this group factor
    puc : share of pairs of items from different groups
    h : construct replicability of the general factor, h_group (G,) of each group factor
    omega_group (G,) : of the group's own sum; omega_group_hierarchical: by the group factor alone
    """

    omega_total: float
    omega_hierarchical: float
    ecv: float
    puc: float
    h: float
    omega_group: Floats
    omega_group_hierarchical: Floats
    ecv_group: Floats
    h_group: Floats
    item_ecv: Floats


def bifactor_indices(
    loadings: Floats, uniqueness: Floats, member: NDArray[np.bool_]
) -> BifactorIndices:
    """Indices of the sum of items.

    member (J, G) : which items are in which group, also where the group's loadings are 0 because
    the model has no factor for it; uniqueness (J,) : in the metric of `loadings`
    """
    sums = loadings.sum(axis=0)
    variance = float(np.sum(sums**2) + uniqueness.sum())
    squares = standardised(loadings, uniqueness) ** 2
    common = squares.sum()
    own_general = member.T @ loadings[:, 0]
    own = own_general**2 + sums[1:] ** 2
    own_variance = own + member.T @ uniqueness
    return BifactorIndices(
        omega_total=float(np.sum(sums**2) / variance),
        omega_hierarchical=float(sums[0] ** 2 / variance),
        ecv=float(squares[:, 0].sum() / common),
        puc=contaminated_share(member),
        h=float(_replicability(squares)[0]),
        omega_group=own / own_variance,
        omega_group_hierarchical=sums[1:] ** 2 / own_variance,
        ecv_group=squares[:, 1:].sum(axis=0) / common,
        h_group=_replicability(squares)[1:],
        item_ecv=squares[:, 0] / squares.sum(axis=1),
    )


def standardised(loadings: Floats, uniqueness: Floats) -> Floats:
    """Loadings of uncorrelated factors in standard deviations of each item."""
    sd = np.sqrt((loadings**2).sum(axis=1) + uniqueness)
    return np.asarray(loadings / sd[:, None])


def contaminated_share(member: NDArray[np.bool_]) -> float:
    """PUC: pairs of items that no group factor joins, of all pairs; member (J, G)."""
    n_items = len(member)
    sizes = member.sum(axis=0)
    pairs = n_items * (n_items - 1) / 2
    return float(1 - np.sum(sizes * (sizes - 1) / 2) / pairs)


def _replicability(squares: Floats) -> Floats:
    """H = 1 / (1 + 1 / sum l2 / (1 - l2)); nan at a loading of 1 or more."""
    with np.errstate(divide="ignore", invalid="ignore"):
        information = np.sum(squares / (1 - squares), axis=0)
        found = 1 / (1 + 1 / information)
    return np.where((squares < 1).all(axis=0), found, np.nan)


@dataclass(frozen=True)
class IndexErrors:
    """Standard errors of indices by the delta method."""

    omega_total: float
    omega_hierarchical: float
    ecv: float


def index_errors(
    loadings: Floats, uniqueness: Floats, covariance: Floats, *, free_uniqueness: bool
) -> IndexErrors:
    """From the covariance (q, q) of the free loadings, by row, then (if free) the uniquenesses.

    Where they are not free, a uniqueness is 1 less the squared loadings.
    """
    total, general, ecv = _gradients(loadings, uniqueness, free_uniqueness=free_uniqueness)
    return IndexErrors(*(_error(g, covariance) for g in (total, general, ecv)))


def _error(gradient: Floats, covariance: Floats) -> float:
    variance = float(gradient @ covariance @ gradient)
    return float(np.sqrt(variance)) if variance >= 0 else np.nan


def _gradients(
    loadings: Floats, uniqueness: Floats, *, free_uniqueness: bool
) -> tuple[Floats, Floats, Floats]:
    """Of omega total, omega hierarchical and ECV in the parameters (q,) each."""
    free = loadings != 0
    sums = loadings.sum(axis=0)
    common = float(np.sum(sums**2))
    error = float(uniqueness.sum())
    variance = common + error
    by_common = np.broadcast_to(2 * sums, loadings.shape)
    by_error = np.zeros(loadings.shape) if free_uniqueness else -2 * loadings
    by_variance = by_common + by_error
    general = np.zeros(loadings.shape)
    general[:, 0] = 2 * sums[0] / variance
    total = by_common / variance - common / variance**2 * by_variance
    hierarchical = general - sums[0] ** 2 / variance**2 * by_variance
    tail = np.ones(len(loadings) if free_uniqueness else 0) / variance**2
    ecv, ecv_tail = _ecv_gradient(loadings, uniqueness, free_uniqueness=free_uniqueness)
    return (
        np.concatenate([total[free], -common * tail]),
        np.concatenate([hierarchical[free], -(sums[0] ** 2) * tail]),
        np.concatenate([ecv[free], ecv_tail]),
    )


def _ecv_gradient(
    loadings: Floats, uniqueness: Floats, *, free_uniqueness: bool
) -> tuple[Floats, Floats]:
    """In loadings (J, 1 + G) and uniquenesses; ECV is of standardised loadings."""
    variance = (loadings**2).sum(axis=1) + uniqueness
    squares = loadings**2 / variance[:, None]
    total = squares.sum()
    ecv = squares[:, 0].sum() / total
    weight = np.full(loadings.shape, -ecv)
    weight[:, 0] += 1
    direct = 2 * weight * loadings / variance[:, None] / total
    if not free_uniqueness:
        return direct, np.empty(0)
    # Through the standard deviation of the item, which a change of any of its parameters moves.
    through = -np.sum(weight * squares, axis=1) / variance / total
    return direct + 2 * through[:, None] * loadings, through
