"""Refuses columns that name persons, and group columns that the law protects in the wrong place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from naas_psych.study import names
from naas_psych.study.audit import Audit, Where
from naas_psych.study.cells import RawTable, fold, is_blank
from naas_psych.study.identifiers import EMAIL, LOOKS, PHONE, Look, protected_kind

#: The faults that print no cell.
PRIVATE = frozenset(
    {"identifying_column", "identifier_in_text", "special_category_here"}
    | {"special_without_condition"}
)
#: Cells of a column that are looked at, evenly over the table.
_CELLS = 20_000
#: Tables about items and plans: their words are content, and about no person.
_ABOUT_THINGS = frozenset({"items", "blueprint", "themes", "key"})
#: Where columns that the law protects may stand: with the persons, or in counts about nobody.
_PROTECTED_PLACE = frozenset({"persons", "frame"})
#: Columns that name the people of a table.
_PEOPLE = frozenset({*names.PERSON, "judge_id", "judge", "expert_id", "expert", "rater_id", "rater",
                     "marker_id", "marker", "supervisor_id", "supervisor", "who"})  # fmt: skip
#: Of the marks in a cell, whole words: longer ones are free text.
_LONG = 25


@dataclass(frozen=True)
class _Cells:
    """Distinct texts of a column and how many cells hold each, of those looked at."""

    texts: tuple[str, ...]
    counts: tuple[int, ...]

    @property
    def n(self) -> int:
        return sum(self.counts)

    def fitting(self, look: Any) -> int:
        """How many cells fit."""
        return sum(n for text, n in zip(self.texts, self.counts, strict=True) if look(text))


def inspect_privacy(table: RawTable, audit: Audit) -> None:
    """Faults of every column of a table of the study; each file once."""
    role = audit.roles.get(table.file)
    if role is None or table.file in audit.looked_at:
        return
    audit.looked_at.add(table.file)
    allowed = {fold(name) for name in audit.privacy.allow}
    for name in table.names:
        plain = fold(name).removeprefix("cov_")
        if not plain or fold(name) in allowed:
            continue
        if not _protected(table, name, role, audit):
            _identifying(table, name, role, audit)


def _protected(table: RawTable, name: str, role: str, audit: Audit) -> bool:
    """A column that the law protects; told where it stands wrong, or without a condition."""
    plain = fold(name).removeprefix("cov_")
    own = {fold(one): "what study.toml lists as special" for one in audit.privacy.special}
    kind = protected_kind(plain, own)
    if kind is None or role in ("frame", "judges"):
        return False
    where: Where = {"file": table.file, "row": 1, "column": name}
    if role not in _PROTECTED_PLACE:
        found = f"the column {name!r} looks like {kind}, in the table of {role}."
        audit.add("special_category_here", found, **where)
    elif not audit.privacy.condition.strip():
        found = f"the column {name!r} looks like {kind}, and no condition is recorded."
        audit.add("special_without_condition", found, **where)
    return True


def _identifying(table: RawTable, name: str, role: str, audit: Audit) -> None:
    """A column of identifiers, or free text in which some stand."""
    cells = _cells(table, name)
    if not cells.n:
        return
    look = next(_seen(cells, fold(name), role), None)
    if look is not None:
        fits = look.fits if cells.fitting(look.fits) else look.by_name
        record = _first(table, name, fits)
        example = masked(str(table.coded(name).at(record)))
        found = (
            f"the column {name!r} looks like {look.what}: {_times(cells, fits)}, such as {example}."
        )
        waived = audit.add("identifying_column", found, **_place(table, name, record))
        audit.identifying |= not waived
    elif role not in _ABOUT_THINGS:
        _in_text(table, name, cells, audit)


def _seen(cells: _Cells, plain: str, role: str) -> Iterator[Look]:
    """The kinds of identifier that a column may be, by its name or by its cells."""
    for look in LOOKS:
        named = look.called(plain) and role not in _ABOUT_THINGS
        if named and cells.fitting(look.by_name) >= cells.n / 2:
            yield look
        elif role in _ABOUT_THINGS and look.what != "e-mail addresses":
            continue
        elif (not look.roles or role in look.roles) and _like(cells, look, plain):
            yield look


def _like(cells: _Cells, look: Look, plain: str) -> bool:
    fitting = cells.fitting(look.fits)
    if fitting < max(look.least, look.share * cells.n) and not _few(cells, look, fitting, plain):
        return False
    return not look.apart or plain in _PEOPLE or len(cells.texts) >= 0.8 * cells.n


def _few(cells: _Cells, look: Look, fitting: int, plain: str) -> bool:
    """A column that names people needs no number of them: three who all fit are enough."""
    return plain in _PEOPLE and fitting >= min(3, cells.n) and fitting >= look.share * cells.n


def _in_text(table: RawTable, name: str, cells: _Cells, audit: Audit) -> None:
    """Addresses and telephone numbers inside longer texts."""
    for what, pattern in (("an e-mail address", EMAIL), ("a telephone number", PHONE)):
        hits = [text for text in cells.texts if pattern.search(text) and len(text) > _LONG]
        if hits:
            n = cells.fitting(set(hits).__contains__)
            record = _first(table, name, set(hits).__contains__)
            found = f"{n} text{'s' * (n != 1)} of the column {name!r} hold{'s' * (n == 1)} {what}."
            audit.add("identifier_in_text", found, **_place(table, name, record))


def _cells(table: RawTable, name: str) -> _Cells:
    column = table.columns[table.names.index(name)]
    if table.n > _CELLS:
        column = column.take(pa.array(np.linspace(0, table.n - 1, _CELLS).astype(np.int64)))
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    counted = pc.value_counts(column)
    counted = counted if isinstance(counted, pa.StructArray) else counted.combine_chunks()
    pairs = zip(
        counted.field("values").to_pylist(), counted.field("counts").to_pylist(), strict=True
    )
    known = [(text.strip(), n) for text, n in pairs if text and not is_blank(text.strip())]
    return _Cells(tuple(text for text, _ in known), tuple(n for _, n in known))


def _first(table: RawTable, name: str, fits: Any) -> int:
    """The first record whose cell fits."""
    coded = table.coded(name)
    good = np.array([*(bool(fits(text)) for text in coded.texts), False])
    return int(np.argmax(good[coded.codes]))


def _times(cells: _Cells, fits: Any) -> str:
    return f"{cells.fitting(fits):,} of {cells.n:,} cells"


def masked(text: str) -> str:
    """All but the first letter of a text as stars; never the text itself."""
    return repr(text[:1] + "*" * min(max(len(text) - 1, 3), 12))


def _place(table: RawTable, name: str, record: int) -> Where:
    return {"file": table.file, "row": table.line(record), "column": name}
