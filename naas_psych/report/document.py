"""Results as the JSON document of the contract: full precision, null for undefined, never NaN."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from naas_psych import __version__
from naas_psych.assurance.disclosure import persons_shown
from naas_psych.finding import Finding
from naas_psych.result import Result
from naas_psych.study.study import Study

#: Types that are as JSON knows them, which is most cells.
_PLAIN = frozenset({str, int, bool, type(None)})
#: One for all: to make one takes longer than to encode a row.
_ENCODED = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
#: Tables stand this deep; above it one line a key, from there on one line a row.
_ROW_DEPTH = 5


def document(
    command: str,
    study: Study,
    results: Sequence[Result],
    *,
    not_examined: Mapping[str, str] | None = None,
    failed: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """What `command` found in `study`, as plain dictionaries, lists, numbers and text.

    `not_examined` gives, for each analysis that could not run on these data, the reason; `failed`
    for each that has a fault of its own.
    """
    made: dict[str, Any] = {
        "naas_psych": __version__,
        "command": command,
        "study": {
            "title": study.title,
            "persons": persons_shown(study),
            "items": study.responses.n_items,
            "fingerprint": study.fingerprint,
            "synthetic": study.synthetic,
        },
        "results": {result.analysis: _result(result) for result in results},
        "findings": findings_list(f for result in results for f in result.findings),
    }
    if not_examined:
        made["not_examined"] = dict(not_examined)
    if failed:
        made["failed"] = dict(failed)
    return made


def findings_list(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Each finding as a plain dictionary."""
    return [plain(asdict(finding)) for finding in findings]


def rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table as dictionaries of plain values, column by column for speed."""
    names = [str(name) for name in table.columns]
    columns = [_column(column) for _, column in table.items()]
    if not columns:
        return [{} for _ in range(len(table))]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def plain(value: Any) -> Any:
    """A value as JSON knows it: no numpy, no pandas, and nothing that is not a number as null."""
    if isinstance(value, Mapping):
        return {str(name): plain(inner) for name, inner in value.items()}
    if isinstance(value, np.ndarray):
        return [plain(inner) for inner in value.tolist()]
    if isinstance(value, list | tuple | set | frozenset):
        inner = sorted(value) if isinstance(value, set | frozenset) else value
        return [plain(one) for one in inner]
    return _scalar(value)


def dumps(document: Mapping[str, Any]) -> str:
    """The document as text: one line a table row, the same bytes for the same content."""
    return _laid_out(document, depth=0) + "\n"


def _result(result: Result) -> dict[str, Any]:
    return {
        "options": plain(result.options),
        "tables": {name: rows(table) for name, table in result.tables.items()},
        "notes": list(result.notes),
        "provenance": plain(result.provenance),
    }


def _column(series: pd.Series[Any]) -> list[Any]:
    if isinstance(series.dtype, np.dtype) and series.dtype.kind in "iub":
        return list(series.to_numpy().tolist())
    if isinstance(series.dtype, np.dtype) and series.dtype.kind == "f":
        return _floats(series.to_numpy())
    # Text leaves its Arrow array in one go.
    cells = series.to_numpy(dtype=object)
    return [value if type(value) in _PLAIN else _scalar(value) for value in cells]


def _floats(values: np.ndarray[Any, Any]) -> list[float | None]:
    numbers: list[float | None] = values.astype(np.float64).tolist()
    for k in np.flatnonzero(~np.isfinite(values)):
        numbers[k] = None
    return numbers


def _scalar(value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if isinstance(value, bool | int | float | str) else str(value)


def _laid_out(value: Any, *, depth: int) -> str:
    nested = isinstance(value, list | Mapping) and bool(value)
    if not nested or depth >= _ROW_DEPTH:
        return _ENCODED(value)
    pad = " " * (depth + 1)
    inner: Iterable[str]
    if isinstance(value, Mapping):
        opening, closing = "{", "}"
        inner = (
            f"{_ENCODED(str(name))}: {_laid_out(one, depth=depth + 1)}"
            for name, one in value.items()
        )
    else:
        opening, closing = "[", "]"
        inner = map(_ENCODED, value)
    return opening + "\n" + ",\n".join(pad + line for line in inner) + "\n" + " " * depth + closing
