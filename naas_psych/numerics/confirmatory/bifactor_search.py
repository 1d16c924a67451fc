"""A bifactor model with a proper solution: group factors that are not there are taken out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.confirmatory.estimate import (
    Estimate,
    Estimator,
    estimates,
)
from naas_psych.numerics.confirmatory.model import bifactor_model
from naas_psych.numerics.confirmatory.moments import PairMoments, ScoreMoments


@dataclass(frozen=True)
class Bifactor:
    """The full model as it came out, and the largest one that came out proper.

    kept : numbers of the groups that have a factor in `proper`, in the order of its columns
    dropped : the others, in the order in which they were taken out
    """

    full: Estimate
    proper: Estimate
    kept: tuple[int, ...]
    dropped: tuple[int, ...]


def fit_bifactor(
    groups: NDArray[np.int64],
    estimator: Estimator,
    *,
    scores: ScoreMoments | None,
    pairs: PairMoments | None,
) -> Bifactor:
    """Take out, one at a time, the factor that made the solution improper.

    That is the one whose item is given more variance than it has; without such an item (no
    solution, or parameters that cannot be told apart) the one with the smallest squared loadings.
    """
    groups = np.array(groups)
    full: Estimate | None = None
    dropped: list[int] = []
    while True:
        model = bifactor_model(groups)
        one = estimates(model, (estimator,), scores=scores, pairs=pairs)[estimator]
        full = full or one
        kept = tuple(int(g) for g in np.unique(groups) if g >= 0)
        if one.reason is not None or not kept or is_proper(one):
            return Bifactor(full, one, kept, tuple(dropped))
        worst = kept[_worst(one)]
        dropped.append(worst)
        groups[groups == worst] = -1


def is_proper(one: Estimate) -> bool:
    """A solution that real persons could have."""
    sound = one.reason is None and one.converged and one.identified
    return sound and not one.heywood.any()


def _worst(one: Estimate) -> int:
    """Which group factor (from 0) is to blame."""
    squares = one.loadings[:, 1:] ** 2
    item = int(np.argmin(one.uniqueness / (one.raw_loadings**2).sum(axis=1).clip(1e-12)))
    if one.heywood[item] and squares[item].any():
        return int(np.argmax(squares[item]))
    # A mean, so that a small group is not to blame for being small.
    return int(np.argmin(squares.sum(axis=0) / np.maximum((squares > 0).sum(axis=0), 1)))
