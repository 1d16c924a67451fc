"""Who rates simulated practice, and how severe, erratic or biased each of them truly is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from naas_psych.simulate.draws import Floats, numbered, working_days_after
from naas_psych.simulate.plan import Plan


@dataclass(frozen=True, kw_only=True)
class RaterTruth:
    """(R,) each: `effect` is added to every rating, `spread` multiplies the residual."""

    effect: Floats
    spread: Floats


def raters(plan: Plan) -> pd.DataFrame:
    """The raters, none of whom is a candidate."""
    numbers, rng = plan.numbers["raters"], plan.stream("raters")
    n, roles = numbers["number"], numbers["roles"]
    home = rng.integers(1, plan.numbers["size"]["authorities"] + 1, n)
    return pd.DataFrame(
        {
            "rater_id": numbered("R", n),
            "role": [roles[k % len(roles)] for k in range(n)],
            "trained_on": working_days_after(
                numbers["trained_first_day"], rng.integers(0, numbers["trained_days"], n)
            ),
            "la_id": [f"LA{k:02d}" for k in home],
            "marks_per_day": rng.choice(numbers["marks_per_day"], n),
        }
    )


def rater_truth(plan: Plan, people: pd.DataFrame) -> RaterTruth:
    """Evenly spaced severities in random order; P12 replaces two and makes a third erratic."""
    most = plan.numbers["observations"]["severity_most"]
    effect = pd.Series(np.linspace(-most, most, len(people)), index=people["rater_id"])
    effect[:] = plan.stream("rater severity").permutation(effect.to_numpy())
    spread = pd.Series(1.0, index=effect.index)
    if plan.has("P12"):
        plant = plan.plant("P12")
        for kind in ("severe", "lenient"):
            effect[plant[kind]["rater"]] = plant[kind]["effect"]
        spread[plant["erratic"]["rater"]] = plant["erratic"]["residual_sd_times"]
    return RaterTruth(
        effect=np.asarray(effect, dtype=float), spread=np.asarray(spread, dtype=float)
    )
