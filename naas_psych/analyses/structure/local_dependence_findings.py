"""What local dependence says in words: clusters of items by name, and what they do to alpha."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from naas_psych.analyses.forms import of_form
from naas_psych.analyses.items.phrasing import coefficient, known, listed, short
from naas_psych.analyses.structure.cluster_words import known_label, listed_all
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.result import Result
from naas_psych.thresholds import Thresholds

Row = Mapping[Any, Any]


def local_dependence_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """Each item of a cluster with the whole of it; groups too large to be one; alpha."""
    n_items = len(result.tables["order"])
    for row in result.tables["clusters"].to_dict("records"):
        share = row["reach"] / n_items
        if share > thresholds["dependence_cluster_share_max"].value and row["reach"] > 2:
            yield _widespread(row, n_items, thresholds)
        else:
            yield from _cluster(row, result.tables["pairs"], thresholds)
    for row in result.tables["reliability"].to_dict("records"):
        yield from _alpha(row, thresholds)


def _cluster(row: Row, pairs: pd.DataFrame, thresholds: Thresholds) -> Iterator[Finding]:
    """A warning from the published limit on; below it the cluster is sure, but slight."""
    names = str(row["item_ids"]).split(", ")
    inside = pairs[pairs["pair_flagged"] & pairs["item_a"].isin(names)]
    largest, limit = float(inside["q3_adjusted"].max()), thresholds["irt_q3_adjusted_max"]
    label = known_label(row["in_common"])
    where = f" (all of {label})" if label else ""
    chance = f"{100 * max(float(inside['p_reference'].max()), 1e-3):.1f} %"
    mean = short(float(row["q3_adjusted"]))
    size = mean if len(names) == 2 else f"{mean} on average, {short(largest)} at most"
    sentence = (
        f"{listed_all(names)}{where} go together beyond what the test measures: adjusted Q3 "
        f"{size}. Chance makes a pair so extreme in at most {chance} of tests."
    )
    for item in names:
        yield found(
            code="items_in_cluster",
            severity="warning" if largest > limit.value else "info",
            subject=item,
            sentence=sentence,
            value=float(row["q3_adjusted"]),
            threshold=limit,
        )


def _widespread(row: Row, n_items: int, thresholds: Thresholds) -> Finding:
    names = str(row["item_ids"]).split(", ")
    return found(
        code="dependence_widespread",
        severity="warning",
        subject="model",
        sentence=f"{row['reach']} of {n_items} items hang together in one group beyond what the "
        f"test measures, most of all {listed(names)} (adjusted Q3 "
        f"{short(float(row['q3_adjusted']))} on average): too many for one shared text or hint.",
        value=row["reach"] / n_items,
        threshold=thresholds["dependence_cluster_share_max"],
    )


def _alpha(row: Row, thresholds: Thresholds) -> Iterator[Finding]:
    """Only where the interval of the drop is above 0; a warning from a drop that matters on."""
    low, drop = known(row["alpha_drop_low"]), known(row["alpha_drop"])
    if low is None or drop is None or low <= 0:
        return
    limit = thresholds["shared_scenario_alpha_gap"]
    form = str(row["form"])
    counted = "the cluster counts" if row["clusters"] == 1 else "each cluster counts"
    yield found(
        code="alpha_raised_by_repetition",
        severity="warning" if drop > limit.value else "info",
        subject=form,
        sentence=f"Alpha{of_form(form)} is {coefficient(row['alpha'])} over {row['items']} items "
        f"and {coefficient(row['alpha_over_clusters'])} where {counted} as one item: repetition "
        f"raises it by {coefficient(drop)} ({coefficient(low)} to "
        f"{coefficient(row['alpha_drop_high'])}).",
        value=drop,
        limits=(low, row["alpha_drop_high"]),
        threshold=limit,
    )
