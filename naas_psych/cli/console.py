"""Where text goes: results to standard output, everything else to standard error."""

from __future__ import annotations

import shutil
import sys
import textwrap
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

DEFAULT_WIDTH = 80


@dataclass(frozen=True)
class Terminal:
    """What the output can show: its width, and whether it knows more than ASCII."""

    width: int
    unicode: bool


def terminal_of(stream: TextIO) -> Terminal:
    """What `stream` can show; COLUMNS decides the width where there is no terminal."""
    width = shutil.get_terminal_size((DEFAULT_WIDTH, 24)).columns
    return Terminal(width=max(width, 40), unicode=_knows(stream, "█▁–─│"))


def console(stream: TextIO, *, width: int | None = None) -> Console:
    """A rich console on `stream`: colour only on a terminal, NO_COLOR respected."""
    from rich.console import Console

    return Console(
        file=stream,
        width=width or terminal_of(stream).width,
        highlight=False,
        emoji=False,
        markup=False,
        soft_wrap=False,
        legacy_windows=False,
        safe_box=not _knows(stream, "─│"),
    )


def say(message: str) -> None:
    """One message for the person at the keyboard, on standard error."""
    print(_encodable(visible(message), sys.stderr), file=sys.stderr, flush=True)


def put(text: str) -> None:
    """Results on standard output, as they are."""
    sys.stdout.write(_encodable(text, sys.stdout))


#: Marks after which words run the other way.
_TURNING = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})


def visible(text: str) -> str:
    """Names and texts of the data without the characters that a terminal would obey."""
    return "".join("?" if _steers(c) else c for c in text)


def _steers(c: str) -> bool:
    control = unicodedata.category(c) == "Cc" and c not in "\n\t"
    return control or unicodedata.bidirectional(c) in _TURNING


def prose(text: str, *, width: int, indent: int = 0, style: str = "") -> Text:
    """Text wrapped to the width without blanks at the end of its lines."""
    from rich.text import Text

    blank = " " * indent
    lines = textwrap.fill(
        visible(text),
        max(width, indent + 20),
        initial_indent=blank,
        subsequent_indent=blank,
        break_on_hyphens=False,
    )
    return Text(lines, style=style, overflow="ignore", no_wrap=True)


@contextmanager
def progress(wanted: bool) -> Iterator[Steps]:
    """A progress line on standard error for work that takes over a second."""
    from naas_psych.cli.steps import Steps

    steps = Steps(sys.stderr, wanted=wanted and sys.stderr.isatty())
    try:
        yield steps
    finally:
        steps.close()


def _knows(stream: TextIO, sample: str) -> bool:
    try:
        sample.encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _encodable(text: str, stream: TextIO) -> str:
    encoding = stream.encoding or "ascii"
    return text.encode(encoding, "backslashreplace").decode(encoding)


if TYPE_CHECKING:
    from naas_psych.cli.steps import Steps
