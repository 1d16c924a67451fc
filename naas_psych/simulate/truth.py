"""The truth of a synthetic pilot: what was planted, and the parameters behind every number."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from naas_psych import __version__
from naas_psych.simulate.bank import Bank
from naas_psych.simulate.cast import Cast, authority_effects
from naas_psych.simulate.clock import log_item_times, log_speeds
from naas_psych.simulate.draws import Floats
from naas_psych.simulate.plan import ALPHA, BETA, Plan
from naas_psych.simulate.raters import rater_truth, raters
from naas_psych.simulate.sitting import LOST, Sitting, scenario_loadings


def truth(plan: Plan, cast: Cast, bank: Bank, sat: Sitting) -> dict[str, Any]:
    """Everything that no analysis may read: plants, true item parameters and true abilities."""
    missing = plan.missing
    return {
        "naas_psych": __version__,
        "seed": plan.seed,
        "persons": plan.persons,
        "clean": not plan.plants,
        "missing": None if missing is None else {"share": missing.share, "by": missing.by},
        "planted": {
            name: {**plan.plant(name), **_counted(name, sat)}
            for name in plan.numbers["plants"]
            if plan.has(name)
        },
        "authorities": _by_name(
            cast.authorities["la_id"], effect=authority_effects(plan, cast.authorities)
        ),
        "raters": _raters(plan),
        "items": _items(plan, bank, _item_rest_r(cast, bank), _marks(bank, sat)),
        "abilities": {
            "person_id": cast.candidates["person_id"].tolist(),
            "theta": cast.theta.round(6).tolist(),
            "practice": cast.practice.round(6).tolist(),
            "log_speed": log_speeds(plan, cast).round(6).tolist(),
        },
    }


def _by_name(names: Iterable[str], **values: Floats) -> dict[str, dict[str, float]]:
    """Numbers by name, then by what they are."""
    return {
        name: {what: round(float(numbers[k]), 6) for what, numbers in values.items()}
        for k, name in enumerate(names)
    }


def _raters(plan: Plan) -> dict[str, dict[str, float]]:
    """What each rater adds to a rating, and by what the residual is multiplied."""
    people = raters(plan)
    known = rater_truth(plan, people)
    return _by_name(people["rater_id"], effect=known.effect, spread=known.spread)


def _counted(name: str, sat: Sitting) -> dict[str, int]:
    """Counts of a plant that depend on who was there."""
    if name != "P22":
        return {}
    lost = sat.states == LOST
    return {
        "technical_loss_persons": int(lost.any(axis=1).sum()),
        "technical_loss_responses": int(lost.sum()),
    }


def _marks(bank: Bank, sat: Sitting) -> Floats:
    """(J,) sum of the marks of all candidates, by which a truth knows its study."""
    counts = np.bincount(sat.rows.ravel(), sat.marks.ravel(), minlength=len(bank.items))
    return np.asarray(counts, dtype=float)


def _items(plan: Plan, bank: Bank, item_rest_r: Floats, marks: Floats) -> list[dict[str, Any]]:
    """One entry an item: true parameters, the right key, and the true item-rest correlation.

    scenario_loading is that on what the items of P9 share beyond ability: a, b and c hold for a
    person on whom the scenario has no bearing. log_time is the mean log of seconds.
    """
    rows, loading, log_time = [], scenario_loadings(plan, bank), log_item_times(plan, bank)
    for j, item in enumerate(bank.items["item_id"]):
        several = bool(bank.multiple[j])
        rows.append(
            {
                "item_id": item,
                "a": round(float(bank.a[j]), 6),
                "b": round(float(bank.b[j]), 6),
                "c": round(float(bank.c[j]), 6),
                "steps": bank.steps.tolist() if several else None,
                "scenario_loading": round(float(loading[j]), 6),
                "log_time": round(float(log_time[j]), 6),
                "right_key": str(bank.right[j]),
                "marks": int(marks[j]),
                "item_rest_r": None if np.isnan(item_rest_r[j]) else round(item_rest_r[j], 6),
            }
        )
    return rows


def _item_rest_r(cast: Cast, bank: Bank) -> Floats:
    """(J,) item-rest correlation that these candidates would show without chance and plants.

    Given ability, marks are independent: their covariance is that of the expected marks, their
    variance has the variance of the marks on top. Forms are pooled; nan where no form has the item.
    """
    n = len(bank.items)
    shared, own, rest = np.zeros(n), np.zeros(n), np.zeros(n)
    for phase in (ALPHA, BETA):
        rows, theta = bank.form(phase), cast.theta[cast.is_in(phase)]
        marks = bank.moments(theta, rows)
        total = marks.mean.sum(axis=1)
        noise = marks.variance.mean(axis=0)
        others = total[:, None] - marks.mean
        weight = len(theta)
        centred = marks.mean - marks.mean.mean(axis=0)
        shared[rows] += weight * (centred * (others - others.mean(axis=0))).mean(axis=0)
        own[rows] += weight * (marks.mean.var(axis=0) + noise)
        rest[rows] += weight * (others.var(axis=0) + noise.sum() - noise)
    with np.errstate(invalid="ignore"):
        return np.asarray(shared / np.sqrt(own * rest))
