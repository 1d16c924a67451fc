"""The panel of experts that judges what the items ask."""

from __future__ import annotations

import numpy as np
import pandas as pd

from naas_psych.simulate.draws import numbered
from naas_psych.simulate.plan import Plan


def experts(plan: Plan) -> pd.DataFrame:
    """One row an expert, in the order of judge_id; the panel is of one size at any scale."""
    numbers = plan.numbers["experts"]
    rng = plan.stream("experts")
    background = [kind for kind, count in numbers["panel"].items() for _ in range(count)]
    n = len(background)
    share = rng.random(n)
    years = [
        low + part * (high - low)
        for part, (low, high) in zip(share, (numbers["years"][k] for k in background), strict=True)
    ]
    drawn = rng.random(n)
    places = (numbers["settings"][kind] for kind in background)
    return pd.DataFrame(
        {
            "judge_id": numbered("X", n),
            "background": background,
            "years": np.round(years).astype(int),
            "setting": [own[int(part * len(own))] for part, own in zip(drawn, places, strict=True)],
            "region": rng.choice(np.array(plan.numbers["authorities"]["regions"], dtype=object), n),
        }
    )
