"""Nedelsky's table: which options judges crossed out, and how many they left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.study.audit import Audit
from naas_psych.study.cells import RawTable
from naas_psych.study.keys import Normal, normal_form, split_options
from naas_psych.study.offered import Offer


@dataclass(frozen=True)
class _Row:
    """One judgement: its record, who and what, the options crossed out (as written), those left."""

    record: int
    judge: str
    item: str
    crossed: tuple[str, ...] | None
    left: float
    text: str


def counted_left(
    table: RawTable, frame: pd.DataFrame, offered: Mapping[str, Offer] | None, audit: Audit
) -> pd.DataFrame:
    """The frame with `options_left`, counted where options were crossed out; faults are told."""
    if "eliminated" not in frame and "options_left" not in frame:
        audit.add(
            "missing_column",
            f"neither eliminated nor options_left; the columns are {', '.join(table.names[:12])}.",
            file=table.file,
            row=1,
            expected="eliminated (the options crossed out, as A|C) or options_left.",
        )
        return frame
    rows, found = _rows(frame, offered or {}), _found(frame, offered or {})
    for row, one in zip(rows, found, strict=True):
        _tell(table, row, one, audit)
    left = [one.left for one in found]
    if "options_left" not in frame and any(row.crossed == () for row in rows):
        audit.say(f"{table.file}: an empty cell means that no option was crossed out.")
    return frame.assign(options_left=pd.Series(left, dtype=float, index=frame.index))


def _rows(frame: pd.DataFrame, offered: Mapping[str, Offer]) -> list[_Row]:
    """An empty cell is nothing crossed out where no other column counts what is left."""
    n = len(frame)
    crossed = frame["eliminated"].tolist() if "eliminated" in frame else [None] * n
    left = frame["options_left"].to_numpy(float) if "options_left" in frame else [np.nan] * n
    alone = "options_left" not in frame
    return [
        _Row(
            record=k,
            judge=str(frame["judge_id"].iloc[k]),
            item=str(item),
            crossed=_split(text, offered.get(str(item)))
            if isinstance(text, str) or alone
            else None,
            left=float(number),
            text=text if isinstance(text, str) else "",
        )
        for k, (item, text, number) in enumerate(zip(frame["item_id"], crossed, left, strict=True))
    ]


def _split(text: Any, offer: Offer | None) -> tuple[str, ...]:
    """Options in their normal form: parted by | where there is one, else as in a key."""
    if not isinstance(text, str):
        return ()
    normal: Normal = normal_form(False)
    whole = normal(text)
    if "|" in text:
        parts = [part for part in text.split("|") if part.strip()]
    elif offer and whole in {normal(option) for option in offer.options}:
        parts = [text]
    else:
        parts = split_options(text)
    return tuple(dict.fromkeys(normal(part) for part in parts))


def _on_offer(rows: list[_Row], offered: Mapping[str, Offer]) -> dict[str, frozenset[str]]:
    """Options by item; where none are declared, those that judges crossed out are options too."""
    normal = normal_form(False)
    found = {item: frozenset(map(normal, one.options)) for item, one in offered.items()}
    for row in rows:
        if row.item in offered and not offered[row.item].declared:
            found[row.item] |= frozenset(row.crossed or ())
    return found


@dataclass(frozen=True)
class _Found:
    """Options left in one row, nan where they cannot be counted; and what is wrong with it."""

    left: float
    code: str = ""
    said: str = ""
    expected: str = ""


def left_in_rows(frame: pd.DataFrame, offered: Mapping[str, Offer]) -> list[float]:
    """Options left, row by row; nan where they cannot be counted or the row is wrong."""
    return [one.left for one in _found(frame, offered)]


def _found(frame: pd.DataFrame, offered: Mapping[str, Offer]) -> list[_Found]:
    rows = _rows(frame, offered)
    on_offer = _on_offer(rows, offered)
    return [_left(row, offered.get(row.item), on_offer) for row in rows]


def _left(row: _Row, offer: Offer | None, on_offer: Mapping[str, frozenset[str]]) -> _Found:
    if offer is None or offer.not_nedelsky:
        # The analysis says why such an item cannot be used; scores without a key can be.
        return _Found(row.left if offer and row.crossed is None else np.nan)
    options = on_offer[row.item]
    code, said, expected = _fault(row, offer, options)
    if code:
        return _Found(np.nan, code, said, expected)
    if row.crossed is None:
        return _Found(row.left)
    # Options known from the responses alone may be fewer than the item has.
    return _Found(float(len(options) - len(row.crossed)) if len(options) > 1 else np.nan)


def _tell(table: RawTable, row: _Row, found: _Found, audit: Audit) -> None:
    if not found.code:
        return
    number = found.code == "options_left_wrong"
    audit.add(
        found.code,
        f"{row.judge} {found.said}",
        expected=found.expected,
        file=table.file,
        row=table.line(row.record),
        column="options_left" if number else "eliminated",
        value=f"{row.left:g}" if number else row.text,
    )


def _fault(row: _Row, offer: Offer, options: frozenset[str]) -> tuple[str, str, str]:
    """Code, what was found and what was expected; empty texts where nothing is wrong."""
    crossed, key = set(row.crossed or ()), {normal_form(False)(k) for k in offer.key}
    shown = ", ".join(sorted(options)).upper()
    if crossed & key:
        said = ", ".join(sorted(key)).upper()
        found = f"crossed out {said}, the key of item {row.item!r}."
        return "key_crossed_out", found, f"options other than {said}."
    unknown = crossed - options
    if unknown:
        said = ", ".join(sorted(unknown)).upper()
        found = f"crossed out {said}, which is not an option of item {row.item!r}."
        return "unknown_option_crossed_out", found, f"options among {shown}."
    most = len(options) if offer.declared else np.inf
    counted = len(options) - len(crossed) if row.crossed is not None else None
    whole = np.isnan(row.left) or (row.left == int(row.left) and 1 <= row.left <= most)
    if not whole or (counted is not None and row.left == row.left and row.left != counted):
        found = f"left {row.left:g} options of item {row.item!r}"
        found += f" and crossed out {len(crossed)} of {len(options)}." if counted else "."
        wanted = str(counted) if counted else f"a whole number from 1 to {most:g}"
        return "options_left_wrong", found, f"{wanted}."
    return "", "", ""
