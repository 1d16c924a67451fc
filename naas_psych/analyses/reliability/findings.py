"""What the reliability table means, held to thresholds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from naas_psych.analyses.forms import ONE_FORM
from naas_psych.analyses.items.phrasing import coefficient
from naas_psych.analyses.reliability.method_words import TROUBLES
from naas_psych.errors import Severity
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.result import Result
from naas_psych.thresholds import Thresholds


@dataclass(frozen=True)
class _Verdict:
    """A case of the finding `reliability_for_decisions`, in the words of its sentence."""

    case: str
    words: str
    severity: Severity


def reliability_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """Findings of every form, the verdict on alpha first."""
    table = result.tables["coefficients"]
    for form, rows in table.groupby("form", sort=False):
        by_name = rows.set_index("coefficient")
        yield from _precision(str(form), by_name, thresholds)
        yield from _negative(str(form), by_name)
        yield from _scenarios(str(form), by_name, thresholds)
        yield from _lower_bound(str(form), by_name, thresholds)
        yield from _degenerate(str(form), by_name, thresholds)
        yield from _factor_trouble(str(form), by_name)
    yield from dropped_findings(result, thresholds)


def dropped_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """Items without variance, and persons who fit in no form."""
    for item in result.tables["dropped_items"].itertuples(index=False):
        yield found(
            code="constant_item",
            severity="warning",
            subject=str(item.item_id),
            sentence=f"Everybody has the same mark on {item.item_id}, so it is in no coefficient.",
        )
    left_out = int(result.provenance.get("persons_left_out", 0))
    if left_out:
        yield found(
            code="persons_left_out",
            severity="info",
            subject="persons",
            sentence=f"{left_out} persons are not in any coefficient: they have no total to "
            "compare.",
            value=float(left_out),
            threshold=thresholds["booklet_persons_min"],
        )


def known_rows(table: pd.DataFrame, column: str) -> Iterator[dict[str, Any]]:
    """The rows of a table in which `column` has a value, as plain records."""
    for record in table.dropna(subset=[column]).to_dict("records"):
        yield {str(name): value for name, value in record.items()}


def _number(rows: pd.DataFrame, name: str, column: str) -> float | None:
    value: Any = rows.loc[name, column] if name in rows.index else None
    return None if value is None or pd.isna(value) else float(value)


def _whole(rows: pd.DataFrame, name: str, column: str) -> int:
    """A count of a row; 0 where so few are not shown, and nothing is said of them."""
    value: Any = rows.loc[name, column]
    return 0 if pd.isna(value) else int(value)


def _precision(form: str, rows: pd.DataFrame, thresholds: Thresholds) -> Iterator[Finding]:
    value = _number(rows, "alpha", "estimate")
    low, high = _number(rows, "alpha", "low"), _number(rows, "alpha", "high")
    if value is None or low is None or high is None:
        return
    n = _whole(rows, "alpha", "n")
    least = thresholds["pass_fail_reliability_min"]
    target = thresholds["pass_fail_reliability_target"]
    enough = thresholds["pass_fail_reliability_n"]
    if n < enough.value:
        verdict = _Verdict("too_few_persons", "cannot tell", "info")
    else:
        verdict = _verdict(low, high, least=least.value, target=target.value)
    yield found(
        code="reliability_for_decisions",
        severity=verdict.severity,
        case=verdict.case,
        numbers={"n": n, "enough": enough.value, "least": least.value, "target": target.value},
        subject=form,
        sentence=f"alpha is {coefficient(value)} ({coefficient(low)} to {coefficient(high)}, "
        f"{n} persons): {verdict.words}.",
        value=value,
        limits=(low, high),
        threshold=least,
    )


def _verdict(low: float, high: float, *, least: float, target: float) -> _Verdict:
    """The generic rule: the whole interval has to be on one side of a line."""
    if low >= target:
        return _Verdict("precise", "precise enough", "info")
    if low >= least:
        return _Verdict("usable", "usable with care", "info")
    if high < least:
        return _Verdict("imprecise", "too imprecise", "warning")
    return _Verdict("undecided", "cannot tell", "warning")


def _negative(form: str, rows: pd.DataFrame) -> Iterator[Finding]:
    value = _number(rows, "alpha", "estimate")
    if value is None or value >= 0:
        return
    yield found(
        code="negative_alpha",
        severity="error",
        subject=form,
        sentence=f"alpha is negative ({coefficient(value)}).",
        value=value,
    )


def _scenarios(form: str, rows: pd.DataFrame, thresholds: Thresholds) -> Iterator[Finding]:
    over_items, over_units = (
        _number(rows, name, "estimate") for name in ("alpha", "alpha_over_scenarios")
    )
    if over_items is None or over_units is None:
        return
    limit = thresholds["shared_scenario_alpha_gap"]
    gap = over_items - over_units
    units = _whole(rows, "alpha_over_scenarios", "items")
    yield found(
        code="marks_share_a_scenario",
        severity="warning" if gap > limit.value else "info",
        subject=form,
        sentence=f"Items share scenarios: alpha is {coefficient(over_items)} over "
        f"{_whole(rows, 'alpha', 'items')} items and {coefficient(over_units)} over {units} "
        "scenarios.",
        value=gap,
        threshold=limit,
    )


def _lower_bound(form: str, rows: pd.DataFrame, thresholds: Thresholds) -> Iterator[Finding]:
    value, bias = _number(rows, "glb", "estimate"), _number(rows, "glb", "bootstrap_bias")
    few, many = thresholds["glb_persons_min"], thresholds["glb_items_max"]
    n, items = _whole(rows, "glb", "n"), _whole(rows, "glb", "items")
    if value is None or (n >= few.value and items <= many.value):
        return
    size = "" if bias is None else coefficient(bias, signed=True)
    seen = f"; the bootstrap puts its bias at {size}" if size else ""
    yield found(
        code="glb_upward_bias",
        severity="info",
        subject=form,
        sentence=f"glb is {coefficient(value)} from {n} persons and {items} items{seen}.",
        value=bias if bias is not None else value,
        threshold=few,
    )


def _degenerate(form: str, rows: pd.DataFrame, thresholds: Thresholds) -> Iterator[Finding]:
    limit = thresholds["bootstrap_degenerate_max"]
    for name in rows.index:
        share = _number(rows, name, "degenerate_share")
        if share is None or share <= limit.value or _number(rows, name, "estimate") is None:
            continue
        yield found(
            code="bootstrap_degenerate",
            severity="warning",
            subject=name if form == ONE_FORM else f"{form}: {name}",
            sentence=f"{share:.1%} of the bootstrap samples gave no value of {name}.",
            value=share,
            threshold=limit,
        )


def _factor_trouble(form: str, rows: pd.DataFrame) -> Iterator[Finding]:
    for name, method in zip(rows.index, rows["method"].astype(str), strict=True):
        if any(trouble in method for trouble in TROUBLES.values()):
            yield found(
                code="factor_solution_doubtful",
                severity="info" if name == "glb_factor" else "warning",
                subject=name if form == ONE_FORM else f"{form}: {name}",
                sentence=f"{name}: {method.partition(';')[0]}.",
            )
