"""Limits of a difference in the direction that a sentence says, where that is `less` or `fewer`."""

from __future__ import annotations

from naas_psych.analyses.items.phrasing import known


def turned(value: float, low: object, high: object) -> tuple[float | None, float | None]:
    """Limits of the size of a difference: with the other sign and end where it is below 0."""
    ends = known(low), known(high)
    if ends[0] is None or ends[1] is None:
        return None, None
    return (-ends[1], -ends[0]) if value < 0 else (ends[0], ends[1])
