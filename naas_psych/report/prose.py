"""The parts of an analysis's docstring, as the report quotes them."""

from __future__ import annotations

import inspect
import re
import textwrap
from typing import Any


def section(function: Any, title: str) -> tuple[str, ...]:
    """The paragraphs under the heading `title` of a docstring; none when it has no such heading."""
    lines = (inspect.getdoc(function) or "").splitlines()
    for k in range(len(lines) - 1):
        if lines[k].strip().lower() == title.lower() and _is_rule(lines[k + 1]):
            return _paragraphs(_until_next_heading(lines[k + 2 :]))
    return ()


def _is_rule(line: str) -> bool:
    return bool(re.fullmatch(r"\s*-{3,}\s*", line))


def _until_next_heading(lines: list[str]) -> list[str]:
    for k in range(1, len(lines)):
        if _is_rule(lines[k]):
            return lines[: k - 1]
    return lines


def _paragraphs(lines: list[str]) -> tuple[str, ...]:
    text = textwrap.dedent("\n".join(lines)).replace("`", "")
    parts = re.split(r"\n\s*\n|\n(?=[-*] )", text.strip())
    return tuple(" ".join(part.removeprefix("- ").split()) for part in parts if part.strip())
