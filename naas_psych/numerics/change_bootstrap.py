"""How sure a change is: differences of mean changes of two groups, over samples of persons."""

from __future__ import annotations

import numpy as np

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.intervals import Interval


def resampled_means(values: Floats, *, replicates: int, generator: np.random.Generator) -> Floats:
    """(B,) means of samples of the n values, drawn with replacement.

    Drawn as counts of the distinct values, which is the same and does not grow with n.
    """
    distinct, counts = np.unique(values, return_counts=True)
    drawn = generator.multinomial(values.size, counts / values.size, size=replicates)
    return np.asarray(drawn @ distinct / values.size)


def difference_of_means(
    focal: Floats, reference: Floats, *, replicates: int, seed: int, level: float
) -> Interval[float]:
    """Percentile limits of mean(focal) - mean(reference), persons drawn within their group.

    nan without replicates, or where a group has nobody. Source: Efron & Tibshirani (1993).
    """
    if replicates == 0 or focal.size == 0 or reference.size == 0:
        return Interval(np.nan, np.nan)
    own, other = np.random.SeedSequence(seed).spawn(2)
    differences = resampled_means(
        focal, replicates=replicates, generator=np.random.Generator(np.random.PCG64(own))
    ) - resampled_means(
        reference, replicates=replicates, generator=np.random.Generator(np.random.PCG64(other))
    )
    low, high = np.quantile(differences, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(low), float(high))
