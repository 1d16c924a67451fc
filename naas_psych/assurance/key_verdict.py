"""Is the answer key right? Each key is held against the option that rivals it most."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from scipy.special import ndtri

from naas_psych.assurance.entry import Caveat, Entry, named, number, people_and_items, table_of
from naas_psych.assurance.verdict import Level, Verdict, cannot_tell, verdict, worst
from naas_psych.numerics.intervals import Interval, normal_quantile
from naas_psych.result import Result
from naas_psych.study.study import Study

_LEVEL = 0.95


@dataclass(frozen=True)
class DoubtfulKey:
    """An item with its key and the option that comes closest to it, or that may be right.

    `lead` is by how much the key goes with the rest score more than that option does.
    """

    item_id: str
    key: str
    rival: str
    double: bool
    lead: float | None
    limits: Interval[float | None]
    probability: float | None


def key_quality(study: Study, results: Mapping[str, Result]) -> Entry:
    """The entry on the answer key; the worst key decides, and every doubtful one is named."""
    doubts = doubtful_keys(results)
    made = _verdict(study, doubts, _keys(results))
    return Entry(
        question="Is the answer key right?",
        claim="Every item is scored by the right key.",
        verdict=made,
        measure="items whose key is doubtful",
        column="n",
        estimate=None if doubts is None else len(doubts),
        chapter="items",
        action=_action(doubts, made.level),
        caveat=Caveat(
            based_on=people_and_items(study),
            main_assumption="people who do well on the rest of the test choose the right answer "
            "more often than others",
            would_change_if="a subject expert confirms the key of a doubtful item",
            does_not_show="that a key is right: an item may be keyed wrongly and still look sound",
        ),
    )


def doubtful_keys(results: Mapping[str, Result]) -> tuple[DoubtfulKey, ...] | None:
    """Every key that the check doubts, the most doubtful first; None when none could be checked."""
    table = table_of(results, "key_check", "items")
    if table is None or not table["key_r"].notna().any():
        return None
    doubted = {str(row["item_id"]) for row in table.to_dict("records") if _is_doubted(row)}
    made = [key for key in _keys(results) if key.item_id in doubted]
    return tuple(sorted(made, key=lambda d: (d.double, -(d.probability or 0.0))))


def _keys(results: Mapping[str, Result]) -> tuple[DoubtfulKey, ...]:
    """Every key that was checked, doubted or not."""
    table = table_of(results, "key_check", "items")
    rows = [] if table is None else table.to_dict("records")
    return tuple(_doubtful({str(name): value for name, value in row.items()}) for row in rows)


def _is_doubted(row: Mapping[Any, Any]) -> bool:
    return isinstance(row.get("suggested_key"), str) or row.get("status") == "double key?"


def _doubtful(row: Mapping[str, Any]) -> DoubtfulKey:
    suggested = row.get("suggested_key")
    double = not isinstance(suggested, str)
    rival = row.get("best_distractor") if double else suggested
    key_r, rival_r = number(row.get("key_r")), number(row.get("best_distractor_r"))
    chance = number(row.get("probability_rival"))
    lead = None if key_r is None or rival_r is None else key_r - rival_r
    return DoubtfulKey(
        item_id=str(row["item_id"]),
        key=str(row.get("key", "")),
        rival=str(rival),
        double=double,
        lead=lead,
        limits=_limits(lead, chance),
        probability=chance,
    )


def _limits(lead: float | None, chance: float | None) -> Interval[float | None]:
    """The interval whose normal distribution gives the chance that the lead is below zero."""
    if lead is None or chance is None or lead == 0 or chance == 0.5:
        return Interval(None, None)
    half = normal_quantile(_LEVEL) * abs(lead / float(ndtri(chance)))
    return Interval(lead - half, lead + half)


def _verdict(
    study: Study, doubts: tuple[DoubtfulKey, ...] | None, keys: tuple[DoubtfulKey, ...]
) -> Verdict:
    """The worst of all keys that have a rival: not to be doubted is not yet to be shown right."""
    if doubts is None:
        return cannot_tell(
            "the options people chose, the key and at least two items are needed to check a key"
        )
    compared = [key for key in keys if key.lead is not None or key in doubts]
    held = {key.item_id: _held(key.lead, key.limits, study) for key in compared}
    if not held:
        return cannot_tell("no wrong option was chosen often enough to be held against a key")
    found = worst(list(held.values()))
    few = study.responses.n_persons < _people_needed(study)
    close = [item for item, one in held.items() if one.level == "cannot_tell"]
    return replace(found, sentence=_sentence(doubts, found, close=close, few_people=few))


def _held(lead: float | None, limits: Interval[float | None], study: Study) -> Verdict:
    """No other option goes with the rest of the test more than the key does."""
    return verdict(
        estimate=lead,
        low=limits.low,
        high=limits.high,
        n=study.responses.n_persons,
        minimum=0.0,
        target=0.0,
        n_min=_people_needed(study),
    )


def _people_needed(study: Study) -> int:
    return int(study.thresholds["item_statistics_n"].value)


def _sentence(
    doubts: tuple[DoubtfulKey, ...], found: Verdict, *, close: list[str], few_people: bool
) -> str:
    few = found.sentence if found.level == "cannot_tell" and few_people else ""
    if not doubts and found.level == "cannot_tell":
        return few or f"The key leads a wrong option by too little to tell: {named(close)}."
    if not doubts:
        return "Every key that could be compared draws people who do well more than its rival."
    said = " ".join([_doubt(doubt) for doubt in doubts[:2]])
    more = f" {len(doubts) - 2} more are named below." if len(doubts) > 2 else ""
    return f"{few} {said}{more}".strip()


def _doubt(doubt: DoubtfulKey) -> str:
    """`Item 7 is probably miskeyed: the key is B, the likely key D.`, and how sure that is."""
    if doubt.double:
        both = f"the key {doubt.key}, and {doubt.rival}"
        return f"{doubt.item_id} may have two right answers: {both}."
    sure = doubt.limits.high is not None and doubt.limits.high < 0
    said = "is probably miskeyed" if sure else "may be miskeyed"
    how = ""
    if doubt.probability is not None:
        chance = f"{min(99, round(100 * doubt.probability))} of 100"
        more = "more than " if doubt.probability > 0.995 else ""
        how = f" The chance that people who do well lean to {doubt.rival} is {more}{chance}."
    return f"{doubt.item_id} {said}: its key is {doubt.key}, the likely key {doubt.rival}.{how}"


def _action(doubts: tuple[DoubtfulKey, ...] | None, level: Level) -> str:
    if doubts is None:
        return "Give the recorded options and the key."
    if doubts:
        who = named([doubt.item_id for doubt in doubts])
        return f"Ask two experts for the key of {who} before results are used."
    if level == "top":
        return "No action is needed."
    return "Let two experts answer the named items without the key, or check with more people."
