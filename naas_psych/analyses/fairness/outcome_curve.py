"""Pass rates of two groups at every cut there could be: a curve, not one number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.fairness.outcome_counts import passes_along, possible_cuts
from naas_psych.analyses.fairness.outcome_rows import rate_columns
from naas_psych.analyses.fairness.score_pairs import enough, persons_with_total, score_pairs
from naas_psych.analyses.outcomes import FormTotals, form_totals
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.outcome_gaps import expected_difference
from naas_psych.numerics.score_gap import standardised_gap
from naas_psych.result import tidy
from naas_psych.study.groupings import Comparison
from naas_psych.study.responses import Counted
from naas_psych.study.study import Study


def curve_table(
    study: Study, comparisons: Sequence[Comparison], omitted: Counted | None, level: float
) -> pd.DataFrame:
    """One row a comparison and possible cut, of comparisons with the persons to be shown."""
    forms = form_totals(study, omitted)
    shown = [one for one in comparisons if _shown(study, forms, one)]
    grid = possible_cuts(study, forms)
    found = passes_along(forms, grid, shown)
    g = np.array([standardised_gap(score_pairs(forms, one)).g for one in shown], dtype=float)
    numbers = rate_columns(found, level)
    rate = numbers["rate_reference"]
    # Of a rate of 0 or 1 the normal model has no place for the cut.
    expected = expected_difference(np.where((rate > 0) & (rate < 1), rate, np.nan), g[:, None])
    columns: dict[str, Any] = {
        name: [text(one) for one in shown for _ in grid] for name, text in _NAMES.items()
    }
    columns["cut_percent"] = np.tile(grid, len(shown))
    columns["n_reference"] = found.n_reference.reshape(-1).astype(np.int64)
    columns["n_focal"] = found.n_focal.reshape(-1).astype(np.int64)
    columns |= {name: values.reshape(-1) for name, values in numbers.items()}
    columns["difference_expected"] = expected.reshape(-1)
    return tidy(columns, _whys(columns["rate_reference"]))


_NAMES: dict[str, Callable[[Comparison], str]] = {
    "group": lambda one: one.group,
    "reference": lambda one: one.reference.name,
    "focal": lambda one: one.focal.name,
}


def _shown(study: Study, forms: Sequence[FormTotals], one: Comparison) -> bool:
    ns = [persons_with_total(forms, side.members) for side in (one.reference, one.focal)]
    return enough(ns[0], ns[1], study.thresholds, "gap_show_min")


def _whys(rates: Floats) -> dict[str, list[str]]:
    rows = rates.size
    logs = ["all_or_none_passed"] * rows
    expected = ["no_variance" if 0 < p < 1 else "all_or_none_passed" for p in rates.tolist()]
    return {
        "ratio": ["no_reference_passed"] * rows,
        "ratio_low": logs,
        "ratio_high": logs,
        "difference_expected": expected,
    }
