"""What a panel decided of each item: words, dates, and which of two decisions holds."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.study.audit import Audit, Where
from naas_psych.study.cells import RawTable, fold
from naas_psych.study.items import ItemTable
from naas_psych.study.longcells import forms_of

#: What may be decided of an item.
DECISIONS = ("keep", "revise", "drop", "hold")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
_COLUMNS = ("item_id", "form_id", "decision", "who", "when", "why")


def check_decisions(
    table: RawTable, frame: pd.DataFrame, items: ItemTable | None, audit: Audit
) -> pd.DataFrame:
    """One decision an item (and form): the latest, in the order of the file."""
    if "form_id" in frame:
        texts = items.columns.get("form_id", {}).values() if items else ()
        forms = frozenset(name for text in texts for name in forms_of(text) or ())
        _check_forms(table, frame, forms, audit)
    columns = {name: _column(frame, name) for name in _COLUMNS if name in frame or name in _TOLD}
    columns["decision"] = _words(table, columns["decision"], audit)
    columns["when"] = _dates(table, columns["when"], audit)
    known = pd.DataFrame(columns)
    lacking = known["item_id"].isna() | known["decision"].isna()
    _tell_empty(table, frame, known, audit)
    for name in _TOLD:
        _tell_lacking(table, known.loc[~lacking, name], frame, audit)
    return _latest(table, known[~lacking], audit).reset_index(drop=True)


#: What a decision needs so that somebody can answer for it.
_TOLD = ("who", "when", "why")


def _column(frame: pd.DataFrame, name: str) -> pd.Series[Any]:
    """A column of the table, empty where there is none."""
    if name in frame:
        return frame[name]
    return pd.Series([None] * len(frame), index=frame.index, dtype=object)


def _check_forms(
    table: RawTable, frame: pd.DataFrame, forms: Collection[str], audit: Audit
) -> None:
    for record in np.flatnonzero(frame["form_id"].notna().to_numpy()):
        form = str(frame["form_id"].iloc[record])
        if form not in forms:
            audit.add(
                "decision_form",
                f"there is no form {form!r}.{_near(form, forms)}",
                expected=f"one of {', '.join(sorted(forms))}, or nothing for every form."
                if forms
                else "nothing: the items table names no forms.",
                **_place(table, int(record), "form_id", form),
            )


def _words(table: RawTable, given: pd.Series[Any], audit: Audit) -> pd.Series[Any]:
    found: list[str | None] = []
    for record, word in enumerate(given):
        folded = fold(word) if isinstance(word, str) else None
        if folded is not None and folded not in DECISIONS:
            audit.add(
                "decision_unknown",
                f"the decision is {word!r}.{_near(folded, DECISIONS)}",
                **_place(table, record, "decision", word),
            )
            folded = None
        found.append(folded)
    return pd.Series(found, index=given.index, dtype=object)


def _dates(table: RawTable, given: pd.Series[Any], audit: Audit) -> pd.Series[Any]:
    found: list[str | None] = []
    for record, text in enumerate(given):
        day = _day(text) if isinstance(text, str) else None
        if day is None and isinstance(text, str):
            found_text = f"the date is {text!r}."
            audit.add("decision_date", found_text, **_place(table, record, "when", text))
        found.append(day)
    return pd.Series(found, index=given.index, dtype=object)


def _day(text: str) -> str | None:
    """The day of an ISO date; of a date with a time (as Excel writes it) the date."""
    day = text[:10]
    if not _ISO.fullmatch(day) or (len(text) > len(day) and text[10] not in "T "):
        return None
    try:
        return dt.date.fromisoformat(day).isoformat()
    except ValueError:
        return None


def _tell_empty(table: RawTable, given: pd.DataFrame, known: pd.DataFrame, audit: Audit) -> None:
    """Rows without an item, or without a decision: they decide nothing."""
    for name in ("item_id", "decision"):
        empty = given[name].isna() & ~known[["item_id", "decision"]].isna().all(axis=1)
        for record in np.flatnonzero(empty.to_numpy()):
            what = "no item" if name == "item_id" else "no decision"
            found = f"the row names {what} and is left out."
            audit.add("decision_empty", found, **_place(table, int(record), name, None))


def _tell_lacking(
    table: RawTable, values: pd.Series[Any], given: pd.DataFrame, audit: Audit
) -> None:
    name = str(values.name)
    if name not in given and len(values):
        found = f"there is no column {name}."
        audit.add("decision_without_reason", found, file=table.file, row=1, column=name)
        return
    for record in values.index[values.isna()]:
        if pd.isna(given[name].iloc[record]):
            found = f"the decision on {given['item_id'].iloc[record]} does not say {name}."
            audit.add("decision_without_reason", found, **_place(table, int(record), name, None))


def _latest(table: RawTable, known: pd.DataFrame, audit: Audit) -> pd.DataFrame:
    """Of several decisions on an item the one with the latest date; told where dates do not say."""
    by = [name for name in ("item_id", "form_id") if name in known]
    kept: list[int] = []
    older = 0
    for who, rows in known.groupby(by, sort=False, dropna=False):
        order = rows.assign(when=rows["when"].fillna("")).sort_values("when", kind="stable")
        last = order.iloc[-1]
        rivals = order[order["when"].isin([last["when"], ""])].sort_index()
        if len(order) > 1 and len(set(rivals["decision"])) > 1:
            named = " in form ".join(one for one in who if isinstance(one, str))
            _tell_twice(table, named, rivals, audit)
        kept.append(int(order.index[-1]))
        older += len(order) - 1
    if older:
        decided = "decision was" if older == 1 else "decisions were"
        audit.say(f"{table.file}: {older} earlier {decided} overtaken by a later one on an item.")
    return known.loc[sorted(kept)]


def _tell_twice(table: RawTable, who: str, rivals: pd.DataFrame, audit: Audit) -> None:
    first, last = int(rivals.index[0]), int(rivals.index[-1])
    audit.add(
        "decision_twice",
        f"{who} is {rivals['decision'].loc[first]!r} on row {table.line(first)} and "
        f"{rivals['decision'].loc[last]!r} here, and no date tells which is later.",
        **_place(table, last, "decision", str(rivals["decision"].loc[last])),
    )


def _place(table: RawTable, record: int, column: str, value: Any) -> Where:
    return {"file": table.file, "row": table.line(record), "column": column, "value": value}


def _near(word: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(word, sorted(known), n=1, cutoff=0.5)
    return f" Did you mean {near[0]!r}?" if near else ""
