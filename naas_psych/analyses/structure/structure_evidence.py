"""The criteria that decide how many things a form measures, each with what it says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.analyses.structure.dependent_pairs import Dependence
from naas_psych.analyses.structure.different_halves import (
    Halves,
    different_halves,
    persons_of,
)
from naas_psych.analyses.structure.structure_rule import (
    FEWEST_ITEMS,
    Evidence,
    halves_say,
)
from naas_psych.irt.fit.contrast import first_contrast
from naas_psych.irt.fit.item_places import one_column_each
from naas_psych.thresholds import Thresholds

#: A contrast up to this quantile of those of data without dependence is chance.
_CHANCE = 0.95


@dataclass(frozen=True)
class FormItems:
    """Items of a form, as places in the study.

    clusters : items of each cluster, two or more; areas : of each that is too large for one, or
    that too many other items go with; kept : what is left when one item of each cluster stays
    """

    items: NDArray[np.int64]
    clusters: tuple[NDArray[np.int64], ...]
    areas: tuple[NDArray[np.int64], ...]
    kept: NDArray[np.int64]


def form_items(found: Dependence, items: NDArray[np.int64], thresholds: Thresholds) -> FormItems:
    """Which items of a form were calibrated, and which of them are repetition of another."""
    known = np.intersect1d(items, one_column_each(found.made.fit))
    most = max(2.0, thresholds["dependence_cluster_share_max"].value * known.size)
    small: list[NDArray[np.int64]] = []
    large: list[NDArray[np.int64]] = []
    for cluster in found.clusters:
        at = np.intersect1d(known, cluster)
        if at.size < 2:
            continue
        reach = found.reach(at, p=thresholds["irt_p_value_max"].value)
        (small if np.intersect1d(known, reach).size <= most else large).append(at)
    again = np.concatenate([*(at[1:] for at in small), np.empty(0, np.int64)])
    kept = np.setdiff1d(known, again)
    if kept.size < FEWEST_ITEMS:
        kept = known
    return FormItems(known, tuple(small), tuple(large), kept)


def halves_of(
    found: Dependence,
    items: NDArray[np.int64],
    *,
    rows: Any,
    points: NDArray[Any],
    replicates: int,
    seed: int,
    level: float,
) -> Halves:
    """The two most different halves of these items; `points` (n, J) of the persons `rows`."""
    taken = points[:, items]
    lowest = taken.min(axis=0, initial=np.iinfo(taken.dtype).max)
    persons = persons_of(found.made.fit, found.made.points, rows, taken - lowest)
    return different_halves(
        found.made.fit, persons, items, replicates=replicates, seed=seed, level=level
    )


def halves_evidence(halves: Halves, thresholds: Thresholds) -> Evidence:
    """How the two most different halves correlate, by the whole interval."""
    return Evidence(
        criterion="halves_correlation",
        value=halves.r,
        low=halves.low,
        high=halves.high,
        minimum=thresholds["structure_halves_min"].value,
        target=thresholds["structure_halves_target"].value,
        says=halves_say(halves.low, halves.high, thresholds),
        decides=True,
        why=halves.reason or "not_asked",
        why_limits=halves.reason or "too_many_samples_undefined",
    )


def contrast_evidence(found: Dependence, items: FormItems, thresholds: Thresholds) -> Evidence:
    """The first residual contrast among the items kept, beside what chance makes of it."""
    if items.kept.size < FEWEST_ITEMS:
        return Evidence(criterion="first_contrast", value=np.nan, decides=True, why="too_few_items")
    block = found.q3.adjusted[np.ix_(items.kept, items.kept)]
    value = first_contrast(block).value
    line = thresholds["first_contrast_max"].value
    if found.reference is None:
        return Evidence(
            criterion="first_contrast",
            value=value,
            minimum=line,
            says="one" if value < line else "unclear",
            decides=True,
        )
    chance = float(np.quantile(found.reference.contrasts(items.kept), _CHANCE))
    return Evidence(
        criterion="first_contrast",
        value=value,
        minimum=line,
        target=chance,
        says="one" if value <= chance else "several" if value >= line else "unclear",
        decides=True,
    )


def dependence_evidence(items: FormItems) -> Evidence:
    """How many groups of dependent items there are, and whether one of them is an area."""
    return Evidence(
        criterion="dependent_groups",
        value=float(len(items.clusters) + len(items.areas)),
        target=0.0,
        says="several" if items.areas else "clusters" if items.clusters else "one",
        decides=True,
    )
