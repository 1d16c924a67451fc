"""The first page in plain words: who sat it, how hard, how precise, what needs attention."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from naas_psych.assurance.board import flagged_items
from naas_psych.finding_codes import label_of
from naas_psych.report.itemcards import ItemCard
from naas_psych.report.run import Run
from naas_psych.report.wording import count, is_undefined, number, per_hundred, points
from naas_psych.study.study import Study

_FIRST = 6


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


def tiles(study: Study, run: Run) -> tuple[Tile, ...]:
    """The four things a board asks first."""
    return (_who(study, run), _hard(study, run), _precise(run), _attention(study, run))


def look_first(cards: Sequence[ItemCard]) -> tuple[Attention, ...]:
    """The items with the most urgent findings, at most six."""
    hit = [card for card in cards if card.worst in {"warning", "error"}]
    hit.sort(key=lambda c: (c.worst != "error", -sum(f.severity != "info" for f in c.findings)))
    return tuple(Attention(card, _why(card)) for card in hit[:_FIRST])


def cannot_show(study: Study, run: Run) -> tuple[str, ...]:
    """The limits that matter most, in plain words."""
    said = [
        "What the score measures, and whether that is what the job needs. "
        "Numbers about answers cannot show it; experts and other evidence must.",
        "Whether the test treats groups of people alike. This version compares no groups.",
    ]
    if study.spec.cuts:
        said.append(
            "How many people near the pass mark would change sides on another day. "
            "This version does not examine pass marks."
        )
    else:
        said.append("Who would pass. No pass mark was given with these data.")
    if study.responses.times is None:
        said.append("Whether people had enough time. No response times were recorded.")
    if run.not_examined:
        n = count(len(run.not_examined), "planned analysis", "planned analyses")
        said.append(f"{n} could not be run on these data; the reasons are given below.")
    return tuple(said)


def _who(study: Study, run: Run) -> Tile:
    r = study.responses
    sentences = [f"{count(r.n_persons, 'person', 'people')} answered "
                 f"{count(r.n_items, 'item')}."]  # fmt: skip
    table = _table(run, "item_statistics", "items")
    if table is not None:
        sentences.append(_absences(table))
    faults = sum(f.severity != "info" and f.waived is None for f in study.faults)
    if faults:
        sentences.append(
            f"The files raise {count(faults, 'warning')}; see what was assumed and what is faulty."
        )
    if study.synthetic:
        sentences.append("The data are synthetic: no real person is described.")
    return Tile("Who sat it", f"{r.n_persons:,}", tuple(sentences))


def _absences(table: pd.DataFrame) -> str:
    words = {
        "omitted": "left blank",
        "not_reached": "not reached",
        "not_administered": "not given to the person",
    }
    counts = {words[c]: int(table[c].sum()) for c in words if c in table.columns}
    met = [f"{n:,} {word}" for word, n in counts.items() if n]
    return f"Answers without a response: {', '.join(met)}." if met else "No answer is missing."


def _hard(study: Study, run: Run) -> Tile:
    row = _first_row(_table(run, "score_distribution", "summary"))
    if is_undefined(row.get("mean")):
        return Tile("How hard it was", "not known", tuple(_easiest_and_hardest(run)))
    most = row.get("possible_max", float(study.responses.max_points.sum()) * study.responses.unit)
    figure = f"{points(row['mean'])} of {points(most)}"
    spread = (
        f"The mean score was {figure} points. "
        f"Scores ran from {points(row.get('min'))} to {points(row.get('max'))}."
    )
    return Tile("How hard it was", figure, (spread, *_easiest_and_hardest(run)))


def _easiest_and_hardest(run: Run) -> list[str]:
    table = _table(run, "item_statistics", "items")
    if table is None or not table["facility"].notna().any():
        return []
    known = table[table["facility"].notna()].sort_values("facility", kind="stable")
    hardest, easiest = known.iloc[0], known.iloc[-1]
    return [
        f"On the easiest item ({easiest['item_id']}) people gained "
        f"{per_hundred(easiest['facility'])} possible points; "
        f"on the hardest ({hardest['item_id']}) {per_hundred(hardest['facility'])}."
    ]


def _precise(run: Run) -> Tile:
    table = _table(run, "reliability", "coefficients")
    row = _first_row(table[table["coefficient"] == "alpha"] if table is not None else None)
    alpha = row.get("estimate")
    if is_undefined(alpha):
        return Tile("How precise it is", "not known", ("Precision could not be estimated.",))
    sentences = [
        f"Reliability is {number(alpha, 'estimate')} on a scale from 0 to 1 "
        f"(likely between {number(row.get('low'), 'estimate')} and "
        f"{number(row.get('high'), 'estimate')})."
    ]
    sem = _first_row(_table(run, "measurement_error", "summary")).get("sem")
    if not is_undefined(sem):
        sentences.append(
            f"If people sat an equal test, about 68 of 100 scores would fall within "
            f"{points(sem)} points of the true score."
        )
    return Tile("How precise it is", number(alpha, "estimate"), tuple(sentences))


def _attention(study: Study, run: Run) -> Tile:
    flagged = flagged_items(study, {r.analysis: r for r in run.results})
    n_items = study.responses.n_items
    if not flagged:
        said = "No item has a warning."
    else:
        said = f"{count(len(flagged), 'item')} of {n_items} should be looked at by people."
    return Tile(
        "What needs attention",
        f"{len(flagged)} of {n_items}",
        (said, "A flag asks people to look; it never removes an item."),
    )


def _why(card: ItemCard) -> str:
    urgent = [f for f in card.findings if f.severity == card.worst]
    return ", ".join(dict.fromkeys(label_of(f.code) for f in urgent))


def _table(run: Run, analysis: str, table: str) -> pd.DataFrame | None:
    result = run.get(analysis)
    return result.tables.get(table) if result else None


def _first_row(table: pd.DataFrame | None) -> dict[str, Any]:
    if table is None or table.empty:
        return {}
    return {str(k): v for k, v in table.iloc[0].to_dict().items()}
