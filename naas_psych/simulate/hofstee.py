"""What judges hold to be the least and most acceptable cut and share of candidates who fail."""

from __future__ import annotations

import numpy as np
import pandas as pd

from naas_psych.simulate.draws import normal, numbered
from naas_psych.simulate.plan import Plan

_LIMITS = ("min_cut", "max_cut", "min_fail", "max_fail")


def hofstee(plan: Plan) -> pd.DataFrame:
    """One row a judge who stayed, in whole percent."""
    numbers, panel = plan.numbers["hofstee"], plan.numbers["angoff"]
    rng = plan.stream("hofstee")
    judges = numbered("J", panel["judges"])
    judges.remove(panel["drops_out"])
    columns = {name: np.rint(normal(rng, numbers[name], len(judges))) for name in _LIMITS}
    for low, high in (_LIMITS[:2], _LIMITS[2:]):
        columns[high] = np.maximum(columns[high], columns[low] + numbers["apart"])
    return pd.DataFrame({"judge_id": judges, **columns}).astype(dict.fromkeys(_LIMITS, int))
