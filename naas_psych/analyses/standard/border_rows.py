"""Persons on the border as rows: their middle score, and its error from samples drawn again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from naas_psych.analyses.clusters import clusters_of
from naas_psych.analyses.outcomes import percent_of_marks
from naas_psych.analyses.standard.form_rows import OTHER_SCALE
from naas_psych.analyses.standard.judged_persons import Judgements, highest_cut, on_border
from naas_psych.analyses.standard.stations import Combined, Stations, combined
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.standard.borderline_group import (
    Middle,
    drawn_means,
    drawn_medians,
    middle_of,
)
from naas_psych.numerics.standard.drawn import Drawn, drawn_counts, drawn_error, resampled_units
from naas_psych.study.responses import Counted
from naas_psych.study.study import Study

Statistic = Literal["median", "mean"]


@dataclass(frozen=True)
class Plan:
    """How the middle is taken and its error found; `least`: fewer persons are flagged."""

    statistic: Statistic
    replicates: int
    seed: int
    level: float
    least: float

    def value(self, middle: Middle) -> float:
        """The statistic that is asked for."""
        return middle.median if self.statistic == "median" else middle.mean

    def draws(self, scores: Floats, weights: Floats) -> Floats:
        """(R,) the statistic in samples with these weights (R, n)."""
        return (drawn_medians if self.statistic == "median" else drawn_means)(scores, weights)


def judged_rows(
    study: Study, found: Judgements, omitted: Counted | None, plan: Plan
) -> list[dict[str, Any]]:
    """A row a cut on whose border somebody was put, in per cent; one of nobody where none was."""
    percent = percent_of_marks(study, omitted)
    clusters = clusters_of(study).codes
    by_cut = _on_border(study, found)
    rows = []
    for name, placed in by_cut.items():
        place = placed[np.isfinite(percent[placed])]
        place = place[np.argsort(study.responses.person_ids[place].astype(str), kind="stable")]
        scores = percent[place]
        middle = middle_of(scores)
        drawn = _drawn(scores, clusters[place], plan)
        why = None if middle.n else "no_borderline"
        rows.append(
            {
                "cut_name": name,
                "n": middle.n,
                "percent": plan.value(middle),
                "percent_se": drawn.se,
                "percent_low": drawn.low,
                "percent_high": drawn.high,
                **_described(middle, plan),
                "judged_in": "judged_persons",
                "why": why,
                "error_why": drawn.reason,
            }
        )
    return rows


def _on_border(study: Study, found: Judgements) -> dict[str, NDArray[np.int64]]:
    """Places of those whom at least half of their judges put on the border, by the cut."""
    border = on_border(study, found.words)
    table = pd.DataFrame(
        {
            "place": found.place,
            "judge": found.judges,
            "round": found.rounds,
            "cut": pd.Series(border, dtype=object),
        }
    )
    table = table[table["place"] >= 0]
    by = ["place", "judge"] if found.judges_named else ["place"]
    last = table[table["round"] == table.groupby(by)["round"].transform("max")]
    names = [name for name in dict.fromkeys(border) if name is not None]
    share = {name: (last["cut"] == name).groupby(last["place"]).mean() for name in names}
    places = {name: own.index[own >= 0.5].to_numpy(dtype=np.int64) for name, own in share.items()}
    return places or {highest_cut(study) or "borderline": np.empty(0, dtype=np.int64)}


def _drawn(scores: Floats, clusters: NDArray[np.int64], plan: Plan) -> Drawn:
    if scores.size < 2:
        return Drawn(np.nan, np.nan, np.nan, "too_few_persons")
    units = resampled_units(clusters, seed=plan.seed)
    counts = drawn_counts(units, replicates=plan.replicates, seed=plan.seed)
    draws = plan.draws(scores, counts[:, units])
    return drawn_error(draws, int(units.max()) + 1, level=plan.level)


def _described(middle: Middle, plan: Plan) -> dict[str, Any]:
    return {
        "statistic_used": plan.statistic,
        "borderline_median": middle.median,
        "borderline_mean": middle.mean,
        "borderline_mean_se": middle.mean_se,
        "borderline_sd": middle.sd,
        "few_persons": bool(middle.n < plan.least),
    }


@dataclass(frozen=True, eq=False)
class Work:
    """Rows of stations, and the row of all of them together."""

    stations: list[dict[str, Any]]
    whole: dict[str, Any]


def work_rows(study: Study, found: Stations, how: Combined, plan: Plan) -> Work:
    """From rated work with a flag: on the border is whom at least half of the raters put there."""
    units = resampled_units(found.clusters, seed=plan.seed)
    counts = drawn_counts(units, replicates=plan.replicates, seed=plan.seed)
    name = highest_cut(study) or "borderline"
    rows, draws, on_any = [], [], np.zeros(len(found.scores), dtype=bool)
    for s, station in enumerate(found.names):
        scores = found.scores[:, s]
        seen = np.isfinite(scores)
        on = seen & (found.flagged[:, s] >= 0.5)
        drawn = plan.draws(scores[on], counts[:, units[on]]) if on.any() else np.empty(0)
        rows.append(
            _station(
                {"station": station, "cut_name": name},
                seen=scores[seen],
                scores=scores[on],
                units=units[on],
                draws=drawn,
                plan=plan,
            )
        )
        if on.any():
            draws.append(drawn)
            on_any |= on
    error = drawn_error(
        combined(np.column_stack(draws), how) if draws else np.empty(0),
        np.unique(units[on_any]).size,
        level=plan.level,
    )
    head = {"cut_name": name, "form": found.whole_name, "n": int(on_any.sum())}
    return Work(rows, head | _whole([row for row in rows if row["why"] is None], error, how, plan))


def _station(
    head: dict[str, Any],
    *,
    seen: Floats,
    scores: Floats,
    units: NDArray[np.int64],
    draws: Floats,
    plan: Plan,
) -> dict[str, Any]:
    middle = middle_of(scores)
    cut = plan.value(middle)
    error = drawn_error(draws, np.unique(units).size, level=plan.level)
    if scores.size < 2:
        error = Drawn(np.nan, np.nan, np.nan, "too_few_persons")
    return {
        **head,
        "n": middle.n,
        "cut": cut,
        "cut_se": error.se,
        "cut_low": error.low,
        "cut_high": error.high,
        "unit": OTHER_SCALE,
        **_described(middle, plan),
        "n_station": int(seen.size),
        "below_share": float((seen < cut - 1e-9).mean()) if scores.size else np.nan,
        "why": None if scores.size else "no_borderline",
        "error_why": error.reason,
    }


def _whole(
    own: Sequence[dict[str, Any]], error: Drawn, how: Combined, plan: Plan
) -> dict[str, Any]:
    """Mean or sum of the stations' cuts, with the error of whole persons drawn again."""
    names = ("cut", "borderline_median", "borderline_mean")
    each = {
        name: float(combined(np.array([row[name] for row in own]), how)) if own else np.nan
        for name in names
    }
    return {
        "cut": each["cut"],
        "cut_se": error.se,
        "cut_low": error.low,
        "cut_high": error.high,
        "unit": OTHER_SCALE,
        **dict.fromkeys(("percent", "percent_se", "percent_low", "percent_high"), np.nan),
        "statistic_used": plan.statistic,
        "borderline_median": each["borderline_median"],
        "borderline_mean": each["borderline_mean"],
        "borderline_mean_se": np.nan,
        "borderline_sd": np.nan,
        "few_persons": bool(min((row["n"] for row in own), default=0) < plan.least),
        "judged_in": "marks",
        "why": None if own else "no_borderline",
        "error_why": error.reason,
    }
