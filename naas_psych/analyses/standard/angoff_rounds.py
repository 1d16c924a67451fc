"""Tables of an Angoff panel over its rounds: what moved, how far judges agree, who stayed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.standard.angoff_panel import Panel
from naas_psych.analyses.standard.angoff_ratings import RatedForm
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.standard.angoff import judge_cuts
from naas_psych.numerics.standard.angoff_variance import icc_limits, rating_variances
from naas_psych.result import tidy

Row = dict[str, Any]
#: Ratings nearer than this are the same: shares of 100 with two digits.
_SAME = 1e-6


def rounds_table(groups: Sequence[Sequence[Panel]], shown: Mapping[str, str]) -> pd.DataFrame:
    """A row a cut, form and round, beside the round before on the ratings common to both."""
    rows = [_round(panel, shown) for group in groups for panel in group]
    columns: dict[str, Any] = {name: [row[name] for row in rows] for name in rows[0]}
    why = columns.pop("why")
    columns["shown"] = pd.Series(columns["shown"], dtype=object)
    return tidy(columns, dict.fromkeys(columns, why))


def _round(panel: Panel, shown: Mapping[str, str]) -> Row:
    rated, last = panel.rated, panel.last
    own = rated.ratings[last]
    before = rated.standing(last - 1) if last else np.full(own.shape, np.nan)
    both = np.isfinite(own) & np.isfinite(before)
    number = rated.rounds[last]
    return {
        **panel.key,
        "round": number,
        "shown": shown.get(f"{number:g}"),
        "judges": int(rated.given[last].any(axis=1).sum()),
        "items_in_round": int(rated.given[last].any(axis=0).sum()),
        "whole_form": bool(rated.whole[last]),
        "judges_left": ", ".join(_left(rated, last)),
        **_moved(both, own, before, rated.weights),
        "why": "first_round" if not last else "too_few_ratings",
    }


def _left(rated: RatedForm, last: int) -> list[str]:
    """Judges who rated in the round before and not in this one."""
    if not last:
        return []
    gone = rated.given[last - 1].any(axis=1) & ~rated.given[last].any(axis=1)
    return [name for name, left in zip(rated.judges, gone, strict=True) if left]


def _moved(both: Any, own: Floats, before: Floats, weights: Floats) -> Row:
    """Of the same ratings in both rounds: their spread, their change and the cut that they make."""
    new, old = np.where(both, own, np.nan), np.where(both, before, np.nan)
    after, earlier = _spread(new), _spread(old)
    return {
        "ratings_common": int(both.sum()),
        **_change((new - old)[both]),
        "spread_before": earlier,
        "spread_after": after,
        "spread_ratio": after / earlier if earlier > 0 else math.nan,
        "percent_before": _common_cut(old, both, weights),
        "percent_after": _common_cut(new, both, weights),
    }


def _change(change: Floats) -> Row:
    return {
        "mean_change": float(change.mean()) if change.size else math.nan,
        "mean_absolute_change": float(np.abs(change).mean()) if change.size else math.nan,
        "ratings_changed": float((np.abs(change) > _SAME).mean()) if change.size else math.nan,
    }


def _spread(ratings: Floats) -> float:
    """Root of the mean over items of the variance between judges."""
    n = np.isfinite(ratings).sum(axis=0)
    own = ratings[:, n > 1]
    return float(np.sqrt(np.nanvar(own, axis=0, ddof=1).mean())) if own.size else math.nan


def _common_cut(ratings: Floats, both: Any, weights: Floats) -> float:
    """The cut in per cent of the marks of the items that both rounds have."""
    judges, items = both.any(axis=1), both.any(axis=0)
    if not judges.any() or not weights[items].sum() > 0:
        return math.nan
    return 100 * float(judge_cuts(ratings[np.ix_(judges, items)], weights[items]).shares.mean())


def agreement_table(groups: Sequence[Sequence[Panel]]) -> pd.DataFrame:
    """A row a cut, form and round: absolute agreement of the ratings given in it."""
    rows = [_agreement(panel) for group in groups for panel in group]
    columns: dict[str, Any] = {name: [row[name] for row in rows] for name in rows[0]}
    why, gaps = columns.pop("why"), columns.pop("why_no_limits")
    limits = {f"{c}{end}": gaps for c in ("icc_single", "icc_panel") for end in ("_low", "_high")}
    return tidy(columns, {"icc_single": why, "icc_panel": why, **limits})


def _agreement(panel: Panel) -> Row:
    own = panel.rated.ratings[panel.last]
    given = np.isfinite(own)
    own = own[given.any(axis=1)][:, given.any(axis=0)]
    found, limits = rating_variances(own), icc_limits(own, level=panel.level)
    judges, items = own.shape
    few = "one_judge" if judges == 1 else "too_few_items" if items < 2 else "too_few_ratings"
    flat = "all_ratings_same" if math.isfinite(found.rest) else few
    gaps = math.isfinite(found.icc_single) and not np.isfinite(own).all()
    return {
        **panel.key,
        "round": panel.rated.rounds[panel.last],
        "judges": judges,
        "items": items,
        "icc_single": found.icc_single,
        "icc_single_low": limits.single.low,
        "icc_single_high": limits.single.high,
        "icc_panel": found.icc_panel,
        "icc_panel_low": limits.panel.low,
        "icc_panel_high": limits.panel.high,
        "why": flat,
        "why_no_limits": "incomplete_data" if gaps else flat,
    }


def judge_rounds_table(groups: Sequence[Sequence[Panel]]) -> pd.DataFrame:
    """A row a cut, form, round and judge who rated in it: their cut then, and what they changed."""
    rows = [row for group in groups for panel in group for row in _judges_of(panel)]
    columns: dict[str, Any] = {name: [row[name] for row in rows] for name in rows[0]}
    no_cut, first = columns.pop("why"), columns.pop("why_no_change")
    return tidy(
        columns,
        {
            "judge_cut": no_cut,
            "judge_cut_percent": no_cut,
            **dict.fromkeys(("mean_change", "mean_absolute_change", "ratings_changed"), first),
        },
    )


def _judges_of(panel: Panel) -> list[Row]:
    rated, last = panel.rated, panel.last
    own = rated.ratings[last]
    before = rated.standing(last - 1) if last else np.full(own.shape, np.nan)
    shares = dict(zip(panel.judges, panel.cuts.shares, strict=True))
    rows = []
    for j, name in enumerate(rated.judges):
        if not np.isfinite(own[j]).any():
            continue
        share = float(shares.get(name, math.nan))
        rows.append(
            {
                **panel.key,
                "round": rated.rounds[last],
                "judge_id": name,
                "items_in_round": int(np.isfinite(own[j]).sum()),
                "judge_cut": float(rated.marks(share)),
                "judge_cut_percent": 100 * share,
                **_change((own[j] - before[j])[np.isfinite(own[j]) & np.isfinite(before[j])]),
                "why": panel.why,
                "why_no_change": "first_round" if not last else "too_few_ratings",
            }
        )
    return rows
