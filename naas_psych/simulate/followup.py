"""Twelve months later: a blind audit of case files, for some."""

from __future__ import annotations

import numpy as np
import pandas as pd

from naas_psych.simulate.cast import Cast
from naas_psych.simulate.draws import (
    Flags,
    Floats,
    Ints,
    correlated,
    logistic,
    whole,
    yes_no,
)
from naas_psych.simulate.plan import Plan
from naas_psych.simulate.sitting import Sitting


def followup(plan: Plan, cast: Cast, sitting: Sitting) -> pd.DataFrame:
    """One row a candidate who was followed; supervisors do not rate those who left.

    Neither the audit nor the choice of whom to follow looks at the mark of the test.
    """
    numbers, rng = plan.numbers["followup"], plan.stream("followup")
    n = len(sitting.percent)
    left = rng.random(n) < _leaving(plan, cast)
    rows = _followed(plan, cast, left)
    audit = numbers["audit"]
    quality = correlated(cast.practice, rng.normal(size=n), numbers["audit_r_practice"])
    supervisor = numbers["supervisor"]
    felt = supervisor["mean"] + supervisor["per_practice"] * cast.practice
    felt += supervisor["noise_sd"] * rng.normal(size=n)
    scale = plan.numbers["endorsements"]
    rating = pd.array(whole(felt, scale["least"], scale["most"])[rows], dtype="Int64")
    rating[left[rows]] = pd.NA
    case = np.clip(audit["mean"] + audit["sd"] * quality[rows], 0, 100)
    return pd.DataFrame(
        {
            "person_id": cast.candidates["person_id"].to_numpy()[rows],
            "case_audit": case.round(1),
            "supervisor_rating": rating,
            "left_job": yes_no(left[rows]),
        }
    )


def _leaving(plan: Plan, cast: Cast) -> Floats:
    """(N,) chance of having left: higher for the weaker."""
    numbers = plan.numbers["followup"]
    share = numbers["left_share"]
    return logistic(np.log(share / (1 - share)) + numbers["left_per_practice"] * cast.practice)


def _followed(plan: Plan, cast: Cast, left: Flags) -> Ints:
    """(n,) rows of those followed: a fixed number, drawn with unlike odds when P20 is planted.

    The highest of log odds plus a Gumbel draw is a draw without replacement in those odds.
    """
    rank = plan.stream("followed").gumbel(size=len(left))
    if plan.has("P20"):
        plant = plan.plant("P20")
        rank += plant["followed_per_ability"] * cast.standing
        rank += plant["followed_if_left"] * left
    count = min(plan.scaled(plan.numbers["followup"]["number"]), len(left))
    return np.sort(np.argsort(-rank)[:count])
