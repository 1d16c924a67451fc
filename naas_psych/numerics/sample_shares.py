"""How far a share of those who came lies from the known share of those they came from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.cluster_shares import cluster_shares


@dataclass(frozen=True, eq=False)
class SampleShares:
    """(M,) shares and standardised differences, each with limits."""

    share: Floats
    low: Floats
    high: Floats
    difference: Floats
    difference_low: Floats
    difference_high: Floats


def standardised_difference(share: Floats, known: Floats) -> Floats:
    """Austin (2009): (p - P) / sqrt((p (1 - p) + P (1 - P)) / 2); nan where the root is 0.

    It grows with p at every P, so limits of p give limits of it.
    """
    spread = np.sqrt((share * (1 - share) + known * (1 - known)) / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(spread > 0, (share - known) / spread, np.nan))


def sample_shares(
    levels: NDArray[np.int64], clusters: NDArray[np.int64], known: Floats, *, level: float
) -> SampleShares:
    """Shares of M levels among persons (n,) from clusters, beside the known shares (M,).

    Limits are of persons drawn in clusters (see `cluster_shares`); the known shares have none.
    """
    names, codes = np.unique(clusters, return_inverse=True)
    counted = np.zeros((names.size, known.size))
    np.add.at(counted, (codes, levels), 1.0)
    found = cluster_shares(
        counted,
        np.bincount(codes, minlength=names.size).astype(float),
        unit=1 / levels.size,
        sure=np.zeros(known.size, dtype=bool),
    )
    low, high = found.limits(level)
    ends = (standardised_difference(one, known) for one in (found.share, low, high))
    return SampleShares(found.share, low, high, *ends)
