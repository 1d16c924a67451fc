"""Every attainable cut for the population: who would be below it, and wrongly so."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.cutscores.population_outcomes import Side
from naas_psych.analyses.cutscores.sweep_rows import ends
from naas_psych.numerics.arrays import Floats
from naas_psych.result import tidy

_WRONG = ("false_pass", "false_fail")


def curve_table(side: Side, level: float) -> pd.DataFrame:
    """One row an attainable cut: counted and modelled shares below, wrong outcomes, with limits."""
    axis = side.form.axis
    n = axis.attainable
    columns: dict[str, Any] = {
        "weighting": [side.weighting] * n,
        "cut": axis.cut[:n],
        "unit": list(axis.units[:n]),
        "percent": axis.percent[:n],
        "cut_name": np.array([None] * n, dtype=object),
        "n": np.full(n, side.shares.n, np.int64),
    }
    columns |= _limited("below_share", side.shares.observed.share, side.drawn.below, n, level)
    for name, part in (("below_modelled", "below"), *((one, one) for one in _WRONG)):
        point = np.full(n, np.nan) if side.point is None else getattr(side.point, part)
        drawn = None if side.drawn.modelled is None else getattr(side.drawn.modelled, part)
        columns |= _limited(name, point, drawn, n, level)
    reasons = {name: ["not_calibrated"] * n for name in ("below_modelled", *_WRONG)}
    return tidy(columns, {**reasons, "below_share": ["no_draws"] * n})


def _limited(
    name: str, point: Floats, drawn: Floats | None, n: int, level: float
) -> dict[str, Floats]:
    """The number and its limits, which hold the number."""
    nothing = np.full(n, np.nan)
    low, high = (nothing, nothing) if drawn is None else (one[:n] for one in ends(drawn, level))
    return {
        name: point[:n],
        f"{name}_low": np.minimum(low, point[:n]),
        f"{name}_high": np.maximum(high, point[:n]),
    }
