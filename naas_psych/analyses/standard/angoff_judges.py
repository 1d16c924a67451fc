"""Tables of the judges and items of an Angoff panel: who stands apart, and do ratings hold true?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.content.judge_cuts import panel_ratings, setter_table
from naas_psych.analyses.standard.angoff_panel import Curve, Observed, Panel
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.judge_effects import deleted_t
from naas_psych.numerics.standard.angoff_judges import (
    Consistency,
    Realism,
    apart,
    consistency,
    realism,
)
from naas_psych.result import tidy
from naas_psych.study.study import Study
from naas_psych.thresholds import Thresholds

Row = dict[str, Any]
#: Ratings nearer than this to .5 or to a tenth stand on it.
_ON = 1e-6


def judges_table(
    panels: Sequence[Panel],
    close: Sequence[Observed],
    curves: Sequence[Curve | None],
    thresholds: Thresholds,
) -> pd.DataFrame:
    """A row a cut, form and judge of the panel."""
    parts = [_judges(*about, thresholds) for about in zip(panels, close, curves, strict=True)]
    whole = {name: [v for part in parts for v in part[name]] for name in parts[0]}
    whys = {name: whole.pop(name) for name in list(whole) if name.startswith("why_")}
    cut, alone = whys["why_cut"], whys["why_alone"]
    return tidy(
        whole,
        {
            **dict.fromkeys(("judge_cut", "judge_cut_percent", "severity_marks"), cut),
            **dict.fromkeys(("severity_sd", "cut_change_in_se"), whys["why_no_spread"]),
            **dict.fromkeys(("panel_cut_without", "cut_change"), alone),
            **dict.fromkeys(("cut_change_in_se_without", "p_judges"), whys["why_left"]),
            "judged_sd": ["too_few_ratings"] * len(cut),
            "self_consistency": whys["why_consistency"],
            "near_cut_r": whys["why_near"],
        },
    )


def _judges(
    panel: Panel, close: Observed, curve: Curve | None, thresholds: Thresholds
) -> dict[str, list[Any]]:
    rated, ratings = panel.rated, panel.ratings
    n = len(panel.judges)
    cuts = np.asarray(rated.marks(panel.cuts.shares))
    off = cuts - panel.cut
    sd = panel.shares.sd * panel.width
    without = (cuts.sum() - cuts) / (n - 1) if n > 1 else np.full(n, np.nan)
    se = sd / math.sqrt(n)
    spread = sd > 1e-9 * max(panel.width, 1)
    left = _without(panel, without - panel.cut)
    in_sd, in_se = (
        v / s if spread else np.full(n, np.nan) for v, s in ((off, sd), (without - panel.cut, se))
    )
    consistent = _consistency(panel, curve)
    odd = apart(ratings, points=thresholds["angoff_apart_points"].value / 100)
    near_r = [realism(r, close.share, close.error, level=panel.level).r for r in ratings]
    told = panel.why_no_error if n == 1 or panel.cuts.filled is None else "judges_alike"
    columns: dict[str, Any] = {
        **{name: [value] * n for name, value in panel.key.items()},
        "judge_id": list(panel.judges),
        "items": np.isfinite(ratings).sum(axis=1),
        "judge_cut": cuts,
        "judge_cut_percent": 100 * panel.cuts.shares,
        "severity_marks": off,
        "severity_sd": in_sd,
        "far_from_panel": np.abs(in_sd) > thresholds["angoff_severity_sd"].value,
        "panel_cut_without": without,
        "cut_change": without - panel.cut,
        "cut_change_in_se": in_se,
        "cut_change_in_se_without": left.in_se,
        "p_judges": left.p,
        "judged_mean": np.nanmean(ratings, axis=1),
        "judged_sd": [_sd(r) for r in ratings],
        "half_share": [_share_on(r, 1.0, 0.5) for r in ratings],
        "tenths_share": [_share_on(r, 0.1, 0.0) for r in ratings],
        "ratings_apart": odd.sum(axis=1),
        "self_consistency": consistent,
        "near_cut_r": near_r,
        "why_cut": [panel.why] * n,
        "why_alone": ["one_judge" if n == 1 else panel.why] * n,
        "why_no_spread": [told] * n,
        "why_left": [panel.why if panel.cuts.filled is None else left.why] * n,
        "why_consistency": ["no_calibration" if curve is None else "no_such_theta"] * n,
        "why_near": [_why_near(r, close) for r in ratings],
    }
    return {name: list(values) for name, values in columns.items()}


def _why_near(ratings: Floats, close: Observed) -> str:
    """Why a judge's ratings have no correlation with what persons near the cut did."""
    if not np.isfinite(close.share).any():
        return close.why
    both = np.isfinite(ratings) & np.isfinite(close.share)
    if both.sum() < 3:
        return "too_few_items"
    return "no_variance" if np.ptp(close.share[both]) <= 1e-9 else "all_ratings_same"


@dataclass(frozen=True)
class _Left:
    """How far each judge's leaving moves the cut, over the error of those who stay; p of J."""

    in_se: Floats
    p: Floats
    why: str


def _without(panel: Panel, change: Floats) -> _Left:
    """The error of the others is taken: with the judge in it the ratio could never pass 1."""
    shares, n = panel.cuts.shares, len(panel.judges)
    if n < 3 or panel.cuts.filled is None:
        return _Left(np.full(n, np.nan), np.full(n, np.nan), "too_few_judges")
    found = deleted_t(shares)
    others = np.array([np.delete(shares, j).std(ddof=1) for j in range(n)])
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = change / (others * panel.width / math.sqrt(n - 1))
    told = others > 1e-9
    return _Left(
        np.where(told, ratio, np.nan),
        np.where(told, np.minimum(found.p * n, 1), np.nan),
        "judges_alike",
    )


def _sd(ratings: Floats) -> float:
    own = ratings[np.isfinite(ratings)]
    return float(own.std(ddof=1)) if own.size > 1 else math.nan


def _share_on(ratings: Floats, step: float, start: float) -> float:
    """Share of ratings at `start` plus a multiple of `step`."""
    own = (ratings[np.isfinite(ratings)] - start) / step
    return float((np.abs(own - np.round(own)) < _ON / step).mean())


def _consistency(panel: Panel, curve: Curve | None) -> Floats:
    if curve is None:
        return np.full(len(panel.judges), np.nan)
    found: Consistency = consistency(
        panel.ratings[:, curve.known], panel.rated.weights[curve.known], curve.at
    )
    return found.index


def setters_table(study: Study, panels: Sequence[Panel]) -> pd.DataFrame:
    """A row a cut and judge over all forms: spread of ratings, and how they go with facility."""
    parts = []
    for name in dict.fromkeys(panel.rated.cut_name for panel in panels):
        own = [panel for panel in panels if panel.rated.cut_name == name]
        forms = [panel_ratings(study, panel.rated) for panel in own]
        table = setter_table(study, forms, level=own[0].level)
        table.insert(0, "cut_name", name)
        parts.append(table)
    return pd.concat(parts, ignore_index=True)


def items_table(
    study: Study,
    panels: Sequence[Panel],
    whole: Sequence[Observed],
    close: Sequence[Observed],
    thresholds: Thresholds,
) -> pd.DataFrame:
    """A row a cut, form and item: ratings beside how persons did, overall and near the cut."""
    points = thresholds["angoff_apart_points"].value / 100
    parts = [_items(study, *about, points) for about in zip(panels, whole, close, strict=True)]
    table = {name: [v for part in parts for v in part[name]] for name in parts[0]}
    near = table.pop("why_near")
    none = ["no_ratings"] * len(near)
    return tidy(
        table,
        {
            **dict.fromkeys(("judged_mean", "rating_min", "rating_max"), none),
            "item_rating_sd": ["too_few_judges" if n else "no_ratings" for n in table["judges"]],
            "facility": ["no_responses"] * len(near),
            "facility_near_cut": near,
            "near_cut_residual": [
                why if n else "no_ratings" for n, why in zip(table["judges"], near, strict=True)
            ],
        },
    )


def _items(
    study: Study, panel: Panel, whole: Observed, close: Observed, points: float
) -> dict[str, list[Any]]:
    ratings = panel.ratings
    n = ratings.shape[1]
    odd = apart(ratings, points=points)
    names = np.array(panel.judges, dtype=object)
    given = np.isfinite(ratings).sum(axis=0)
    rated = [column[np.isfinite(column)] for column in ratings.T]
    # An item that only those rated who left has no rating that counts.
    mean = np.array([r.mean() if r.size else np.nan for r in rated])
    columns: dict[str, Any] = {
        **{name: [value] * n for name, value in panel.key.items()},
        "item_id": [study.responses.item_ids[j] for j in panel.rated.items],
        "judges": given,
        "item_marks": panel.rated.weights,
        "judged_mean": mean,
        "item_rating_sd": [_sd(r) for r in rated],
        "rating_min": [r.min() if r.size else np.nan for r in rated],
        "rating_max": [r.max() if r.size else np.nan for r in rated],
        "facility": whole.share,
        "facility_near_cut": close.share,
        "near_cut_residual": mean - close.share,
        "ratings_apart": odd.sum(axis=0),
        "judges_apart": [", ".join(names[column]) for column in odd.T],
        "why_near": [close.why] * n,
    }
    return {name: list(values) for name, values in columns.items()}


def realism_table(
    panels: Sequence[Panel], whole: Sequence[Observed], close: Sequence[Observed]
) -> pd.DataFrame:
    """A row a cut, form and set of persons: judged means of the items beside what persons did."""
    rows, why = [], []
    for panel, everyone, nearby in zip(panels, whole, close, strict=True):
        for name, observed in (("everyone", everyone), ("near_cut", nearby)):
            rows.append(_real(panel, name, observed))
            known = np.isfinite(observed.share).any()
            few = "too_few_items" if rows[-1]["items"] < 3 else "all_ratings_same"
            why.append(few if known else observed.why)
    columns: dict[str, Any] = {name: [row[name] for row in rows] for name in rows[0]}
    ends = ["too_few_items" if w == "all_ratings_same" else w for w in why]
    error = ["all_sampling_error" if w in ("all_ratings_same", "too_few_items") else w for w in why]
    return tidy(
        columns,
        {
            **dict.fromkeys(columns, why),
            **dict.fromkeys(("realism_r_low", "realism_r_high"), ends),
            "realism_slope_true": error,
        },
    )


def _real(panel: Panel, name: str, observed: Observed) -> Row:
    found: Realism = realism(
        _means(panel.ratings), observed.share, observed.error, level=panel.level
    )
    return {
        **panel.key,
        "persons_compared": name,
        "n": observed.n,
        "items": found.n,
        "realism_r": found.r,
        "realism_r_low": found.r_limits.low,
        "realism_r_high": found.r_limits.high,
        "realism_spearman": found.spearman,
        "realism_slope": found.slope,
        "realism_slope_low": found.slope_limits.low,
        "realism_slope_high": found.slope_limits.high,
        "realism_slope_true": found.slope_true,
        "realism_slope_true_low": found.slope_true_limits.low,
        "realism_slope_true_high": found.slope_true_limits.high,
    }


def _means(ratings: Floats) -> Floats:
    given = np.isfinite(ratings)
    n = given.sum(axis=0)
    return np.where(n > 0, np.where(given, ratings, 0).sum(axis=0) / np.maximum(n, 1), np.nan)
