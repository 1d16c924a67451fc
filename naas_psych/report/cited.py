"""Sentences whose numbers say where they stand, so that a summary cannot drift from its tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True)
class Cited:
    """A number as written, and the cells it is written from.

    text : as the reader sees it (`81 of 100`)
    values : the numbers behind it, unrounded
    source : where they stand in results.json, as `analysis/table/row/column`, one a value; or
        `study/persons`, `study/items`, `findings/items` (items with a warning)
    """

    text: str
    values: tuple[float, ...]
    source: tuple[str, ...]


#: A sentence, in pieces.
Words: TypeAlias = tuple[str | Cited, ...]


def plain(words: Sequence[str | Cited]) -> str:
    """The sentence as text."""
    return "".join(piece if isinstance(piece, str) else piece.text for piece in words)
