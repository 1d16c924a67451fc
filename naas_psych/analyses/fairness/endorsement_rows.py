"""The tables on endorsements: overview, what they foretell, sites, and halo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.fairness.endorsed_persons import Endorsed
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.halo import halo
from naas_psych.numerics.intervals import Interval
from naas_psych.numerics.proportions import probability_below, wilson
from naas_psych.numerics.score_gap import Pair, Superiority, comparable, superiority
from naas_psych.numerics.site_share import site_share
from naas_psych.result import tidy
from naas_psych.thresholds import Thresholds

Row = dict[str, Any]
#: An area of chance: a rating that foretells nothing.
CHANCE = 0.5


def overview_rows(
    found: Endorsed, outcomes: pd.DataFrame, limits: Thresholds, level: float
) -> pd.DataFrame:
    """One row for those put forward, and one for those who were not, if the table has any."""
    rows = []
    for forward in (True, False):
        own = found.of(found.forward == forward)
        if own.rating.size:
            row = _overview(own, level) | {"put_forward": "yes" if forward else "no"}
            verdict = verdict_of(row, outcomes, limits) if forward else "cannot_tell"
            rows.append(row | {"endorsement_verdict": verdict})
    why = dict.fromkeys(("rating_mean", "rating_sd", "top_share"), "too_few_persons")
    why |= dict.fromkeys(("endorsed_share", "evidence_missing_share"), "not_recorded")
    why |= {"site_variance_share": "too_few_sites"}
    return _table(
        rows,
        ("put_forward", "n", "levels_used", "top_from"),
        {name: name not in ("rating_mean", "rating_sd") for name in why},
        last=("endorsement_verdict",),
        reasons=why,
    )


def _overview(own: Endorsed, level: float) -> Row:
    row = _spread(own) | _share("top_share", own.high, level)
    if own.endorsed is not None:
        row |= _share("endorsed_share", own.endorsed[np.isfinite(own.endorsed)], level)
    if own.evidence is not None:
        row |= _share("evidence_missing_share", ~(own.evidence > 0), level)
    if own.site is None:
        return row
    placed = np.array([name is not None for name in own.site], dtype=bool)
    codes = pd.factorize(own.site[placed])[0].astype(np.int64)
    part = site_share(own.rating[placed], codes, level=level)
    if np.unique(codes).size > 1 and not np.isfinite(part.value):
        row["why_site_variance_share"] = "no_variance"
    return row | _limited("site_variance_share", part.value, part.interval)


def _spread(own: Endorsed) -> Row:
    n = own.rating.size
    return {
        "n": n,
        "rating_mean": float(own.rating.mean()),
        "rating_sd": float(own.rating.std(ddof=1)) if n > 1 else np.nan,
        "levels_used": int(np.unique(own.rating).size),
        "top_from": own.top,
    }


def _share(name: str, yes: Any, level: float) -> Row:
    if not len(yes):
        return {}
    found = wilson(float(np.sum(yes)), len(yes), level=level)
    return _limited(name, float(np.mean(yes)), Interval(float(found.low), float(found.high)))


def _limited(name: str, value: float, interval: Interval[float]) -> Row:
    return {name: value, f"{name}_low": interval.low, f"{name}_high": interval.high}


def verdict_of(row: Row, outcomes: pd.DataFrame, limits: Thresholds) -> str:
    """formality, weak, informative or cannot_tell: by intervals alone, as `endorsement` says."""
    least, useful = limits["endorsement_auc_min"].value, limits["endorsement_auc_useful"].value
    known = outcomes[outcomes["auc_low"].notna() & outcomes["auc_high"].notna()]
    nearly_all = row["top_share_low"] > limits["endorsement_top_formality"].value
    if nearly_all or (len(known) and (known["auc_high"] < least).all()):
        return "formality"
    best = float(known["auc_low"].max()) if len(known) else np.nan
    if not best >= least:
        return "cannot_tell"
    spread = row["top_share_high"] <= limits["endorsement_top_max"].value
    missing = row.get("evidence_missing_share_high", np.nan)
    backed = missing <= limits["endorsement_missing_max"].value
    return "informative" if best >= useful and spread and backed else "weak"


def outcome_rows(
    found: Endorsed, outcomes: Mapping[str, Floats], limits: Thresholds, level: float
) -> pd.DataFrame:
    """One row a cut, and one for the upper half of marks: what the rating tells of it."""
    own = found.of(found.forward)
    rows = []
    for name, of_study in outcomes.items():
        reached = own.from_study(of_study)
        row: Row = {"outcome": name} | _area("auc", own.rating, reached, limits, level)
        if own.site is not None:
            pairs = [
                _pair(own.rating[at], reached[at])
                for at in (own.site == site for site in _names(own))
            ]
            row |= _pooled("auc_within", comparable(pairs), level)
        rows.append(row)
    return _table(
        rows,
        ("outcome", "n_reached", "n_not_reached"),
        {"auc": True, "auc_within": True},
        reasons={"auc": "group_too_few", "auc_within": "too_few_sites"},
    )


def _names(own: Endorsed) -> list[str]:
    """Sites in alphabetical order."""
    return sorted({name for name in own.site if name is not None}) if own.site is not None else []


def _pair(rating: Floats, reached: Floats) -> Pair:
    return Pair(reference=rating[reached == 0], focal=rating[reached == 1])


def _area(name: str, rating: Floats, reached: Floats, limits: Thresholds, level: float) -> Row:
    """The area, with how many persons reached the outcome and how many did not."""
    pair = _pair(rating, reached)
    row: Row = {"n_reached": pair.focal.size, "n_not_reached": pair.reference.size}
    if min(pair.focal.size, pair.reference.size) < limits["endorsement_auc_persons_min"].value:
        return row
    return row | _pooled(name, comparable([pair]), level)


def _pooled(name: str, pairs: Sequence[Pair], level: float) -> Row:
    if not pairs:
        return {}
    found: Superiority = superiority(pairs)
    limited = _limited(name, found.value, found.interval(level))
    return limited | {f"why_{name}": "ratings_tell_all_or_nothing"}


def site_rows(
    found: Endorsed, outcomes: Mapping[str, Floats], limits: Thresholds, level: float
) -> pd.DataFrame:
    """One row a site, in alphabetical order."""
    own = found.of(found.forward)
    first = next(iter(outcomes.values()), None)
    rows = []
    for name in _names(own):
        at = own.of(np.asarray(own.site == name))
        row: Row = {"site": name} | _spread(at) | _share("top_share", at.high, level)
        above = probability_below(
            at.rating.size - float(at.high.sum()),
            at.rating.size,
            line=1 - limits["endorsement_top_formality"].value,
        )
        row |= {"top_probability": above, "n_reached": 0, "n_not_reached": 0}
        if first is not None:
            row |= _area("auc", at.rating, at.from_study(first), limits, level)
        rows.append(row | {"site_verdict": _site_verdict(row, limits)})
    return _table(
        rows,
        ("site", "n"),
        {"rating_mean": False, "rating_sd": False, "top_share": True, "top_probability": False},
        then=("n_reached", "n_not_reached"),
        after={"auc": True},
        last=("site_verdict",),
        reasons={"rating_sd": "too_few_persons", "auc": "group_too_few"},
    )


def _site_verdict(row: Row, limits: Thresholds) -> str:
    """nearly_all_high: for certain, by ratings that are not shown to tell anything."""
    if row.get("auc_low", np.nan) > CHANCE:
        return "varied"
    if row["top_probability"] >= limits["endorsement_site_probability"].value:
        return "nearly_all_high"
    line = limits["endorsement_top_formality"].value
    return "varied" if row["top_share_high"] < line else "cannot_tell"


def halo_rows(found: Endorsed, level: float) -> pd.DataFrame:
    """One row: the criteria of those put forward, of persons rated on all of them."""
    own = found.of(found.forward)
    complete = own.criteria[np.isfinite(own.criteria).all(axis=1)]
    row: Row = {"n": len(complete), "criteria_rated": len(own.names)}
    why = "no_criteria" if len(own.names) < 2 else "too_few_persons"
    if len(own.names) > 1 and len(complete) > 3:
        if (complete.std(axis=0) > 0).all():
            made = halo(complete, level=level)
            row |= _limited("criteria_correlation", made.correlation, made.correlation_limits)
            row |= _limited("halo_share", made.first_share, made.first_share_limits)
        why = "no_variance" if "halo_share" not in row else "perfect_correlation"
    return _table(
        [row],
        ("n", "criteria_rated"),
        {"criteria_correlation": True, "halo_share": True},
        reasons={"criteria_correlation": why, "halo_share": why},
    )


def _table(
    rows: Sequence[Row],
    first: Sequence[str],
    numbers: Mapping[str, bool],
    *,
    reasons: Mapping[str, str],
    then: Sequence[str] = (),
    after: Mapping[str, bool] | None = None,
    last: Sequence[str] = (),
) -> pd.DataFrame:
    """The rows as a table; `numbers` (and `after`) say which of them have limits."""
    columns: dict[str, Any] = {name: _plain(rows, name) for name in first}
    columns |= _numbers(rows, numbers)
    columns |= {name: _plain(rows, name) for name in then}
    columns |= _numbers(rows, after or {})
    columns |= {name: _plain(rows, name) for name in last}
    why = {
        name: [row.get(f"why_{name}", reasons.get(name)) for row in rows]
        for name in (*numbers, *(after or {}))
    }
    return tidy(columns, why)


def _plain(rows: Sequence[Row], name: str) -> Any:
    values = [row[name] for row in rows]
    kind = {str: object, float: float}.get(type(values[0]) if values else str, np.int64)
    return np.array(values, dtype=kind)


def _numbers(rows: Sequence[Row], numbers: Mapping[str, bool]) -> dict[str, Floats]:
    names = [
        each
        for name, limited in numbers.items()
        for each in ((name, f"{name}_low", f"{name}_high") if limited else (name,))
    ]
    return {name: np.array([row.get(name, np.nan) for row in rows], dtype=float) for name in names}
