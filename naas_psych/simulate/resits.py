"""Those who did not meet the digital cut and sat again."""

from __future__ import annotations

import numpy as np
import pandas as pd

from naas_psych.simulate.cast import Cast
from naas_psych.simulate.draws import Floats, Ints, Texts, yes_no
from naas_psych.simulate.plan import Plan
from naas_psych.simulate.retest import volunteers
from naas_psych.simulate.second_form import Expectation, expectation, in_marks, other_form


def resits(plan: Plan, cast: Cast, outcomes: pd.DataFrame) -> pd.DataFrame:
    """One row a person and attempt: 2 on the other form, 3 on the first form again.

    Who took part in the retest has seen both forms and waits for a third.
    """
    numbers = plan.numbers["resits"]
    first = outcomes["digital_percent"].to_numpy(dtype=float)
    expected = expectation(cast, first)
    below = np.flatnonzero(first < plan.numbers["outcomes"]["digital"]["met"])
    waiting = np.setdiff1d(below, volunteers(plan, cast))
    attempts = []
    for k, number in enumerate(numbers["number"]):
        attempt = _attempt(
            plan, cast, waiting, expected=expected, number=k + 2, places=plan.scaled(number)
        )
        attempts.append(attempt)
        failed = attempt["score_percent"] < plan.numbers["outcomes"]["digital"]["met"]
        waiting = pd.Index(cast.candidates["person_id"]).get_indexer(
            attempt.loc[failed, "person_id"]
        )
    table = pd.concat(attempts, ignore_index=True)
    return table.sort_values(["person_id", "attempt"], ignore_index=True)


def _attempt(
    plan: Plan, cast: Cast, waiting: Ints, *, expected: Expectation, number: int, places: int
) -> pd.DataFrame:
    """Everybody's draws are made, so that who waits leaves the draws of others unchanged."""
    numbers, rng = plan.numbers["resits"], plan.stream(f"resits {number}")
    n, (least, most) = len(cast.theta), numbers["days_gap"]
    turn, trained = rng.random(n), rng.random(n) < numbers["training"]
    gap, noise = rng.integers(least, most + 1, n), rng.normal(size=n)
    rows = waiting[np.argsort(turn[waiting])[:places]]
    training = yes_no(trained)
    gain: Floats = pd.Series(training).map(numbers["gain_sd"]).to_numpy(dtype=float)
    score = expected.percent + gain * expected.sd + expected.residual_sd * noise
    return pd.DataFrame(
        {
            "person_id": cast.candidates["person_id"].to_numpy()[rows],
            "attempt": number,
            "form_id": _form(cast, rows, number),
            "days_gap": gap[rows],
            "training": training[rows],
            "score_percent": in_marks(plan, score[rows]),
        }
    )


def _form(cast: Cast, rows: Ints, number: int) -> Texts:
    """(n,) forms take turns."""
    if number % 2 == 0:
        return other_form(cast, rows)
    own: Texts = cast.candidates["phase"].to_numpy(dtype=object)[rows]
    return own
