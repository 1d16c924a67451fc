"""One row a comparison: how many items can be judged, and how many show a difference."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.fairness.comparison_columns import COMPARISON
from naas_psych.result import tidy


def comparison_rows(items: pd.DataFrame) -> pd.DataFrame:
    """Counts of verdicts by comparison.

    items_large is 0 only where every item can be judged: where some cannot, none has been cleared.
    """
    keys = [*COMPARISON]
    rows: list[dict[str, Any]] = []
    for key, own in items.groupby(keys, sort=False):
        counts = own["verdict"].value_counts()
        large, untold = int(counts.get("large", 0)), int(counts.get("cannot_tell", 0))
        rows.append(
            dict(zip(keys, key, strict=True))
            | {
                "n_reference": int(own["n_reference"].max()),
                "n_focal": int(own["n_focal"].max()),
                "items": len(own),
                "items_judged": len(own) - untold,
                "items_moderate": int(counts.get("moderate", 0)),
                "items_large": float(large) if large or not untold else np.nan,
            }
        )
    names = [*keys, "n_reference", "n_focal", "items", "items_judged", "items_moderate"]
    kinds = {name: object if name in keys else int for name in names}
    columns: dict[str, Any] = {
        name: np.array([row[name] for row in rows], dtype=kinds[name]) for name in names
    }
    columns["items_large"] = np.array([row["items_large"] for row in rows], dtype=float)
    return tidy(columns, {"items_large": ["items_not_testable"] * len(rows)})
