"""The area that judges see in an item: the column that holds it, and names as they are compared."""

from __future__ import annotations

import math

import pandas as pd

from naas_psych.analyses.content.plan import folded
from naas_psych.study.study import Study

#: `kss_match` of the judgements is the area that a judge sees, for the column `kss` of the items.
MATCH = "_match"


def matched_column(study: Study, table: pd.DataFrame | None) -> str | None:
    """The column of the items that judges were asked to match; None where they were not."""
    named = [] if table is None else [str(name) for name in table.columns]
    asked = [name.removesuffix(MATCH) for name in named if name.endswith(MATCH)]
    return next((name for name in asked if name in study.items), None)


def plain(value: object) -> str | None:
    """A name as it is compared: `3.0` and `3` are the same area; None for an empty cell."""
    if isinstance(value, (int, float)):
        return f"{value:g}" if math.isfinite(value) else None
    return folded(str(value)).removesuffix(".0") if isinstance(value, str) else None
