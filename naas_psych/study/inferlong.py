"""Guess what the columns of a long table are."""

from __future__ import annotations

import numpy as np

from naas_psych.study import names
from naas_psych.study.audit import Audit
from naas_psych.study.cells import RawTable, fold
from naas_psych.study.infer import Plan
from naas_psych.study.items import KeySource
from naas_psych.study.looks import looks
from naas_psych.study.spec import ResponsesSpec

_ROLES = {
    "person": names.PERSON,
    "item": names.ITEM,
    "response": names.RESPONSE,
    "score": names.SCORE,
    "time": names.TIME,
    "position": names.POSITION,
    "form": names.FORM,
    "state": names.STATE,
}


def plan_long(table: RawTable, spec: ResponsesSpec, key: KeySource, audit: Audit) -> Plan | None:
    """Which column holds the person, the item, the response, the score and the rest."""
    roles = {role: _role(table, spec, role, audit) for role in _ROLES}
    if not roles["person"] or not roles["item"] or not (roles["response"] or roles["score"]):
        found = f"long data lack a column; the columns are {', '.join(table.names[:12])}."
        expected = "columns person_id, item_id and response (or score)."
        audit.add("missing_column", found, file=table.file, row=1, expected=expected)
        return None
    raw = _is_raw(table, roles, spec, key)
    if not raw and roles["response"] and not roles["score"]:
        roles["score"], roles["response"] = roles["response"], None
    roles["response"], roles["score"] = _apart(roles["response"], roles["score"])
    free = [n for n in table.names if n not in roles.values() and n not in spec.leave_out]
    inline = _about_person(table, roles["person"], [*free, *_form(roles)], audit)
    out = [name for name in free if name not in inline]
    said = ", ".join(f"{role} = {name}" for role, name in roles.items() if name)
    audit.say(f"{table.file} has one row a person and item: {said}.")
    filled = spec.model_copy(
        update={"layout": "long", "raw": raw, "leave_out": [*spec.leave_out, *out], **roles}
    )
    return Plan(filled, (), tuple(inline), tuple(out))


def _form(roles: dict[str, str | None]) -> list[str]:
    return [roles["form"]] if roles["form"] else []


def _apart(response: str | None, score: str | None) -> tuple[str | None, str | None]:
    return (None, score) if response == score else (response, score)


def _role(table: RawTable, spec: ResponsesSpec, role: str, audit: Audit) -> str | None:
    named: str | None = getattr(spec, role)
    if named is None:
        return table.find(*_ROLES[role])
    if named in table.names:
        return named
    found = f"there is no column {named!r}; the columns are {', '.join(table.names[:12])}."
    audit.add("missing_column", found, file=table.file, row=1, column=named)
    return None


def _is_raw(
    table: RawTable, roles: dict[str, str | None], spec: ResponsesSpec, key: KeySource
) -> bool:
    """Options with a key to score them by (scores beside them are not needed then)."""
    if spec.raw is not None:
        return spec.raw
    response = roles["response"]
    if response is None:
        return False
    seen = looks(table, response, spec)
    if key:
        return not seen.texts <= {"0", "1"}
    return roles["score"] is None and (not seen.numeric and bool(seen.texts))


def _about_person(table: RawTable, person: str | None, free: list[str], audit: Audit) -> list[str]:
    """Columns that say the same in every row of a person."""
    codes = table.coded(person or "").codes
    about = []
    for name in free:
        column = table.coded(name)
        both = (codes >= 0) & (column.codes >= 0)
        pairs = np.unique(
            codes[both].astype(np.int64) * (len(column.texts) + 1) + column.codes[both]
        )
        again = len(pairs) - len(np.unique(codes[both]))
        wanted = fold(name).startswith("cov_") or fold(name) in names.ABOUT_PERSON - {
            "date",
            "rater",
        }
        if again == 0:
            about.append(name)
        elif wanted and fold(name) != "wave":
            about.append(name)
            found = f"column {name!r} says different things about {again} persons."
            audit.add("person_columns_contradict", found, file=table.file, column=name)
    return about
