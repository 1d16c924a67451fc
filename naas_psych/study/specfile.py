"""study.toml read and checked; every mistake is told in the words of the person who made it."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from naas_psych.errors import UsageError
from naas_psych.study.audit import Audit, Where
from naas_psych.study.read import read_text
from naas_psych.study.spec import Document, DocumentName, StudySpec
from naas_psych.study.toml_lines import line_of_error
from naas_psych.thresholds import default_thresholds

CUT_SPELLINGS = (
    '{ value = 63, unit = "percent" }, { value = 38, unit = "raw" } or '
    '{ value = -0.5, unit = "theta" }'
)


#: Where the checker knows several kinds, what it says is of the first only.
_EXPECTED = {
    "speed.time_limit": "minutes above 0, as one number or by form: { alpha = 60, beta = 75 }",
}


def read_spec(path: Path, audit: Audit) -> StudySpec | None:
    """The study.toml at `path`, or None with every mistake among the faults."""
    text = read_text(path, audit)
    if text is None:
        return None
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        row = line_of_error(text, error)
        audit.add("not_toml", f"this is not TOML: {error}.", file=path.name, row=row)
        return None
    try:
        spec = StudySpec(**raw)
    except ValidationError as error:
        told: set[str] = set()
        for mistake in error.errors():
            place = ".".join(_place(mistake))
            # What may be of several kinds is told once, not once a kind.
            if not any(place == one or place.startswith(f"{one}.") for one in told):
                _tell(path.name, text, mistake, audit)
            told.add(place)
        return None
    audit.waivers.extend(spec.waivers)
    _check_thresholds(path.name, text, spec, audit)
    _check_paths(path, text, spec, audit)
    return None if audit.has_errors else spec


def _tell(file: str, text: str, mistake: Any, audit: Audit) -> None:
    place = _place(mistake)
    where: Where = {"file": file, "row": _line(text, place), "column": ".".join(place)}
    value = repr(mistake.get("input"))[:80]
    if place[0] == "cuts":
        found = f"the cut {'.'.join(place[1:2])!r} does not say its value and unit."
        audit.add("cut_without_unit", found, value=value, expected=CUT_SPELLINGS + ".", **where)
    elif mistake["type"] == "extra_forbidden" or mistake["loc"][-1] == "[key]":
        known = _known(place[:-1])
        near = difflib.get_close_matches(place[-1], known, n=1, cutoff=0.5)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        found = f"study.toml has no key {'.'.join(place)!r}.{hint}"
        audit.add("unknown_key", found, value=value, expected=_one_of(known), **where)
    elif mistake["type"] == "missing":
        audit.add("missing_key", f"the key {'.'.join(place)!r} is missing.", **where)
    else:
        found = f"{'.'.join(place)} = {value} is not allowed."
        expected = _EXPECTED.get(".".join(place)) or _plainly(str(mistake["msg"]))
        audit.add("bad_setting", found, value=value, expected=f"{expected}.", **where)


def _place(mistake: Any) -> list[str]:
    """The keys that lead to a mistake, without what the checker calls its own steps."""
    named = [str(part) for part in mistake["loc"] if str(part) != "[key]"]
    steps = ("function-", "constrained-", "dict[", "float", "list[")
    return [part for part in named if not part.startswith(steps)]


def _plainly(message: str) -> str:
    """What the checker expects, in plain words."""
    message = message.replace("Input should be ", "")
    return message.replace("List should have", "a list of").replace(" after validation, not 1", "")


def _one_of(known: Iterable[str]) -> str:
    return f"one of {', '.join(known)}."


def _known(place: list[str]) -> list[str]:
    """The keys allowed at a place of study.toml."""
    if place[:1] == ["documents"]:
        return list(Document.model_fields if place[1:] else get_args(DocumentName))
    model: type[BaseModel] = StudySpec
    for part in place:
        if part.isdigit() or part not in model.model_fields:
            continue
        inner = model.model_fields[part].annotation
        models = [inner, *get_args(inner)]
        model = next((m for m in models if isinstance(m, type) and issubclass(m, BaseModel)), model)
    return list(model.model_fields)


def _line(text: str, place: list[str]) -> int | None:
    """The line of the file that a key stands on, or that its table begins on."""
    lines = text.splitlines()
    headers = [k for k, line in enumerate(lines) if _named(line, place[0], header=True)]
    start = headers[0] if headers else 0
    for name in reversed(place[1:]):
        for k in range(start, len(lines)):
            if _named(lines[k], name):
                return k + 1
    top = [k for k, line in enumerate(lines) if _named(line, place[0])]
    return next((k + 1 for k in (*headers, *top)), None)


def _named(line: str, name: str, *, header: bool = False) -> bool:
    """The line gives the key `name` a value, or opens the table of that name."""
    key = re.escape(name)
    before = r"\s*\[\[?\s*" if header else r"\s*(?:\[+\s*)?(?:[\w\"'-]+\s*\.\s*)*"
    after = r"\s*[.\]]" if header else r"\s*[.=\]]"
    return re.match(f"{before}[\"']?{key}[\"']?{after}", line) is not None


def _check_thresholds(file: str, text: str, spec: StudySpec, audit: Audit) -> None:
    for name in spec.thresholds:
        try:
            default_thresholds().overridden_by({name: spec.thresholds[name]})
        except UsageError as error:
            row = _line(text, ["thresholds", name])
            audit.add("unknown_threshold", str(error), file=file, row=row, column=name)


def _check_paths(path: Path, text: str, spec: StudySpec, audit: Audit) -> None:
    root = path.parent.resolve()
    named = [("tables", table, name) for table, name in spec.tables]
    for part, table, name in (*named, ("report", "claims", spec.report.claims)):
        if name is None:
            continue
        where: Where = {"file": path.name, "row": _line(text, [part, table]), "column": table}
        target = (root / name).resolve()
        if not target.is_relative_to(root):
            found = f"the path {name!r} leads out of the study folder."
            audit.add("path_outside_study", found, value=name, **where)
        elif not target.is_file():
            others = [p.name for p in root.iterdir() if p.is_file()]
            near = difflib.get_close_matches(name, others, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            found = f"there is no file {name!r} in the study folder.{hint}"
            audit.add("file_missing", found, value=name, **where)
