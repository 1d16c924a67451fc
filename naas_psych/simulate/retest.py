"""Volunteers who sat the second form a few weeks later without having seen their result."""

from __future__ import annotations

import numpy as np
import pandas as pd

from naas_psych.simulate.cast import Cast
from naas_psych.simulate.draws import Ints
from naas_psych.simulate.plan import Plan
from naas_psych.simulate.second_form import expectation, in_marks, other_form
from naas_psych.simulate.sitting import Sitting


def retest(plan: Plan, cast: Cast, sitting: Sitting) -> pd.DataFrame:
    """One row a volunteer, in the order of person_id."""
    numbers, rng = plan.numbers["retest"], plan.stream("retest")
    percent = np.asarray(sitting.percent, dtype=float)
    expected = expectation(cast, percent)
    rows = volunteers(plan, cast)
    least, most = numbers["days_gap"]
    again = expected.percent[rows] + numbers["gain_sd"] * expected.sd
    again += expected.residual_sd * rng.normal(size=len(rows))
    return pd.DataFrame(
        {
            "person_id": cast.candidates["person_id"].to_numpy()[rows],
            "form_id": other_form(cast, rows),
            "days_gap": rng.integers(least, most + 1, len(rows)),
            "first_percent": percent[rows].round(2),
            "score_percent": in_marks(plan, again),
        }
    )


def volunteers(plan: Plan, cast: Cast) -> Ints:
    """(n,) rows of those who sit again without having seen their result."""
    order = plan.stream("retest volunteers").permutation(len(cast.theta))
    return np.sort(order[: plan.scaled(plan.numbers["retest"]["number"])])
