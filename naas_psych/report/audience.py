"""Three readers of one report: what comes first for each of them, and never what is true."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from naas_psych.errors import UsageError

Audience = Literal["board", "designer", "psychometrician"]
DEFAULT: Audience = "board"


@dataclass(frozen=True)
class Voice:
    """What a reader meets first; whatever is not named follows in the order of the report.

    blocks : of the summary
    parts : names of parts
    opens : kinds of detail that stand open: `claims` or `reading`
    """

    name: str
    reader: str
    comes_first: str
    blocks: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    opens: frozenset[str] = frozenset()


VOICES: tuple[Voice, ...] = (
    Voice("board", "Boards and advisers", "the verdicts, then the order of the argument"),
    Voice(
        "designer",
        "Test designers",
        "the items to mend, then content, time and items",
        ("tiles", "look_first"),
        ("items", "content", "process", "fairness"),
    ),
    Voice(
        "psychometrician",
        "Psychometricians",
        "precision, structure and scales, with how to read each of them",
        ("tiles", "board", "caveats"),
        ("structure", "precision", "scales", "fairness", "decisions"),
        frozenset({"reading"}),
    ),
)


def voice(audience: str) -> Voice:
    """The voice of an audience.

    Raises
    ------
    UsageError
        There is no such audience.
    """
    for one in VOICES:
        if one.name == audience:
            return one
    known = ", ".join(get_args(Audience))
    raise UsageError(f"There is no audience {audience!r}. The audiences are: {known}.")


def in_order(names: Iterable[str], first: Sequence[str]) -> tuple[str, ...]:
    """Those of `first` that are among `names`, then the other names as they came."""
    given = tuple(names)
    return (*(n for n in first if n in given), *(n for n in given if n not in first))
