"""The report as one self-contained page: everything gathered, then handed to the template."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from naas_psych import __version__
from naas_psych.assurance.board import board
from naas_psych.assurance.disclosure import (
    disclosure,
    gated_text,
    names_a_person,
    persons_shown,
    profiles,
)
from naas_psych.assurance.entry import Entry
from naas_psych.assurance.ledger import ledger
from naas_psych.assurance.manifest import inputs_of, versions
from naas_psych.errors import Fault
from naas_psych.finding_codes import label_of
from naas_psych.glossary import Term
from naas_psych.references import Reference, references
from naas_psych.report import wording
from naas_psych.report.chapters import ChapterView, chapters, opens
from naas_psych.report.claims import POLARITY, answered, number_words
from naas_psych.report.explorer.panel import panel, scripts
from naas_psych.report.figures import Image
from naas_psych.report.itemcards import (
    ItemCard,
    item_cards,
    table_columns,
    urgent_first,
)
from naas_psych.report.run import Run
from naas_psych.report.summary import cannot_show, look_first, tiles
from naas_psych.study.study import Study

if TYPE_CHECKING:
    import pandas as pd


def page(
    study: Study,
    run: Run,
    *,
    images: Mapping[str, Sequence[Image]],
    internal: bool,
    seed: int,
    out: Path,
    withheld: pd.DataFrame,
) -> str:
    """The text of report.html."""
    cards = item_cards(study, run, images)
    parts = chapters(run, images)
    results = {result.analysis: result for result in run.results}
    found = answered(study, run)
    terms = _terms(parts, cards, table_columns(run))
    context = {
        "study": study,
        "internal": internal,
        "seed": seed,
        "version": __version__,
        "packages": versions(),
        "inputs": inputs_of(study, out=out),
        "disclosure": disclosure(study, withheld),
        "persons": persons_shown(study),
        "tiles": tiles(study, run),
        "board": board(study, results, found, run.not_examined),
        "claims": found,
        "ledger": ledger(results),
        "look_first": look_first(cards, run),
        "cannot_show": cannot_show(study, run),
        "findings": urgent_first([f for r in run.results for f in r.findings]),
        "anchors": {card.item_id: card.anchor for card in cards},
        "chapters": parts,
        "explorer": panel(results, images, study.thresholds),
        "columns": table_columns(run),
        "limits": wording.interval_words(_options(run)),
        "cards": cards,
        "not_examined": run.not_examined,
        "said": [
            gated_text(one, profiles()[study.spec.disclosure.profile or "none"])
            for one in study.said
        ],
        "faults": fault_counts(study),
        "thresholds": [study.thresholds[name] for name in sorted(study.thresholds)],
        "terms": terms,
        "references": _cited(terms),
    }
    return _rendered(context)


def _options(run: Run) -> Mapping[str, Any]:
    """What the item statistics were made with."""
    result = run.get("item_statistics")
    return result.options if result else {}


def measured(entry: Entry) -> str:
    """What a verdict was read from: a share as so many of 100, anything else as its column says."""
    if entry.estimate is None:
        return ""
    if entry.out_of:
        figure, limits = (
            wording.of_all(entry.estimate, entry.out_of),
            wording.range_of_all(entry.low, entry.high, entry.out_of),
        )
    elif entry.column == "proportion":
        figure, limits = (
            wording.per_hundred(entry.estimate),
            wording.plausible(entry.low, entry.high),
        )
    else:
        figure = wording.number(entry.estimate, entry.column)
        limits = wording.interval(entry.low, entry.high, entry.column)
    plausible = "" if entry.low is None else f" (plausible: {limits})"
    measure = entry.measure[:1].upper() + entry.measure[1:]
    return f"{measure}: {figure}{plausible}."


@dataclass(frozen=True)
class FaultKind:
    """Faults of one kind, counted."""

    code: str
    severity: str
    expected: str
    action: str
    found: str
    waived: bool
    n: str


def fault_counts(study: Study) -> tuple[FaultKind, ...]:
    """Faults by kind. Only what is said of a whole column is quoted: a row may be a person."""
    kinds: dict[str, list[Fault]] = {}
    for fault in study.faults:
        kinds.setdefault(fault.code, []).append(fault)
    rules = profiles()[study.spec.disclosure.profile or "none"]
    return tuple(
        FaultKind(
            code=code,
            severity=faults[0].severity,
            expected=faults[0].expected,
            action=faults[0].action,
            found=gated_text(" ".join(f.found for f in faults if _names_nobody(f, study)), rules),
            waived=all(f.waived is not None for f in faults),
            n=rules.words(len(faults)),
        )
        for code, faults in kinds.items()
    )


def _names_nobody(fault: Fault, study: Study) -> bool:
    return fault.row is None and not names_a_person(fault.found, study)


def _terms(
    parts: Iterable[ChapterView], cards: Iterable[ItemCard], columns: Iterable[str]
) -> list[Term]:
    names = set(columns)
    for card in cards:
        names.update(number.heading.term for number in card.numbers)
        names.update(card.options.terms if card.options else ())
    for part in parts:
        for section in part.sections:
            for table in section.tables:
                names.update(table.terms)
    known = [wording.term_of(name) for name in names]
    return sorted((t for t in known if t.meaning), key=lambda t: (t.label.lower(), t.name))


def _cited(terms: Iterable[Term]) -> list[Reference]:
    keys = {key for term in terms for key in term.sources}
    known = references()
    return sorted((known[key] for key in keys if key in known), key=lambda r: r.text)


def _rendered(context: Mapping[str, Any]) -> str:
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    environment = Environment(
        loader=FunctionLoader(_template),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "number": wording.number,
        "interval": wording.interval,
        "count": wording.count,
        "term_of": wording.term_of,
        "title_of": wording.title_of,
        "label_of": label_of,
        "opens": opens,
        "style": _template("report.css"),
        "script": _template("report.js"),
        "explorer_script": _template("explorer.js"),
        "vega": scripts,
        "measured": measured,
        "number_words": number_words,
        "polarity": POLARITY,
    }
    text = environment.get_template("report.html.j2").render(context)
    return re.sub(r"\n\s*\n+", "\n", text)


def _template(name: str) -> str:
    return files("naas_psych").joinpath(f"report/templates/{name}").read_text(encoding="utf-8")
