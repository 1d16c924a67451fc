"""Tables of pass rates of groups: at the cuts asked for, and at every cut there could be."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from naas_psych.analyses.clusters import Clusters
from naas_psych.analyses.cutscores.cut_groups_counts import Met, clustered_gaps
from naas_psych.analyses.cutscores.cut_groups_model import MODELLED
from naas_psych.analyses.fairness.outcome_counts import PlacedCut
from naas_psych.analyses.fairness.outcome_rows import rate_columns
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.outcome_gaps import Passes
from naas_psych.result import tidy
from naas_psych.study.groupings import Comparison
from naas_psych.thresholds import Thresholds

NAMES: dict[str, Callable[[Comparison], str]] = {
    "group": lambda one: one.group,
    "reference": lambda one: one.reference.name,
    "focal": lambda one: one.focal.name,
}
#: Quantities with limits that know of clusters.
_CLUSTERED = ("ratio", "difference", "shortfall")


@dataclass(frozen=True, eq=False)
class Counted:
    """Everything about L comparisons at C cuts: passes (L, C), and columns (L, C) made of them.

    shown, judged : (L,) whether there are the persons to be shown, and to be judged
    """

    passes: Passes
    columns: Mapping[str, Floats]
    shown: NDArray[np.bool_]
    judged: NDArray[np.bool_]


def counted(
    passes: Passes,
    met: Met,
    clusters: Clusters,
    comparisons: Sequence[Comparison],
    limits: Thresholds,
    *,
    level: float,
) -> Counted:
    """Rates and gaps: limits between clusters, and beside them those of persons one by one."""
    columns = rate_columns(passes, level)
    for name in _CLUSTERED:
        for end in ("low", "high"):
            columns[f"{name}_simple_{end}"] = columns[f"{name}_{end}"]
    if clusters.name and comparisons:
        columns |= _between_clusters(passes, met, clusters, comparisons, level)
    n = passes.n_reference[:, :1], passes.n_focal[:, :1]
    smaller = np.minimum(*n)[:, 0] if passes.n_reference.shape[1] else np.zeros(len(comparisons))
    return Counted(
        passes,
        columns,
        shown=smaller >= limits["gap_show_min"].value,
        judged=smaller >= limits["gap_judge_min"].value,
    )


def _between_clusters(
    passes: Passes, met: Met, clusters: Clusters, comparisons: Sequence[Comparison], level: float
) -> dict[str, Floats]:
    found = clustered_gaps(met, clusters, comparisons, level=level)
    columns = {}
    for name in ("ratio", "difference"):
        for end in ("low", "high"):
            columns[f"{name}_{end}"] = np.array([getattr(getattr(g, name), end) for g in found])
    columns["shortfall_low"] = -passes.n_focal * columns["difference_high"]
    columns["shortfall_high"] = -passes.n_focal * columns["difference_low"]
    return columns


def cuts_table(
    comparisons: Sequence[Comparison],
    cuts: Sequence[PlacedCut],
    found: Counted,
    modelled: Mapping[str, Floats],
    limits: Thresholds,
) -> pd.DataFrame:
    """One row a cut and comparison, the comparisons of the first cut first."""
    columns: dict[str, Any] = {"cut": [cut.name for cut in cuts for _ in comparisons]}
    columns |= {
        name: [say(one) for _ in cuts for one in comparisons] for name, say in NAMES.items()
    }
    columns |= _sizes(found, len(cuts))
    shown = np.tile(found.shown, len(cuts))
    numbers = {name: _by_cut(values) for name, values in {**found.columns, **modelled}.items()}
    columns |= {name: np.where(shown, values, np.nan) for name, values in numbers.items()}
    columns["verdict"] = _verdicts(numbers, np.tile(found.judged, len(cuts)), limits)
    columns["cut_value"] = np.array([c.cut.value for c in cuts for _ in comparisons], dtype=float)
    columns["cut_unit"] = [cut.cut.unit for cut in cuts for _ in comparisons]
    columns["cut_percent"] = np.array([c.percent for c in cuts for _ in comparisons], dtype=float)
    return tidy(columns, _whys(numbers, shown, columns["rate_reference"]))


def curve_table(comparisons: Sequence[Comparison], grid: Floats, found: Counted) -> pd.DataFrame:
    """One row a comparison and cut, of comparisons with the persons to be shown."""
    at = np.flatnonzero(found.shown).tolist()
    columns: dict[str, Any] = {
        name: [say(comparisons[k]) for k in at for _ in grid] for name, say in NAMES.items()
    }
    columns["cut_percent"] = np.tile(grid, len(at))
    for side in ("reference", "focal"):
        n = getattr(found.passes, f"n_{side}")
        columns[f"n_{side}"] = n[at].reshape(-1).astype(np.int64)
    numbers = {
        name: values[at].reshape(-1)
        for name, values in found.columns.items()
        if "_simple" not in name
    }
    columns |= numbers
    whole = np.ones(len(at) * grid.size, bool)
    return tidy(columns, _whys(numbers, whole, columns["rate_reference"]))


def modelled_table(
    comparisons: Sequence[Comparison],
    grid: Floats,
    shown: NDArray[np.bool_],
    modelled: Mapping[str, Floats],
) -> pd.DataFrame:
    """The same from the response model, which tells of no single person."""
    at = np.flatnonzero(shown).tolist()
    columns: dict[str, Any] = {
        name: [say(comparisons[k]) for k in at for _ in grid] for name, say in NAMES.items()
    }
    columns["cut_percent"] = np.tile(grid, len(at))
    columns |= {name: values[at].reshape(-1) for name, values in modelled.items()}
    nobody = ["no_reference_passed"] * (len(at) * grid.size)
    return tidy(columns, {"ratio_modelled": nobody})


def _sizes(found: Counted, n_cuts: int) -> dict[str, Any]:
    return {
        f"n_{side}": _by_cut(getattr(found.passes, f"n_{side}")).astype(np.int64)
        if n_cuts
        else np.zeros(0, np.int64)
        for side in ("reference", "focal")
    }


def _by_cut(values: Floats) -> Floats:
    """(L, C) as a column with the comparisons of the first cut first."""
    return np.array(values.T).reshape(-1)


def _verdicts(
    numbers: Mapping[str, Floats], judged: NDArray[np.bool_], limits: Thresholds
) -> list[str]:
    """Where the limits of the ratio lie."""
    line = limits["pass_ratio_min"].value
    with np.errstate(invalid="ignore"):
        below = judged & (numbers["ratio_high"] < line)
        above = judged & (numbers["ratio_low"] > line)
    return [str(one) for one in np.where(below, "below", np.where(above, "above", "cannot_tell"))]


def _whys(
    numbers: Mapping[str, Floats], shown: NDArray[np.bool_], rate_reference: Floats
) -> dict[str, list[str | None]]:
    """Why a number of each row is undefined, if it is."""
    beyond = {
        **dict.fromkeys(numbers, "all_or_none_passed"),
        **dict.fromkeys(MODELLED, "not_fitted"),
        "ratio": "no_reference_passed",
    }
    found: dict[str, list[str | None]] = {
        name: [beyond[name] if there else "group_too_few" for there in shown] for name in numbers
    }
    if "ratio_modelled" in numbers:
        fitted = shown & np.isfinite(numbers["rate_reference_modelled"])
        found["ratio_modelled"] = [
            "no_reference_passed" if made else why
            for made, why in zip(fitted, found["ratio_modelled"], strict=True)
        ]
    nowhere: list[str | None] = ["no_range"] * len(rate_reference)
    return {**found, "cut_percent": nowhere}
