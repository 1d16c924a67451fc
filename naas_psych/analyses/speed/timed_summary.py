"""Speed and time of each form in one row, in quantiles, and beside the score."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.speed.timed_forms import TimedForm
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.correlations import fisher_interval
from naas_psych.numerics.intervals import UNDEFINED, normal_quantile
from naas_psych.numerics.lognormal_search import LEAST_SIGMA
from naas_psych.result import tidy

#: Shares of persons for whom the time needed is told.
SHARES = (0.50, 0.80, 0.90, 0.95, 0.99)
#: The share that should finish without hurry.
FINISHERS = 0.95
#: Classes of speed and of score in the table that shows both without showing anybody.
_CLASSES = 8
#: A cell of fewer persons is not told.
_FEWEST = 5


def summary(forms: list[TimedForm], *, level: float) -> pd.DataFrame:
    """One row a form."""
    rows = [_row(one, level) for one in forms]
    edge = ["at_its_edge" if row["speed_sd"] <= LEAST_SIGMA else "no_errors" for row in rows]
    gone = ["no_time_limit" if one.limit is None else "no_errors" for one in forms]
    why_r = [row.pop("speed_score_r_why") for row in rows]
    why_before = [row.pop("speed_score_r_before_tail_why") for row in rows]
    return tidy(
        {name: [row[name] for row in rows] for name in rows[0]},
        {
            "speed_sd": edge,
            "speed_reliability": edge,
            "speed_score_r": why_r,
            "speed_score_r_before_tail": why_before,
            "time_limit": gone,
            "over_limit": gone,
            "minutes_needed": ["no_errors"] * len(rows),
        },
    )


def _row(form: TimedForm, level: float) -> dict[str, Any]:
    model = form.model
    half = normal_quantile(level) * model.speed_sd_se
    needed = form.total.seconds(FINISHERS, level=level)
    over = None if form.limit is None else form.total.over(form.limit, level=level)
    return {
        "form": form.name,
        "n": int(form.ordinary.sum()),
        "items": int(model.estimated.sum()),
        "speed_sd": model.speed_sd,
        "speed_sd_low": max(model.speed_sd - half, 0.0) if np.isfinite(half) else np.nan,
        "speed_sd_high": model.speed_sd + half,
        "speed_reliability": form.speeds.reliability(model.speed_variance),
        **_correlation(form, "speed_score_r", form.score, level),
        **_correlation(form, "speed_score_r_before_tail", form.score_before_tail, level),
        "minutes_needed": needed.value / 60,
        "minutes_needed_low": needed.interval.low / 60,
        "minutes_needed_high": needed.interval.high / 60,
        "time_limit": np.nan if form.limit is None else form.limit / 60,
        "over_limit": np.nan if over is None else over.value,
        "over_limit_low": np.nan if over is None else over.interval.low,
        "over_limit_high": np.nan if over is None else over.interval.high,
    }


def _correlation(form: TimedForm, name: str, score: Floats, level: float) -> dict[str, Any]:
    """Estimated speed with a score, over persons without extra time."""
    known = form.ordinary & np.isfinite(score)
    x, y, n = form.speeds.eap[known], score[known], int(known.sum())
    spread = float(x.std() * y.std()) if n > 2 else 0.0
    r = np.nan
    if spread > 1e-12:
        r = float(np.mean((x - x.mean()) * (y - y.mean()))) / spread
    limits = fisher_interval(r, n - 1, level=level) if np.isfinite(r) else UNDEFINED
    return {
        name: r,
        f"{name}_low": limits.low,
        f"{name}_high": limits.high,
        f"{name}_why": "no_variance" if n > 3 else "too_few_persons",
    }


def total_times(forms: list[TimedForm], *, level: float) -> pd.DataFrame:
    """Minutes in which a share of the persons would have finished without hurry."""
    found = [
        (one.name, share, one.total.seconds(share, level=level))
        for one in forms
        for share in SHARES
    ]
    minutes = np.array([(e.value, e.interval.low, e.interval.high) for *_, e in found]) / 60
    return tidy(
        {
            "form": [name for name, *_ in found],
            "finishers": [share for _, share, _ in found],
            "minutes_needed": minutes[:, 0],
            "minutes_needed_low": minutes[:, 1],
            "minutes_needed_high": minutes[:, 2],
        },
        {"minutes_needed": ["no_errors"] * len(found)},
    )


def squares(forms: list[TimedForm]) -> pd.DataFrame:
    """How many persons share a class of speed and a class of score; small cells are left out."""
    parts = [_squares(one) for one in forms]
    return pd.concat(parts, ignore_index=True)


def _squares(form: TimedForm) -> pd.DataFrame:
    known = form.ordinary & np.isfinite(form.score)
    columns = ["speed_class", "score_class", "n"]
    if known.sum() < _FEWEST:
        return pd.DataFrame({"form": pd.Series(dtype=object)} | dict.fromkeys(columns, 0.0))[:0]
    counts, x, y = np.histogram2d(form.speeds.eap[known], form.score[known], bins=_CLASSES)
    across, up = np.nonzero(counts >= _FEWEST)
    return pd.DataFrame(
        {
            "form": np.full(across.size, form.name, dtype=object),
            "speed_class": ((x[1:] + x[:-1]) / 2)[across],
            "score_class": ((y[1:] + y[:-1]) / 2)[up],
            "n": counts[across, up].astype(np.int64),
        }
    )
