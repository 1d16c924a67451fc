"""Readability: how hard are the forms to read, as far as counting can tell?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from naas_psych.analyses.content.english import counts_of
from naas_psych.analyses.content.forms_of_items import form_items
from naas_psych.analyses.content.item_texts import ItemText, item_texts
from naas_psych.analyses.content.plan import NO_DOMAIN
from naas_psych.analyses.forms import form_or_test
from naas_psych.analyses.items.phrasing import Row, capital, known
from naas_psych.analysis import Level, analysis
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.numerics.readability import (
    TextCounts,
    flesch_kincaid_grade,
    flesch_reading_ease,
    gunning_fog,
    reading_ease_limits,
    smog_grade,
)
from naas_psych.result import Result, tidy
from naas_psych.study.study import Study

if TYPE_CHECKING:
    from naas_psych.thresholds import Threshold, Thresholds

_INDICES = {
    "flesch_reading_ease": flesch_reading_ease,
    "flesch_kincaid_grade": flesch_kincaid_grade,
    "smog_grade": smog_grade,
    "gunning_fog": gunning_fog,
}
_STEMS, _OPTIONS = "stems", "stems and options"


@analysis
def readability(study: Study, *, level: Level = 0.95) -> Result:
    """How hard are the forms to read, as far as counting words and syllables can tell?

    Formula
    -------
    W words, S sentences, Syl syllables. Flesch reading ease = 206.835 - 1.015 W/S - 84.6 Syl/W.
    Flesch-Kincaid grade = 0.39 W/S + 11.8 Syl/W - 15.59. SMOG = 3.1291 + 1.0430 sqrt(30 P/S), P
    words of three syllables or more, defined from 30 sentences. Gunning fog = 0.4 (W/S + 100 C/W),
    C hard words: of three syllables, but no names and not by -es, -ed or -ing. Limits of the
    reading ease: jackknife over items.

    How to read it
    --------------
    Reading ease: 60 to 70 is plain English, below 30 very hard. The grades are years of school in
    the United States. Compare forms and areas with each other rather than with a limit, and look
    at what makes a text long before changing a word.

    When not to use it
    ------------------
    Never for one item: on 20 to 80 words the indices are noise (item_writing has what can be said
    of one). They do not know whether a word is known to those who sit the test. Syllables are
    counted from spelling by rules for British English, right for about 99 words in 100.

    Agrees with
    -----------
    The published formulas, on counts made by hand. Syllables: the CMU Pronouncing Dictionary for
    98.8 % of 142,000 words of running text, and their sum to 0.1 %.

    References
    ----------
    flesch_1948, kincaid_1975, mclaughlin_1969, gunning_1952

    Examples
    --------
    >>> from naas_psych.numerics.readability import TextCounts, flesch_reading_ease
    >>> round(float(flesch_reading_ease(TextCounts(5.0, 100.0, 150.0, 12.0, 10.0))), 3)
    59.635
    """
    texts = item_texts(study)
    least = int(study.thresholds["readability_words_min"].value)
    members = form_items(study).members
    forms = {name: [texts[j] for j in places] for name, places in members.items()}
    every = sorted({j for places in members.values() for j in places})
    tables = {"forms": _table(_form_rows(forms, "form"), least, level)}
    areas = _areas(study, texts, every)
    if areas:
        tables["domains"] = _table(_form_rows(areas, "domain"), least, level)
    return Result(tables=tables, notes=_notes(texts, every))


@dataclass(frozen=True)
class _Row:
    """One text: what it is of, and the counts of the items it is made of."""

    names: Mapping[str, str]
    counts: TextCounts


def _form_rows(groups: Mapping[str, Sequence[ItemText]], column: str) -> list[_Row]:
    """Stems alone; then stems with options, where options are text."""
    made = []
    for name, texts in groups.items():
        stems = [text for text in texts if text.stem]
        made.append(_Row({column: name, "part": _STEMS}, counts_of([t.stem or "" for t in stems])))
        if any(text.options for text in stems):
            # An option stands on a line of its own, and is read as a sentence.
            whole = ["\n".join(text.parts) for text in stems]
            made.append(_Row({column: name, "part": _OPTIONS}, counts_of(whole)))
    return made


def _areas(
    study: Study, texts: Sequence[ItemText], places: Sequence[int]
) -> dict[str, list[ItemText]]:
    """The items of each area, of all forms together, for one form has too few words."""
    column = study.spec.content.domain
    if column not in study.items:
        return {}
    labels = study.items[column].tolist()
    found: dict[str, list[ItemText]] = {}
    for j in places:
        name = labels[j].strip() if isinstance(labels[j], str) else ""
        found.setdefault(name or NO_DOMAIN, []).append(texts[j])
    return dict(sorted(found.items()))


def _table(rows: Sequence[_Row], least: int, level: float) -> pd.DataFrame:
    totals = [row.counts.total() for row in rows]
    limits = [reading_ease_limits(row.counts, level=level) for row in rows]
    few = np.array([float(total.words) < least for total in totals])
    columns: dict[str, Any] = {name: [row.names[name] for row in rows] for name in rows[0].names}
    columns["items"] = [int((row.counts.words > 0).sum()) for row in rows]
    for name in ("sentences", "words", "syllables"):
        columns[name] = [int(getattr(total, name)) for total in totals]
    columns["words_per_sentence"] = _per([t.words for t in totals], [t.sentences for t in totals])
    columns["syllables_per_word"] = _per([t.syllables for t in totals], [t.words for t in totals])
    for name, index in _INDICES.items():
        values = np.array([float(index(total)) for total in totals])
        columns[name] = np.where(few, np.nan, values)
        if name == "flesch_reading_ease":
            columns[f"{name}_low"] = np.where(few, np.nan, [one.low for one in limits])
            columns[f"{name}_high"] = np.where(few, np.nan, [one.high for one in limits])
    return tidy(columns, _reasons(totals, few))


def _reasons(totals: Sequence[TextCounts], few: Any) -> dict[str, list[str]]:
    """Too short a text, or none."""
    words = ["no_text" if not total.words else "too_few_words" for total in totals]
    limits = [why if short else "too_few_items" for why, short in zip(words, few, strict=True)]
    smog = [why if short else "too_few_sentences" for why, short in zip(words, few, strict=True)]
    return {
        **dict.fromkeys((*_INDICES, "words_per_sentence", "syllables_per_word"), words),
        "smog_grade": smog,
        "flesch_reading_ease_low": limits,
        "flesch_reading_ease_high": limits,
    }


def _per(part: Sequence[Any], whole: Sequence[Any]) -> Any:
    total = np.array(whole, dtype=float)
    return np.divide(
        np.array(part, dtype=float), total, out=np.full(total.shape, np.nan), where=total > 0
    )


def _notes(texts: Sequence[ItemText], places: Sequence[int]) -> tuple[str, ...]:
    own = [texts[j] for j in places]
    without = sum(text.stem is None for text in own)
    options = any(text.options for text in own)
    return (
        "Syllables are counted from spelling by rules for British English: about 99 words in 100 "
        "are right.",
        *(
            ()
            if options
            else ("Only stems are counted: the options are place holders or were not given.",)
        ),
        *((f"{without} of {len(own)} items have no text.",) if without else ()),
    )


def findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """Forms that are surely very hard to read."""
    line = thresholds["reading_ease_min"]
    for row in result.tables["forms"].to_dict("records"):
        high = known(row["flesch_reading_ease_high"])
        if high is not None and high < line.value:
            yield _hard(row, high, line)


def _hard(row: Row, high: float, line: Threshold) -> Finding:
    where = capital(form_or_test(row["form"]))
    what = "" if row["part"] == _STEMS else " with its options"
    return found(
        code="hard_to_read",
        severity="info",
        subject=str(row["form"]),
        sentence=f"{where}{what} has a reading ease of {row['flesch_reading_ease']:.0f} "
        f"({row['flesch_reading_ease_low']:.0f} to {high:.0f}), with "
        f"{row['words_per_sentence']:.0f} words a sentence and {row['syllables_per_word']:.2f} "
        "syllables a word.",
        value=float(row["flesch_reading_ease"]),
        limits=(row["flesch_reading_ease_low"], high),
        threshold=line,
    )
