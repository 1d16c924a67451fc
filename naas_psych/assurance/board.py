"""The verdict board: what critics would ask, answered by the one rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from naas_psych.assurance.verdict import (
    Verdict,
    cannot_tell,
    not_a_measurement_question,
    verdict,
    worst,
)
from naas_psych.numerics.proportions import wilson
from naas_psych.reason_codes import reason_label
from naas_psych.result import Result
from naas_psych.study.study import Study

#: Confidence level of the intervals that the board makes itself.
_LEVEL = 0.95
_SUSPECT_SEVERITIES = ("warning", "error")
_KEY_SENTENCES = {
    "top": "No item was found where people who do well prefer another option to the key.",
    "bottom": "In {named}, people who do well prefer another option to the key; "
    "for at least one item more clearly than chance explains.",
    "cannot_tell": "In {named}, people who do well lean to another option than the key, "
    "but chance may explain it. A subject expert can settle it.",
}


@dataclass(frozen=True, kw_only=True)
class Caveat:
    """What every verdict must say about itself."""

    based_on: str
    main_assumption: str
    would_change_if: str
    does_not_show: str


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of the board; `chapter` is where the report shows the numbers behind it.

    `measure`, `estimate`, `low` and `high` are what the verdict was read from, `column` the
    glossary term that says how to write them.
    """

    question: str
    claim: str
    verdict: Verdict
    caveat: Caveat
    chapter: str = ""
    measure: str = ""
    column: str = ""
    estimate: float | None = None
    low: float | None = None
    high: float | None = None


def board(study: Study, results: Mapping[str, Result]) -> tuple[Entry, ...]:
    """Every question of the board, in the order of the report."""
    return (
        _precision(study, results),
        _items(study, results),
        _key(study, results),
        _fairness(),
        _pass_mark(),
    )


def _persons(study: Study) -> str:
    r = study.responses
    return f"{r.n_persons:,} people and {r.n_items:,} items, as recorded in the input files"


def _precision(study: Study, results: Mapping[str, Result]) -> Entry:
    limits = study.thresholds
    row = _row(results, "reliability", "coefficients", "coefficient", "alpha")
    estimate, low, high = (_number(row.get(name)) for name in ("estimate", "low", "high"))
    return Entry(
        question="Is the score precise enough for a pass or fail decision?",
        claim="The score is precise enough for a pass or fail decision.",
        verdict=verdict(
            estimate=estimate,
            low=low,
            high=high,
            n=int(row.get("n") or 0),
            minimum=limits["pass_fail_reliability_min"].value,
            target=limits["pass_fail_reliability_target"].value,
            n_min=int(limits["pass_fail_reliability_n"].value),
            reason=reason_label(str(row.get("estimate_reason") or "")),
            write=lambda line: f"{line:.2f}".removeprefix("0"),
        ),
        measure="reliability (alpha)",
        column="estimate",
        estimate=estimate,
        low=low,
        high=high,
        chapter="reliability",
        caveat=Caveat(
            based_on=_persons(study),
            main_assumption="the items are alternatives drawn from one domain, and answers to "
            "one item do not help with another",
            would_change_if="the people who sit the test next are more alike, or more different, "
            "than these; or items are added or removed",
            does_not_show="how many people near a pass mark would change sides on another day, "
            "and whether the score measures what it is meant to",
        ),
    )


def _items(study: Study, results: Mapping[str, Result]) -> Entry:
    limits = study.thresholds
    n_items = study.responses.n_items
    examined = "item_statistics" in results
    flagged = flagged_items(study, results)
    share = low = high = None
    if examined:
        plausible = wilson(len(flagged), n_items, level=_LEVEL)
        share, low, high = len(flagged) / n_items, float(plausible.low), float(plausible.high)
    return Entry(
        question="Do the items work?",
        claim="Nearly all items work as intended.",
        verdict=verdict(
            estimate=share,
            low=low,
            high=high,
            n=study.responses.n_persons,
            minimum=limits["flagged_items_share_max"].value,
            target=limits["flagged_items_share_target"].value,
            n_min=int(limits["item_statistics_n"].value),
            higher_is_better=False,
            reason="the items were not examined",
            write=lambda line: f"{100 * line:g} of 100",
        ),
        measure="share of items with a warning",
        column="proportion",
        estimate=share,
        low=low,
        high=high,
        chapter="items",
        caveat=Caveat(
            based_on=_persons(study),
            main_assumption="these items stand for those that will be used",
            would_change_if="the flagged items are repaired or removed, or the test is given to "
            "people of another level",
            does_not_show="whether the content of an item is right or needed for the job; "
            "a flag asks people to look, and never removes an item by itself",
        ),
    )


def _key(study: Study, results: Mapping[str, Result]) -> Entry:
    suspects = _suspected_keys(results)
    return Entry(
        question="Is the answer key right?",
        claim="Every item is scored by the right key.",
        verdict=_key_verdict(study, results, suspects),
        measure="items whose key is doubtful",
        column="n",
        estimate=None if suspects is None else len(suspects),
        chapter="items",
        caveat=Caveat(
            based_on=_persons(study),
            main_assumption="people who do well on the rest of the test choose the right answer "
            "more often than others",
            would_change_if="a subject expert confirms the key of a doubtful item",
            does_not_show="that a key is right: an item may be keyed wrongly and still look sound",
        ),
    )


def _key_verdict(
    study: Study, results: Mapping[str, Result], suspects: pd.DataFrame | None
) -> Verdict:
    if suspects is None:
        return cannot_tell(
            "the data hold scores, not the options people chose; "
            "the recorded options and the key are needed"
        )
    n = study.responses.n_persons
    verdicts = [_held(0.0, 0.0, 0.0, n=n, study=study)]
    for item in suspects["item_id"]:
        row = _row(results, "item_statistics", "items", "item_id", item)
        limits = [_number(row.get(f"item_rest_r{end}")) for end in ("", "_low", "_high")]
        verdicts.append(_held(*limits, n=n, study=study))
    found = worst(verdicts)
    if suspects.empty and found.level == "cannot_tell":
        return found
    named = ", ".join(suspects["item_id"])
    return replace(found, sentence=_KEY_SENTENCES[found.level].format(named=named))


def _held(
    estimate: float | None, low: float | None, high: float | None, *, n: int, study: Study
) -> Verdict:
    """The right answer goes with the rest of the test: the correlation is not below zero."""
    return verdict(
        estimate=estimate,
        low=low,
        high=high,
        n=n,
        minimum=0.0,
        target=0.0,
        n_min=int(study.thresholds["item_statistics_n"].value),
    )


def _fairness() -> Entry:
    return Entry(
        question="Does the test treat every group of people alike?",
        claim="The test treats every group of people alike.",
        verdict=cannot_tell(
            "this version compares no groups; group membership and at least 200 people in each "
            "group are needed"
        ),
        caveat=Caveat(
            based_on="no analysis",
            main_assumption="none",
            would_change_if="the fairness analyses are run on data with groups",
            does_not_show="that the test is fair or that it is unfair",
        ),
    )


def _pass_mark() -> Entry:
    return Entry(
        question="Should the test decide who may practise?",
        claim="",
        verdict=not_a_measurement_question(
            "the body that answers for the scheme, after hearing those it affects"
        ),
        caveat=Caveat(
            based_on="no analysis",
            main_assumption="none",
            would_change_if="nothing in these data",
            does_not_show="whether the benefits of the scheme outweigh its costs",
        ),
    )


def flagged_items(study: Study, results: Mapping[str, Result]) -> tuple[str, ...]:
    """The items about which some analysis gave a warning or worse, in the order of the study."""
    named = {
        f.subject for r in results.values() for f in r.findings if f.severity in _SUSPECT_SEVERITIES
    }
    return tuple(item for item in study.responses.item_ids if item in named)


def _suspected_keys(results: Mapping[str, Result]) -> pd.DataFrame | None:
    result = results.get("key_check")
    if result is None:
        return None
    table = result.tables["items"]
    return table[table["suggested_key"].notna()]


def _row(
    results: Mapping[str, Result], analysis: str, table: str, column: str, value: str
) -> dict[str, Any]:
    result = results.get(analysis)
    if result is None or table not in result.tables:
        return {}
    frame = result.tables[table]
    hits = frame[frame[column] == value].to_dict("records")
    return {str(k): v for k, v in hits[0].items()} if hits else {}


def _number(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else float(value)
