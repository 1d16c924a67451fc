"""One number that a claim is held to: where it stands in the results, and which lines it meets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import pandas as pd

from naas_psych.analyses.forms import ONE_FORM, form_in_words
from naas_psych.assurance.entry import number, table_of
from naas_psych.assurance.verdict import Polarity, Verdict, cannot_tell, severity, verdict
from naas_psych.reason_codes import reason_label
from naas_psych.result import Result
from naas_psych.study.claimed import Measure
from naas_psych.thresholds import Thresholds

__all__ = ["Measure", "Measured", "measured"]
Row: TypeAlias = Mapping[Any, Any]
#: A column beside those of the table: the place of the row in it.
_PLACE = "row of the table"
#: How the reason of an analysis that failed begins: that is a fault of ours, not of the data.
FAILED = "the analysis failed"


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What a measure shows in a study, and the verdict on it alone.

    `row` is the row of the table that answers, where one row does; `n` how many the number rests
    on, where the measure says so. `recorded` is false where there was nothing to read it from.
    """

    measure: Measure
    verdict: Verdict
    of: str = ""
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    out_of: int | None = None
    row: int | None = None
    n: int | None = None
    recorded: bool = True

    @property
    def ranges(self) -> bool:
        """It was estimated: a number that was counted has no range of plausible values."""
        return not self.measure.exact and self.low != self.high

    @property
    def says(self) -> str:
        return f"{self.measure.says}, {self.of}" if self.of else self.measure.says

    @property
    def source(self) -> tuple[str, ...]:
        """The cells of the number and its limits, as `analysis/table/row/column`.

        Empty where it was added up; without limits where those of a size were made of them.
        """
        if self.row is None:
            return ()
        place = f"{self.measure.analysis}/{self.measure.table}/{self.row}"
        value = self.measure.value
        if self.measure.exact or self.measure.size or self.low is None:
            return (f"{place}/{value}",)
        return tuple(f"{place}/{column}" for column in (value, *self.measure.limits))


def measured(
    measure: Measure,
    results: Mapping[str, Result],
    not_examined: Mapping[str, str],
    *,
    thresholds: Thresholds,
    polarity: Polarity,
) -> Measured:
    """The row that does worst by the one rule, or why there is none."""
    rows = _rows(measure, results)
    if not rows:
        why = cannot_tell(_why(measure, not_examined), polarity=polarity)
        return Measured(measure=measure, verdict=why, recorded=False)
    found = [_of_row(row, measure, thresholds, polarity, named=len(rows) > 1) for row in rows]
    choose = max if measure.best else min
    return choose(found, key=lambda one: _rank(one, measure))


def _rank(found: Measured, measure: Measure) -> tuple[int, float]:
    """Worst verdict first; among equals the number that is worst."""
    size = found.estimate if found.estimate is not None else 0.0
    return (severity(found.verdict), size if measure.higher_is_better else -size)


def _rows(measure: Measure, results: Mapping[str, Result]) -> list[Row]:
    table: Any = table_of(results, measure.analysis, measure.table)
    if table is None or not len(table):
        return []
    table = table.assign(**{_PLACE: range(len(table))})
    every = table
    for column, wanted in measure.where.items():
        values = wanted if isinstance(wanted, list) else [wanted]
        table = table[table[column].isin(values)] if column in table else table.iloc[:0]
    if measure.rows:
        return [{measure.value: len(table)}] if len(table) or measure.absent is not None else []
    if measure.value not in table:
        return []
    if measure.total and len(table):
        table = table.groupby(measure.each, as_index=False, sort=False)[measure.value].sum()
    if measure.last:
        table = table.drop_duplicates(measure.each, keep="last")
    if measure.known_only and table[measure.value].notna().any():
        table = table[table[measure.value].notna()]
    return [*table.to_dict("records"), *_absent(measure, every, table)]


def _absent(measure: Measure, every: Any, table: Any) -> list[Row]:
    """A row for each form (or whatever `each` names) that has rows, but none of those chosen."""
    if measure.absent is None:
        return []
    if not measure.each:
        return [] if len(table) else [{measure.value: measure.absent}]
    missing = set(every[measure.each]) - set(table[measure.each])
    names = [name for name in every[measure.each].unique() if name in missing]
    return [{measure.each: name, measure.value: measure.absent} for name in names]


def why_absent(analysis: str, not_examined: Mapping[str, str]) -> str:
    """The reason why an analysis gave nothing, as it stands inside a sentence; else nothing."""
    reason = not_examined.get(analysis, "")
    return (reason[:1].lower() + reason[1:]).rstrip(".")


def _why(measure: Measure, not_examined: Mapping[str, str]) -> str:
    reason = why_absent(measure.analysis, not_examined)
    if measure.needs and not reason.startswith(FAILED):
        return measure.needs
    return reason or "nothing was recorded that could tell"


def _of_row(
    row: Row,
    measure: Measure,
    thresholds: Thresholds,
    polarity: Polarity,
    *,
    named: bool,
) -> Measured:
    estimate = number(row.get(measure.value))
    low, high = (number(row.get(column)) for column in measure.limits)
    if measure.size and estimate is not None:
        estimate, low, high = abs(estimate), *_size(low, high)
    if measure.exact:
        low = high = estimate
    reason = _reason(row, measure.value)
    if estimate is None and reason:
        return Measured(measure=measure, verdict=cannot_tell(reason, polarity=polarity))
    made = verdict(
        estimate=estimate,
        low=low,
        high=high,
        n=_count(row, measure),
        minimum=thresholds[measure.minimum].value,
        target=thresholds[measure.target].value,
        n_min=int(thresholds[measure.n_min].value) if measure.n_min else 0,
        higher_is_better=measure.higher_is_better,
        polarity=polarity,
        counted=measure.counted,
        write=_percent if measure.share else _line,
    )
    of = _called(row.get(measure.each), measure.each) if named and measure.each else ""
    whole = number(row.get(measure.out_of)) if measure.out_of else None
    return Measured(
        measure=measure,
        verdict=made,
        of=of,
        estimate=estimate,
        low=low,
        high=high,
        out_of=int(whole) if whole else None,
        row=row.get(_PLACE),
        n=_count(row, measure) if measure.n else None,
    )


def _size(low: float | None, high: float | None) -> tuple[float | None, float | None]:
    """Limits of the size of a number, from limits of the number."""
    if low is None or high is None:
        return low, high
    nearest = 0.0 if low <= 0 <= high else min(abs(low), abs(high))
    return nearest, max(abs(low), abs(high))


def _count(row: Row, measure: Measure) -> int:
    found = number(row.get(measure.n)) if measure.n else None
    return int(found or 0)


def _reason(row: Row, column: str) -> str:
    code = row.get(f"{column}_reason")
    label = "" if code is None or pd.isna(code) else reason_label(str(code))
    why = label.removeprefix("withheld: ")
    return label if why == label else f"the number is withheld, because of {why}"


def _line(line: float) -> str:
    """`.70`, `5`: as the field writes a coefficient, and any other number."""
    fraction = abs(line) < 1 and line != 0
    return f"{line:.2f}".replace("0.", ".", 1) if fraction else f"{line:g}"


def _percent(line: float) -> str:
    return f"{100 * line:g} of 100"


def _called(name: Any, column: str) -> str:
    """What a row is about, in words."""
    if name in (None, ONE_FORM):
        return ""
    if column == "form":
        return form_in_words(str(name))
    words = str(name).replace("_", " ")
    if column in ("focal", "characteristic_value"):
        return words
    if column in ("cut", "cut_name"):
        return f"cut \N{LEFT DOUBLE QUOTATION MARK}{words}\N{RIGHT DOUBLE QUOTATION MARK}"
    return f"{column.split('_', maxsplit=1)[0]} {words}"
