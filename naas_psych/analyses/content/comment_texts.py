"""The free-text comments of a study: what was written, where, and about which item."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from naas_psych.errors import AnalysisImpossible
from naas_psych.study.study import Study

#: Columns that hold comments whatever is in them, and columns that never do.
_NAMED = re.compile(r"(?:free_?)?text|.*(?:comment|remark|suggestion|opinion|verbatim)s?.*", re.I)
_NEVER = ("person_id", "judge_id", "item_id", "source", "round", "essential", "role_owner")
#: A column of text is one of comments when most of its values have this many words.
_WORDS = 4
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True)
class Comments:
    """One row a comment.

    Attributes
    ----------
    table : source, person ("" unknown), item (the id of the item it is about, or ""), text and
        form_row (which form it stands on)
    forms : feedback forms (rows) by source, with or without a comment
    columns : the columns that were read
    """

    table: pd.DataFrame
    forms: dict[str, int]
    columns: tuple[str, ...]


def read_comments(study: Study) -> Comments:
    """The comments of feedback and judgements.

    Raises
    ------
    AnalysisImpossible
        Nobody wrote anything.
    """
    parts = list(_parts(study))
    rows = pd.concat([part for part, _, _ in parts], ignore_index=True) if parts else None
    if rows is None or rows.empty:
        raise AnalysisImpossible(
            "There are no comments. Needed: a table `feedback` (source, person_id if known) with a "
            "column `text` in which somebody wrote something."
        )
    forms: dict[str, int] = {}
    for _, counted, _ in parts:
        for source, many in counted.items():
            forms[source] = forms.get(source, 0) + many
    rows["item"] = _about(rows, study)
    return Comments(rows, forms, tuple(name for _, _, names in parts for name in names))


def _parts(study: Study) -> Iterator[tuple[pd.DataFrame, dict[str, int], list[str]]]:
    for name, who, other in (
        ("feedback", "person_id", "feedback"),
        ("judgements", "judge_id", "experts"),
    ):
        table = study.tables.get(name)
        columns = [] if table is None else [c for c in map(str, table) if _is_free(table, c)]
        if table is None or not columns:
            continue
        source = _texts(table, "source", other) if name == "feedback" else [other] * len(table)
        frame = pd.DataFrame({"source": source, "person": _texts(table, who, "")})
        frame["item"] = _texts(table, "item_id", "")
        frame["form_row"] = [f"{name} {row}" for row in range(len(table))]
        written = [frame.assign(text=_texts(table, column, "")) for column in columns]
        every = pd.concat(written, ignore_index=True)
        every = every[every["text"].str.contains(_LETTER.pattern, regex=True)]
        yield every, dict(Counter(map(str, source))), [f"{name}.{c}" for c in columns]


def _is_free(table: pd.DataFrame, column: str) -> bool:
    """Whether people wrote in this column as they liked."""
    if column in _NEVER or table[column].dtype.kind in "fiub":
        return False
    if _NAMED.fullmatch(column):
        return True
    known = table[column].dropna().astype(str)
    if not len(known):
        return False
    return bool((known.str.count(r"\s+") >= _WORDS - 1).mean() > 0.5)


def _texts(table: pd.DataFrame, column: str, nothing: str) -> list[str]:
    if column not in table:
        return [nothing] * len(table)
    values: pd.Series[Any] = table[column].astype(object)
    return values.where(values.notna(), nothing).astype(str).str.strip().tolist()


def _about(rows: pd.DataFrame, study: Study) -> list[str]:
    """The item of each comment: by its column, else the one item that the text names."""
    known = frozenset(study.responses.item_ids)
    # Ids that could be ordinary words (item "a", item "time") are not looked for in a text.
    codes = [re.escape(name) for name in known if any(mark.isdigit() for mark in name)]
    pattern = re.compile(rf"(?<![\w-])(?:{'|'.join(sorted(codes))})(?![\w-])") if codes else None
    named: dict[str, str] = {}
    for text in rows["text"].unique():
        found = set(pattern.findall(text)) if pattern else set()
        named[text] = found.pop() if len(found) == 1 else ""
    return [
        item if item in known else named[text]
        for item, text in zip(rows["item"], rows["text"], strict=True)
    ]
