"""One rule for each plant: was it found? Later chapters add their rows at the end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from naas_psych.analyses.forms import form_in_words
from naas_psych.analyses.items.phrasing import between, known, listed, short
from naas_psych.assurance.precision import precision
from naas_psych.errors import AnalysisImpossible
from naas_psych.finding import Finding
from naas_psych.oracle.content_detectors import odd_judges, out_of_role, sources_disagree
from naas_psych.oracle.dirt import dirty_records
from naas_psych.oracle.fairness_detectors import (
    gap_without_items,
    generous_sites,
    harder_item,
    small_cells,
    too_few_to_tell,
)
from naas_psych.oracle.looked_for import wanted
from naas_psych.oracle.seen import Row, Seen
from naas_psych.oracle.sight import Sight
from naas_psych.oracle.whole_test_detectors import linked_items, rushed_tail

Plant = Mapping[str, Any]
#: Wrong keys, weak items: the codes that say so.
KEY_CODES = ("probable_miskey", "check_key")
WEAK_CODES = ("discrimination_negative", "discrimination_weak", "discrimination_review")
NOT_YET = "No analysis yet: {analysis} comes with a later chapter."


def sight_of(name: str, plant: Plant, seen: Seen) -> Sight:
    """Look for one plant; nobody has looked where its analysis does not exist or cannot run."""
    if name not in DETECTORS:
        return Sight(None, NOT_YET.format(analysis=plant["analysis"]))
    try:
        return DETECTORS[name](seen, plant)
    except AnalysisImpossible as error:
        return Sight(None, f"These data cannot answer it. {error}")


def _miskeyed(seen: Seen, plant: Plant) -> Sight:
    """P1: a finding on the key, and the right option suggested."""
    item = plant["items"][0]
    row = seen.row("key_check", item)
    said = _said(seen, "key_check", item, KEY_CODES)
    suggested = row["suggested_key"]
    r = known(row["key_r"])
    found = bool(said) and suggested == plant["right"]
    return Sight(
        found,
        f"{item}: {said[0].code if said else 'nothing said about the key'}, suggested key "
        f"{suggested or 'none'} (right is {plant['right']}); as keyed it goes with the rest score "
        f"at {'no value' if r is None else short(r)}.",
        r,
    )


def _said(seen: Seen, analysis: str, item: str, codes: tuple[str, ...]) -> list[Finding]:
    return [one for one in seen.findings(analysis, *codes) if one.subject == item]


@dataclass(frozen=True)
class _Options:
    """What the option table shows of one item."""

    idle: bool
    misleading: bool


def _weak_options(seen: Seen, plant: Plant) -> Sight:
    """P7: both faults of the options, in nearly all of the items."""
    of_item: dict[str, list[Row]] = {item: [] for item in plant["items"]}
    for row in seen.rows("distractors", "options"):
        of_item.get(str(row["item_id"]), []).append(row)
    shown = [_options(rows, seen) for rows in of_item.values()]
    both = sum(one.idle and one.misleading for one in shown)
    n = len(shown)
    idle, misleading = sum(one.idle for one in shown), sum(one.misleading for one in shown)
    warned = {one.subject for one in seen.findings("distractors", "distractor_misleading")}
    flagged = len(warned & set(of_item))
    return Sight(
        both >= wanted("P7")["least_share"] * n,
        f"Of {n} items {idle} show an option that hardly anybody chose, {misleading} one that "
        f"the able prefer, {both} both; {flagged} have a warning that an option surely misleads.",
        both,
    )


def _options(rows: Sequence[Row], seen: Seen) -> _Options:
    """An option that is idle cannot be the one that misleads: too few chose it."""
    limits = seen.study.thresholds
    least, line = limits["distractor_proportion_min"].value, limits["distractor_r_max"].value
    wrong = [row for row in rows if not row["is_key"] and row["option"] != "omitted"]
    return _Options(
        idle=any(row["proportion"] < least for row in wrong),
        misleading=any(row["proportion"] >= least and row["option_rest_r"] > line for row in wrong),
    )


def _weak_item(seen: Seen, plant: Plant) -> Sight:
    """P8: a low correlation that is also said."""
    item = plant["items"][0]
    row = seen.row("item_statistics", item)
    said = _said(seen, "item_statistics", item, WEAK_CODES)
    doubt = ", uncertain" if any(seen.is_uncertain(one) for one in said) else ""
    r = known(row["item_rest_r"])
    limits = between(row["item_rest_r_low"], row["item_rest_r_high"])
    return Sight(
        bool(said) and r is not None and r < wanted("P8")["below"],
        f"{item}: {said[0].code if said else 'nothing said'}{doubt}; item-rest correlation "
        f"{'undefined' if r is None else short(r) + limits}.",
        r,
    )


def _near_the_line(seen: Seen, _: Plant) -> Sight:
    """P19: a reliability near the line is never called good enough."""
    result = seen.result("reliability")
    table = result.tables["coefficients"]
    every = table[table["coefficient"] == "alpha"].to_dict("records")
    rows = [row for row in every if known(row["estimate"]) is not None]
    if not rows:
        raise AnalysisImpossible("Alpha is undefined in every form.")
    verdict = precision(seen.study, {result.analysis: result}).verdict
    said = [
        f"{form_in_words(str(row['form']))} {short(row['estimate'])}"
        f"{between(row['low'], row['high'])}"
        for row in rows
    ]
    return Sight(
        verdict.level in ("cannot_tell", "middle"),
        f"Alpha by form: {', '.join(said)}. Verdict: {verdict.word}.",
        min(float(row["estimate"]) for row in rows),
    )


def _left_alone(seen: Seen, plant: Plant) -> Sight:
    """P23: sound items that look odd carry no warning and no error."""
    names = [plant["easy"]["item"], plant["hard"]["item"], *plant["clear_but_irrelevant"]]
    flagged = [
        f"{item} {finding.code}"
        for item in names
        for finding in seen.about(item)
        if finding.severity != "info"
    ]
    rows = {item: seen.row("item_statistics", item) for item in names}
    shown = [f"{item} (facility {_facility(row)})" for item, row in rows.items()]
    said = "flagged: " + listed(flagged) if flagged else "all rightly left alone"
    return Sight(not flagged, f"{', '.join(shown)}: {said}.", len(flagged))


def _facility(row: Row) -> str:
    facility = known(row["facility"])
    return "undefined" if facility is None else short(facility)


def _part_scores(seen: Seen, _: Plant) -> Sight:
    """P24: no part score says more than the total, and all are too short to be precise."""
    table = seen.result("subscores").tables["domains"]
    rules = wanted("P24")
    alphas = table["alpha"].to_numpy(dtype=float, na_value=np.nan)
    alphas = alphas[np.isfinite(alphas)]
    adding = int(table["adds_value"].eq(True).sum())  # where it is unknown: not known to add
    low = int((alphas < rules["alpha_below"]).sum())
    median = float(np.median(alphas)) if alphas.size else None
    return Sight(
        bool(alphas.size) and adding == 0 and low >= rules["least_share"] * alphas.size,
        f"Of {len(table)} scores on knowledge areas, form by form, {adding} add to the total; "
        f"alpha is below {short(rules['alpha_below'])} in {low}, "
        f"median {'undefined' if median is None else short(median)}.",
        median,
    )


#: Each plant that an analysis can find, with its rule.
DETECTORS: Mapping[str, Callable[[Seen, Plant], Sight]] = {
    "P1": _miskeyed,
    "P2": rushed_tail,
    "P3": out_of_role,
    "P4": harder_item,
    "P5": too_few_to_tell,
    "P6": gap_without_items,
    "P7": _weak_options,
    "P8": _weak_item,
    "P9": linked_items,
    "P16": generous_sites,
    "P17": sources_disagree,
    "P18": odd_judges,
    "P19": _near_the_line,
    "P21": small_cells,
    "P22": dirty_records,
    "P23": _left_alone,
    "P24": _part_scores,
}
