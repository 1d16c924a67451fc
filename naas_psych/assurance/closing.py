"""The studies that would answer what data cannot, and how many people they need."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from naas_psych.assurance.measure import Measured
from naas_psych.packaged import toml_entries
from naas_psych.study.claimed import Claim, Cost
from naas_psych.thresholds import Threshold

#: More than so many times the people of now is no plan: the estimate lies too near the line.
_MOST_TIMES = 50.0
_TOO_NEAR = (
    "More of the same kind will hardly settle it: the estimate lies too near the line "
    "(own calculation)."
)
_NOT_SAID = "Whoever made the claim names no study that would answer it."


@dataclass(frozen=True, kw_only=True)
class Closing:
    """A study that would answer what these data cannot.

    size : how many are needed, and why
    cost : desk (with what there is), small (people who are at hand), large (many, or a trial)
    """

    name: str
    title: str
    design: str
    size: str
    cost: Cost


@cache
def studies() -> dict[str, Closing]:
    """Every study of studies.toml by name, with the thresholds of its sizes in braces."""
    return {
        name: Closing(name=name, **entry)
        for name, entry in toml_entries("assurance/studies.toml").items()
    }


def closing_of(claim: Claim, thresholds: Mapping[str, Threshold]) -> Closing:
    """The study that would answer a claim, by name or in the words of the claim."""
    if claim.closing:
        return named_study(claim.closing, thresholds)
    return Closing(
        name=f"claim {claim.id}",
        title=f"A study for {claim.id}",
        design=claim.design or _NOT_SAID,
        size=claim.size or _NOT_SAID,
        cost=claim.cost,
    )


def named_study(name: str, thresholds: Mapping[str, Threshold]) -> Closing:
    """A study of studies.toml, with the numbers that hold for this study of people."""
    found = studies()[name]
    size = re.sub(r"\{(\w+)\}", lambda match: _written(thresholds[match[1]].value), found.size)
    return Closing(name=name, title=found.title, design=found.design, size=size, cost=found.cost)


def enough(found: Measured, thresholds: Mapping[str, Threshold]) -> str:
    """How many would be enough for this number to be told, if that can be said; else nothing."""
    measure = found.measure
    if found.verdict.level != "cannot_tell" or found.estimate is None or not found.n:
        return ""
    least = int(thresholds[measure.n_min].value) if measure.n_min else 0
    if found.n < least:
        return f"At least {least:,} {measure.counted.strip(', ')}; there are {found.n:,}."
    if found.low is None or found.high is None:
        return ""
    return enough_to_clear(
        found.estimate,
        (found.low, found.high),
        line=thresholds[measure.minimum].value,
        n=found.n,
        counted=measure.counted.strip(", "),
        sized=measure.size,
    )


def enough_to_clear(
    estimate: float,
    limits: tuple[float, float],
    *,
    line: float,
    n: int,
    counted: str = "people",
    sized: bool = False,
) -> str:
    """How many, for the range to lie on one side of the line if the estimate stays as it is.

    The half of a range narrows with the square root of the number. `sized` : of a size the lower
    limit stops at 0, so that the upper half tells how wide the range is.
    """
    low, high = limits
    half = estimate - low if estimate >= line else high - estimate
    if sized:
        half = max(estimate - low, high - estimate)
    away = abs(estimate - line)
    times = (half / away) ** 2 if away > 0 else math.inf
    if times <= 1.0:
        return ""
    if times > _MOST_TIMES:
        return _TOO_NEAR
    return (
        f"About {_rounded_up(times * n):,} {counted}, where {n:,} were, if the estimate stays as "
        "it is (own calculation: a range narrows with the square root of the number)."
    )


def _rounded_up(count: float) -> int:
    """Up to two leading figures: more would feign a precision that no such sum has."""
    step: int = 10 ** max(0, math.floor(math.log10(count)) - 1)
    return math.ceil(round(count / step, 6)) * step


def _written(value: float) -> str:
    return f"{100 * value:g} of 100" if 0 < value < 1 else f"{value:,g}"
