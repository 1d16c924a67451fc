"""Effort of a form's persons, and what leaving rapid answers out would change."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from naas_psych.analyses.speed.behaviour import Flags
from naas_psych.analyses.speed.speed_measures import (
    Measure,
    effort,
    low_effort,
    rapid_answers_share,
    summary_table,
)
from naas_psych.analyses.speed.views import View
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.intervals import UNDEFINED, Interval, t_quantile
from naas_psych.numerics.speed import NOTHING, Estimate
from naas_psych.thresholds import Thresholds

#: What a share, a percentage and a difference of two percentages can be.
_SHARE, _PERCENT, _POINTS = Interval(0.0, 1.0), Interval(0.0, 100.0), Interval(-100.0, 100.0)


def effort_summary(views: Sequence[View], *, level: float, thresholds: Thresholds) -> pd.DataFrame:
    """One row a form and measure."""
    return summary_table(
        {
            one.form.name: {
                "effort_below_90_share": low_effort(one, level=level, thresholds=thresholds),
                "mean_rte": mean_within(effort(one), _SHARE, level=level),
                "rapid_share": rapid_answers_share(one, level=level),
                **_moderated(one, level=level),
            }
            for one in views
        }
    )


def mean_within(values: Floats, ends: Interval[float], *, level: float) -> Measure:
    """A mean over persons (n,) with limits by t, held to the ends that it can reach."""
    known = values[np.isfinite(values)]
    n = known.size
    if n == 0:
        return Measure(NOTHING, 0, "no_times", "no_times")
    mean = float(known.mean())
    if n < 2:
        return Measure(Estimate(mean, UNDEFINED), n, None, "too_few_persons")
    reach = t_quantile(level, n - 1) * float(known.std(ddof=1)) / math.sqrt(n)
    limits = Interval(max(mean - reach, ends.low), min(mean + reach, ends.high))
    return Measure(Estimate(mean, limits), n)


def _moderated(one: View, *, level: float) -> dict[str, Measure]:
    """Percent of the marks as scored, with rapid answers left out, and the difference.

    Omitted and not reached items count as wrong in both; lost ones count in neither.
    """
    earned = np.where(one.answered, np.nan_to_num(one.earned), 0.0)
    scored = _percent(earned, one.seen, one.weights)
    moderated = _percent(earned, one.seen & ~one.rapid, one.weights)
    both = np.isfinite(scored) & np.isfinite(moderated)
    return {
        "percent_scored": mean_within(scored[both], _PERCENT, level=level),
        "percent_moderated": mean_within(moderated[both], _PERCENT, level=level),
        "percent_gain": mean_within((moderated - scored)[both], _POINTS, level=level),
    }


def _percent(earned: Floats, among: Flags, weights: Floats) -> Floats:
    """(n,) percent of the marks that can be earned on some cells (n, j)."""
    possible = (among * weights).sum(axis=1)
    marks = (earned * among * weights).sum(axis=1)
    return np.where(possible > 0, 100 * marks / np.maximum(possible, 1e-12), np.nan)
