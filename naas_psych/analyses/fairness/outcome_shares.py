"""Three outcomes or more, where there are several cuts: the share of each in every group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from naas_psych.analyses.fairness.outcome_counts import PlacedCut
from naas_psych.analyses.outcomes import FormTotals, form_totals
from naas_psych.numerics.outcome_gaps import rate_limits
from naas_psych.result import tidy
from naas_psych.study.groupings import Groups, Level
from naas_psych.study.responses import Counted
from naas_psych.study.study import Study

#: Rounding of sums: a total this near a cut stands on it.
_NEAR = 1e-9


def shares_table(
    study: Study,
    groups: Sequence[Groups],
    cuts: Sequence[PlacedCut],
    omitted: Counted | None,
    level: float,
) -> pd.DataFrame:
    """One row a level and outcome, the highest first; no row with fewer than two cuts."""
    ordered = sorted(cuts, key=lambda cut: (-cut.percent, cut.name))
    names = [cut.name for cut in ordered]
    outcomes = [*names, f"below {names[-1]}"] if len(names) > 1 else []
    levels = [(one.name, each) for one in groups for each in (*one.levels, *one.combined)]
    least = study.thresholds["gap_show_min"].value
    forms = form_totals(study, omitted) if outcomes else ()
    counts = np.array(
        [_counts(forms, ordered, each) for _, each in levels] if outcomes else [], dtype=float
    ).reshape(len(levels) if outcomes else 0, len(outcomes))
    rows = [(group, each.name) for group, each in levels for _ in outcomes]
    n = np.repeat(counts.sum(axis=1), len(outcomes))
    shown = n >= least
    found = np.where(shown, counts.reshape(-1), np.nan)
    limits = rate_limits(found, np.where(shown, n, np.nan), level=level)
    columns: dict[str, Any] = {
        "group": [group for group, _ in rows],
        "group_level": [name for _, name in rows],
        "outcome_reached": outcomes * len(counts),
        "n": n.astype(np.int64),
        "n_outcome": found,
        "share": found / np.where(shown, n, np.nan),
        "share_low": limits.low,
        "share_high": limits.high,
    }
    small = ["group_too_few"] * len(rows)
    return tidy(columns, {"n_outcome": small, "share": small})


def _counts(
    forms: Sequence[FormTotals], ordered: Sequence[PlacedCut], level: Level
) -> NDArray[np.int64]:
    """Persons by outcome: the highest cut met, else below the lowest."""
    found = np.zeros(len(ordered) + 1, dtype=np.int64)
    for k, form in enumerate(forms):
        totals = form.totals[level.members[form.rows]]
        met = np.array([totals >= cut.totals[k] - _NEAR for cut in ordered])
        highest = np.where(met.any(axis=0), met.argmax(axis=0), len(ordered))
        found += np.bincount(highest, minlength=len(ordered) + 1)
    return found
