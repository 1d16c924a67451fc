"""The decisions on the items of a study, what is flagged of them, and which items would go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from naas_psych.analyses.content.item_relevance import item_relevance
from naas_psych.analyses.content.redaction import without_people
from naas_psych.analyses.content.removal_cuts import ALL_FORMS
from naas_psych.analyses.fairness.dif_mantel_haenszel import dif_mantel_haenszel
from naas_psych.analyses.items.distractors import distractors
from naas_psych.analyses.items.item_statistics import item_statistics
from naas_psych.analyses.items.key_check import key_check
from naas_psych.errors import AnalysisImpossible
from naas_psych.study.study import Study

DROPPED, DROP_AND_HOLD = "dropped", "drop_and_hold"
#: What goes in each scenario.
_GO = {DROPPED: ("drop",), DROP_AND_HOLD: ("drop", "hold")}
#: Whose findings on single items are counted.
_FLAGGING = (item_statistics, distractors, key_check, item_relevance, dif_mantel_haenszel)


@dataclass(frozen=True)
class Decided:
    """The decisions (one row an item and form), and the place of each item in the responses."""

    table: pd.DataFrame
    place: Mapping[str, int]
    notes: tuple[str, ...]

    @property
    def scenarios(self) -> tuple[str, ...]:
        """Without what is dropped; and, where something is on hold, without that too."""
        held = (self.table["decision"] == "hold").any()
        return (DROPPED, DROP_AND_HOLD) if held else (DROPPED,)

    def gone(self, scenario: str) -> Callable[[str], frozenset[int]]:
        """Of the name of a form the items that would go from it."""
        rows = self.table[self.table["decision"].isin(_GO[scenario])]
        rows = rows[rows["item_id"].isin(list(self.place))]

        def of_form(form: str) -> frozenset[int]:
            own = rows[rows["form"].isin([ALL_FORMS, form])]
            return frozenset(self.place[item] for item in own["item_id"])

        return of_form


def decided(study: Study) -> Decided:
    """What was decided; AnalysisImpossible where nothing was."""
    table = study.tables.get("decisions")
    if table is None or table.empty:
        raise AnalysisImpossible(
            "Nobody has decided anything about an item. Needed: a table decisions.csv with the "
            "columns item_id, decision (keep, revise, drop or hold), who, when (2016-03-21) and "
            'why, and in study.toml [tables] decisions = "decisions.csv".'
        )
    place = {item: j for j, item in enumerate(study.responses.item_ids)}
    given = table.drop(columns="form_id", errors="ignore")
    forms = table["form_id"] if "form_id" in table else pd.Series(None, table.index, dtype=object)
    given.insert(1, "form", forms.where(forms.notna(), ALL_FORMS))
    asked = sorted(set(table["item_id"]) - set(place))
    notes = (f"Not among the responses: {', '.join(asked)}.",) if asked else ()
    return Decided(given, place, notes)


def items_table(study: Study, found: Decided) -> pd.DataFrame:
    """The items decided on, in the order of the test; then those flagged as wrong and undecided."""
    flags, wrong = _flags(study)
    table = found.table.assign(
        at=[found.place.get(item, len(found.place)) for item in found.table["item_id"]]
    ).sort_values(["at", "form"], kind="stable")
    rows = table.drop(columns="at").to_dict("records")
    known = set(found.table["item_id"])
    rows += [
        {"item_id": item, "form": ALL_FORMS}
        for item in found.place
        if wrong[item] and item not in known
    ]
    ids = frozenset(str(person) for person in study.responses.person_ids)
    text = {
        name: pd.Series([_text(row.get(name), ids) for row in rows], dtype=object) for name in _TEXT
    }
    counts = {
        "flags": [flags[row["item_id"]] for row in rows],
        "serious_flags": [wrong[row["item_id"]] for row in rows],
    }
    return pd.DataFrame({**text, **counts})


_TEXT = ("item_id", "form", "decision", "who", "when", "why")


def _text(value: object, ids: frozenset[str]) -> str | None:
    return without_people(value, ids) if isinstance(value, str) else None


def _flags(study: Study) -> tuple[Counter[str], Counter[str]]:
    """Findings on each item that are no mere note, and those of them that are errors."""
    flags: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for analysis in _FLAGGING:
        try:
            findings = analysis(study).findings
        except AnalysisImpossible:
            continue
        for finding in findings:
            flags[finding.subject] += finding.severity != "info"
            wrong[finding.subject] += finding.severity == "error"
    return flags, wrong
