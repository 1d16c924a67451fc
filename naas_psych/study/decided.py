"""The decision over several components in study.toml: words, columns, cuts and table of rows."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from itertools import pairwise, product

import numpy as np
import pandas as pd

from naas_psych.study.audit import Audit
from naas_psych.study.policy import Decision
from naas_psych.study.spec import StudySpec

#: Missing or wrong rows that a message names.
_NAMED = 12
#: More combinations than this are not written out.
MOST_COMBINATIONS = 4096
_FILE = "study.toml"


def inspect_decision(spec: StudySpec, components: pd.DataFrame | None, audit: Audit) -> None:
    """Every fault of [decision]; nothing where it names no components."""
    rule = spec.decision
    if not rule.components:
        return
    _outcomes(rule, audit)
    _words("component", "decision.floors", rule.floors, list(rule.components), audit)
    _words("outcome", "decision.cuts", rule.cuts, rule.outcomes[1:], audit)
    _in_order("decision.cuts", rule.cuts, rule.outcomes, audit)
    if rule.cuts:
        _all_given("decision.cuts", rule.cuts, rule.outcomes, audit)
    for name, one in rule.components.items():
        place = f"decision.components.{name}.cuts"
        _words("outcome", place, one.cuts, rule.outcomes[1:], audit)
        _all_given(place, one.cuts, rule.outcomes, audit)
        _in_order(place, one.cuts, rule.outcomes, audit)
        _column(name, one.column, components, audit)
    if components is not None and "person_id" in components:
        _named_twice(components, spec.tables.components or "", audit)
    if rule.rows or rule.rule == "table":
        _table(rule, audit)


def table_of(rule: Decision) -> dict[tuple[str, ...], str]:
    """Outcome of each combination of outcomes, in the order of the components; first row counts."""
    found: dict[tuple[str, ...], str] = {}
    for row in rule.rows:
        place = tuple(row.get(name, "") for name in rule.components)
        found.setdefault(place, row.get("outcome", ""))
    return found


def _outcomes(rule: Decision, audit: Audit) -> None:
    twice = {name for name in rule.outcomes if rule.outcomes.count(name) > 1}
    for name in sorted(twice):
        found = f"the outcome {name!r} stands twice in decision.outcomes."
        audit.add("decision_word", found, file=_FILE, column="decision.outcomes", value=name)


def _words(what: str, place: str, given: Iterable[str], known: list[str], audit: Audit) -> None:
    """Names that are none of those known, with the nearest."""
    for name in given:
        if name in known:
            continue
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        audit.add(
            "decision_word",
            f"{place} names the {what} {name!r}, which there is not.{hint}",
            expected=f"one of {', '.join(known)}.",
            file=_FILE,
            column=place,
            value=name,
        )


def _all_given(place: str, cuts: dict[str, float], outcomes: list[str], audit: Audit) -> None:
    lacking = [name for name in outcomes[1:] if name not in cuts]
    if lacking:
        audit.add(
            "decision_cut_missing",
            f"{place} has no cut of {', '.join(lacking)}.",
            expected=f"a cut of each of {', '.join(outcomes[1:])}.",
            file=_FILE,
            column=place,
        )


def _in_order(place: str, cuts: dict[str, float], outcomes: list[str], audit: Audit) -> None:
    ordered = [(name, cuts[name]) for name in outcomes[1:] if name in cuts]
    for (lower, low), (higher, high) in pairwise(ordered):
        if high < low:
            audit.add(
                "decision_cuts_order",
                f"in {place} {higher} begins at {high:g}, below {lower} at {low:g}.",
                file=_FILE,
                column=place,
                value=f"{high:g}",
            )


def _column(name: str, column: str, components: pd.DataFrame | None, audit: Audit) -> None:
    place = f"decision.components.{name}"
    if components is None:
        if not audit.told("decision_no_column"):
            audit.add(
                "decision_no_column",
                "[decision] has components, and there is no table of their scores.",
                expected="[tables] components = a file with a column of scores a component.",
                file=_FILE,
                column=place,
            )
        return
    scores = [str(c) for c in components.columns if components[c].dtype.kind in "fi"]
    if column in scores:
        return
    near = difflib.get_close_matches(column, scores, n=1, cutoff=0.5)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    what = "holds no numbers" if column in components else "is not there"
    audit.add(
        "decision_no_column",
        f"the column {column!r} of the component {name} {what}.{hint}",
        expected=f"one of {', '.join(scores)}." if scores else "a column of numbers.",
        file=_FILE,
        column=place,
        value=column,
    )


def _named_twice(components: pd.DataFrame, file: str, audit: Audit) -> None:
    persons = components["person_id"]
    for record in np.flatnonzero((persons.notna() & persons.duplicated()).to_numpy()):
        who = str(persons.iloc[record])
        audit.add(
            "duplicate_component_scores",
            f"the person {who!r} stands above already in the table of components.",
            file=file,
            # Below the header, counted from 1.
            row=int(record) + 2,
            column="person_id",
            value=who,
        )


def _table(rule: Decision, audit: Audit) -> None:
    """The table must give every combination one outcome, and never fall."""
    known = [*rule.components, "outcome"]
    place = "decision.rows"
    for row in rule.rows:
        _words("component", place, row, known, audit)
        _words("outcome", place, row.values(), rule.outcomes, audit)
    if len(rule.outcomes) ** len(rule.components) > MOST_COMBINATIONS:
        found = f"{len(rule.components)} components have too many combinations for a table."
        audit.add("decision_table_incomplete", found, file=_FILE, column=place)
        return
    _contradictions(rule, audit)
    given = table_of(rule)
    lacking = [
        place
        for place in product(rule.outcomes, repeat=len(rule.components))
        if given.get(place) not in rule.outcomes
    ]
    if lacking:
        audit.add(
            "decision_table_incomplete",
            f"{len(lacking)} of {len(rule.outcomes) ** len(rule.components)} combinations have no "
            f"row: {_listed(rule, lacking)}.",
            file=_FILE,
            column=place,
        )
    _falls(rule, given, audit)


def _contradictions(rule: Decision, audit: Audit) -> None:
    seen: dict[tuple[str, ...], str] = {}
    for row in rule.rows:
        place = tuple(row.get(name, "") for name in rule.components)
        outcome = row.get("outcome", "")
        if seen.setdefault(place, outcome) != outcome:
            audit.add(
                "decision_table_contradicts",
                f"{_said(rule, place)} is {seen[place]} in one row and {outcome} in another.",
                file=_FILE,
                column="decision.rows",
                value=outcome,
            )


def _falls(rule: Decision, given: dict[tuple[str, ...], str], audit: Audit) -> None:
    rank = {name: k for k, name in enumerate(rule.outcomes)}
    for place, outcome in given.items():
        if outcome not in rank or any(word not in rank for word in place):
            continue
        for k, word in enumerate(place):
            if rank[word] + 1 == len(rule.outcomes):
                continue
            above = (*place[:k], rule.outcomes[rank[word] + 1], *place[k + 1 :])
            better = given.get(above)
            if better in rank and rank[better] < rank[outcome]:
                audit.add(
                    "decision_table_falls",
                    f"{_said(rule, place)} is {outcome}, and the better {_said(rule, above)} is "
                    f"{better}.",
                    file=_FILE,
                    column="decision.rows",
                    value=better,
                )


def _said(rule: Decision, place: tuple[str, ...]) -> str:
    return ", ".join(f"{name} {word}" for name, word in zip(rule.components, place, strict=True))


def _listed(rule: Decision, places: list[tuple[str, ...]]) -> str:
    shown = "; ".join(_said(rule, place) for place in places[:_NAMED])
    rest = len(places) - _NAMED
    return shown if rest <= 0 else f"{shown}; and {rest} more"
