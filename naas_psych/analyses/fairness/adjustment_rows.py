"""One row a measure: persons with an adjustment beside all others."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from naas_psych.analyses.fairness.adjustment_persons import Persons
from naas_psych.analyses.fairness.freed_comparisons import Row, table_of
from naas_psych.analyses.outcomes import meets
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.intervals import normal_quantile
from naas_psych.numerics.medians import median_with_error
from naas_psych.numerics.proportions import newcombe, wilson
from naas_psych.numerics.two_groups import mean_interval, welch
from naas_psych.study.responses import Counted
from naas_psych.study.spec import Cut
from naas_psych.study.study import Study

_COLUMNS = (
    *("measure", "cut", "n_with_adjustment", "n_without_adjustment"),
    *(
        f"{name}{end}"
        for name in ("with_adjustment", "without_adjustment")
        for end in ("", "_low", "_high")
    ),
    *("adjustment_difference", "adjustment_difference_low", "adjustment_difference_high"),
)


def outcome_rows(
    study: Study,
    people: Persons,
    cuts: Mapping[str, Cut],
    *,
    omitted: Counted | None,
    level: float,
) -> pd.DataFrame:
    """Time used, reach, rapid answers, and the share that meets each cut."""
    measures = [
        (
            "time_used",
            None,
            people.time_used,
            "no_time_limit" if study.spec.speed.time_limit is None else "no_times",
        ),
        ("reached_last", None, people.reached_last, "not_reached_by_any"),
        ("rapid_share", None, people.rapid_share, "no_times"),
        *(
            ("meets_cut", name, meets(study, cut, omitted), "no_total")
            for name, cut in cuts.items()
        ),
    ]
    least = int(study.thresholds["adjustment_persons_min"].value)
    rows: list[Row] = []
    for measure, cut, values, missing in measures:
        sides = [values[who & np.isfinite(values)] for who in (people.adjusted, ~people.adjusted)]
        row: Row = {"measure": measure, "cut": cut}
        row |= {"n_with_adjustment": sides[0].size, "n_without_adjustment": sides[1].size}
        if not np.isfinite(values).any():
            row |= {"why": missing}
        elif min(sides[0].size, sides[1].size) < least:
            row |= {"why": "group_too_few"}
        else:
            row |= {"why": "no_variance", **_row(measure, sides[0], sides[1], level)}
        rows.append(row)
    return table_of(
        rows,
        _COLUMNS,
        text=("measure", "cut"),
        counts=("n_with_adjustment", "n_without_adjustment"),
    )


def _row(measure: str, adjusted: Floats, usual: Floats, level: float) -> Row:
    if measure == "time_used":
        return _medians(adjusted, usual, level)
    if measure == "rapid_share":
        return _means(adjusted, usual, level)
    return _shares(adjusted, usual, level)


def _medians(adjusted: Floats, usual: Floats, level: float) -> Row:
    z = normal_quantile(level)
    found = [median_with_error(side) for side in (adjusted, usual)]
    row: Row = {}
    for name, one in zip(("with_adjustment", "without_adjustment"), found, strict=True):
        row |= {name: one.median, f"{name}_low": one.median - z * one.se}
        row |= {f"{name}_high": one.median + z * one.se}
    half = z * float(np.hypot(found[0].se, found[1].se))
    return row | _apart(found[0].median - found[1].median, -half, half, around=True)


def _means(adjusted: Floats, usual: Floats, level: float) -> Row:
    row: Row = {}
    for name, side in (("with_adjustment", adjusted), ("without_adjustment", usual)):
        limits = mean_interval(side, level=level)
        row |= {name: float(side.mean())}
        row |= {f"{name}_low": max(limits.low, 0.0), f"{name}_high": min(limits.high, 1.0)}
    limits = welch(adjusted, usual, level=level)
    return row | _apart(float(adjusted.mean() - usual.mean()), limits.low, limits.high)


def _shares(adjusted: Floats, usual: Floats, level: float) -> Row:
    row: Row = {}
    for name, side in (("with_adjustment", adjusted), ("without_adjustment", usual)):
        limits = wilson(side.sum(), side.size, level=level)
        row |= {name: float(side.mean())}
        row |= {f"{name}_low": float(limits.low), f"{name}_high": float(limits.high)}
    pair = [(float(side.sum()), float(side.size)) for side in (adjusted, usual)]
    apart = newcombe(pair[0], pair[1], level=level)
    return row | _apart(float(adjusted.mean() - usual.mean()), apart.low, apart.high)


def _apart(difference: float, low: float, high: float, *, around: bool = False) -> Row:
    base = difference if around else 0.0
    return {
        "adjustment_difference": difference,
        "adjustment_difference_low": base + low,
        "adjustment_difference_high": base + high,
    }
