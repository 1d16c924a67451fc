"""Limits of shares from few clusters, whose t distribution reaches far out."""

from __future__ import annotations

import numpy as np
import pytest

from naas_psych.numerics.cluster_shares import ClusterShares
from naas_psych.numerics.multipliers import multipliers


def _shares(share: float, *, clusters: int, df: float) -> ClusterShares:
    errors = np.zeros((clusters, 1))
    errors[:2, 0] = 0.02, -0.02
    return ClusterShares(
        np.array([share]), errors, 1 / 260, np.array([False]), df, float(clusters - 1)
    )


@pytest.mark.parametrize("share", [0.03, 0.354, 0.5])
def test_limits_of_two_clusters_mirror_those_of_the_complement(share: float) -> None:
    low, high = _shares(share, clusters=2, df=1.0).limits(0.95)
    mirrored = _shares(1 - share, clusters=2, df=1.0).limits(0.95)
    assert high[0] < 1
    assert high[0] == pytest.approx(1 - mirrored[0][0], abs=1e-12)
    assert low[0] == pytest.approx(1 - mirrored[1][0], abs=1e-12)


def test_draws_of_two_clusters_reach_as_far_as_their_limits() -> None:
    one = _shares(0.354, clusters=2, df=1.0)
    drawn = one.draws([multipliers(2, 40_000, seed=1)])
    for end, limit in zip(np.quantile(drawn, [0.025, 0.975]), one.limits(0.95), strict=True):
        assert end == pytest.approx(limit[0], abs=0.02)
