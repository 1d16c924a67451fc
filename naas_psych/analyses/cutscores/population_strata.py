"""The strata of a population: who stands for whom, and how many are below the cut in each."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from naas_psych.analyses.cutscores.population_weights import Weighted
from naas_psych.analyses.cutscores.swept import Swept
from naas_psych.result import tidy
from naas_psych.thresholds import Thresholds

_NEAR = 1e-9


def strata_table(found: Swept, weighted: Weighted, limits: Thresholds) -> pd.DataFrame:
    """One row a stratum; the rate below the highest cut only where there are the persons for it."""
    table, least = weighted.strata, limits["stratum_persons_min"].value
    n = table["n"].to_numpy(dtype=float)
    flags = _below(found)
    below = [flags[own].sum() for own in weighted.members]
    rate = np.where(n >= least, np.array(below, dtype=float) / np.maximum(n, 1.0), np.nan)
    few: list[str | None] = ["too_few_persons"] * n.size
    columns: dict[str, Any] = {
        "stratum": table["stratum"].to_numpy(dtype=object),
        "n": table["n"].to_numpy(dtype=np.int64),
        "frame_size": table["frame_size"].to_numpy(dtype=float),
        "weight": np.where(n > 0, table["weight"].to_numpy(dtype=float), np.nan),
        "joined_with": table["joined_with"].to_numpy(dtype=object),
        "below_rate": rate,
    }
    return tidy(columns, {"below_rate": few, "weight": few})


def _below(found: Swept) -> NDArray[np.bool_]:
    """(N,) who is below the highest cut, each judged at the total of his or her form."""
    highest = max(found.placed, key=lambda cut: cut.percent)
    flags = np.zeros(found.clusters.codes.size, dtype=bool)
    for form, at in zip(found.totals, highest.totals, strict=True):
        flags[form.rows] = form.totals < at - _NEAR
    return flags
