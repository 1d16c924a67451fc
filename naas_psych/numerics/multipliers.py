"""Random weights that stand for another sample of the clusters that persons came in."""

from __future__ import annotations

import numpy as np

from naas_psych.numerics.arrays import Floats


def multipliers(n_clusters: int, draws: int, *, seed: int) -> Floats:
    """(R, G) weights with mean 0: a sum of cluster totals times them is a draw of its error.

    Wild (multiplier) bootstrap. Their scale is that of Student's t with G - 1 degrees of freedom,
    times G / (G - 1) in the variance, so that few clusters give wide limits. The same seed gives
    the same weights, so that everything made with them moves together.
    """
    stream = np.random.Generator(np.random.PCG64(np.random.SeedSequence((seed, n_clusters, draws))))
    normal = stream.standard_normal((draws, n_clusters))
    df = max(n_clusters - 1, 1)
    scale = np.sqrt(stream.chisquare(df, (draws, 1)) / df)
    return np.asarray(normal / scale * np.sqrt(n_clusters / df))
