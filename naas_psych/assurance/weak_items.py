"""Do the items work? How many of these very items are weak, as far as chance lets us know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from naas_psych import register
from naas_psych.assurance.entry import Caveat, Entry, named, number, people_and_items, table_of
from naas_psych.assurance.verdict import Level, verdict
from naas_psych.finding import Finding
from naas_psych.numerics.correlations import probability_r_below
from naas_psych.numerics.intervals import Interval
from naas_psych.numerics.poisson_binomial import number_limits
from naas_psych.numerics.proportions import probability_below
from naas_psych.result import Result
from naas_psych.study.study import Study
from naas_psych.thresholds import Thresholds

#: Confidence level of the interval that is made here.
_LEVEL = 0.95
#: The chapters that judge items by how they are answered.
_OF_ANSWERS = ("items", "irt")
_SUSPECT_SEVERITIES = ("warning", "error")


@dataclass(frozen=True)
class WeakItems:
    """Of `judged` items, how many are expected to be weak, and between which numbers."""

    judged: int
    expected: float
    limits: Interval[int]


def item_quality(study: Study, results: Mapping[str, Result]) -> Entry:
    """The entry on the items: the share of them that is weak."""
    limits = study.thresholds
    flagged = list(flagged_items(study, results))
    found = weak_items(study, results)
    share, low, high = (
        tuple(n / found.judged for n in (found.expected, found.limits.low, found.limits.high))
        if found
        else (None, None, None)
    )
    made = verdict(
        estimate=share,
        low=low,
        high=high,
        n=study.responses.n_persons,
        minimum=limits["flagged_items_share_max"].value,
        target=limits["flagged_items_share_target"].value,
        n_min=int(limits["item_statistics_n"].value),
        higher_is_better=False,
        reason="an item can only be judged beside other items that were scored",
        write=lambda line: f"{100 * line:g} of 100",
    )
    return Entry(
        question="Do the items work?",
        claim="Nearly all items work as intended.",
        verdict=made,
        measure="items likely to be weak",
        column="proportion",
        estimate=share,
        low=low,
        high=high,
        out_of=found.judged if found else study.responses.n_items,
        chapter="items",
        action=_action(flagged, made.level),
        caveat=Caveat(
            based_on=people_and_items(study),
            main_assumption="an item is weak when hardly anybody gets it right, when it hardly "
            "tells people apart, or when it has another warning; chance decides for each item "
            "on its own",
            would_change_if="the flagged items are repaired or removed, or the test is given to "
            "people of another level",
            does_not_show="whether the content of an item is right or needed for the job; "
            "a flag asks people to look, and never removes an item by itself",
        ),
    )


def flagged_items(study: Study, results: Mapping[str, Result]) -> tuple[str, ...]:
    """The items that answers warn of, in the order of the study."""
    hit = {f.subject for f in _warnings(results)}
    return tuple(item for item in study.responses.item_ids if item in hit)


def weak_items(study: Study, results: Mapping[str, Result]) -> WeakItems | None:
    """How many items are weak in the population of persons; None when none could be judged.

    An item without a warning whose numbers are missing or withheld is not judged.
    Each item is weak with a probability of its own; the limits are quantiles of the number of
    weak items (the Poisson binomial distribution).
    """
    table = table_of(results, "item_statistics", "items")
    if table is None or not table["item_rest_r"].notna().any():
        return None
    rows = {str(row["item_id"]): row for row in table.to_dict("records")}
    said = _said(results)
    found = (
        (said.get(item), _measured(rows.get(item, {}), study.thresholds))
        for item in study.responses.item_ids
    )
    each = [[chance for chance in pair if chance is not None] for pair in found]
    chances = [max(known) for known in each if known]
    return WeakItems(len(chances), float(sum(chances)), number_limits(chances, level=_LEVEL))


def _said(results: Mapping[str, Result]) -> dict[str, float]:
    """The chance that a warning about an item is true; a warning that gives none is taken as so."""
    most: dict[str, float] = {}
    for f in _warnings(results):
        chance = 1.0 if f.probability is None else f.probability
        most[f.subject] = max(most.get(f.subject, 0.0), chance)
    return most


def _warnings(results: Mapping[str, Result]) -> Iterator[Finding]:
    """What answers warn of.

    What judges or candidates say of an item, and haste, are no evidence that it does not work.
    """
    for name, result in results.items():
        if register.chapter_of(name).name in _OF_ANSWERS:
            yield from (f for f in result.findings if f.severity in _SUSPECT_SEVERITIES)


def _measured(row: Mapping[Any, Any], thresholds: Thresholds) -> float | None:
    """The chance that an item without a warning is weak after all; None where nothing tells."""
    r, n_rest = number(row.get("item_rest_r")), number(row.get("n_rest"))
    chances = []
    if r is not None and n_rest is not None and n_rest > 4:
        line = thresholds["item_rest_r_min"].value
        chances.append(probability_r_below(r, n_rest - 1, line=line))
    facility, n = number(row.get("facility")), number(row.get("n"))
    if row.get("biserial_method") == "biserial" and facility is not None and n:
        line = max(thresholds["item_facility_min"].value, number(row.get("chance")) or 0.0)
        chances.append(probability_below(facility * n, n, line=line))
    return max((chance for chance in chances if np.isfinite(chance)), default=None)


def _action(flagged: list[str], level: Level) -> str:
    if flagged:
        return f"Let experts look at {named(flagged)}."
    if level == "top":
        return "Keep watching the items each time the test is used."
    return "Look at the items again when more people have answered."
