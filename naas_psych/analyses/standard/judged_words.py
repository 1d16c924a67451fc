"""A cut from judged persons with its limits, as the sentences of findings write it."""

from __future__ import annotations

from naas_psych.analyses.forms import of_form
from naas_psych.analyses.items.phrasing import Row, known


def cut_said(row: Row) -> str | None:
    """`61.2 per cent of the marks (58.0 to 64.1)`; None where there is no cut."""
    percent = known(row["percent"])
    if percent is None:
        return None
    return f"{percent:.1f} per cent of the marks{_limits(row, 'percent', 1)}"


def marks_said(row: Row) -> str:
    """`36.7 marks of form alpha`, or nothing."""
    cut = known(row["cut"])
    return "" if cut is None else f"{cut:.1f} marks{of_form(str(row['form']))}"


def scale_said(row: Row) -> str | None:
    """`4.02 (3.91 to 4.13)` on the scale of the ratings; None where there is no cut."""
    cut = known(row["cut"])
    return None if cut is None else f"{cut:.2f}{_limits(row, 'cut', 2)}"


def _limits(row: Row, name: str, decimals: int) -> str:
    low, high = known(row[f"{name}_low"]), known(row[f"{name}_high"])
    if low is None or high is None:
        return ""
    return f" ({low:.{decimals}f} to {high:.{decimals}f})"
