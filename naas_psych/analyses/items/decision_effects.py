"""What decisions on items do to a test: its numbers before and after, and outcomes at each cut."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from naas_psych.analyses.content.removal_cuts import ALL_FORMS
from naas_psych.analyses.content.removal_rows import FormRow, over_forms, shares_of_scores
from naas_psych.analyses.content.removal_tables import cuts_table, reference_range
from naas_psych.analyses.outcomes import FormTotals, total_at
from naas_psych.errors import AnalysisImpossible
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.bootstrap import bca
from naas_psych.numerics.choice_optimism import gains_when_chosen
from naas_psych.numerics.intervals import UNDEFINED, Interval
from naas_psych.numerics.proportions import wilson
from naas_psych.numerics.removal import facilities
from naas_psych.result import tidy
from naas_psych.study.responses import Counted
from naas_psych.study.study import Study

Made = Mapping[str, Sequence[FormRow]]


def cut_shares(study: Study, items: NDArray[np.int64], *, omitted: Counted) -> dict[str, float]:
    """Every cut as a share of the marks of these items; on theta, the share expected there."""
    found = shares_of_scores(study, items)
    responses = study.responses
    low, high = (float(points[items].sum()) * responses.unit for points in _ends(study))
    form = FormTotals("", np.zeros(0, dtype=np.int64), items, np.zeros(0), low, high)
    for name, cut in study.spec.cuts.items():
        if cut.unit != "theta" or high <= low:
            continue
        try:
            found[name] = (total_at(study, form, cut, omitted) - low) / (high - low)
        except AnalysisImpossible:
            continue
    return {name: found[name] for name in study.spec.cuts if name in found}


def _ends(study: Study) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    return study.responses.min_points, study.responses.max_points


@dataclass(frozen=True)
class _Measure:
    """A number of a form with all items and without some, and draws (B, 2) of both."""

    name: str
    both: tuple[float, float]
    draws: Floats | None = None
    random: Floats | None = None


def _measures(row: FormRow) -> Iterator[_Measure]:
    masks = np.stack([np.ones_like(row.kept), row.kept])
    highest = row.test.highest
    means = row.test.points.mean(axis=0)[None, :].astype(float)
    errors = np.sqrt(np.maximum(1 - row.alpha, 0)) * (row.sd(0), row.sd(1))
    drawn = _drawn(row)
    yield _Measure("items", (row.items, row.items - row.removed))
    yield _Measure("highest_mark", _pair(masks @ highest))
    yield _Measure("mean_facility", _pair(facilities(means, highest, masks)[0]), *drawn[:1])
    yield _Measure("mean_percent", (row.mean(0), row.mean(1)), *drawn[1:2])
    yield _Measure("sd_percent", (row.sd(0), row.sd(1)), *drawn[2:3])
    yield _Measure("alpha", _pair(row.alpha), drawn[3] if drawn else None, row.random)
    yield _Measure("sem_percent", _pair(errors), *drawn[4:])


def _drawn(row: FormRow) -> tuple[Floats, ...]:
    """Bootstrap replicates of facility, mean, sd, alpha and error; empty if none were made."""
    made = row.draws
    if made is None:
        return ()
    error = 100 * made.sds * np.sqrt(np.maximum(1 - made.alphas, 0))
    return made.facilities, 100 * made.means, 100 * made.sds, made.alphas, error


def _pair(values: Any) -> tuple[float, float]:
    return float(values[0]), float(values[1])


def effects_table(made: Made, *, level: float, replicates: int) -> pd.DataFrame:
    """A row a scenario, form and measure: before, after, and the change on the same persons."""
    cells = [
        (scenario, row, measure)
        for scenario, rows in made.items()
        for row in rows
        for measure in _measures(row)
    ]
    limits = [_limits(one, level) for _, _, one in cells]
    random = [reference_range(one.random) for _, _, one in cells]
    columns: dict[str, Any] = {
        "scenario": [scenario for scenario, _, _ in cells],
        "form": [row.form for _, row, _ in cells],
        "measure": [one.name for _, _, one in cells],
        "n": [row.n for _, row, _ in cells],
    }
    for k, name in enumerate(("before", "after", "change")):
        columns[name] = [_value(one, name) for _, _, one in cells]
        columns[f"{name}_low"] = [three[k].low for three in limits]
        columns[f"{name}_high"] = [three[k].high for three in limits]
    columns["change_random"] = [mean for mean, _ in random]
    columns["change_random_low"] = [ends.low for _, ends in random]
    columns["change_random_high"] = [ends.high for _, ends in random]
    return tidy(columns, _reasons(cells, replicates))


def _value(one: _Measure, name: str) -> float:
    before, after = one.both
    return {"before": before, "after": after, "change": after - before}[name]


def _limits(one: _Measure, level: float) -> list[Interval[float]]:
    if one.draws is None:
        return [UNDEFINED] * 3
    drawn = (one.draws[:, 0], one.draws[:, 1], one.draws[:, 1] - one.draws[:, 0])
    names = ("before", "after", "change")
    return [
        bca(_value(one, name), values, np.empty(0), level=level)
        for name, values in zip(names, drawn, strict=True)
    ]


def _reasons(
    cells: Sequence[tuple[str, FormRow, _Measure]], replicates: int
) -> dict[str, list[str]]:
    counted = ("items", "highest_mark")
    size = ["too_few_persons" if row.n < 2 else "no_variance" for _, row, _ in cells]
    left = [
        "no_item_left" if row.removed == row.items else why
        for (_, row, _), why in zip(cells, size, strict=True)
    ]
    drawn = [_why_not_drawn(row, replicates) for _, row, _ in cells]
    limits = [
        "counted" if one.name in counted else why
        for (_, _, one), why in zip(cells, drawn, strict=True)
    ]
    random = [
        "alpha_only"
        if one.name != "alpha"
        else "too_few_items"
        if row.removed
        else "nothing_removed"
        for _, row, one in cells
    ]
    ends = [f"{name}_{end}" for name in ("before", "after", "change") for end in ("low", "high")]
    return {
        "before": size,
        "after": left,
        "change": left,
        "change_random": random,
        **dict.fromkeys(ends, limits),
    }


def _why_not_drawn(row: FormRow, replicates: int) -> str:
    if not row.removed:
        return "nothing_removed"
    if row.removed == row.items:
        return "no_item_left"
    return "all_samples_degenerate" if replicates else "not_asked"


def outcomes_table(study: Study, made: Made, *, level: float) -> pd.DataFrame:
    """A row a scenario, form and cut."""
    parts = []
    for scenario, rows in made.items():
        removed = {row.form: row.removed for row in rows}
        cuts = tuple(
            cut
            if removed.get(cut.form, any(removed.values()))
            else replace(cut, why_not="nothing_removed")
            for cut in over_forms(tuple(rows))
        )
        forms = [row.form for row in rows] if len(rows) == 1 else [ALL_FORMS, *removed]
        table = cuts_table(study, cuts, forms, level=level)
        table.insert(0, "scenario", pd.Series([scenario] * len(table), dtype=object))
        parts.append(_with_limits(table, level))
    whole = pd.concat(parts, ignore_index=True)
    reasons = [str(name) for name in whole if str(name).endswith("_reason")]
    whole[reasons] = whole[reasons].astype(object).where(whole[reasons].notna(), None)
    return whole


def _with_limits(table: pd.DataFrame, level: float) -> pd.DataFrame:
    """Wilson's limits of both pass rates beside them."""
    n = table["n"].to_numpy(dtype=float)
    for name in ("pass_rate", "pass_rate_without"):
        rate = table[name].to_numpy(dtype=float)
        limits = wilson(rate * n, n, level=level)
        at = list(table.columns).index(name) + 1
        table.insert(at, f"{name}_low", limits.low)
        table.insert(at + 1, f"{name}_high", limits.high)
        if np.isnan(rate).any():
            why = table[f"{name}_reason"]
            table[f"{name}_low_reason"], table[f"{name}_high_reason"] = why, why
    return table


def optimism_table(made: Made, *, splits: int, seed: int) -> pd.DataFrame:
    """A row a scenario and form: how much of a gain of alpha would be chance, had data chosen."""
    cells = [(scenario, row) for scenario, rows in made.items() for row in rows]
    gains = [
        gains_when_chosen(row.test.points, count=row.removed, splits=splits, seed=seed)
        for _, row in cells
    ]
    same, other = ([_mean(found, k) for found in gains] for k in (0, 1))
    ends = [reference_range(found[:, 0] - found[:, 1])[1] for found in gains]
    change = [float(row.alpha[1] - row.alpha[0]) for _, row in cells]
    gap = [a - b for a, b in zip(same, other, strict=True)]
    columns: dict[str, Any] = {
        "scenario": [scenario for scenario, _ in cells],
        "form": [row.form for _, row in cells],
        "items_removed": [row.removed for _, row in cells],
        "alpha_change": change,
        "gain_same_people": same,
        "gain_other_people": other,
        "optimism": gap,
        "optimism_low": [end.low for end in ends],
        "optimism_high": [end.high for end in ends],
        "alpha_change_corrected": [a - b for a, b in zip(change, gap, strict=True)],
    }
    why = [_why_no_gain(row, splits) for _, row in cells]
    return tidy(columns, dict.fromkeys(columns, why))


def _mean(found: Floats, k: int) -> float:
    values = found[np.isfinite(found).all(axis=1)]
    return float(values[:, k].mean()) if len(values) else float("nan")


def _why_no_gain(row: FormRow, splits: int) -> str:
    if not row.removed:
        return "nothing_removed"
    if not splits:
        return "not_asked"
    return "too_few_items" if row.items - row.removed < 2 else "too_few_persons"
