"""On which line of a TOML file a key stands, so that a mistake can be told with its place."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Sequence

_WORD = r"""(?:[\w-]+|"[^"]*"|'[^']*')"""
_NAME = rf"{_WORD}(?:\s*\.\s*{_WORD})*"
_HEADER = re.compile(rf"\s*\[(\[?)\s*({_NAME})\s*\]")
_KEY = re.compile(rf"\s*({_NAME})\s*=")


def line_of(text: str, place: Sequence[str | int]) -> int | None:
    """The line of the key at `place`, or of the nearest thing around it that has a line."""
    known = _lines(text)
    wanted = tuple(place)
    for length in range(len(wanted), 0, -1):
        if wanted[:length] in known:
            return known[wanted[:length]]
    return None


def line_of_error(text: str, error: tomllib.TOMLDecodeError) -> int:
    """The line at which the text stops being TOML; an error at the end is on the last line."""
    found = re.search(r"at line (\d+)", str(error))
    return int(found[1]) if found else max(1, len(text.splitlines()))


def _lines(text: str) -> dict[tuple[str | int, ...], int]:
    """The first line of every key and table; entries of an array of tables count from 0."""
    known: dict[tuple[str | int, ...], int] = {}
    seen: Counter[tuple[str | int, ...]] = Counter()
    table: tuple[str | int, ...] = ()
    for number, line in enumerate(text.splitlines(), start=1):
        header, key = _HEADER.match(line), _KEY.match(line)
        if header:
            table = _parts(header[2])
            known.setdefault(table, number)
            if header[1]:
                seen[table] += 1
                table = (*table, seen[table] - 1)
            known.setdefault(table, number)
        elif key:
            known.setdefault((*table, *_parts(key[1])), number)
    return known


def _parts(name: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in re.findall(_WORD, name))
