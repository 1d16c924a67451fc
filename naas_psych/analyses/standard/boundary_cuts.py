"""The cut of each boundary between levels, by a logistic curve, with its error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.regression.ordinal import proportional_odds
from naas_psych.numerics.standard.drawn import (
    Drawn,
    drawn_counts,
    drawn_error,
    resampled_units,
)
from naas_psych.numerics.standard.logistic_cut import (
    drawn_logistic_cuts,
    logistic_cut,
    separated,
)

Ints = NDArray[np.int64]


def log_odds_shift(share: float | None, above: Any, below: Any) -> Any:
    """ln of the odds in the population over those among the judged; 0 where they are alike."""
    if share is None:
        return np.zeros(np.shape(above)) if np.ndim(above) else 0.0
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.log(share / (1 - share)) - np.log(np.asarray(above) / np.asarray(below))
    return found if np.ndim(above) else float(found)


def drawn_boundary_cuts(
    percent: Floats,
    above: Floats,
    clusters: Ints,
    *,
    chance: float,
    share: float | None,
    replicates: int,
    seed: int,
) -> tuple[Floats, int]:
    """(R,) cut in samples of persons, or of the clusters they came in; and how many clusters."""
    units = resampled_units(clusters, seed=seed)
    n_units = int(units.max()) + 1
    if replicates == 0 or n_units < 2:
        return np.empty(0) if replicates == 0 else np.full(replicates, np.nan), n_units
    counts = drawn_counts(units, replicates=replicates, seed=seed)
    values, at = np.unique(percent, return_inverse=True)
    cells = np.zeros((2, n_units, values.size))
    np.add.at(cells[0], (units, at), 1.0)
    np.add.at(cells[1], (units, at), above)
    # Not `@`, whose sum depends on the number of threads; these are whole numbers all the same.
    trials, successes = (np.einsum("ru,uv->rv", counts, one) for one in cells)
    top = successes.sum(axis=1)
    shift = log_odds_shift(share, top, trials.sum(axis=1) - top)
    cuts = drawn_logistic_cuts(values, trials, successes, chance=chance, shift=shift)
    return cuts, n_units


def boundary_cut(
    percent: Floats, above: Floats, *, chance: float, share: float | None
) -> dict[str, Any]:
    """The curve of one boundary as columns; `why` where there is no cut."""
    shift = log_odds_shift(share, above.sum(), above.size - above.sum()) if above.any() else 0.0
    curve = logistic_cut(percent, above, chance=chance, shift=shift)
    apart = curve.reason != "group_empty" and separated(percent, above)
    apart = apart and curve.slope > 0
    return {
        "percent": curve.cut,
        "model_se": curve.delta_se,
        "curve_slope": curve.slope,
        "curve_intercept": curve.intercept,
        "estimator": curve.estimator,
        "separation_low": float(percent[above == 0].max()) if apart else np.nan,
        "separation_high": float(percent[above == 1].min()) if apart else np.nan,
        "why": curve.reason,
        "curve_why": None if np.isfinite(curve.slope) else curve.reason,
        "separation_why": None if apart else curve.reason or "groups_overlap",
    }


def with_error(row: dict[str, Any], drawn: Drawn) -> dict[str, Any]:
    """The row with error and limits, and why there are none."""
    none = row["why"] is not None
    return row | {
        "percent_se": np.nan if none else drawn.se,
        "percent_low": np.nan if none else drawn.low,
        "percent_high": np.nan if none else drawn.high,
        "error_why": drawn.reason,
    }


def error_of(cuts: Floats, n_units: int, level: float) -> Drawn:
    """Error of a cut in per cent, whose limits stay within the scale."""
    drawn = drawn_error(cuts, n_units, level=level, robust=True)
    return (
        Drawn(drawn.se, max(drawn.low, 0.0), min(drawn.high, 100.0), drawn.reason)
        if (drawn.reason is None)
        else drawn
    )


def in_order(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows by rising boundary; where a cut is not above the one before, none of the two stands."""
    cuts = [row["percent"] for row in rows]
    crossed = {
        place
        for k in range(len(cuts) - 1)
        for place in (k, k + 1)
        if np.isfinite(cuts[k]) and np.isfinite(cuts[k + 1]) and cuts[k + 1] <= cuts[k]
    }
    nothing = dict.fromkeys(("percent", "percent_se", "percent_low", "percent_high"), np.nan)
    nothing["model_se"] = np.nan
    return [
        row | nothing | {"why": "cuts_out_of_order"} if k in crossed else row
        for k, row in enumerate(rows)
    ]


def proportional_cuts(
    percent: Floats,
    level: Ints,
    names: Sequence[str],
    *,
    chance: float,
    shifts: Mapping[str, float],
) -> dict[str, float]:
    """Cuts by one slope for all boundaries; nan where there is no such model that rises."""
    nothing = dict.fromkeys(names, np.nan)
    everybody = np.bincount(level, minlength=len(names) + 1)
    sd = float(percent.std())
    if len(names) < 2 or not everybody.all() or not sd > 0:
        return nothing
    centre = float(percent.mean())
    fit = proportional_odds(level, ((percent - centre) / sd)[:, None])
    if fit is None or fit.coefficients[0] <= 0:
        return nothing
    line = float(np.log(chance / (1 - chance)))
    slope, thresholds = fit.coefficients[0], fit.coefficients[1:]
    return {
        name: float(centre + sd * (line + thresholds[k] - shifts.get(name, 0.0)) / slope)
        for k, name in enumerate(names)
    }
