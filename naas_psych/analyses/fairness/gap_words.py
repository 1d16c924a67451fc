"""How large a gap in scores is, as far as its limits say."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from naas_psych.thresholds import Thresholds

#: Sizes from the smallest; the lines between them are the thresholds of LINES.
SIZES = ("negligible", "small", "medium", "large")
LINES = ("gap_small", "gap_medium", "gap_large")


@dataclass(frozen=True)
class GapSize:
    """verdict : one of SIZES or cannot_tell; words : the same with what the limits leave open."""

    verdict: str
    words: str


TOO_FEW = GapSize("cannot_tell", "too few persons to judge")


def gap_size(low: float, high: float, limits: Thresholds) -> GapSize:
    """The size that both limits of a standardised difference agree on, or the least of them.

    Limits on both sides of the first line cannot tell a gap from a negligible one.
    """
    if not (np.isfinite(low) and np.isfinite(high)):
        return TOO_FEW
    largest = max(abs(low), abs(high))
    smallest = 0.0 if low <= 0 <= high else min(abs(low), abs(high))
    lines = [limits[name].value for name in LINES]
    least, most = (int(np.searchsorted(lines, size, side="right")) for size in (smallest, largest))
    if least == most:
        return GapSize(SIZES[least], SIZES[least])
    if least > 0:
        return GapSize(SIZES[least], f"at least {SIZES[least]}")
    if most == len(lines):
        return GapSize("cannot_tell", "of unknown size")
    return GapSize("cannot_tell", f"at most {SIZES[most]}")
