"""Pictures of effort."""

from __future__ import annotations

from collections.abc import Iterable

from naas_psych.drawing import Drawing
from naas_psych.result import Result


def effort_drawings(result: Result) -> Iterable[Drawing]:
    """None yet."""
    del result
    return ()
