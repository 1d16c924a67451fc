"""The claims that a study adds to the register: read, checked, and refused with the line."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from pydantic import TypeAdapter, ValidationError

from naas_psych.packaged import toml_entries
from naas_psych.study.audit import Audit
from naas_psych.study.claimed import Claim, Measure
from naas_psych.study.locate import Source
from naas_psych.study.read import read_text
from naas_psych.study.toml_lines import line_of, line_of_error
from naas_psych.thresholds import Thresholds

#: Where a claim of a study stands in the report follows from what answers it.
_NOT_OWN = ("id", "chapter", "part")
#: Its columns are known, but a report does not run it: it needs a truth beside the data.
_NO_ANALYSIS = "scorecard"
#: More names than this are not listed, but the nearest few.
_LISTED, _NEAREST = 40, 5
_ID = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,19}")
_LEVELS = ("top", "middle", "bottom", "cannot_tell", "not_yet_examined")


@dataclass(frozen=True)
class _File:
    """A file of claims while it is checked; `analyses` are the columns of every table."""

    name: str
    text: str
    audit: Audit
    analyses: Mapping[str, Mapping[str, Mapping[str, str]]]

    def tell(self, code: str, found: str, place: tuple[str | int, ...], expected: str = "") -> None:
        column = ".".join(map(str, place))
        row = line_of(self.text, place)
        self.audit.add(code, found, expected=expected, file=self.name, row=row, column=column)

    def unknown(
        self, what: str, name: str, known: Iterable[str], place: tuple[str | int, ...]
    ) -> None:
        """A name that means nothing, with the nearest that does."""
        listed = sorted(known)
        near = difflib.get_close_matches(name, listed, n=_NEAREST, cutoff=0.5)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        long = len(listed) > _LISTED
        expected = f"such as {', '.join(near)}." if long and near else _one_of(listed)
        self.tell("claims_name", f"there is no {what} {name!r}.{hint}", place, expected)


def read_claims(source: Source, thresholds: Thresholds, audit: Audit) -> tuple[Claim, ...]:
    """The claims of a study's own, or none, with every mistake among the faults."""
    name = source.spec.report.claims
    path = source.root / name if name else source.root
    text = read_text(path, audit) if name else None
    if text is None:
        return ()
    columns = toml_entries("cli/columns.toml")
    analyses = {name: tables for name, tables in columns.items() if name != _NO_ANALYSIS}
    file = _File(path.name, text, audit, analyses)
    try:
        entries = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        _not_toml(file, error)
        return ()
    found = [_claim(file, name, entry, thresholds) for name, entry in entries.items()]
    if not entries:
        audit.add("claims_none", "there is no claim in it.", file=path.name)
    return tuple(claim for claim in found if claim)


def _not_toml(file: _File, error: tomllib.TOMLDecodeError) -> None:
    twice = re.match(r"Cannot declare \((.*?),?\) twice", str(error))
    row = line_of_error(file.text, error)
    if twice:
        name = ".".join(part.strip(" '\"") for part in twice[1].split(","))
        found = f"{name} stands above already."
        file.audit.add("claims_twice", found, file=file.name, row=row, column=name)
    else:
        file.audit.add("claims_not_toml", f"this is not TOML: {error}.", file=file.name, row=row)


def _claim(file: _File, name: str, entry: Any, thresholds: Thresholds) -> Claim | None:
    if not isinstance(entry, Mapping):
        found = f"{name} is not a claim: it stands outside of every table."
        file.tell("claims_setting", found, (name,), "a table [NAME] a claim, with its keys below.")
        return None
    if name in toml_entries("assurance/claims.toml"):
        found = f"{name} is the number of a claim of the register that ships."
        file.tell("claims_twice", found, (name,), "a name of its own.")
    if not _ID.fullmatch(name):
        found = f"{name!r} cannot be the name of a claim."
        file.tell("claims_setting", found, (name,), "a letter, then up to 19 letters or digits.")
    for key in (key for key in _NOT_OWN if key in entry):
        file.tell("claims_key", f"a claim has no key {key!r}.", (name, key), _one_of(_keys(Claim)))
    try:
        made = {key: value for key, value in entry.items() if key not in _NOT_OWN}
        claim = TypeAdapter(Claim).validate_python({"id": name, **made})
    except ValidationError as error:
        for mistake in error.errors():
            _tell(file, name, mistake)
        return None
    _check(file, claim, thresholds)
    return claim


def _tell(file: _File, name: str, mistake: Any) -> None:
    """One mistake of the checker, in the words of the person who made it."""
    place: tuple[str | int, ...] = (name, *mistake["loc"])
    key = str(mistake["loc"][-1])
    inside = Measure if mistake["loc"][0] == "measures" and len(mistake["loc"]) > 1 else Claim
    what = "measure" if inside is Measure else "claim"
    if mistake["type"] == "missing":
        file.tell("claims_missing", f"the {what} of {name} has no {key!r}.", place)
    elif mistake["type"] == "unexpected_keyword_argument":
        near = difflib.get_close_matches(key, _keys(inside), n=1, cutoff=0.5)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        file.tell(
            "claims_key", f"a {what} has no key {key!r}.{hint}", place, _one_of(_keys(inside))
        )
    else:
        found = f"{'.'.join(map(str, place))} = {repr(mistake['input'])[:80]} is not allowed."
        file.tell("claims_setting", found, place, f"{_plainly(str(mistake['msg']))}.")


def _check(file: _File, claim: Claim, thresholds: Thresholds) -> None:
    """What a claim names must be there."""
    if not claim.answered_by_something:
        found = f"nothing says what would answer {claim.id}."
        file.tell("claims_unanswered", found, (claim.id,))
    known = toml_entries("assurance/studies.toml")
    if claim.closing and claim.closing not in known:
        file.unknown("study", claim.closing, known, (claim.id, "closing"))
    for key in ("action", "answer"):
        for level in getattr(claim, key):
            if level not in _LEVELS:
                file.unknown("level of a verdict", level, _LEVELS, (claim.id, key, level))
    for k, measure in enumerate(claim.measures):
        _check_measure(file, measure, (claim.id, "measures", k), thresholds)


def _check_measure(
    file: _File, measure: Measure, place: tuple[str | int, ...], thresholds: Thresholds
) -> None:
    for key in ("minimum", "target", "n_min"):
        name = getattr(measure, key)
        if name and name not in thresholds:
            file.unknown("threshold", name, thresholds, (*place, key))
    _check_order(file, measure, place, thresholds)
    if measure.analysis not in file.analyses:
        file.unknown("analysis", measure.analysis, file.analyses, (*place, "analysis"))
        return
    tables = file.analyses[measure.analysis]
    if measure.table not in tables:
        what = f"table of {measure.analysis} called"
        file.unknown(what, measure.table, tables, (*place, "table"))
        return
    _check_columns(file, measure, tables[measure.table], place)


def _check_order(
    file: _File, measure: Measure, place: tuple[str | int, ...], thresholds: Thresholds
) -> None:
    if measure.minimum not in thresholds or measure.target not in thresholds:
        return
    low, high = thresholds[measure.minimum].value, thresholds[measure.target].value
    if high < low if measure.higher_is_better else high > low:
        found = f"the target {high:g} is easier to reach than the minimum {low:g}."
        file.tell("claims_setting", found, (*place, "target"), "a target beyond the minimum.")


def _check_columns(
    file: _File, measure: Measure, columns: Mapping[str, str], place: tuple[str | int, ...]
) -> None:
    what = f"column of {measure.analysis}, {measure.table}, called"
    limits = not (measure.exact or measure.rows) and measure.value in columns
    read = {key: getattr(measure, key) for key in ("value", "each", "n", "out_of")}
    read |= dict(zip(("low", "high"), measure.limits, strict=True)) if limits else {}
    for key, name in read.items():
        if name and name not in columns:
            at = (
                key if key in ("value", "each", "n", "out_of") or getattr(measure, key) else "value"
            )
            file.unknown(what, name, columns, (*place, at))
    for name, wanted in measure.where.items():
        if name not in columns:
            file.unknown(what, name, columns, (*place, "where", name))
        if not all(isinstance(one, str | int | float) for one in _list(wanted)):
            expected = "a word, a number, true or false, or a list of these."
            found = f"where.{name} can match no cell."
            file.tell("claims_setting", found, (*place, "where", name), expected)
    number = measure.rows or columns.get(measure.value, "number") in ("number", "integer")
    if not number:
        found = f"the column {measure.value!r} holds no numbers."
        file.tell("claims_setting", found, (*place, "value"), "a column of numbers.")
    for key in ("total", "last"):
        if getattr(measure, key) and not measure.each:
            found = f"{key} is about the rows of one `each`, and there is no `each`."
            file.tell("claims_setting", found, (*place, key), "each = a column.")


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _keys(model: type[Claim] | type[Measure]) -> list[str]:
    return [one.name for one in fields(model) if one.name not in _NOT_OWN]


def _plainly(message: str) -> str:
    return message.replace("Input should be ", "").replace("String should have", "a text of")


def _one_of(known: Iterable[str]) -> str:
    return f"one of {', '.join(known)}."
