"""Shares of the population in each outcome, with limits that carry one source after another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.cutscores.population_shares import PopulationShares
from naas_psych.analyses.cutscores.sweep_draws import Chances, Drawn, everything
from naas_psych.analyses.cutscores.sweep_judges import JudgesError
from naas_psych.analyses.cutscores.sweep_model import Measures
from naas_psych.analyses.cutscores.swept import Modelled, Swept, SweptForm
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.cluster_shares import ClusterShares
from naas_psych.numerics.one_thread import one_blas_thread
from naas_psych.numerics.share_limits import beta_limits
from naas_psych.result import tidy

#: What limits carry, each more than the one before.
PERSONS, CLUSTERS, JUDGES = "persons", "clusters", "judges"


@dataclass(frozen=True, eq=False)
class Side:
    """One way to weight: shares, and draws of everything at the cuts of the sweep.

    point : wrong outcomes by the model, None without one; carries : what the last limits carry
    """

    weighting: str
    shares: PopulationShares
    form: SweptForm
    drawn: Drawn
    judges: JudgesError
    point: Measures | None
    carries: str
    carries_clusters: bool


def side_of(
    found: Swept,
    weighting: str,
    shares: PopulationShares,
    *,
    judges: JudgesError,
    models: list[Measures],
    chances: Chances,
    ratio: Measures | None,
) -> Side:
    """`ratio` (C,): wrong outcomes under these weights over those of the sweep."""
    with one_blas_thread():
        below = shares.observed.draws(found.weights())
    modelled = found.whole.modelled
    if modelled is not None and ratio is not None:
        modelled = _times(modelled, ratio)
        models = [_product(one, ratio) for one in models]
    form = replace(found.whole, observed=shares.observed, below=below, modelled=modelled)
    rated = bool((judges.se > 0).any())
    return Side(
        weighting=weighting,
        shares=shares,
        form=form,
        drawn=everything(form, judges, models, chances),
        judges=judges,
        point=None if modelled is None else modelled.point,
        carries=JUDGES if rated else CLUSTERS if found.clusters.name else PERSONS,
        carries_clusters=bool(found.clusters.name),
    )


def _times(modelled: Modelled, ratio: Measures) -> Modelled:
    draws = None if modelled.draws is None else _product(modelled.draws, ratio)
    return replace(modelled, point=_product(modelled.point, ratio), draws=draws)


def _product(one: Measures, ratio: Measures) -> Measures:
    parts = ("below", "false_pass", "false_fail", "inconsistent")
    return Measures(*(np.clip(getattr(one, p) * getattr(ratio, p), 0.0, 1.0) for p in parts))


@dataclass(frozen=True, eq=False)
class Band:
    """An outcome: those below place `high` of the axis and not below place `low` (None: no end)."""

    cut_name: str
    outcome: str
    low: int | None
    high: int | None


def bands_of(axis: Any) -> list[Band]:
    """Below each cut, then each outcome; the highest cut first."""
    places = sorted(axis.asked, key=lambda k: (-axis.percent[k], axis.names[k]))
    found = [Band(axis.names[k], f"below {axis.names[k]}", None, k) for k in places]
    above: int | None = None
    for k in places:
        found.append(Band(axis.names[k], axis.names[k], k, above))
        above = k
    return found


@dataclass(frozen=True, eq=False)
class Estimate:
    """A share with limits; design_effect and effective_size are of the clusters' error."""

    share: float
    low: float
    high: float
    design_effect: float
    effective_size: float


def estimates(side: Side, band: Band, level: float) -> Iterator[tuple[str, Estimate]]:
    """The share with limits of persons one by one, between clusters, and with the judges' error."""
    pooled = _band(side.shares.observed, band)
    n = float(side.shares.n)
    share = float(pooled.share[0])
    alone = _alone(side, band, share)
    carried = [PERSONS, *([CLUSTERS] if side.carries_clusters else [])]
    simple = beta_limits(pooled.share, alone, n, level=level)
    between = pooled.limits(level)
    for what in carried:
        # Unweighted persons that came one by one have the limits of the sweep.
        plain = what == CLUSTERS or not (side.carries_clusters or side.weighting != "none")
        ends = between if plain else (simple.low, simple.high)
        variance = pooled.variance if what == CLUSTERS else alone
        yield what, _estimate(share, ends, variance, n, sure=bool(pooled.sure[0]))
    if side.carries == JUDGES:
        drawn = _drawn(side.drawn.below, band)
        half = (1 - level) / 2
        both = np.quantile(drawn, [half, 1 - half])
        yield JUDGES, _estimate(share, both, pooled.variance, n, sure=bool(pooled.sure[0]))


def _estimate(share: float, ends: Any, variance: Floats, n: float, *, sure: bool) -> Estimate:
    low, high = (float(np.ravel(end)[0]) for end in ends)
    low, high = (share, share) if sure else (min(low, share), max(high, share))
    simple = share * (1 - share) / max(n - 1, 1.0)
    spread = float(np.ravel(variance)[0])
    known = simple > 0 and spread > 0
    effect = spread / simple if known else np.nan
    return Estimate(share, low, high, effect, n / effect if known else np.nan)


def _alone(side: Side, band: Band, share: float) -> Floats:
    """Of a band it is that of a share as large: the strata's gain is taken from its upper end."""
    at = band.high if band.high is not None else band.low
    if at is None:
        return np.zeros(1)
    full = side.shares.observed.share[at]
    spread = full * (1 - full)
    gain = side.shares.alone[at] / spread if spread > 0 else side.shares.observed.unit
    return np.array([gain * share * (1 - share)])


def _band(observed: ClusterShares, band: Band) -> ClusterShares:
    """The shares of one outcome, as shares of an axis of one cut."""
    nothing = np.zeros(len(observed.errors))
    up, down = (None if k is None else observed.errors[:, k] for k in (band.high, band.low))
    share = (1.0 if band.high is None else observed.share[band.high]) - (
        0.0 if band.low is None else observed.share[band.low]
    )
    errors = (nothing if up is None else up) - (nothing if down is None else down)
    ends = [k for k in (band.high, band.low) if k is not None]
    sure = bool(np.all(observed.sure[ends]))
    return replace(
        observed,
        share=np.clip(np.array([share]), 0.0, 1.0),
        errors=errors[:, None],
        sure=np.array([sure]),
    )


def _drawn(below: Floats, band: Band) -> Floats:
    """(R,) draws of the share of an outcome."""
    upper = np.ones(len(below)) if band.high is None else below[:, band.high]
    lower = np.zeros(len(below)) if band.low is None else below[:, band.low]
    return np.clip(upper - lower, 0.0, 1.0)


def outcomes_table(sides: Sequence[Side], population: float, level: float) -> pd.DataFrame:
    """One row an outcome, way to weight, and what the limits carry."""
    rows = [
        {
            "cut_name": band.cut_name,
            "outcome_reached": band.outcome,
            "weighting": side.weighting,
            "limits_carry": _carried(side, what),
            "n": side.shares.n,
            "share": one.share,
            "share_low": one.low,
            "share_high": one.high,
            "of_population": population * one.share,
            "of_population_low": population * one.low,
            "of_population_high": population * one.high,
            "design_effect": one.design_effect,
            "effective_size": one.effective_size,
            "all_sources": what == side.carries,
        }
        for side in sides
        for band in bands_of(side.form.axis)
        for what, one in estimates(side, band, level)
    ]
    names = list(rows[0]) if rows else []
    columns = {name: np.array([row[name] for row in rows], dtype=_kind(name)) for name in names}
    why = ["no_population"] * len(rows)
    all_one = ["no_variance"] * len(rows)
    return tidy(
        columns, {"of_population": why, "design_effect": all_one, "effective_size": all_one}
    )


def _carried(side: Side, what: str) -> str:
    """What limits carry, in words: clusters only where there are some."""
    return {
        PERSONS: "persons one by one",
        CLUSTERS: "clusters",
        JUDGES: "clusters and judges" if side.carries_clusters else "persons and judges",
    }[what]


_TEXT = ("cut_name", "outcome_reached", "weighting", "limits_carry")


def _kind(name: str) -> Any:
    return (
        object
        if name in _TEXT
        else np.int64
        if name == "n"
        else bool
        if name == "all_sources"
        else float
    )
