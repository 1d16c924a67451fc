"""The optional tables: judges' ratings, standard setting, feedback, rated work, endorsements."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.study.audit import Audit, Where
from naas_psych.study.cells import RawTable, fold, is_blank, number
from naas_psych.study.endorsed import check_endorsed
from naas_psych.study.grid import Grid
from naas_psych.study.item_decisions import check_decisions
from naas_psych.study.items import ItemTable
from naas_psych.study.judged import check_grades, check_judged
from naas_psych.study.locate import Source
from naas_psych.study.offered import Offer
from naas_psych.study.plans import as_shares
from naas_psych.study.probabilities import as_probabilities
from naas_psych.study.read import read_table
from naas_psych.study.scales import Scale, wider
from naas_psych.study.shapes import SHAPES, Shape
from naas_psych.study.standard_tables import check_grid, settle_standard

_ANY = Scale()
#: Fewer numbers off the scale than this may all be slips, even when there is no rating beside them.
_TELLING = 3


def read_optional(
    source: Source,
    grid: Grid,
    items: ItemTable | None,
    audit: Audit,
    offered: Mapping[str, Offer] | None = None,
) -> dict[str, pd.DataFrame]:
    """The optional tables that the study has, checked; numbers are numbers, missing is None.

    `offered` says what each item offers, for judgements of its options and steps.
    """
    found = {}
    files: dict[str, RawTable] = {}
    for name, shape in SHAPES.items():
        path = source.path(name)
        table = read_table(path, audit) if path else None
        frame = _frame(table, shape, audit) if table else None
        if table is None or frame is None:
            continue
        rated = frame
        frame = _settled(name, table, frame, grid=grid, source=source, audit=audit)
        if name == "angoff":
            named = list(source.spec.standard.boundaries)
            frame = as_probabilities(frame, table, named, offered, audit)
        if name == "decisions":
            frame = check_decisions(table, frame, items, audit)
        frame = settle_standard(name, table, frame, offered, audit)
        _check_items(table, frame, {*grid.item_ids, *(items.ids if items else ())}, audit)
        if "round" in shape.names and name not in ("judged_persons", "bookmark"):
            _check_repeated(table, frame, audit)
        # Ratings that were emptied for their unit were given all the same.
        _check_judges(table, rated if name == "angoff" else frame, shape, audit)
        found[name], files[name] = frame, table
    if "ebel_items" in found:
        check_grid(files["ebel_items"], found["ebel_items"], found.get("ebel_success"), audit)
    return found


def _settled(
    name: str, table: RawTable, frame: pd.DataFrame, *, source: Source, grid: Grid, audit: Audit
) -> pd.DataFrame:
    """What one table needs that others do not."""
    if name == "blueprint":
        frame = as_shares(frame, table, audit)
    if name == "judges":
        _check_named_twice(table, frame, audit)
    if name == "endorsements":
        check_endorsed(table, frame, grid, audit)
    else:
        _check_persons(table, frame, grid, audit)
    if name == "judged_persons":
        frame = check_judged(table, frame, source.spec.standard, source.spec.cuts, audit)
    elif name == "marks":
        check_grades(table, frame, source.spec.standard, audit)
    return frame


def _frame(table: RawTable, shape: Shape, audit: Audit) -> pd.DataFrame | None:
    rename = _renamed(table, shape)
    lacking = [name for name in shape.required if name not in rename.values()]
    if lacking:
        found = f"no column {', '.join(lacking)}; the columns are {', '.join(table.names[:12])}."
        expected = f"columns {', '.join(shape.required)}."
        audit.add("missing_column", found, file=table.file, row=1, expected=expected)
        return None
    columns: dict[str, Any] = {}
    for name in table.names:
        canonical = rename.get(name, name)
        scale = shape.scales.get(canonical)
        if scale is None and shape.rest is not None and canonical not in shape.names:
            scale = _scale_of(table, name, shape.rest, audit)
        columns[canonical] = _values(table, name, scale, audit)
    return pd.DataFrame(columns)


def _renamed(table: RawTable, shape: Shape) -> dict[str, str]:
    """Columns of the file under their canonical names."""
    rename = {name: fold(name) for name in table.names if fold(name) in shape.scales}
    for canonical, known in shape.names.items():
        name = table.find(*known)
        if name is not None and name not in rename:
            rename[name] = canonical
    return rename


def _scale_of(table: RawTable, name: str, question: Scale, audit: Audit) -> Scale | None:
    """The scale of a question for a column of ratings, any numbers for other numbers, else None.

    Judged by the cells: a slip among ratings is still a fault, hours of preparation are not.
    """
    coded = table.coded(name)
    cells = [(t, n) for t, n in zip(coded.texts, coded.counts(), strict=True) if not is_blank(t)]
    numbers = [(number(text), n) for text, n in cells]
    known = [(value, n) for value, n in numbers if value is not None]
    on_scale = sum(int(n) for value, n in known if _allowed(value, question))
    off_scale = sum(int(n) for _, n in known) - on_scale
    ratings = on_scale >= off_scale or off_scale < _TELLING
    if len(known) > len(cells) / 2 and ratings:
        return question
    if not known or len(known) < len(cells):
        return None
    audit.say(f"{table.file}: {name} was kept as numbers, not as ratings; most are off the scale.")
    return _ANY


def _values(table: RawTable, name: str, scale: Scale | None, audit: Audit) -> Any:
    coded = table.coded(name)
    if scale is None:
        return pd.Series(coded.values(), dtype=object)
    convert: Callable[[str], Any] = _word if scale.words else number
    worth: list[Any] = []
    expected = scale.expected + wider(coded.texts, scale)
    for k, text in enumerate(coded.texts):
        value = None if is_blank(text) else convert(text)
        if not is_blank(text) and not _allowed(value, scale):
            code = "bad_category" if scale.words else "rating_outside_scale"
            where: Where = {"file": table.file, "column": name, "value": text}
            found = f"{name} is {text!r}."
            at = coded.rows_of(k)
            audit.many(code, at, table.line, found, expected=expected, **where)
            value = None
        worth.append(value)
    if scale.words:
        return pd.Series(np.array([*worth, None], dtype=object)[coded.codes], dtype=object)
    numbers = np.array([np.nan if v is None else v for v in worth] + [np.nan])
    return pd.Series(numbers[coded.codes])


def _word(text: str) -> str:
    return fold(text)


def _allowed(value: Any, scale: Scale) -> bool:
    if scale.words:
        return value in scale.words
    return value is not None and scale.low <= value <= scale.high


def _check_persons(table: RawTable, frame: pd.DataFrame, grid: Grid, audit: Audit) -> None:
    if "person_id" not in frame or grid.anonymous:
        return
    known = set(grid.person_ids)
    for record, person in enumerate(frame["person_id"]):
        if isinstance(person, str) and person not in known:
            found = f"the person {person!r} has no responses."
            where: Where = {"file": table.file, "row": table.line(record), "value": person}
            audit.add("unknown_person_in_table", found, **where)


def _check_items(table: RawTable, frame: pd.DataFrame, known: set[str], audit: Audit) -> None:
    if "item_id" not in frame:
        return
    for record, item in enumerate(frame["item_id"]):
        if isinstance(item, str) and item not in known:
            near = difflib.get_close_matches(item, sorted(known), n=1, cutoff=0.5)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            where: Where = {"file": table.file, "row": table.line(record), "value": item}
            found = f"there is no item {item!r}.{hint}"
            audit.add("unknown_item_in_table", found, column="item_id", **where)


def _check_repeated(table: RawTable, frame: pd.DataFrame, audit: Audit) -> None:
    by = [c for c in ("judge_id", "item_id", "round", "form_id", "boundary") if c in frame]
    for record in np.flatnonzero(frame.duplicated(by).to_numpy()):
        who = ", ".join(str(frame[c].iloc[record]) for c in by)
        where: Where = {"file": table.file, "row": table.line(int(record)), "value": who}
        audit.add("duplicate_rating", f"a rating of {who} stands above already.", **where)


def _check_named_twice(table: RawTable, frame: pd.DataFrame, audit: Audit) -> None:
    for record in np.flatnonzero(frame.duplicated("judge_id").to_numpy()):
        who = frame["judge_id"].iloc[record]
        where: Where = {"file": table.file, "row": table.line(int(record)), "value": str(who)}
        audit.add("duplicate_judge", f"the judge {who!r} stands above already.", **where)


def _check_judges(table: RawTable, frame: pd.DataFrame, shape: Shape, audit: Audit) -> None:
    """Judges (and raters) who are named and rated nothing."""
    who = next((c for c in ("judge_id", "rater_id") if c in frame), None)
    rated = [c for c in shape.rated if c in frame]
    if who is None or not rated:
        return
    gave = frame[rated].notna().any(axis=1).groupby(frame[who]).any()
    for judge in gave.index[~gave]:
        where: Where = {"file": table.file, "column": who, "value": str(judge)}
        audit.add("judge_without_ratings", f"{judge!r} rated nothing.", **where)
