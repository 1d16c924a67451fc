"""Every comparison with its forms under freed items, or why there is none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
import pandas as pd
from pydantic import Field

from naas_psych.analyses.fairness.comparison_columns import COMPARISON, key_of
from naas_psych.analyses.fairness.enough import enough, focal_needed
from naas_psych.analyses.fairness.freed_forms import FreedForm, freeable, freed_forms
from naas_psych.analyses.fairness.freed_items import freed_in, freed_items
from naas_psych.analyses.fairness.group_calibration import two_group_data
from naas_psych.errors import AnalysisImpossible
from naas_psych.numerics.arrays import Floats
from naas_psych.result import tidy
from naas_psych.study.groupings import Comparison
from naas_psych.study.responses import Counted
from naas_psych.study.study import Study
from naas_psych.thresholds import Thresholds

Draws = Annotated[
    int,
    Field(ge=100, le=100_000, description="draws of the parameters that the limits rest on"),
]
Anchors = Annotated[
    list[str] | None,
    Field(
        description="item that is taken to work the same for all groups, once or more; all others "
        "are freed; default: items that dif_mantel_haenszel flags are freed"
    ),
]
Row = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """What both analyses of freed items are asked for."""

    group: Sequence[str] | None
    anchor: Sequence[str] | None
    omitted: Counted | None
    draws: int
    seed: int
    level: float
    threads: int


@dataclass(frozen=True, eq=False)
class Compared:
    """One comparison. forms : by name, those with a freed item; why : reason without any.

    untestable : share of the items that could not be tested for a difference
    """

    comparison: Comparison
    n_reference: int
    n_focal: int
    freed: tuple[str, ...]
    untestable: float
    forms: Mapping[str, FreedForm]
    why: str | None
    said: str = ""

    def head(self, limits: Thresholds) -> Row:
        """What every row of the comparison starts with."""
        names = dict(zip(COMPARISON, key_of(self.comparison), strict=True))
        needed = focal_needed(self.n_reference, limits) if self.why == "group_too_few" else np.nan
        counts = {"n_reference": self.n_reference, "n_focal": self.n_focal}
        return {**names, **counts, "persons_needed": needed}

    def without_freed(self, limits: Thresholds) -> str:
        """The verdict on a form in which nothing is freed."""
        return "negligible" if self.why_none(limits) == "no_item_freed" else "cannot_tell"

    def judged(self, verdict: str, limits: Thresholds) -> str:
        """A verdict on freed items; none are negligible where the others could not be tested."""
        most = limits["dtf_untestable_share_max"].value
        return "cannot_tell" if verdict == "negligible" and self.untestable > most else verdict

    def why_none(self, limits: Thresholds) -> str:
        """Why a form has no freed item: none differs only where enough of them could be tested."""
        if self.why not in (None, "no_item_freed"):
            return str(self.why)
        most = limits["dtf_untestable_share_max"].value
        return "no_item_freed" if self.untestable <= most else "items_not_testable"


def compared(study: Study, comparisons: Iterable[Comparison], asked: Asked) -> Iterator[Compared]:
    """Every comparison, those with enough persons calibrated with the flagged items freed."""
    comparisons = list(comparisons)
    answered = (study.responses.points >= 0).any(axis=1)
    sizes = [
        (int((c.reference.members & answered).sum()), int((c.focal.members & answered).sum()))
        for c in comparisons
    ]
    limits = study.thresholds
    found: Any = {}
    if any(enough(*size, limits) for size in sizes):
        found = freed_items(study, asked.group, asked.anchor, omitted=asked.omitted)
    for comparison, (n_reference, n_focal) in zip(comparisons, sizes, strict=True):
        if not enough(n_reference, n_focal, limits):
            too_few = "group_too_few"
            yield Compared(comparison, n_reference, n_focal, (), 1.0, {}, too_few)
            continue
        yield _compared(
            study, comparison, (n_reference, n_focal), freed_in(found, comparison), asked
        )


def _compared(
    study: Study, comparison: Comparison, size: tuple[int, int], freed: Any, asked: Asked
) -> Compared:
    items = freeable(two_group_data(study, comparison, asked.omitted), freed.items)
    names = tuple(study.responses.item_ids[j] for j in sorted(items))
    if not items:
        return Compared(comparison, *size, names, freed.untestable, {}, "no_item_freed")
    try:
        forms = freed_forms(
            study,
            comparison,
            items,
            omitted=asked.omitted,
            draws=asked.draws,
            seed=asked.seed,
            threads=asked.threads,
        )
        by_name = {form.totals.name: form for form in forms}
    except AnalysisImpossible as impossible:
        said = f"{comparison.focal.name} ({comparison.group}) could not be compared: {impossible}"
        return Compared(comparison, *size, names, 1.0, {}, "not_fitted", said)
    why = None if by_name else "no_item_freed"
    return Compared(comparison, *size, names, freed.untestable, by_name, why)


def limits_of(drawn: Floats, level: float) -> tuple[float, float]:
    """Quantiles of the draws (R, ...) that stand behind an estimate; nan without draws."""
    if drawn.size == 0 or not np.isfinite(drawn).all():
        return np.nan, np.nan
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def with_limits(name: str, drawn: Floats, level: float) -> Row:
    """`name`, `name_low`, `name_high` of an estimate and its draws (R + 1,)."""
    low, high = limits_of(drawn[1:], level)
    return {name: float(drawn[0]), f"{name}_low": low, f"{name}_high": high}


def verdict_of(low: float, high: float, line: float) -> str:
    """Whether a difference surely passes a line, surely does not, or may do either."""
    if low >= line or high <= -line:
        return "large"
    return "negligible" if -line < low and high < line else "cannot_tell"


def table_of(
    rows: Sequence[Row], columns: Sequence[str], *, text: Sequence[str], counts: Sequence[str]
) -> pd.DataFrame:
    """Rows as a table; what a row lacks is null, with the row's `why`, or `why_<column>`."""
    found: dict[str, Any] = {}
    reasons: dict[str, list[str | None]] = {}
    for name in columns:
        kind: Any = object if name in text else np.int64 if name in counts else float
        empty: Any = None if name in text else 0 if name in counts else np.nan
        found[name] = np.array([row.get(name, empty) for row in rows], dtype=kind)
        if kind is float:
            limit = name.endswith(("_low", "_high"))
            reasons[name] = [_why(row, name, limit) for row in rows]
    return tidy(found, reasons)


def _why(row: Row, name: str, limit: bool) -> str:
    if f"why_{name}" in row:
        return str(row[f"why_{name}"])
    if name == "persons_needed" and row.get("why") not in ("group_too_few", "items_not_testable"):
        return "enough_persons"
    return str(row.get("why") or ("no_errors" if limit else "no_range"))
