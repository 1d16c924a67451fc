"""A cut as it is typed on the command line: 63%, raw:38 or theta:-0.5."""

from __future__ import annotations

from naas_psych.errors import UsageError
from naas_psych.study.cells import number
from naas_psych.study.spec import Cut

SPELLINGS = "63% (of the marks), raw:38 (marks) or theta:-0.5 (ability)"


def parse_cut(text: str) -> Cut:
    """The cut that `text` means.

    Raises
    ------
    UsageError
        The text has no unit, or is no number.
    """
    said = text.strip()
    unit, _, rest = said.partition(":")
    if said.endswith("%"):
        unit, rest = "percent", said[:-1]
    value = number(rest.strip()) if unit in ("percent", "raw", "theta") else None
    if value is None:
        raise UsageError(f"--cut {text!r} is no cut with a unit. Write it as {SPELLINGS}.")
    return Cut(value=value, unit=unit)  # type: ignore[arg-type]
