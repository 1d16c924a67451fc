"""Who of each group, and of each cluster, meets each cut: counts behind every gap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.analyses.clusters import Clusters
from naas_psych.analyses.fairness.outcome_counts import PlacedCut, counts_of
from naas_psych.analyses.outcomes import FormTotals
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.clustered_gaps import ClusterCounts, ClusteredGap, clustered_gap
from naas_psych.study.groupings import Comparison, Level

#: Rounding of shares: a total this near a cut stands on it.
_NEAR = 1e-9


@dataclass(frozen=True, eq=False)
class Met:
    """rows (n,) persons with a total; cuts_met (n, C) whether each meets each cut."""

    rows: NDArray[np.int64]
    cuts_met: NDArray[np.bool_]


def met_at(forms: Sequence[FormTotals], cuts: Sequence[PlacedCut]) -> Met:
    """At cuts asked for, each form judged at its own total."""
    found = [
        np.column_stack(
            [form.totals >= cut.totals[k] - _NEAR for cut in cuts]
            or [np.zeros((form.rows.size, 0), bool)]
        )
        for k, form in enumerate(forms)
    ]
    return Met(np.concatenate([form.rows for form in forms]), np.concatenate(found))


def met_along(forms: Sequence[FormTotals], grid: Floats) -> Met:
    """At cuts (C,) in per cent of the marks."""
    found = [form.percent[:, None] >= grid - _NEAR for form in forms]
    return Met(np.concatenate([form.rows for form in forms]), np.concatenate(found))


def clustered_gaps(
    met: Met, clusters: Clusters, comparisons: Sequence[Comparison], *, level: float
) -> list[ClusteredGap]:
    """One a comparison, over all cuts at once."""

    def counts(one: Level) -> Floats:
        own = one.members[met.rows]
        codes, passed = clusters.codes[met.rows[own]], met.cuts_met[own]
        width = passed.shape[1]
        # The last column counts the members themselves.
        whole = np.column_stack([passed, np.ones(len(passed), bool)]).astype(float)
        flat = codes[:, None] * (width + 1) + np.arange(width + 1)
        found = np.bincount(flat.ravel(), whole.ravel(), clusters.n * (width + 1))
        return np.asarray(found.reshape(clusters.n, width + 1))

    by_level = counts_of(comparisons, counts)
    found = []
    for one in comparisons:
        sides = [by_level[id(side)] for side in (one.reference, one.focal)]
        if min(side[:, -1].sum() for side in sides) == 0:
            width = met.cuts_met.shape[1]
            sides = [np.full((clusters.n, width + 1), np.nan) for _ in sides]
        pair = [ClusterCounts(side[:, -1], side[:, :-1]) for side in sides]
        found.append(clustered_gap(pair[0], pair[1], level=level))
    return found
