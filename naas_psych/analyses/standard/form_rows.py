"""A cut in per cent of the marks as a row a form, with its number of marks there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.outcomes import FormTotals
from naas_psych.result import tidy

#: A cut for other work than the test: its scores are no share of the marks.
OTHER_SCALE = "scale"
#: Columns that are marks where `percent` and its like are per cent.
_MARKS = ("cut", "cut_se", "cut_low", "cut_high")
_PERCENT = ("percent", "percent_se", "percent_low", "percent_high")


def rows_by_form(
    cuts: Sequence[dict[str, Any]], forms: Sequence[FormTotals]
) -> list[dict[str, Any]]:
    """Each cut once a form; a cut of one person's form is a share of the marks of any other."""
    return [_row(cut, form) for cut in cuts for form in forms]


def _row(cut: dict[str, Any], form: FormTotals) -> dict[str, Any]:
    width = (form.high - form.low) / 100
    marks = {
        name: cut[of] * width + (0.0 if name == "cut_se" else form.low)
        for name, of in zip(_MARKS, _PERCENT, strict=True)
    }
    head = {"cut_name": cut["cut_name"], "form": form.name}
    rest = {name: value for name, value in cut.items() if name not in (*head, "why", "error_why")}
    counts = {name: rest.pop(name) for name in list(rest) if name not in _PERCENT}
    ordered: dict[str, Any] = {name: counts.pop(name) for name in ("judges", "n") if name in counts}
    return {
        **head,
        **ordered,
        **marks,
        "unit": "raw",
        **{name: rest[name] for name in _PERCENT},
        **counts,
        "why": cut["why"],
        "error_why": cut["error_why"],
    }


def cut_table(
    rows: Sequence[dict[str, Any]], reasons: dict[str, Sequence[str | None]] | None = None
) -> pd.DataFrame:
    """Rows with `why` (there is no cut) and `error_why` (it has no error) as a tidy table."""
    why = [row["why"] for row in rows]
    error = [row["why"] or row["error_why"] for row in rows]
    names = [name for name in rows[0] if name not in ("why", "error_why")]
    columns = {name: _column([row[name] for row in rows]) for name in names}
    given: dict[str, Sequence[str | None]] = dict.fromkeys(names, why)
    for name in names:
        if name.endswith(("_se", "_low", "_high")):
            given[name] = error
    return tidy(columns, {**given, **(reasons or {})})


def _column(values: Sequence[Any]) -> Any:
    if any(isinstance(value, float) for value in values):
        return np.array(values, dtype=float)
    return list(values)
