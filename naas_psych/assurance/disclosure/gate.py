"""The one gate through which results leave: tables, findings, notes and provenance of a run."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from naas_psych.assurance.disclosure.cells import secondary
from naas_psych.assurance.disclosure.declared import layout_of, thinned
from naas_psych.assurance.disclosure.exact_levels import withhold_levels
from naas_psych.assurance.disclosure.keys import Combined
from naas_psych.assurance.disclosure.primary import PERSONS, Sheet, primary, sheet_of
from naas_psych.assurance.disclosure.profiles import Profile, profiles
from naas_psych.assurance.disclosure.shown import shown
from naas_psych.assurance.disclosure.words import gated_mapping, gated_text, speaks
from naas_psych.finding import Finding
from naas_psych.result import Result
from naas_psych.study.study import Study

#: A sentence that had a number which is withheld now.
_LOST = re.compile(r"\bnan\b")
#: An analysis and one of its tables.
Place = tuple[str, str]
LEDGER = ("analysis", "table", "row", "column", "rule")


@dataclass(frozen=True, eq=False)
class Gated:
    """Results that may be seen, and a ledger with a row for each number that is withheld.

    The ledger names analysis, table, row, column and rule, never a value. It tells which cells are
    small, so it stays with those who may see the numbers; `summary` is for everybody.
    """

    results: tuple[Result, ...]
    ledger: pd.DataFrame
    profile: Profile

    def summary(self) -> pd.DataFrame:
        """How many cells of each analysis and table are withheld, by rule."""
        groups = self.ledger.groupby(["analysis", "table", "rule"], sort=False)
        return groups.size().reset_index(name="cells")


def gate(
    study: Study,
    results: Sequence[Result],
    *,
    profile: str,
    internal: bool = False,
    declared: Mapping[str, Mapping[str, Any]] | None = None,
) -> Gated:
    """The results as `profile` allows them to be seen.

    Parameters
    ----------
    profile
        none, ofqual, hesa, nhs or threshold10.
    internal
        Leave every number as it is, and tables with a row a person in.
    declared
        What the columns of tables are, in place of tables.toml.
    """
    rules = profiles()[profile]
    if internal:
        return Gated(tuple(results), _ledger([]), rules)
    if rules.exact:
        return Gated(*_without_persons(results), rules)
    every = {(r.analysis, name): table for r in results for name, table in r.tables.items()}
    sheets = gated_sheets(every, rules, combined=_combined(study), declared=declared)
    tables = {place: shown(sheet, rules) for place, sheet in sheets.items()}
    known = frozenset() if study.responses.anonymous else frozenset(study.responses.person_ids)
    gated = tuple(_result(study, one, tables, rules, known) for one in results)
    return Gated(gated, _ledger(_withheld(results, sheets)), rules)


def gated_sheets(
    tables: Mapping[Place, pd.DataFrame],
    profile: Profile,
    *,
    combined: Combined,
    declared: Mapping[str, Mapping[str, Any]] | None = None,
) -> dict[Place, Sheet]:
    """Every table but those with a row a person, with the rule beside each withheld cell."""
    named = {f"{analysis}.{name}": table for (analysis, name), table in tables.items()}
    sheets = {}
    for place, whole in tables.items():
        if "person_id" not in whole.columns:
            table = thinned(*place, whole, declared)
            sheets[place] = sheet_of(table, layout_of(*place, table, declared), named)
    for sheet in sheets.values():
        primary(sheet, profile)
    secondary(list(sheets.values()), combined, profile)
    if profile.rounding == 1:
        withhold_levels(list(sheets.values()))
    return sheets


def _combined(study: Study) -> Combined:
    """Levels that study.toml takes together."""
    return {
        (name, label): tuple(levels)
        for name, how in study.spec.groups.items()
        for label, levels in how.combine.items()
    }


def _result(
    study: Study,
    result: Result,
    tables: Mapping[Place, pd.DataFrame],
    profile: Profile,
    known: frozenset[str],
) -> Result:
    from naas_psych.analysis import findings_of

    own = {
        name: tables.get((result.analysis, name), table) for name, table in result.tables.items()
    }
    named = [name for name in own if (result.analysis, name) not in tables]
    notes = tuple(gated_text(note, profile, known) for note in result.notes)
    provenance = gated_mapping(result.provenance, profile)
    gated = replace(result, tables=own, notes=notes, provenance=provenance)
    found = findings_of(gated, study.thresholds)
    findings = tuple(_finding(one, profile, known) for one in found if speaks(one.sentence))
    return _without(replace(gated, findings=findings), named)


def _without(result: Result, named: Sequence[str]) -> Result:
    """The result without the tables that have a row a person, and a note where one was."""
    if not named:
        return result
    kept = {name: table for name, table in result.tables.items() if name not in named}
    said = f"The table {' and '.join(named)} has a row a person and is left out."
    return replace(result, tables=kept, notes=(*result.notes, said))


def _without_persons(results: Sequence[Result]) -> tuple[tuple[Result, ...], pd.DataFrame]:
    """Exact results without tables that have a row a person, and the ledger of these."""
    named = {
        result.analysis: [n for n, table in result.tables.items() if "person_id" in table.columns]
        for result in results
    }
    rows = [
        (one, name, "(all)", "(all)", PERSONS) for one, names in named.items() for name in names
    ]
    return tuple(_without(one, named[one.analysis]) for one in results), _ledger(rows)


def _finding(finding: Finding, profile: Profile, known: frozenset[str]) -> Finding:
    return replace(
        finding,
        subject="a person" if finding.subject in known else finding.subject,
        sentence=gated_text(finding.sentence, profile, known),
        meaning=gated_text(finding.meaning, profile, known),
        action=gated_text(finding.action, profile, known),
    )


def _withheld(results: Sequence[Result], sheets: Mapping[Place, Sheet]) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for result in results:
        for name in result.tables:
            sheet = sheets.get((result.analysis, name))
            if sheet is None:
                rows.append((result.analysis, name, "(all)", "(all)", PERSONS))
                continue
            keys = _row_names(sheet) if sheet.marks else []
            for column, marks in sheet.marks.items():
                for row, mark in enumerate(marks):
                    if mark is not None:
                        rows.append((result.analysis, name, keys[row], column, mark))
    return rows


def _row_names(sheet: Sheet) -> list[str]:
    names = sheet.layout.keys
    values = [sheet.frame[name].tolist() for name in names]
    return [
        ", ".join(f"{name}={value}" for name, value in zip(names, row, strict=True))
        for row in zip(*values, strict=True)
    ] or [str(k) for k in range(len(sheet.frame))]


def _ledger(rows: Sequence[tuple[str, ...]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(LEDGER), dtype=object)
