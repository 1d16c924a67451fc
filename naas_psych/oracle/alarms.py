"""False alarms: what is said against items with which nothing is wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from naas_psych import register
from naas_psych.analyses.items.phrasing import known
from naas_psych.errors import AnalysisImpossible
from naas_psych.oracle.seen import Seen
from naas_psych.oracle.truth import Truth


@dataclass(frozen=True)
class Alarm:
    """How often one code was put to the test on what is sound, and how often it was said.

    `uncertain` counts those that call themselves uncertain: they are no part of `flagged`.
    """

    analysis: str
    code: str
    tested: int
    flagged: int
    uncertain: int
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
    `may_doubt` its findings may call themselves uncertain; those are counted apart.
    """

    analysis: str
    code: str
    cases: Callable[[Seen, Truth], Sequence[str]]
    nominal: Callable[[Seen], float | None]
    may_doubt: bool = False


def _alarm(claim: _Claim, seen: Seen, truth: Truth, clean: frozenset[str]) -> Alarm:
    try:
        cases = [item for item in claim.cases(seen, truth) if item in clean]
        every = seen.findings(claim.analysis, claim.code)
    except AnalysisImpossible:
        cases, every = [], []
    said = [finding for finding in every if finding.subject in set(cases)]
    doubted = sum(claim.may_doubt and seen.is_uncertain(finding) for finding in said)
    return Alarm(
        analysis=claim.analysis,
        code=claim.code,
        tested=len(cases),
        flagged=len(said) - doubted,
        uncertain=doubted,
        nominal=claim.nominal(seen),
    )


def _keyed(seen: Seen, _: Truth) -> list[str]:
    """Items whose key was checked: all are right where nothing was planted."""
    return [str(row["item_id"]) for row in seen.rows("key_check", "items") if row["n"]]


def _with_rival(seen: Seen, _: Truth) -> list[str]:
    """Of these, those met by enough persons, with an option that could have been the right one."""
    rows = seen.rows("key_check", "items")
    judged = (row for row in rows if row["n"] >= _fewest(seen))
    return [str(row["item_id"]) for row in judged if known(row["best_distractor_r"]) is not None]


def _wrong_options(seen: Seen, _: Truth) -> list[str]:
    """The item of each wrong option that enough persons met, and chose, to be judged."""
    rows = seen.rows("distractors", "options")
    wrong = (row for row in rows if not row["is_key"] and row["option"] != "omitted")
    chosen = (row for row in wrong if not row["small_n"])
    fewest = _fewest(seen)
    return [str(row["item_id"]) for row in chosen if row["n"] >= fewest * row["proportion"]]


def _good_from(threshold: str) -> Callable[[Seen, Truth], list[str]]:
    """Items whose true correlation is not below the line, so that calling it so is false."""

    def cases(seen: Seen, truth: Truth) -> list[str]:
        line = seen.study.thresholds[threshold].value
        rows = seen.rows("item_statistics", "items")
        met = (row for row in rows if row["n"] >= _fewest(seen))
        judged = (str(row["item_id"]) for row in met if np.isfinite(row["item_rest_r"]))
        true = ((item, truth.item_rest_r[item]) for item in judged)
        return [item for item, r in true if r is not None and r >= line]

    return cases


def _with_pairs(seen: Seen, _: Truth) -> list[str]:
    """Items of a pair that has a residual correlation."""
    rows = [row for row in seen.rows("local_dependence", "pairs") if known(row["q3"]) is not None]
    return sorted({str(row[name]) for row in rows for name in ("item_a", "item_b")})


def _rated(seen: Seen, _: Truth) -> list[str]:
    """Items on which experts gave a view."""
    rows = seen.rows("item_relevance", "items")
    return [str(row["item_id"]) for row in rows if row["judges"]]


def _timed(seen: Seen, truth: Truth) -> list[str]:
    """Items with response times, where nobody was short of time."""
    if "P2" in truth.planted:
        return []
    rows = seen.rows("response_time_effort", "items")
    return [str(row["item_id"]) for row in rows if row["n_timed"]]


def _fewest(seen: Seen) -> float:
    """Persons below which no item is judged."""
    return seen.study.thresholds["item_persons_min"].value


def _none(_: Seen) -> None:
    return None


def _unless_sure(seen: Seen) -> float:
    """The rule is certain from a probability on."""
    return round(1 - seen.study.thresholds["item_flag_probability"].value, 12)


def _half_outside(_: Seen) -> float:
    """The rule asks for an interval wholly above the line, at the level that is usual."""
    level = register.load("distractors").options.model_fields["level"].default
    return round((1 - float(level)) / 2, 12)


# The codes on keys take the worst of several options, or any of several rules: none limits how
# often an item whose options are all alike would be named.
CLAIMS = (
    _Claim("key_check", "probable_miskey", _with_rival, _none),
    _Claim("key_check", "check_key", _keyed, _none),
    _Claim("key_check", "possible_double_key", _with_rival, _none),
    _Claim("distractors", "distractor_misleading", _wrong_options, _half_outside),
    _Claim(
        "item_statistics",
        "discrimination_negative",
        _good_from("item_rest_r_negative"),
        _unless_sure,
        may_doubt=True,
    ),
    _Claim(
        "item_statistics",
        "discrimination_weak",
        _good_from("item_rest_r_min"),
        _unless_sure,
        may_doubt=True,
    ),
    _Claim("local_dependence", "items_in_cluster", _with_pairs, _none),
    _Claim("item_relevance", "item_out_of_role", _rated, _none),
    _Claim("face_validity", "face_validity_weak", _rated, _none),
    _Claim("response_time_effort", "rapid_guessing_item", _timed, _half_outside),
)
