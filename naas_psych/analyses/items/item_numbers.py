"""Every number of one item, in points, with a reason for each that is undefined."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.analyses.items.forms import Form, Forms, Seat, who_reached
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.biserial import biserial
from naas_psych.numerics.coefficients import alpha_from_sums
from naas_psych.numerics.correlations import fisher_interval
from naas_psych.numerics.intervals import Interval
from naas_psych.numerics.item_statistics import Facility, alpha_if_dropped, facility
from naas_psych.numerics.polyserial import polyserial
from naas_psych.numerics.rest_table import (
    NOTHING,
    Deviations,
    RestTable,
    deviations,
    pearson,
    stacked,
    with_total,
)
from naas_psych.numerics.upper_lower import (
    GroupCuts,
    GroupScores,
    UpperLower,
    group_cuts,
    group_scores,
    upper_lower,
)
from naas_psych.study.responses import ABSENCES, Counted, Responses


@dataclass(frozen=True)
class Plan:
    """What is common to all items of a study."""

    forms: Forms
    cuts: tuple[GroupCuts, ...]
    parts: tuple[AlphaParts, ...]
    level: float
    omitted: Counted
    not_reached: Counted


@dataclass(frozen=True)
class AlphaParts:
    """Of one form: alpha, and for its items (j,) alpha of the others, weight, reliability index."""

    alpha: float
    if_dropped: Floats
    weight: Floats
    index: Floats


@dataclass(frozen=True)
class InTest:
    """What an item contributes to the one test it is judged in, in points."""

    alpha: float
    alpha_if_dropped: float
    weight: float
    index: float
    reason: str | None


@dataclass(frozen=True)
class ItemNumbers:
    """One item.

    met : persons who answered or omitted it
    tables : score by rest score, one a form
    scaled : (K,) each score as a facility, 0 to 1
    """

    absences: dict[str, int]
    met: int
    facility: Facility
    tables: tuple[RestTable, ...]
    scaled: Floats
    n_rest: int
    total_r: float
    rest_r: float
    rest_limits: Interval[float]
    rest_df: float
    rest_reason: str | None
    biserial: float
    d: UpperLower
    d_reason: str | None
    test: InTest


def make_plan(
    forms: Forms, *, share: float, level: float, omitted: Counted, not_reached: Counted
) -> Plan:
    """Groups and alpha of every form, once for all items."""
    cuts = tuple(group_cuts(form.totals, share) for form in forms.forms)
    return Plan(forms, cuts, tuple(map(alpha_parts, forms.forms)), level, omitted, not_reached)


def alpha_parts(form: Form) -> AlphaParts:
    """Item variances and covariances with the total, by exact whole-number sums."""
    n, df = form.n, max(form.n - 1, 1)
    sum_x = int(form.totals.sum())
    sums = np.zeros((form.items.size, 2))
    for place, y in enumerate(form.marks):
        sum_y = int(y.sum(dtype=np.int64))
        # Whole numbers are exact, so neither the order nor the threads of a sum change a bit.
        sums[place] = (
            (n * _product(y, y) - sum_y * sum_y) / (n * df),
            (n * _product(y, form.totals) - sum_y * sum_x) / (n * df),
        )
    variances, with_x = sums.T
    spread = with_x.sum() if with_x.sum() > 0 else np.nan
    return AlphaParts(
        float(alpha_from_sums(variances.sum(), spread, form.items.size)),
        alpha_if_dropped(variances, with_x),
        with_x / spread,
        with_x / np.sqrt(spread),
    )


def _product(a: NDArray[Any], b: NDArray[Any]) -> int:
    return int(np.einsum("i,i->", a, b, dtype=np.int64))


def item_numbers(responses: Responses, j: int, plan: Plan) -> ItemNumbers:
    """Item `j`: its own counts, then its table of score by rest score in each form."""
    column: NDArray[Any] = np.ascontiguousarray(responses.points[:, j])
    lowest, highest = int(responses.min_points[j]), int(responses.max_points[j])
    absences, counts = _count(column, lowest, highest, plan)
    own = facility(counts, lowest, highest, level=plan.level)
    values = np.arange(counts.size, dtype=float)
    width = highest - lowest
    scaled = (values - lowest) / width if width > 0 else np.full(values.size, np.nan)
    seats = plan.forms.holding(j)
    tables = tuple(
        s.form.table(s.place, counts.size, who_reached(column[s.form.rows], plan.not_reached))
        for s in seats
    )
    rest = sum((deviations(table, values) for table in tables), NOTHING)
    total = sum((with_total(deviations(table, values)) for table in tables), NOTHING)
    r = pearson(rest) if responses.n_items > 1 else float("nan")
    return ItemNumbers(
        absences=absences,
        met=int(np.sum(column >= 0)) + absences["omitted"],
        facility=own,
        tables=tables,
        scaled=scaled,
        n_rest=int(sum(table.n for table in tables)),
        total_r=pearson(total),
        rest_r=r,
        rest_limits=fisher_interval(r, rest.df, level=plan.level),
        rest_df=rest.df,
        rest_reason=why_no_r(rest, responses.n_items),
        biserial=_biserial(r, tables, scaled, own),
        d=_upper_lower(tables, seats, scaled, plan),
        d_reason=_why_no_groups(seats, plan),
        test=_in_test(plan, j, responses.n_items),
    )


def _count(
    column: NDArray[Any], lowest: int, highest: int, plan: Plan
) -> tuple[dict[str, int], NDArray[np.int64]]:
    """Absences by name, and persons by score (points 0 .. highest) by the conventions."""
    shift = len(ABSENCES)
    codes = np.bincount(column.astype(np.intp) + shift, minlength=shift + highest + 1)
    absences = {name: int(codes[shift + code]) for name, code in ABSENCES.items()}
    counts = codes[shift:].copy()
    counts[lowest] += absences["omitted"] if plan.omitted == "wrong" else 0
    counts[lowest] += absences["not_reached"] if plan.not_reached == "wrong" else 0
    return absences, counts


def why_no_r(rest: Deviations, n_items: int) -> str | None:
    """Why an item has no correlation with its rest score."""
    if n_items < 2:
        return "too_few_items"
    if rest.df < 1:
        return "too_few_persons"
    if rest.yy <= 0:
        return "no_variance"
    return "no_variance_of_rest" if rest.rr <= 0 else None


def _biserial(r: float, tables: tuple[RestTable, ...], scaled: Floats, own: Facility) -> float:
    """Biserial where only the lowest and highest score occur, else polyserial; nan without r."""
    if not np.isfinite(r):
        return float("nan")
    if own.dichotomous:
        by_code = sum(table.by_code for table in tables)
        return biserial(r, float(np.nansum(by_code * (scaled == 1))) / float(np.sum(by_code)))
    return polyserial(stacked(tables))


def _upper_lower(
    tables: tuple[RestTable, ...], seats: tuple[Seat, ...], scaled: Floats, plan: Plan
) -> UpperLower:
    """Groups are formed within forms; their counts are then added."""
    groups = GroupScores(np.zeros(scaled.size), np.zeros(scaled.size))
    points = np.arange(scaled.size, dtype=float)
    for seat, table in zip(seats, tables, strict=True):
        cuts = plan.cuts[seat.number]
        if cuts.reason is None:
            groups = groups + group_scores(table, points, cuts)
    return upper_lower(groups, np.nan_to_num(scaled), level=plan.level)


def _why_no_groups(seats: tuple[Seat, ...], plan: Plan) -> str | None:
    reasons = [plan.cuts[seat.number].reason for seat in seats]
    if not reasons:
        return "no_responses"
    return None if None in reasons else reasons[0]


def _in_test(plan: Plan, j: int, n_items: int) -> InTest:
    gap = float("nan")
    seat = plan.forms.main_seat(j, n_items)
    if seat is None:
        several = bool(plan.forms.holding(j))
        return InTest(gap, gap, gap, gap, "several_forms" if several else "no_responses")
    parts = plan.parts[seat.number]
    few = seat.form.items.size < 3
    persons = "too_few_persons" if seat.form.n < 2 else "no_variance"
    return InTest(
        parts.alpha,
        float(parts.if_dropped[seat.place]),
        float(parts.weight[seat.place]),
        float(parts.index[seat.place]),
        "too_few_items" if few else persons,
    )
