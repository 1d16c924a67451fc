"""The error of a cut from folders: of other folders, and of other judges."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from naas_psych.analyses.standard.folder_ratings import Ratings
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.intervals import t_quantile
from naas_psych.numerics.standard.drawn import (
    Drawn,
    drawn_counts,
    drawn_error,
    resampled_units,
)
from naas_psych.numerics.standard.logistic_cut import drawn_logistic_cuts


def folder_error(
    ratings: Ratings, boundary: int, cut: float, *, replicates: int, seed: int, level: float
) -> dict[str, object]:
    """se_folders, se_judges, and both together with limits, by Satterthwaite's degrees of freedom.

    Both are drawn by themselves. What is left to a single rating is in both, so that their sum is
    too large rather than too small.
    """
    above = ratings.given & (ratings.levels > boundary)
    of_folders = _drawn(ratings.percent, ratings.given, above, replicates, seed, axis=0)
    of_judges = _drawn(ratings.percent, ratings.given, above, replicates, seed + 1, axis=1)
    folders = drawn_error(of_folders, ratings.folders, level=level, robust=True)
    # Not robust: samples of a few judges are few, and quantiles of them jump.
    judges = drawn_error(of_judges, ratings.judges, level=level)
    why = "one_judge" if ratings.judges < 2 else folders.reason or judges.reason
    both = _together(cut, folders, judges, ratings, level) if why is None else None
    return {
        "percent_se": both.se if both else np.nan,
        "percent_low": both.low if both else np.nan,
        "percent_high": both.high if both else np.nan,
        "se_folders": folders.se,
        "se_judges": judges.se if ratings.judges > 1 else np.nan,
        "error_why": why,
        "folders_why": folders.reason,
        "judges_why": "one_judge" if ratings.judges < 2 else judges.reason,
    }


def _together(cut: float, folders: Drawn, judges: Drawn, ratings: Ratings, level: float) -> Drawn:
    parts = folders.se**2, judges.se**2
    variance = sum(parts)
    if variance <= 0:
        return Drawn(0.0, cut, cut)
    spread = parts[0] ** 2 / (ratings.folders - 1) + parts[1] ** 2 / (ratings.judges - 1)
    se = float(np.sqrt(variance))
    half = t_quantile(level, variance**2 / spread) * se
    return Drawn(se, max(cut - half, 0.0), min(cut + half, 100.0))


def _drawn(
    percent: Floats,
    given: NDArray[np.bool_],
    above: NDArray[np.bool_],
    replicates: int,
    seed: int,
    *,
    axis: int,
) -> Floats:
    """(R,) cuts with folders (axis 0) or judges (axis 1) drawn again."""
    active = np.flatnonzero(given.any(axis=1 - axis))
    if replicates == 0 or active.size < 2:
        return np.full(replicates, np.nan)
    cells = [one.take(active, axis=axis).astype(float) for one in (given, above)]
    units = resampled_units(np.arange(active.size), seed=seed)
    counts = drawn_counts(units, replicates=replicates, seed=seed)[:, units]
    if axis == 0:
        trials, successes = (counts * one.sum(axis=1) for one in cells)
        scores = percent[active]
    else:
        # Not `@`, whose sum depends on the number of threads.
        trials, successes = (np.einsum("rj,fj->rf", counts, one) for one in cells)
        scores = percent
    return drawn_logistic_cuts(scores, trials, successes, chance=0.5, shift=np.zeros(replicates))
