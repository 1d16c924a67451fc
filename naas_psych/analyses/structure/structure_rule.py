"""The declared rule by which the structure of a form is judged, and what each criterion says.

1. Fewer persons than structure_persons_min, fewer than six items, or a response model that did not
   settle: cannot_tell.
2. Groups of items that depend on each other (see local_dependence) and hold up to
   dependence_cluster_share_max of the items are clusters; one item of each is kept. Clusters that
   together hold more than structure_clustered_max of the items are the test, and what is left does
   not stand for it: cannot_tell, unless it is several.
3. Of the two most different halves of what is left, r is the correlation without measurement error,
   found in one part of the persons and measured in the other. The whole interval at or above
   structure_halves_min: one_dimension, or one_with_clusters where there are clusters. The whole
   interval below it, and a first residual contrast beyond chance: several. Else cannot_tell. From
   structure_halves_target on the halves are the same thing; wholly below 0, items of one run
   against the others, which is a matter of the key: cannot_tell.

All other criteria are shown and counted, and do not decide: they are points without an interval, or
they find dimensions too small to matter in large samples.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from naas_psych.thresholds import Thresholds

Verdict = Literal["one_dimension", "one_with_clusters", "several", "cannot_tell"]
Says = Literal["one", "several", "clusters", "unclear"]
#: Three to a side.
FEWEST_ITEMS = 6


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One criterion of one form. minimum, target : its lines, NaN where it has none."""

    criterion: str
    value: float
    low: float = float("nan")
    high: float = float("nan")
    minimum: float = float("nan")
    target: float = float("nan")
    says: Says = "unclear"
    decides: bool = False
    why: str = "not_fitted"
    why_limits: str = "no_interval"


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What the rule looks at, of one form. clustered : share of its items that are in clusters."""

    persons: int
    items: int
    settled: bool
    clusters: int
    halves: Evidence
    contrast: Evidence
    clustered: float = 0.0
    others: tuple[Evidence, ...] = field(default=())


def verdict_of(seen: Seen, thresholds: Thresholds) -> Verdict:
    """The answer by the rule above."""
    enough = seen.persons >= thresholds["structure_persons_min"].value
    if not enough or seen.items < FEWEST_ITEMS or not seen.settled:
        return "cannot_tell"
    if seen.halves.says == "one":
        if seen.clustered > thresholds["structure_clustered_max"].value:
            return "cannot_tell"
        return "one_with_clusters" if seen.clusters else "one_dimension"
    if seen.halves.says == "several" and seen.contrast.says != "one":
        return "several"
    return "cannot_tell"


def halves_say(low: float, high: float, thresholds: Thresholds) -> Says:
    """By the interval: never by the estimate alone."""
    line = thresholds["structure_halves_min"].value
    if low >= line:
        return "one"
    return "several" if 0 <= high < line else "unclear"


def count_says(count: float, clusters: int) -> Says:
    """Of a number of dimensions: clusters are components too, one each."""
    if not np.isfinite(count):
        return "unclear"
    if count <= 1:
        return "one" if count == 1 else "unclear"
    return "clusters" if count - 1 <= clusters else "several"


def above_says(value: float, *, one_from: float, several_below: float) -> Says:
    """Of a number that is larger the more one dimension there is."""
    if not np.isfinite(value):
        return "unclear"
    if value >= one_from:
        return "one"
    return "several" if value < several_below else "unclear"


def agreeing(verdict: Verdict, evidence: tuple[Evidence, ...]) -> tuple[int, int]:
    """How many criteria that say something say the same as the verdict, and how many say any."""
    fitting = {
        "one_dimension": {"one"},
        "one_with_clusters": {"one", "clusters"},
        "several": {"several"},
        "cannot_tell": set[str](),
    }[verdict]
    spoken = [one.says for one in evidence if one.says != "unclear"]
    return sum(says in fitting for says in spoken), len(spoken)
