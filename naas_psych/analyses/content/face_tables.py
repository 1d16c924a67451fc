"""The tables of face validity: items by source, every question, names given, quadrants."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from naas_psych.analyses.content.face_evidence import (
    CANDIDATE,
    EXPERT,
    INSUFFICIENT,
    OK,
    THIRD_WEIGHTS,
    Evidence,
    Rule,
    Tally,
)
from naas_psych.analyses.content.face_overview import QUADRANTS
from naas_psych.analyses.content.naming import Naming, Namings
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.endorsement import (
    moments_prior,
    posterior_above,
    posterior_below,
    shrunken,
    weighted_strata,
)
from naas_psych.numerics.proportions import wilson
from naas_psych.result import tidy

_THIRD_COLUMNS = ("endorsement_low_third", "endorsement_middle_third", "endorsement_top_third")


def items_table(evidence: Evidence, ids: tuple[str, ...], *, level: float) -> pd.DataFrame:
    """One row an item and source: the question that the verdict rests on."""
    parts = [_of_item(tally, ids, level) for tally in evidence.main]
    return _joined(
        [{**part, **_thirds(tally)} for part, tally in zip(parts, evidence.main, strict=True)],
        [_third_reasons(tally) for tally in evidence.main],
    )


def questions_table(evidence: Evidence, ids: tuple[str, ...], *, level: float) -> pd.DataFrame:
    """One row an item, source and question, with the share drawn towards that of all items."""
    parts = [
        {**_of_item(tally, ids, level), **_shrunken(tally, level)} for tally in evidence.tallies
    ]
    return _joined(parts, [_shrunken_reasons(tally) for tally in evidence.tallies])


def _of_item(tally: Tally, ids: tuple[str, ...], level: float) -> dict[str, Any]:
    limits = wilson(tally.endorsing, tally.n, level=level)
    return {
        "item_id": list(ids),
        "source": [tally.source] * len(ids),
        "question": [tally.question] * len(ids),
        "n": tally.n,
        "endorsing": tally.endorsing,
        "endorsement": tally.share,
        "low": limits.low,
        "high": limits.high,
        "probability_weak": tally.below,
        "verdict": tally.verdict,
    }


def _thirds(tally: Tally) -> dict[str, Floats]:
    shares = np.full((3, tally.n.size), np.nan)
    if tally.by_third is not None:
        yes, rated = tally.by_third
        np.divide(yes, rated, out=shares, where=rated > 0)
    return {
        **dict(zip(_THIRD_COLUMNS, shares, strict=True)),
        "endorsement_adjusted": weighted_strata(shares, THIRD_WEIGHTS),
    }


def _third_reasons(tally: Tally) -> dict[str, list[str]]:
    why = "not_candidates" if tally.by_third is None else "no_raters_in_third"
    return {name: [why] * tally.n.size for name in (*_THIRD_COLUMNS, "endorsement_adjusted")}


def _shrunken(tally: Tally, level: float) -> dict[str, Floats]:
    prior = moments_prior(tally.endorsing, tally.n)
    gap = np.full(tally.n.size, np.nan)
    if prior is None:
        return {"shrunken": gap, "shrunken_low": gap, "shrunken_high": gap}
    made = shrunken(tally.endorsing, tally.n, prior=prior, level=level)
    values = (made.mean, made.interval.low, made.interval.high)
    rated = tally.n > 0
    names = ("shrunken", "shrunken_low", "shrunken_high")
    return {name: np.where(rated, v, np.nan) for name, v in zip(names, values, strict=True)}


def _shrunken_reasons(tally: Tally) -> dict[str, list[str]]:
    return {"shrunken": ["items_alike" if n else "not_rated" for n in tally.n]}


def _joined(parts: list[dict[str, Any]], reasons: list[dict[str, list[str]]]) -> pd.DataFrame:
    """Tallies one below the other, item by item."""
    names = list(parts[0]) if parts else []
    columns = {name: np.concatenate([np.asarray(p[name]) for p in parts]) for name in names}
    why = {
        name: [one for part in reasons for one in part[name]]
        for name in (reasons[0] if parts else ())
    }
    size = len(columns.get("n", ()))
    rated = ["not_rated"] * size
    table = tidy(
        columns,
        {"endorsement": rated, "low": rated, "high": rated, "probability_weak": rated, **why},
    )
    if not parts:
        return pd.DataFrame({name: pd.Series(dtype=object) for name in ("item_id", "source")})
    place = {item: k for k, item in enumerate(parts[0]["item_id"])}
    order = np.argsort(table["item_id"].map(place).to_numpy(), kind="stable")
    return table.iloc[order].reset_index(drop=True)


def naming_table(named: Namings, ids: tuple[str, ...]) -> pd.DataFrame:
    """Items by how surely they are named more often than blindly; those never given are out."""
    parts = [_of_naming(naming, ids) for naming in named.every]
    if not parts:
        return pd.DataFrame({"item_id": pd.Series(dtype=object)})
    table = pd.concat(parts, ignore_index=True)
    order = np.lexsort((np.arange(len(table)), table["p_value"].to_numpy()))
    return table.iloc[order].reset_index(drop=True)


def _of_naming(naming: Naming, ids: tuple[str, ...]) -> pd.DataFrame:
    there = naming.given > 0
    size = int(there.sum())
    return pd.DataFrame(
        {
            "item_id": np.array(ids, dtype=object)[there],
            "source": [naming.source] * size,
            "question": [naming.question] * size,
            "n": naming.given[there],
            "named": naming.named[there],
            "named_share": naming.share[there],
            "named_share_low": naming.low[there],
            "named_share_high": naming.high[there],
            "named_chance_share": naming.chance[there],
            "named_expected": (naming.chance * naming.given)[there],
            "p_value": naming.p[there],
            "p_adjusted": naming.p_adjusted[there],
            "verdict": naming.verdict[there],
        }
    )


def quadrants_table(
    evidence: Evidence, named: Namings, rule: Rule, ids: tuple[str, ...], *, level: float
) -> pd.DataFrame:
    """Items that both candidates and experts speak of, by which of them endorse it."""
    theirs, experts = (_pooled(evidence, kind) for kind in (CANDIDATE, EXPERT))
    by_names = [n for n in named.every if (n.verdict != INSUFFICIENT).any()]
    size, line = len(ids), rule.value("endorsement_target")
    least = rule.value("endorsement_candidates_min")
    rated = theirs[1] >= least
    heard = np.zeros(size, dtype=bool)
    object_to = np.zeros(size, dtype=bool)
    for naming in by_names:
        heard |= naming.verdict != INSUFFICIENT
        object_to |= ~np.isin(naming.verdict, (OK, INSUFFICIENT))
    chance = [posterior_below(yes, n, line=line) for yes, n in (theirs, experts)]
    there = (rated | heard) & (experts[1] >= rule.value("endorsement_experts_min"))
    high = (np.where(rated, chance[0] < 0.5, ~object_to), chance[1] < 0.5)
    sure = np.where(high[0], posterior_above(*theirs, line=line), chance[0]) * np.where(
        high[1], posterior_above(*experts, line=line), chance[1]
    )
    sides = _Sides(there, rated, (theirs, experts), (high[0], high[1]), sure)
    return _quadrants(ids, sides, level)


def _pooled(evidence: Evidence, kind: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Endorsing and all raters (J,) of the sources of a kind, on the question of each."""
    size = len(evidence.kept)
    own = [tally for tally in evidence.main if tally.kind == kind]
    zero = np.zeros(size, dtype=np.int64)
    return sum((t.endorsing for t in own), zero), sum((t.n for t in own), zero)


@dataclass(frozen=True)
class _Sides:
    """Items (J,) that both sides speak of, and what candidates and experts say of them.

    rated : candidates rated the item, and did not only name items
    counts : endorsing and all raters, of candidates and of experts
    high : endorsed rather than not; `sure` is the probability that both sides are as `high` says
    """

    there: NDArray[np.bool_]
    rated: NDArray[np.bool_]
    counts: tuple[tuple[Any, Any], tuple[Any, Any]]
    high: tuple[Any, Any]
    sure: Floats


def _quadrants(ids: tuple[str, ...], sides: _Sides, level: float) -> pd.DataFrame:
    at, rated = np.flatnonzero(sides.there), sides.rated
    columns: dict[str, Any] = {
        "item_id": [ids[j] for j in at],
        "candidates_by": np.where(rated[at], "ratings", "naming").astype(object),
    }
    for name, (yes, n) in zip(("candidates", "experts"), sides.counts, strict=True):
        known = n[at] > 0
        limits = wilson(yes[at], n[at], level=level)
        share = np.divide(yes[at], n[at], out=np.full(at.size, np.nan), where=known)
        columns[f"{name}_n"] = n[at]
        columns[f"{name}_endorsement"] = share
        columns[f"{name}_endorsement_low"] = limits.low
        columns[f"{name}_endorsement_high"] = limits.high
    columns["quadrant"] = [QUADRANTS[bool(sides.high[0][j]), bool(sides.high[1][j])] for j in at]
    columns["quadrant_probability"] = np.where(rated[at], sides.sure[at], np.nan)
    nobody = ["not_rated"] * at.size
    return tidy(
        columns,
        {
            "candidates_endorsement": nobody,
            "experts_endorsement": nobody,
            "quadrant_probability": nobody,
        },
    )
