"""The items to look at first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from naas_psych.assurance.key_verdict import DoubtfulKey, doubtful_keys
from naas_psych.finding import Finding
from naas_psych.finding_codes import label_of
from naas_psych.report.itemcards import ItemCard
from naas_psych.report.run import Run
from naas_psych.report.wording import in_a_sentence
from naas_psych.result import Result

_FIRST = 6
_KEY_CODES = ("check_key", "probable_miskey", "possible_double_key")


@dataclass(frozen=True)
class Attention:
    """Items to look at for the same reason, and that in a few words."""

    cards: tuple[ItemCard, ...]
    why: str

    @property
    def worst(self) -> str:
        """The severity that they share."""
        return self.cards[0].worst


@dataclass(frozen=True)
class LookFirst:
    """The items to look at first, and how many more have a warning."""

    items: tuple[Attention, ...]
    more: int


def look_first(cards: Sequence[ItemCard], run: Run) -> LookFirst:
    """The items with the most urgent findings, doubtful keys before all others; at most six lines.

    Items that have the same said of them stand on one line.
    """
    doubts = {doubt.item_id: doubt for doubt in doubtful_keys(_results(run)) or ()}
    hit = [card for card in cards if card.worst in {"warning", "error"} or card.item_id in doubts]
    hit.sort(key=lambda card: _urgency(card, doubts.get(card.item_id)))
    alike: dict[tuple[str, str], list[ItemCard]] = {}
    for card in hit:
        alike.setdefault((card.worst, _why(card, doubts.get(card.item_id))), []).append(card)
    shown = [Attention(tuple(group), why) for (_, why), group in alike.items()][:_FIRST]
    return LookFirst(tuple(shown), more=len(hit) - sum(len(one.cards) for one in shown))


def _urgency(card: ItemCard, doubt: DoubtfulKey | None) -> tuple[bool, bool, int, float]:
    """Sorts first what is most urgent."""
    miskeyed = doubt is not None and not doubt.double
    warnings = sum(f.severity != "info" for f in card.findings)
    chance = doubt.probability or 0.0 if doubt else 0.0
    return (not miskeyed, card.worst != "error", -warnings, -chance)


def _why(card: ItemCard, doubt: DoubtfulKey | None) -> str:
    """`Check the key: now 5, likely 3. Also very hard, hardly tells people apart.`"""
    urgent = [f for f in card.findings if f.severity == card.worst or f.code in _KEY_CODES]
    about_key = [f for f in urgent if f.code in _KEY_CODES] if doubt else []
    codes = [f.code for f in urgent if f not in about_key and not _said_again(f, urgent)]
    labels = list(dict.fromkeys(map(label_of, codes)))
    if not about_key or doubt is None:
        return ", ".join([*labels[:1], *map(in_a_sentence, labels[1:])])
    other = "also right" if doubt.double else "likely"
    also = f" Also {', '.join(map(in_a_sentence, labels))}." if labels else ""
    return f"{label_of(about_key[0].code)}: now {doubt.key}, {other} {doubt.rival}.{also}"


def _said_again(finding: Finding, others: Sequence[Finding]) -> bool:
    """A pair of items is part of a cluster that was named."""
    return finding.code == "items_depend" and any(f.code == "items_in_cluster" for f in others)


def _results(run: Run) -> dict[str, Result]:
    return {result.analysis: result for result in run.results}
