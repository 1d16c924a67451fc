"""Responses taken away on purpose, by a mechanism that is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from naas_psych.simulate.bank import Bank
from naas_psych.simulate.cast import Cast
from naas_psych.simulate.draws import Floats
from naas_psych.simulate.plan import Missing, Plan
from naas_psych.simulate.sitting import ANSWERED, OMITTED, Sitting, marked


def with_gaps(plan: Plan, cast: Cast, bank: Bank, sat: Sitting) -> Sitting:
    """The sitting with a share of its answers left blank."""
    if plan.missing is None:
        return sat
    answered = sat.states == ANSWERED
    weight = np.where(answered, _weight(plan, plan.missing, cast, sat), 0.0)
    chance = _scaled(weight, share=plan.missing.share, answered=int(answered.sum()))
    gone = answered & (plan.stream("missing").random(weight.shape) < chance)
    states = np.where(gone, OMITTED, sat.states).astype(np.int8)
    return marked(replace(sat, states=states), bank)


def _weight(plan: Plan, missing: Missing, cast: Cast, sat: Sitting) -> Floats:
    """(N, L) how much likelier than others a response is to go."""
    if missing.by == "ability":
        return np.broadcast_to(np.exp(-cast.standing)[:, None], sat.rows.shape)
    if missing.by == "difficulty":
        times = plan.numbers["missing"]["wrong_to_right"]
        return np.where(sat.marks < sat.highest, times, 1.0)
    return np.ones(sat.rows.shape)


def _scaled(weight: Floats, *, share: float, answered: int) -> Floats:
    """(N, L) chances by weight, at most 1, whose mean over the answers is the share."""
    from scipy.optimize import brentq

    def excess(factor: float) -> float:
        return float(np.minimum(factor * weight, 1.0).sum()) - share * answered

    highest = 1.0 / weight[weight > 0].min()
    return np.minimum(brentq(excess, 0.0, highest) * weight, 1.0)
