"""Which response model a sample can bear, and which of those it supports best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np


@dataclass(frozen=True)
class Floor:
    """What a model asks of a sample: persons, and persons in the rarest category of an item."""

    persons: int
    per_category: int = 0


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A fitted model, or one that could not be fitted (bic NaN).

    rmsea : of M2 or C2, NaN where it has none
    """

    model: str
    bic: float
    converged: bool
    rmsea: float


@dataclass(frozen=True)
class Verdict:
    """Whether the sample bears a model.

    reason : too_few_persons, sparse_categories, not_fitted or not_converged, None where it does
    fits : whether it is close enough to the data, None where that cannot be said
    """

    model: str
    bearable: bool
    reason: str | None
    fits: bool | None


Why = Literal["sole_bearable", "lowest_bic", "lowest_bic_of_those_that_fit"]


@dataclass(frozen=True)
class Recommendation:
    """model : None where the sample bears none; why : how it was chosen; one verdict each."""

    model: str | None
    why: Why | None
    fits: bool | None
    verdicts: tuple[Verdict, ...]


def recommend(
    candidates: Sequence[Candidate],
    *,
    floors: Mapping[str, Floor],
    n: float,
    fewest_in_category: float,
    rmsea_most: float,
) -> Recommendation:
    """The model with the lowest BIC among those that the sample bears and that fit.

    Fit goes before BIC: a model that misses the data is no better for having few parameters. Where
    none fits, or the fit of one of them is unknown, BIC decides alone. n persons,
    `fewest_in_category` of them in the rarest category of a typical item.
    """
    verdicts = tuple(
        _verdict(c, floors[c.model], n, fewest_in_category, rmsea_most) for c in candidates
    )
    able = [(c, v) for c, v in zip(candidates, verdicts, strict=True) if v.bearable]
    if not able:
        return Recommendation(None, None, None, verdicts)
    unknown = any(verdict.fits is None for _, verdict in able)
    pool = able if unknown else [one for one in able if one[1].fits] or able
    best, verdict = min(pool, key=lambda one: one[0].bic)
    lowest = min(c.bic for c, _ in able)
    why: Why = "lowest_bic" if best.bic == lowest else "lowest_bic_of_those_that_fit"
    fits = None if unknown else verdict.fits
    return Recommendation(best.model, "sole_bearable" if len(able) == 1 else why, fits, verdicts)


def _verdict(
    one: Candidate, floor: Floor, n: float, fewest_in_category: float, rmsea_most: float
) -> Verdict:
    fits = None if np.isnan(one.rmsea) else one.rmsea <= rmsea_most
    faults = {
        "not_fitted": bool(np.isnan(one.bic)),
        "too_few_persons": n < floor.persons,
        "sparse_categories": fewest_in_category < floor.per_category,
        "not_converged": not one.converged,
    }
    reason = next((name for name, true in faults.items() if true), None)
    return Verdict(one.model, reason is None, reason, fits)
