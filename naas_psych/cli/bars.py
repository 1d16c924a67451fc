"""Small bars in a line of text: eighths of a block, or # where the screen knows only ASCII."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

EIGHTHS = " ▏▎▍▌▋▊▉█"
HEIGHTS = " ▁▂▃▄▅▆▇█"
ASCII_HEIGHTS = " .:-=+*#@"
WIDTH = 8


def bar(value: Any, *, unicode: bool, width: int = WIDTH) -> str:
    """A share of `width` from 0 to 1; a negative value is an arrow to the left."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if value < 0:
        return "◂" if unicode else "<"
    eighths = round(min(float(value), 1.0) * width * 8)
    if not unicode:
        return "#" * round(eighths / 8)
    return "█" * (eighths // 8) + EIGHTHS[eighths % 8].strip()


def sparkline(counts: Sequence[float], *, unicode: bool) -> str:
    """Counts as heights; any count above nothing can be seen."""
    steps = HEIGHTS if unicode else ASCII_HEIGHTS
    top = max(counts, default=0)
    if top <= 0:
        return ""
    return "".join(steps[math.ceil(8 * count / top)] if count > 0 else " " for count in counts)


def gathered(counts: Sequence[float], width: int) -> list[float]:
    """Counts added up in equal groups until they fit in `width`."""
    size = max(1, math.ceil(len(counts) / max(width, 1)))
    return [sum(counts[start : start + size]) for start in range(0, len(counts), size)]
