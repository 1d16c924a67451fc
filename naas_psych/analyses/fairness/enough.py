"""Whether two groups have the persons that a statement on items, or on the test, needs."""

from __future__ import annotations

from naas_psych.thresholds import Thresholds


def enough(n_reference: int, n_focal: int, limits: Thresholds) -> bool:
    """Whether the smaller group and both together have enough."""
    least, total = limits["dif_focal_min"].value, limits["dif_total_min"].value
    return min(n_reference, n_focal) >= least and n_reference + n_focal >= total


def focal_needed(n_reference: int, limits: Thresholds) -> float:
    """Persons of the focal group that would do beside so many of the reference.

    nan where no number would: the reference has too few itself.
    """
    least, total = limits["dif_focal_min"].value, limits["dif_total_min"].value
    return max(least, total - n_reference) if n_reference >= least else float("nan")
