"""False alarms: what is said against items with which nothing is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from naas_psych.errors import AnalysisImpossible
from naas_psych.finding import Finding
from naas_psych.oracle.seen import Seen
from naas_psych.oracle.truth import Truth
from naas_psych.thresholds import Thresholds


@dataclass(frozen=True)
class Alarm:
    """How often one code was put to the test on what is sound, and how often it was said."""

    analysis: str
    code: str
    tested: int
    flagged: int
    nominal: float | None


def alarms(seen: Seen, truth: Truth) -> tuple[Alarm, ...]:
    """Every claim, held to the clean items of one study."""
    clean = clean_items(seen, truth)
    return tuple(_alarm(claim, seen, truth, clean) for claim in CLAIMS)


def clean_items(seen: Seen, truth: Truth) -> frozenset[str]:
    """The items that no plant works on: not by name, nor by their place in somebody's test."""
    hurried = [p for plant in truth.planted.values() for p in plant.get("positions", ())]
    places = seen.study.responses.positions
    ids = np.array(seen.study.responses.item_ids, dtype=object)
    touched = set(truth.touched())
    if hurried and places is not None:
        touched |= set(ids[np.isin(places, hurried).any(axis=0)])
    return frozenset(set(ids) - touched)


@dataclass(frozen=True)
class _Claim:
    """One code that says something bad of an item.

    `cases` names the items about which it would be false, once for each time it could be said.
    `nominal` is the error rate that its rule promises, None where it promises none. With
    `only_sure` a finding that calls itself uncertain is no alarm.
    """

    analysis: str
    code: str
    cases: Callable[[Seen, Truth], Sequence[str]]
    nominal: Callable[[Thresholds], float | None]
    only_sure: bool = False


def _alarm(claim: _Claim, seen: Seen, truth: Truth, clean: frozenset[str]) -> Alarm:
    try:
        cases = [item for item in claim.cases(seen, truth) if item in clean]
        said = list(_said(claim, seen, frozenset(cases)))
    except AnalysisImpossible:
        cases, said = [], []
    nominal = claim.nominal(seen.study.thresholds)
    return Alarm(claim.analysis, claim.code, len(cases), len(said), nominal)


def _said(claim: _Claim, seen: Seen, items: frozenset[str]) -> Iterator[Finding]:
    line = seen.study.thresholds["item_flag_probability"].value
    for finding in seen.findings(claim.analysis, claim.code):
        sure = finding.probability is None or finding.probability >= line
        if finding.subject in items and (sure or not claim.only_sure):
            yield finding


def _keyed(seen: Seen, _: Truth) -> list[str]:
    """Items whose key was checked: all are right where nothing was planted."""
    rows = seen.rows("key_check", "items")
    return [str(row["item_id"]) for row in rows if row["n"]]


def _wrong_options(seen: Seen, _: Truth) -> list[str]:
    """The item of each wrong option that enough persons chose to be judged."""
    rows = seen.rows("distractors", "options")
    wrong = (row for row in rows if not row["is_key"] and row["option"] != "omitted")
    return [str(row["item_id"]) for row in wrong if not row["small_n"]]


def _good_from(threshold: str) -> Callable[[Seen, Truth], list[str]]:
    """Items whose true correlation is not below the line, so that calling it so is false."""

    def cases(seen: Seen, truth: Truth) -> list[str]:
        line = seen.study.thresholds[threshold].value
        rows = seen.rows("item_statistics", "items")
        judged = (str(row["item_id"]) for row in rows if np.isfinite(row["item_rest_r"]))
        true = ((item, truth.item_rest_r[item]) for item in judged)
        return [item for item, r in true if r is not None and r >= line]

    return cases


def _less(threshold: str) -> Callable[[Thresholds], float]:
    return lambda thresholds: round(1 - thresholds[threshold].value, 12)


def _none(_: Thresholds) -> None:
    return None


def _half_of_five_percent(_: Thresholds) -> float:
    """The rule asks for a 95 % interval wholly above the line."""
    return round((1 - INTERVAL_LEVEL) / 2, 12)


#: Level of the intervals that `distractors` judges by, unless told otherwise.
INTERVAL_LEVEL = 0.95

CLAIMS = (
    _Claim("key_check", "probable_miskey", _keyed, _less("key_rival_probability")),
    _Claim("key_check", "check_key", _keyed, _less("key_rival_probability")),
    _Claim("key_check", "possible_double_key", _keyed, _none),
    _Claim("distractors", "distractor_misleading", _wrong_options, _half_of_five_percent),
    _Claim(
        "item_statistics",
        "discrimination_negative",
        _good_from("item_rest_r_negative"),
        _less("item_flag_probability"),
        only_sure=True,
    ),
    _Claim(
        "item_statistics",
        "discrimination_weak",
        _good_from("item_rest_r_min"),
        _less("item_flag_probability"),
        only_sure=True,
    ),
)
