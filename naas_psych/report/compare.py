"""What differs between two versions of an output, said so that a person can find it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from naas_psych.report.crate import NAME as CRATE

#: Enough to see what happened; the rest is counted by the reader of the files.
_MOST = 50


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One difference: in which file, where in it, from what to what."""

    file: str
    sentence: str
    analysis: str | None = None
    table: str | None = None
    row: str | None = None
    column: str | None = None
    before: Any = None
    after: Any = None


def differences(name: str, kept: Path, fresh: Path) -> list[Difference]:
    """What differs in the output `name` between the kept file and a fresh one."""
    if kept.read_bytes() == fresh.read_bytes() or same_content(name, kept, fresh):
        return []
    if name.endswith(".json"):
        found = _json_differences(name, kept, fresh)
    elif name.endswith(".csv"):
        found = _csv_differences(name, kept, fresh)
    else:
        found = []
    return found or [Difference(file=name, sentence=not_what_is_written(name))]


def not_what_is_written(name: str) -> str:
    """The sentence on a file of which no more can be said."""
    return f"{name} is not what a new run writes."


def same_content(name: str, kept: Path, fresh: Path) -> bool:
    """Whether two files of other bytes say the same: a container may be written in other ways."""
    if name.endswith(".docx"):
        return _same_words(kept, fresh)
    if name.endswith(".parquet"):
        return _same_cells(kept, fresh)
    return name == CRATE and _same_crate(kept, fresh)


def _same_words(kept: Path, fresh: Path) -> bool:
    from naas_psych.report.word.content import word_content

    try:
        return word_content(kept) == word_content(fresh)
    except ValueError:
        return False


def _same_cells(kept: Path, fresh: Path) -> bool:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        before, after = pq.read_table(kept), pq.read_table(fresh)
    except (pa.ArrowException, OSError):
        return False
    return bool(before.equals(after, check_metadata=True))


def _same_crate(kept: Path, fresh: Path) -> bool:
    """Without what the manifest says as well: versions, sizes and digests."""
    try:
        before, after = (json.loads(path.read_text(encoding="utf-8")) for path in (kept, fresh))
        return _without_digests(before) == _without_digests(after)
    except (ValueError, KeyError, TypeError, AttributeError):
        return False


def _without_digests(made: dict[str, Any]) -> list[dict[str, Any]]:
    said_elsewhere = ("softwareVersion", "sha256", "contentSize")
    return [
        {name: value for name, value in one.items() if name not in said_elsewhere}
        for one in made["@graph"]
    ]


def _json_differences(name: str, kept: Path, fresh: Path) -> list[Difference]:
    try:
        before = json.loads(kept.read_text(encoding="utf-8"))
    except ValueError:
        return [Difference(file=name, sentence=f"{name} is no longer readable as JSON.")]
    after = json.loads(fresh.read_text(encoding="utf-8"))
    found = islice(_walk(before, after, ()), _MOST)
    return [_placed(name, path, old, new) for path, old, new in found]


_Step = tuple[tuple[str, ...], Any, Any]


def _walk(before: Any, after: Any, path: tuple[str, ...]) -> Iterator[_Step]:
    """Every leaf that differs, with the way to it."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys([*before, *after]):
            yield from _walk(before.get(key), after.get(key), (*path, key))
    elif isinstance(before, list) and isinstance(after, list):
        for k in range(max(len(before), len(after))):
            old = before[k] if k < len(before) else None
            new = after[k] if k < len(after) else None
            yield from _walk(old, new, (*path, _row_name(k, old or new)))
    elif before != after or type(before) is not type(after):
        yield path, before, after


def _row_name(k: int, row: Any) -> str:
    """`row 3 (item_id Q03)`: a row by its place and by its first word."""
    if isinstance(row, dict):
        for column, value in row.items():
            if isinstance(value, str):
                return f"row {k + 1} ({column} {value})"
    return f"row {k + 1}"


def _placed(name: str, path: tuple[str, ...], old: Any, new: Any) -> Difference:
    in_table = len(path) >= 5 and path[0] == "results" and path[2] == "tables"
    if not in_table:
        where = ", ".join(path)
        return Difference(
            file=name, sentence=_changed(name, where, old, new), before=old, after=new
        )
    _, analysis, _, table, row = path[:5]
    column = path[5] if len(path) > 5 else None
    where = f"analysis {analysis}, table {table}, {row}" + (f", column {column}" if column else "")
    return Difference(
        file=name,
        sentence=_changed(name, where, old, new),
        analysis=analysis,
        table=table,
        row=row,
        column=column,
        before=old,
        after=new,
    )


def _changed(name: str, where: str, old: Any, new: Any) -> str:
    return f"{name}, {where}: {_short(old)} in the folder, {_short(new)} in a new run."


def _short(value: Any) -> str:
    text = "nothing" if value is None else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else text[:77] + "..."


def _csv_differences(name: str, kept: Path, fresh: Path) -> list[Difference]:
    before, after = _lines(kept), _lines(fresh)
    found = []
    for k in range(max(len(before), len(after))):
        old = before[k] if k < len(before) else None
        new = after[k] if k < len(after) else None
        if old != new:
            sentence = _changed(name, f"line {k + 1}", old, new)
            found.append(
                Difference(file=name, sentence=sentence, row=f"line {k + 1}", before=old, after=new)
            )
    return found[:_MOST]


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8", errors="replace").splitlines()
