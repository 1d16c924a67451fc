"""The first page in plain words: who sat it, how hard, how precise, what needs attention."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from naas_psych.analyses.forms import form_in_words
from naas_psych.assurance.disclosure import persons_shown
from naas_psych.assurance.key_verdict import DoubtfulKey, doubtful_keys
from naas_psych.assurance.precision import alpha_rows
from naas_psych.assurance.weak_items import flagged_items
from naas_psych.drawing import shortened
from naas_psych.finding import Finding
from naas_psych.finding_codes import label_of
from naas_psych.report.itemcards import ItemCard
from naas_psych.report.run import Run
from naas_psych.report.wording import (
    count,
    in_a_sentence,
    interval,
    is_undefined,
    number,
    per_hundred,
    points,
)
from naas_psych.result import Result
from naas_psych.study.study import Study

_FIRST = 6
#: Letters of an item identifier that fit a tile.
_LETTERS = 24
_KEY_CODES = ("check_key", "probable_miskey", "possible_double_key")


@dataclass(frozen=True)
class Tile:
    """A heading, the figure that answers it, and sentences in plain words."""

    heading: str
    figure: str
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Attention:
    """An item to look at, and why in a few words."""

    card: ItemCard
    why: str


@dataclass(frozen=True)
class LookFirst:
    """The items to look at first, and how many more have a warning."""

    items: tuple[Attention, ...]
    more: int


def tiles(study: Study, run: Run) -> tuple[Tile, ...]:
    """The four things a board asks first."""
    return (_who(study, run), _hard(run), _precise(run), _attention(study, run))


def look_first(cards: Sequence[ItemCard], run: Run) -> LookFirst:
    """The items with the most urgent findings, doubtful keys before all others; at most six."""
    doubts = {doubt.item_id: doubt for doubt in doubtful_keys(_results(run)) or ()}
    hit = [card for card in cards if card.worst in {"warning", "error"} or card.item_id in doubts]
    hit.sort(key=lambda card: _urgency(card, doubts.get(card.item_id)))
    shown = tuple(Attention(card, _why(card, doubts.get(card.item_id))) for card in hit[:_FIRST])
    return LookFirst(shown, more=len(hit) - len(shown))


def _urgency(card: ItemCard, doubt: DoubtfulKey | None) -> tuple[bool, bool, int, float]:
    """Sorts first what is most urgent."""
    miskeyed = doubt is not None and not doubt.double
    warnings = sum(f.severity != "info" for f in card.findings)
    chance = doubt.probability or 0.0 if doubt else 0.0
    return (not miskeyed, card.worst != "error", -warnings, -chance)


def cannot_show(study: Study, run: Run) -> tuple[str, ...]:
    """The limits that matter most, in plain words."""
    said = [
        "What the score measures, and whether that is what the job needs. "
        "Numbers about answers cannot show it; experts and other evidence must.",
        _of_groups(study),
    ]
    if study.spec.cuts:
        said.append(
            "Whether the pass mark is in the right place. Numbers show what it would do; "
            "named people must say what it should be."
        )
    else:
        said.append("Who would pass. No pass mark was given with these data.")
    if study.responses.times is None:
        said.append("Whether people had enough time. No response times were recorded.")
    if run.not_examined:
        n = count(len(run.not_examined), "planned analysis", "planned analyses")
        said.append(f"{n} could not be run on these data; the reasons are given below.")
    return tuple(said)


def _of_groups(study: Study) -> str:
    if study.spec.groups:
        return "Why groups of people differ. Numbers show that they do, and where; not why."
    return "Whether the test treats groups of people alike. No groups were named with these data."


def _who(study: Study, run: Run) -> Tile:
    r = study.responses
    n = persons_shown(study)
    people, items = count(n, "person", "people"), count(r.n_items, "item")
    sentences = [f"{people} answered {items}."]
    forms = len(_rows(_table(run, "score_distribution", "summary")))
    if forms > 1:
        sentences.append(f"There were {forms} forms; not everybody was given the same items.")
    table = _table(run, "item_statistics", "items")
    if table is not None:
        sentences.append(_absences(table))
    faults = sum(f.severity != "info" and f.waived is None for f in study.faults)
    if faults:
        sentences.append(
            f"The files raise {count(faults, 'warning')}; the section “Not examined” explains."
        )
    if study.synthetic:
        sentences.append("The data are synthetic: no real person is described.")
    return Tile("Who sat it", f"{n:,}", tuple(sentences))


def _absences(table: pd.DataFrame) -> str:
    words = {
        "omitted": "left blank",
        "not_reached": "not reached",
        "not_administered": "not given to the person",
    }
    counts = {words[c]: int(table[c].sum()) for c in words if c in table.columns}
    met = [f"{n:,} {word}" for word, n in counts.items() if n]
    return f"Answers without a response: {', '.join(met)}." if met else "No answer is missing."


def _hard(run: Run) -> Tile:
    rows = [
        row
        for row in _rows(_table(run, "score_distribution", "summary"))
        if not is_undefined(row.get("mean"))
    ]
    ends = tuple(_easiest_and_hardest(run))
    if not rows:
        return Tile("How hard it was", "not known", ends)
    if len(rows) == 1:
        return Tile("How hard it was", _mean(rows[0]), (_spread(rows[0]), *ends))
    share = [(row["mean"] - row["possible_min"]) / _room(row) for row in rows]
    hard, easy = rows[share.index(min(share))], rows[share.index(max(share))]
    said = (
        f"The mean score was lowest on {_form(hard)}, with {_mean(hard)} points.",
        f"It was highest on {_form(easy)}, with {_mean(easy)} points.",
    )
    return Tile("How hard it was", f"{len(rows)} forms", (*said, *ends))


def _room(row: Mapping[str, Any]) -> float:
    return float(row["possible_max"] - row["possible_min"]) or 1.0


def _mean(row: Mapping[str, Any]) -> str:
    return f"{points(row['mean'])} of {points(row['possible_max'])}"


def _spread(row: Mapping[str, Any]) -> str:
    least = "" if not row["possible_min"] else f"; {points(row['possible_min'])} is the least"
    return (
        f"The mean score was {_mean(row)} points{least}. "
        f"Scores ran from {points(row['min'])} to {points(row['max'])}."
    )


def _form(row: Mapping[str, Any]) -> str:
    return form_in_words(str(row["form"]))


def _easiest_and_hardest(run: Run) -> list[str]:
    table = _table(run, "item_statistics", "items")
    if table is None or table["facility"].notna().sum() < 2:
        return []
    known = table[table["facility"].notna()].sort_values("facility", kind="stable")
    return [_gained(known.iloc[-1], "most"), _gained(known.iloc[0], "fewest")]


def _gained(row: Any, how: str) -> str:
    """How people fared on an item: right or wrong where there is a key, points where not."""
    item = shortened(str(row["item_id"]), _LETTERS)
    if is_undefined(row["key"]) or row["biserial_method"] != "biserial":
        return f"On {item} people gained the {how} points: {per_hundred(row['facility'])} possible."
    word = {"most": "easiest", "fewest": "hardest"}[how]
    return f"The {word} item is {item}: {per_hundred(row['facility'])} people were right."


def _precise(run: Run) -> Tile:
    rows = alpha_rows(_results(run))
    row = rows[0] if rows else {}
    alpha = row.get("estimate")
    if is_undefined(alpha):
        return Tile("How precise it is", "not known", ("Precision could not be estimated.",))
    weakest = f" of {_form(row)}, the weakest form," if len(rows) > 1 else ""
    limits = interval(row.get("low"), row.get("high"), "estimate")
    sentences = [
        f"Reliability{weakest} is {number(alpha, 'estimate')} on a scale from 0 to 1 "
        f"(plausible: {limits})."
    ]
    found = _rows(_table(run, "measurement_error", "summary"))
    error = next((one for one in found if one["form"] == row["form"] or len(found) == 1), {})
    if not is_undefined(error.get("sem")):
        sentences.append(
            f"About 68 of 100 scores lie within {points(error['sem'])} points of the true score "
            f"(plausible: {points(error['sem_low'])} to {points(error['sem_high'])})."
        )
    return Tile("How precise it is", number(alpha, "estimate"), tuple(sentences))


def _attention(study: Study, run: Run) -> Tile:
    flagged = flagged_items(study, _results(run))
    n_items = study.responses.n_items
    if not flagged:
        said = ["No item has a warning."]
    else:
        said = [
            f"People should look at {len(flagged)} of {n_items} items.",
            "A flag asks people to look; it never removes an item.",
        ]
    return Tile("What needs attention", f"{len(flagged)} of {n_items}", tuple(said))


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


def _table(run: Run, analysis: str, table: str) -> pd.DataFrame | None:
    result = run.get(analysis)
    return result.tables.get(table) if result else None


def _rows(table: pd.DataFrame | None) -> list[dict[str, Any]]:
    if table is None:
        return []
    return [{str(k): v for k, v in row.items()} for row in table.to_dict("records")]
