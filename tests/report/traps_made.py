"""Made results for traps that need numbers of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from naas_psych.result import Result
from tests.specimen import specimen

if TYPE_CHECKING:
    from naas_psych.study.study import Study


@dataclass(frozen=True)
class Made:
    """A study with results that were written by hand."""

    study: Study
    results: Mapping[str, Result]


def reliability_of_a_testlet(*, plain: float, over_scenarios: float) -> Made:
    """Alpha of items that share scenarios, and alpha with each scenario as one item."""
    table = pd.DataFrame(
        [
            {"form": "all", "coefficient": name, "estimate": value, "n": 900}
            | {"low": value - 0.02, "high": value + 0.02, "estimate_reason": None}
            for name, value in (("alpha", plain), ("alpha_over_scenarios", over_scenarios))
        ]
    )
    result = Result(analysis="reliability", tables={"coefficients": table})
    return Made(specimen(), {"reliability": result})
