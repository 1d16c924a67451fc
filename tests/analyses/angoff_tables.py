"""Ratings by hand, as a study with persons on the rated items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.finding import Finding
from naas_psych.result import Result
from naas_psych.study.study import Study
from tests.make import study_from_scores

EXAMPLE = {
    "J1": [0.60, 0.70, 0.50, 0.80],
    "J2": [0.70, 0.75, 0.55, 0.90],
    "J3": [0.50, 0.65, 0.40, 0.70],
    "J4": [0.65, 0.70, 0.60, 0.85],
    "J5": [0.55, 0.60, 0.50, 0.75],
}
NAN = float("nan")


def rated(
    ratings: Mapping[str, Sequence[float]], *, round: float | None = None, **columns: Any
) -> pd.DataFrame:
    """Judges with their ratings of Q01, Q02, ...; nan for none."""
    rows = [
        {"judge_id": judge, "item_id": f"Q{k + 1:02d}", "probability": value}
        for judge, values in ratings.items()
        for k, value in enumerate(values)
    ]
    table = pd.DataFrame(rows)
    if round is not None:
        table["round"] = round
    return table.assign(**columns)


def persons(n_items: int, n: int = 200, seed: int = 3) -> Any:
    """Persons on items from easy to hard."""
    rng = np.random.Generator(np.random.PCG64(seed))
    theta, b = rng.normal(0.4, 1, (n, 1)), np.linspace(-1.5, 1.5, n_items)
    return (rng.random((n, n_items)) < 1 / (1 + np.exp(b - theta))).astype(int)


def study_with(*tables: pd.DataFrame, points: Any = None, **more: Any) -> Study:
    table = pd.concat(tables, ignore_index=True)
    items = 1 + max(int(name[1:]) for name in table["item_id"]) - 1
    made = study_from_scores(persons(items) if points is None else points, **more)
    return replace(made, tables={"angoff": table})


def codes(result: Result) -> dict[str, list[Finding]]:
    said: dict[str, list[Finding]] = {}
    for finding in result.findings:
        said.setdefault(finding.code, []).append(finding)
    return said
