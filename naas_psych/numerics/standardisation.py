"""Standardisation: what persons of two groups with the same matching score earn on an item.

Dorans and Kulick (1986) compare the proportion correct of the focal group with that of the
reference group at each score, and average the differences over the scores of the focal group. With
mean scores in place of proportions the same holds for graded items (Dorans & Schmitt 1991).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from naas_psych.numerics.arrays import Floats

Weights = Literal["focal", "reference", "total"]


@dataclass(frozen=True, eq=False)
class Standardised:
    """Of J items: the standardised difference in points, focal less reference.

    difference, se : (J,); nan where no score has persons of both groups
    reference, focal : (J,) standardised means, in points
    """

    difference: Floats
    se: Floats
    reference: Floats
    focal: Floats

    def odds_ratio(self, width: Floats) -> Floats:
        """(J,) odds of the reference over those of the focal group, for items of `width` points."""
        with np.errstate(divide="ignore", invalid="ignore"):
            odds = [p / (1 - p) for p in (self.reference / width, self.focal / width)]
            return np.asarray(odds[0] / odds[1])


def standardised(counts: Any, *, weights: Weights = "focal") -> Standardised:
    """The standardised difference of each item from counts (J, S, 2, C).

    D = sum_k w_k (mean_Fk - mean_Rk) / sum_k w_k over the scores k with persons of both groups.
    Its variance is sum w_k^2 (s2_Fk / n_Fk + s2_Rk / n_Rk) / (sum w_k)^2.

    The plug-in variance of n persons is too small by (n - 1) / n, and with matching on every score
    n is often 1 to 5. The lost degree of freedom is filled with the variance of all persons at that
    score: s2_g = (SS_g + SS / (T - 1)) / n_g. That is right on average if the groups do not differ,
    and Dorans and Kulick's formula where n is large.
    """
    counts = np.asarray(counts, dtype=float)
    points = np.arange(counts.shape[3], dtype=float)
    n = counts.sum(axis=3)
    both = (n > 0).all(axis=2)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = counts @ points / n
        spread = _variances(counts, n, points) / n
    used = {"focal": n[..., 1], "reference": n[..., 0], "total": n.sum(axis=2)}[weights] * both
    total = used.sum(axis=1)
    mean, spread = (np.where(both[..., None], one, 0.0) for one in (mean, spread))
    with np.errstate(divide="ignore", invalid="ignore"):
        means = np.einsum("js,jsg->gj", used, mean) / total
        variance = np.einsum("js,jsg->j", used**2, spread) / total**2
    return Standardised(means[1] - means[0], np.sqrt(variance), means[0], means[1])


def _variances(counts: Floats, n: Floats, points: Floats) -> Floats:
    """(J, S, G) variance of the scores of each group at each matching score."""
    total = counts @ points
    squares = counts @ points**2
    own = squares - total**2 / np.where(n > 0, n, 1.0)
    everybody = n.sum(axis=2)
    of_all = squares.sum(axis=2) - total.sum(axis=2) ** 2 / np.where(everybody > 0, everybody, 1.0)
    freedom = np.maximum(everybody - 1, 1.0)
    return np.asarray((np.maximum(own, 0.0) + (np.maximum(of_all, 0.0) / freedom)[..., None]) / n)
