"""Studies whose persons were judged: made in memory, with whatever is judged of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.study.spec import StudySpec, Tables
from naas_psych.study.study import Study
from tests.make import study_from_scores


def judged_study(
    percent: Sequence[float], spec: dict[str, Any] | None = None, **tables: Any
) -> Study:
    """Persons P1, P2 ... with these whole totals of 100, in two items of 50."""
    points = np.array([[min(one, 50), max(one - 50, 0)] for one in percent], dtype=int)
    made = study_from_scores(points, max_points=[50, 50])
    given = {"tables": Tables(responses="none.csv"), **(spec or {})}
    study = replace(
        made,
        spec=StudySpec.model_validate(given),
        tables={name: pd.DataFrame(table) for name, table in tables.items()},
    )
    study.__dict__["fingerprint"] = "sha256:made-by-a-test"
    return study


def persons(n: int) -> list[str]:
    """P1 to Pn."""
    return [f"P{k + 1}" for k in range(n)]


CUTS = {
    "met": {"value": 63, "unit": "percent"},
    "partially_met": {"value": 55, "unit": "percent"},
}
