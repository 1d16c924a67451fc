"""Everything known about each item, gathered for the item table and the item cards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from naas_psych.analyses.content.removal_cuts import ALL_FORMS
from naas_psych.finding import SEVERITIES, Finding
from naas_psych.finding_codes import label_of
from naas_psych.report.fairness_strip import Strip, strips
from naas_psych.report.figures import Image
from naas_psych.report.run import Run
from naas_psych.report.tables import Cell, Heading, TableView, view
from naas_psych.report.wording import is_undefined, term_of
from naas_psych.study.study import Study

#: The columns of the sortable table; everything else is on the card.
_IN_TABLE = ("n", "facility", "item_rest_r")
#: What a card shows at once; the other numbers wait behind a click.
_MAIN = (
    "n",
    "facility",
    "item_total_r",
    "item_rest_r",
    "biserial",
    "upper_lower_d",
    "alpha_if_dropped",
    "omitted",
    "not_reached",
    "key",
)
#: What single methods say of a difference that the fairness strip shows already.
_ON_STRIP = frozenset(
    {"shows_dif_standardised", "shows_uniform_dif", "shows_dif_sibtest"}
    | {"shows_dif_likelihood_ratio", "dif_methods_disagree"}
)
#: How far the small interval pictures of the item table reach.
_REACH = {"facility": (0.0, 1.0), "item_rest_r": (-0.4, 0.8)}


@dataclass(frozen=True)
class Mini:
    """A value with its interval on a scale of 0 to 100, for a picture in a table cell."""

    low: float
    at: float
    high: float
    zero: float


@dataclass(frozen=True)
class Flag:
    """A finding about an item in as few words as fit a table cell."""

    code: str
    label: str
    severity: str


@dataclass(frozen=True)
class Number:
    """A number of an item with its interval, where it has one."""

    heading: Heading
    cell: Cell
    interval: Cell | None = None


@dataclass(frozen=True)
class Decided:
    """What a panel decided of an item; empty texts where it did not say. `form`: where not all."""

    decision: str
    form: str
    who: str
    when: str
    why: str

    @property
    def by(self) -> str:
        """Who and when, as far as it was said."""
        return ", ".join(part for part in (self.who, self.when) if part)


@dataclass(frozen=True)
class ItemCard:
    """One item: what was asked, its numbers, its options, its picture and what to do about it."""

    item_id: str
    anchor: str
    facts: tuple[tuple[str, str], ...]
    text: str
    numbers: tuple[Number, ...]
    options: TableView | None
    images: tuple[Image, ...]
    findings: tuple[Finding, ...]
    minis: Mapping[str, Mini | None] = field(default_factory=dict)
    fairness: Strip | None = None
    decisions: tuple[Decided, ...] = ()

    @property
    def decision(self) -> str:
        """The decision in a word, or in several where forms differ; empty where there is none."""
        return ", ".join(dict.fromkeys(one.decision for one in self.decisions))

    @property
    def flags(self) -> tuple[Flag, ...]:
        return tuple(Flag(f.code, label_of(f.code), f.severity) for f in self.findings)

    @property
    def badges(self) -> tuple[Flag, ...]:
        """Each flag once, though several analyses raise it: where it is most urgent."""
        return tuple({flag.label: flag for flag in reversed(self.flags)}.values())[::-1]

    @property
    def worst(self) -> str:
        """The severity that decides how urgent the card is; empty without findings."""
        return self.findings[0].severity if self.findings else ""

    @property
    def main_numbers(self) -> tuple[Number, ...]:
        return tuple(n for n in self.numbers if n.heading.term in _MAIN)

    @property
    def other_numbers(self) -> tuple[Number, ...]:
        return tuple(n for n in self.numbers if n.heading.term not in _MAIN)

    def cells(self, column: str) -> tuple[Cell, ...]:
        """The value of a column and its interval, as far as they are known."""
        found = (n for n in self.numbers if n.heading.term == column)
        return tuple(cell for n in found for cell in (n.cell, n.interval) if cell)


def item_cards(
    study: Study, run: Run, images: Mapping[str, Sequence[Image]]
) -> tuple[ItemCard, ...]:
    """One card an item, in the order of the study."""
    every = [f for r in run.results for f in r.findings if f.code not in _ON_STRIP]
    pictures = [image for group in images.values() for image in group]
    statistics = _by_item(run, "item_statistics", "items")
    numbers = _numbers(run)
    options = _by_item(run, "distractors", "options")
    known = {str(row["item_id"]): row for row in study.items.to_dict("records")}
    between_groups = strips(run)
    made = (
        _card(
            item,
            k,
            facts=known.get(item, {}),
            numbers=numbers.get(item, ()),
            statistics=statistics.get(item),
            options=options.get(item),
            findings=urgent_first([f for f in every if f.subject == item]),
            images=tuple(i for i in pictures if i.drawing.subject == item),
        )
        for k, item in enumerate(study.responses.item_ids, start=1)
    )
    taken = _decisions(run)
    return tuple(
        replace(
            card,
            fairness=between_groups.get(card.item_id),
            decisions=taken.get(card.item_id, ()),
        )
        for card in made
    )


def _decisions(run: Run) -> dict[str, tuple[Decided, ...]]:
    """The decisions on each item."""
    found: dict[str, tuple[Decided, ...]] = {}
    for item, rows in _by_item(run, "item_decisions", "items").items():
        known = rows.astype(object).where(rows.notna(), "").to_dict("records")
        found[item] = tuple(
            Decided(
                decision=row["decision"],
                form="" if row["form"] == ALL_FORMS else row["form"],
                **{name: row[name] for name in ("who", "when", "why")},
            )
            for row in known
            if row["decision"]
        )
    return found


def urgent_first(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Errors, then warnings, then notes; otherwise in the order they were found."""
    return tuple(sorted(findings, key=lambda f: -SEVERITIES.index(f.severity)))


def table_columns(run: Run) -> tuple[str, ...]:
    """Which columns the sortable table can show for these results."""
    result = run.get("item_statistics")
    table = result.tables.get("items") if result else None
    return tuple(c for c in _IN_TABLE if table is not None and c in table.columns)


def _card(
    item: str,
    place: int,
    *,
    facts: Mapping[Any, Any],
    numbers: tuple[Number, ...],
    statistics: pd.DataFrame | None,
    options: pd.DataFrame | None,
    findings: tuple[Finding, ...],
    images: tuple[Image, ...],
) -> ItemCard:
    return ItemCard(
        item_id=item,
        anchor=f"item-{place}",
        facts=_facts(facts, shown={n.heading.term for n in numbers}),
        text="" if is_undefined(facts.get("text")) else str(facts["text"]),
        numbers=numbers,
        options=_option_view(item, options, facts),
        images=images,
        findings=findings,
        minis={name: _mini(statistics, name) for name in _REACH},
    )


def _numbers(run: Run) -> dict[str, tuple[Number, ...]]:
    """The statistics of each item, as its first row shows them."""
    result = run.get("item_statistics")
    table = result.tables.get("items") if result else None
    if table is None:
        return {}
    shown = view("numbers", table, caption="", leave_out=("item_id",), wide=None)
    found: dict[str, tuple[Number, ...]] = {}
    for item, row in zip(table["item_id"], shown.rows, strict=True):
        found.setdefault(str(item), _with_intervals(shown.headings, row))
    return found


def _with_intervals(headings: Sequence[Heading], row: Sequence[Cell]) -> tuple[Number, ...]:
    found: dict[str, Number] = {}
    for heading, cell in zip(headings, row, strict=True):
        first = found.get(heading.term)
        found[heading.term] = (
            Number(heading, cell) if first is None else replace(first, interval=cell)
        )
    return tuple(found.values())


def _facts(facts: Mapping[Any, Any], *, shown: set[str]) -> tuple[tuple[str, str], ...]:
    wanted = ("key", "type", "domain", "scenario_id", "position")
    return tuple(
        (term_of(name).label, _plain_text(facts[name]))
        for name in wanted
        if name not in shown and not is_undefined(facts.get(name))
    )


def _plain_text(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _option_view(
    item: str, options: pd.DataFrame | None, facts: Mapping[Any, Any]
) -> TableView | None:
    if options is None or not len(options):
        return None
    words = [facts.get(f"option_{option}") for option in options["option"]]
    if any(not is_undefined(word) for word in words):
        at = list(options.columns).index("option") + 1
        options = options.copy()
        options.insert(at, "option_text", words)
    return view(item, options, caption=f"Options of {item}", leave_out=("item_id",))


def _by_item(run: Run, analysis: str, table: str) -> dict[str, pd.DataFrame]:
    result = run.get(analysis)
    if result is None or table not in result.tables:
        return {}
    grouped = result.tables[table].groupby("item_id", sort=False)
    return {str(item): rows for item, rows in grouped}


def _mini(statistics: pd.DataFrame | None, column: str) -> Mini | None:
    names = (f"{column}_low", column, f"{column}_high")
    if statistics is None or any(name not in statistics.columns for name in names):
        return None
    values = [statistics[name].iloc[0] for name in names]
    if any(is_undefined(value) for value in values):
        return None
    least, most = _REACH[column]
    low, at, high = (
        round(min(100.0, max(0.0, 100 * (float(v) - least) / (most - least))), 1) for v in values
    )
    return Mini(low, at, high, zero=round(100 * -least / (most - least), 1))
