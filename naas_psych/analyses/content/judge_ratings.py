"""What hangs on single judges of relevance: the index and the verdicts without each of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.content.expert_panel import Panel, backgrounds
from naas_psych.analyses.content.relevance_columns import ratio
from naas_psych.analyses.content.relevance_verdict import Votes, total, verdicts, votes_by_judge
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.correlations import fisher_interval
from naas_psych.numerics.judge_effects import correlation_within, deleted_t, group_p
from naas_psych.result import tidy
from naas_psych.study.study import Study
from naas_psych.thresholds import Thresholds


def judge_table(study: Study, panel: Panel, *, level: float) -> pd.DataFrame:
    """A row a judge: how high, how like the others, and what the panel says without them."""
    given, x = panel.given, np.where(panel.given, panel.relevance, 0.0)
    n = given.sum(axis=1)
    deviation = _deviation(given, x)
    apart = _apart(deviation)
    known = backgrounds(study, panel.judges)
    agree = [_with_the_rest(panel, j, level) for j in range(len(panel.judges))]
    columns: dict[str, Any] = {
        "judge_id": list(panel.judges),
        "background": pd.Series(known, dtype=object),
        "items": n,
        "relevance_mean": ratio(x.sum(axis=1), n),
        "relevant_share": ratio(panel.relevant.sum(axis=1), n),
        "deviation": deviation,
        "deviation_t": apart[0],
        "p_judges": apart[1],
        **{name: [row[name] for row in agree] for name in ("rest_r", "rest_r_low", "rest_r_high")},
        "one_value": [_one_value(panel.relevance[j]) for j in range(len(n))],
        **_without(votes_by_judge(panel), np.eye(len(n), dtype=bool), study.thresholds),
    }
    columns["stands_apart"] = _stands_apart(columns, study.thresholds)
    nothing: list[str | None] = ["no_ratings" if k == 0 else "too_few_judges" for k in n]
    reasons: dict[str, list[str | None]] = dict.fromkeys(
        ("relevance_mean", "relevant_share", "deviation", "deviation_t", "p_judges"), nothing
    )
    for name in ("s_cvi_without", "s_cvi_change"):
        reasons[name] = ["too_few_judges"] * len(n)
    return tidy(columns, reasons | {"rest_r": [row["why"] for row in agree]})


def background_table(study: Study, panel: Panel) -> pd.DataFrame | None:
    """A row a background that can be left out; None where fewer than two are known."""
    known = np.array([name or "" for name in backgrounds(study, panel.judges)], dtype=object)
    names = sorted(set(known) - {""})
    if len(names) < 2:
        return None
    members = np.stack([known == name for name in names])
    deviation = _deviation(panel.given, np.where(panel.given, panel.relevance, 0.0))
    heard = np.isfinite(deviation)
    columns = {
        "background": names,
        "judges": members.sum(axis=1),
        **_without(votes_by_judge(panel), members, study.thresholds),
        "p_background": np.minimum(group_p(deviation[heard], members[:, heard]) * len(names), 1),
    }
    undefined = ("s_cvi_without", "s_cvi_change", "p_background")
    reasons = dict.fromkeys(undefined, ["too_few_judges"] * len(names))
    return tidy(columns, reasons)


def _without(votes: Votes, members: Any, thresholds: Thresholds) -> dict[str, Any]:
    """S-CVI/Ave, verdicts and sides of the line when each group (G, J) of judges is left out."""
    whole = total(votes)
    everyone, before = _average(whole), verdicts(whole, thresholds)
    line = thresholds["relevance_i_cvi_min"].value
    average, changed, crossed = [], [], []
    for group in members:
        left = whole.without(total(votes, group))
        average.append(_average(left))
        changed.append(int((verdicts(left, thresholds) != before).sum()))
        there = left.judges > 0
        sides = [ratio(v.relevant, v.judges) >= line for v in (left, whole)]
        crossed.append(int((there & (sides[0] != sides[1])).sum()))
    return {
        "s_cvi_without": np.array(average),
        "s_cvi_change": np.array(average) - everyone,
        "verdicts_changed": changed,
        "items_crossing": crossed,
    }


def _average(votes: Votes) -> float:
    there = votes.judges > 0
    if not there.any():
        return float("nan")
    return float((votes.relevant[there] / votes.judges[there]).mean())


def _deviation(given: Any, x: Floats) -> Floats:
    """(J,) mean over a judge's items of their rating less the mean of the others."""
    others = given.sum(axis=0) - given
    mean = ratio(x.sum(axis=0) - x, others)
    both = given & (others > 0)
    return np.asarray(ratio(np.where(both, x - mean, 0.0).sum(axis=1), both.sum(axis=1)))


def _apart(deviation: Floats) -> tuple[Floats, Floats]:
    """t and p of each judge among the others; p for the most extreme of so many (Bonferroni)."""
    known = np.isfinite(deviation)
    t, p = np.full(deviation.size, np.nan), np.full(deviation.size, np.nan)
    found = deleted_t(deviation[known])
    # All judges exactly alike: nobody stands apart.
    t[known] = np.where(np.isnan(found.t) & (known.sum() >= 3), 0.0, found.t)
    p[known] = np.where(np.isnan(found.p) & (known.sum() >= 3), 1.0, found.p)
    p = np.minimum(p * known.sum(), 1.0)
    return np.clip(t, -1e6, 1e6), p


def _with_the_rest(panel: Panel, j: int, level: float) -> dict[str, Any]:
    """Correlation of a judge's ratings with the mean of the others, and why there is none."""
    own = panel.relevance[j]
    rest = np.delete(panel.relevance, j, axis=0)
    given = np.isfinite(rest)
    mean = ratio(np.where(given, rest, 0.0).sum(axis=0), given.sum(axis=0))
    both = np.isfinite(own) & np.isfinite(mean)
    found = correlation_within(own, mean, np.zeros(own.size), distinct=int(both.sum()))
    limits = fisher_interval(found.r, found.df, level=level)
    why = (
        "no_ratings"
        if not np.isfinite(own).any()
        else "too_few_judges"
        if not both.any()
        else "one_value_only"
        if _one_value(own)
        else "too_few_ratings"
    )
    return {"rest_r": found.r, "rest_r_low": limits.low, "rest_r_high": limits.high, "why": why}


def _one_value(ratings: Floats) -> bool:
    known = ratings[np.isfinite(ratings)]
    return bool(known.size >= 2 and (known == known[0]).all())


def _stands_apart(columns: dict[str, Any], thresholds: Thresholds) -> list[bool]:
    """Beyond chance for the most extreme of so many judges, and by a size that matters."""
    p, size = columns["p_judges"], np.abs(columns["deviation"])
    sure = thresholds["judge_p_max"].value
    least = thresholds["judge_deviation_min"].value
    return [bool(a < sure and b >= least) for a, b in zip(p, size, strict=True)]
