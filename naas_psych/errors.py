"""What can go wrong, as exceptions that a person can read.

NaasPsychError
├── UsageError            the call is wrong (exit code 2)
├── DataRefused           the data cannot be used as they are (exit code 3)
└── AnalysisImpossible    the data are sound but cannot answer this question (exit code 4)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Severity = Literal["info", "warning", "error"]


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One fault in the data: where it is, what was found, what was expected and what to do.

    `row` counts lines of the file as a text editor does (the header is row 1); `value` is the
    offending cell as text. `code` is stable and can be waived in study.toml by name.
    """

    code: str
    severity: Severity
    found: str
    expected: str
    action: str
    file: str | None = None
    row: int | None = None
    column: str | None = None
    value: str | None = None
    waived: str | None = None

    @property
    def where(self) -> str:
        """`file, row 7, column Q03`, as far as known."""
        parts = [self.file] if self.file else []
        if self.row is not None:
            parts.append(f"row {self.row}")
        if self.column is not None:
            parts.append(f"column {self.column}")
        return ", ".join(parts)

    @property
    def sentence(self) -> str:
        """The fault in one paragraph: where, what, expected, what to do."""
        where = f"{self.where}: " if self.where else ""
        return f"{where}{self.found} Expected: {self.expected} {self.action}"


class NaasPsychError(Exception):
    """Anything this package refuses to do; its text is written for the person at the keyboard."""

    exit_code = 1


class UsageError(NaasPsychError):
    """The call itself is wrong: an unknown option, a value outside its limits, a missing path."""

    exit_code = 2


class DataRefused(NaasPsychError):
    """The data cannot be used as they are; every fault that was found is in `faults`."""

    exit_code = 3

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(fault.sentence for fault in self.faults))


class AnalysisImpossible(NaasPsychError):
    """These data cannot answer this question; the text says why and what would be needed."""

    exit_code = 4
