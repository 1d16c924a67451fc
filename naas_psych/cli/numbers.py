"""Numbers as the report writes them, with signs that every terminal and shell can read."""

from __future__ import annotations

from typing import Any

from naas_psych.report import wording


def figure(value: Any, column: str, *, dash: str = "–") -> str:
    """One cell: decimals of the glossary, yes or no, text on one line, a dash where undefined."""
    if wording.is_undefined(value):
        return dash
    text = wording.number(value, column)
    if not isinstance(value, str):
        text = text.replace(wording.MINUS, "-").replace(",", "")
    return " ".join(text.split())


def interval(low: Any, high: Any, column: str, *, dash: str = "–") -> str:
    """Two limits as [.21, .38]; a dash when neither is known."""
    ends = (figure(low, column, dash=dash), figure(high, column, dash=dash))
    return dash if ends == (dash, dash) else f"[{ends[0]}, {ends[1]}]"
