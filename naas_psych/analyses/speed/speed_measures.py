"""Measures of speededness of a form: what each is, with its limits or why there is none."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from naas_psych.analyses.speed.behaviour import Flags
from naas_psych.analyses.speed.views import ALL_OF_IT, View
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.intervals import UNDEFINED, Interval
from naas_psych.numerics.proportions import wilson
from naas_psych.numerics.speed import (
    NOTHING,
    Estimate,
    clustered_difference,
    clustered_share,
    find_rise,
    gulliksen_ratio,
    stafford_quotient,
)
from naas_psych.result import tidy
from naas_psych.thresholds import Thresholds


@dataclass(frozen=True)
class Measure:
    """A value from n persons with its limits; reasons where either is undefined."""

    estimate: Estimate
    n: int
    why: str | None = None
    why_limits: str | None = None


def measures(view: View, *, level: float, thresholds: Thresholds) -> dict[str, Measure]:
    """Every measure of a form, in the order of the table."""
    timed: dict[str, Callable[[], Measure]] = {
        "rapid_share": lambda: rapid_answers_share(view, level=level),
        "rapid_tail_share": lambda: rapid_answers_share(view, tail=True, level=level),
        "rapid_tail_rise": lambda: _tail_rise(view, level=level),
        "rushed_persons_share": lambda: _rushed(view, level=level),
        "rapid_from_position": lambda: _rise(view),
        "effort_below_90_share": lambda: low_effort(view, level=level, thresholds=thresholds),
        "time_used_share": lambda: _time_used(view, level=level),
    }
    no_times = Measure(NOTHING, 0, "no_times", "no_times")
    has_times = bool(view.timed.any())
    return {
        **_blank_measures(view, level=level, thresholds=thresholds),
        **{name: make() if has_times else no_times for name, make in timed.items()},
    }


def share_of(hits: int, n: int, *, level: float, why: str = "no_responses") -> Measure:
    """A share of persons with Wilson's limits."""
    if n == 0:
        return Measure(NOTHING, 0, why, why)
    limits = wilson(hits, n, level=level)
    return Measure(Estimate(hits / n, Interval(float(limits.low), float(limits.high))), n)


def _blank_measures(view: View, *, level: float, thresholds: Thresholds) -> dict[str, Measure]:
    size = view.form.positions.size
    last = share_of(*view.at(size - 1), level=level)
    quarters = share_of(*view.at(math.ceil(0.75 * size) - 1), level=level)
    met = (
        last.estimate.value >= thresholds["speed_reached_last_min"].value
        and quarters.estimate.value >= thresholds["speed_reached_three_quarters_min"].value
    )
    rule = Measure(Estimate(float(met), UNDEFINED), view.n, last.why, last.why or "not_an_estimate")
    return {
        "reached_last": last,
        "reached_three_quarters": quarters,
        "swineford_met": rule,
        **_unreached(view, level=level),
        "omitted_share": _clustered(view.omitted, view.reached, level=level),
    }


def _unreached(view: View, *, level: float) -> dict[str, Measure]:
    """Gulliksen's and Stafford's numbers, from persons who lost no response.

    A partly right answer is wrong in part: as the share of the marks it did not earn.
    """
    whole = view.seen.all(axis=1)
    lost = np.where(view.answered, 1 - view.earned, view.reached)[whole].sum(axis=1)
    beyond = (~view.reached)[whole].sum(axis=1).astype(float)
    n = int(whole.sum())
    found = {
        "gulliksen_ratio": gulliksen_ratio(lost, beyond, level=level),
        "stafford_quotient": stafford_quotient(lost, beyond, level=level),
    }
    return {
        name: Measure(
            one,
            n,
            "no_lost_marks" if n > 2 else "too_few_persons",
            "all_reached" if one.value == 0 else "too_few_persons",
        )
        for name, one in found.items()
    }


def _clustered(hits: Flags, among: Flags, *, level: float) -> Measure:
    counts = among.sum(axis=1).astype(float)
    found = clustered_share((hits & among).sum(axis=1).astype(float), counts, level=level)
    return Measure(found, int((counts > 0).sum()), "no_responses", "no_responses")


def rapid_answers_share(view: View, *, tail: bool = False, level: float) -> Measure:
    """Rapid answers of all timed ones, or of those in the tail."""
    among = view.timed & view.in_tail if tail else view.timed
    found = _clustered(view.rapid, among, level=level)
    return Measure(found.estimate, found.n, "no_times", "no_times")


def _tail_rise(view: View, *, level: float) -> Measure:
    """Rapid answers in the tail less those before it: near 0 where effort is low throughout."""
    parts = [
        (
            (view.rapid & among).sum(axis=1).astype(float),
            among.sum(axis=1).astype(float),
        )
        for among in (view.timed & view.in_tail, view.timed & ~view.in_tail & (view.where >= 0))
    ]
    found = clustered_difference(parts[0], parts[1], level=level)
    n = int((parts[0][1] > 0).sum())
    return Measure(found, n, "no_times", "too_few_persons")


def _rushed(view: View, *, level: float) -> Measure:
    """Persons with a rapid answer in the tail, of those with a timed answer there."""
    there = (view.timed & view.in_tail).any(axis=1)
    hurried = (view.rapid & view.in_tail).any(axis=1)
    return share_of(int(hurried.sum()), int(there.sum()), level=level, why="no_times")


def _rise(view: View) -> Measure:
    """The position from which rapid answers are more frequent than before."""
    hits, counts = view.by_position(view.rapid), view.by_position(view.timed)
    some = np.flatnonzero(counts > 0)
    rise = find_rise(hits[some], counts[some])
    if rise is None:
        return Measure(NOTHING, view.n, "no_rise", "no_rise")
    at = view.form.positions[some].astype(float)
    limits = Interval(float(at[rise.first]), float(at[rise.last]))
    return Measure(Estimate(float(at[rise.place]), limits), view.n)


def effort(view: View) -> Floats:
    """(n,) share of timed answers that are not rapid; nan without any."""
    timed = view.timed.sum(axis=1)
    rapid = view.rapid.sum(axis=1)
    return np.where(timed > 0, 1 - rapid / np.maximum(timed, 1), np.nan)


def low_effort(view: View, *, level: float, thresholds: Thresholds) -> Measure:
    """Persons whose response-time effort is below .90."""
    own = effort(view)
    known = np.isfinite(own)
    low = known & (own < thresholds["rte_min"].value - 1e-12)
    return share_of(int(low.sum()), int(known.sum()), level=level, why="no_times")


def _time_used(view: View, *, level: float) -> Measure:
    if view.form.seconds is None:
        return Measure(NOTHING, 0, "no_time_limit", "no_time_limit")
    total = view.total_times
    known = np.isfinite(total)
    used = int((total[known] >= ALL_OF_IT * view.form.seconds).sum())
    return share_of(used, int(known.sum()), level=level, why="not_all_timed")


def summary_table(found: dict[str, dict[str, Measure]]) -> pd.DataFrame:
    """One row a form and measure."""
    rows = [(form, name, one) for form, own in found.items() for name, one in own.items()]
    limits = [one.estimate.limits for _, _, one in rows]
    why = [one.why for _, _, one in rows]
    why_limits = [one.why_limits or one.why for _, _, one in rows]
    return tidy(
        {
            "form": [form for form, _, _ in rows],
            "measure": [name for _, name, _ in rows],
            "value": [one.estimate.value for _, _, one in rows],
            "value_low": [interval.low for interval in limits],
            "value_high": [interval.high for interval in limits],
            "n": [one.n for _, _, one in rows],
        },
        {"value": why, "value_low": why_limits, "value_high": why_limits},
    )
