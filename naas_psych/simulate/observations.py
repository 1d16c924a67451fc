"""Simulated practice: recorded role plays, each rated by two raters on five criteria."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from naas_psych.simulate.cast import Cast, practice_sample
from naas_psych.simulate.draws import Flags, Floats, Ints, place_of, whole, yes_no
from naas_psych.simulate.plan import Plan
from naas_psych.simulate.raters import RaterTruth, rater_truth
from naas_psych.simulate.timetable import timetable

#: Variance that rounding to whole marks adds (width one, uniform).
ROUNDING = 1 / 12


@dataclass(frozen=True, kw_only=True)
class Ratings:
    """M ratings of recordings, before the criteria: (M,) codes from 0.

    `person` counts the observed candidates; `shared` tells recordings that all raters rated.
    """

    person: Ints
    task: Ints
    rater: Ints
    shared: Flags


def observations(plan: Plan, cast: Cast, raters: pd.DataFrame) -> pd.DataFrame:
    """One row a person, task, rater and criterion: the contract's marks."""
    numbers = plan.numbers["observations"]
    rows = np.sort(practice_sample(plan, cast, numbers["candidates"]))
    work = _design(plan, n=len(rows), n_raters=len(raters))
    truth = rater_truth(plan, raters)
    rating = _ratings(plan, cast, rows=rows, work=work, truth=truth)
    marks = _marks(plan, rating=rating, spread=truth.spread[work.rater])
    frame = _frame(plan, cast, rows=rows, work=work, raters=raters)
    frame = pd.concat([frame, _overall(plan, rating)], axis=1)
    k = marks.shape[1]
    long = frame.loc[frame.index.repeat(k)].reset_index(drop=True)
    long.insert(3, "criterion", np.tile(np.array(list(numbers["criteria"]), object), len(frame)))
    long.insert(4, "mark", marks.ravel())
    return long


def _design(plan: Plan, *, n: int, n_raters: int) -> Ratings:
    """A pair of raters for every candidate; all raters for some recordings.

    The pair is the same for all tasks of a candidate, so that candidates, tasks and raters cross.
    """
    numbers, rng = plan.numbers["observations"], plan.stream("observation design")
    n_tasks = len(numbers["tasks"])
    order = rng.random((n, n_raters)).argsort(axis=1)
    in_pair = np.zeros((n, n_raters), dtype=bool)
    np.put_along_axis(in_pair, order[:, : numbers["raters_each"]], values=True, axis=1)
    chosen = rng.permutation(n)[: numbers["rated_by_all"]]
    shared = np.zeros((n, n_tasks), dtype=bool)
    shared[chosen, np.arange(len(chosen)) % n_tasks] = True
    person, task, rater = np.nonzero(in_pair[:, None, :] | shared[:, :, None])
    return Ratings(person=person, task=task, rater=rater, shared=shared[person, task])


def _ratings(plan: Plan, cast: Cast, *, rows: Ints, work: Ratings, truth: RaterTruth) -> Floats:
    """(M,) what each rater would give if marks were not whole: person, task, rater, residual."""
    numbers, rng = plan.numbers["observations"], plan.stream("observations")
    twin = plan.plant("P14") if plan.has("P14") else numbers
    n, n_tasks, n_raters = len(rows), len(numbers["tasks"]), len(truth.effect)
    by_task = np.sqrt(twin["person_task"]) * rng.normal(size=(n, n_tasks))
    by_rater = np.sqrt(numbers["person_rater"]) * rng.normal(size=(n, n_raters))
    noise = rng.normal(size=len(work.person)) * truth.spread[work.rater]
    # The criteria's own noise and rounding are part of the residual of their mean.
    inside = (numbers["criterion_noise"] + ROUNDING) / len(numbers["criteria"])
    rating = numbers["mean"] + np.array(numbers["task_easiness"])[work.task]
    rating += np.sqrt(numbers["person"]) * cast.practice[rows][work.person]
    rating += by_task[work.person, work.task] + by_rater[work.person, work.rater]
    rating += truth.effect[work.rater] + np.sqrt(twin["residual"] - inside) * noise
    return np.asarray(rating + _bias(plan, cast, rows=rows, work=work))


def _bias(plan: Plan, cast: Cast, *, rows: Ints, work: Ratings) -> Floats:
    """(M,) P13: one rater is harder on one group."""
    plant = plan.plant("P13")
    group = (cast.candidates[plant["column"]] == plant["level"]).to_numpy()[rows]
    rater = place_of(plant["rater"])
    hit = (work.rater == rater) & group[work.person] & plan.has("P13")
    return np.where(hit, plant["effect"], 0.0)


def _marks(plan: Plan, *, rating: Floats, spread: Floats) -> Ints:
    """(M, C) whole marks on each criterion."""
    numbers = plan.numbers["observations"]
    easiness = np.array(list(numbers["criteria"].values()))
    noise = plan.stream("observation criteria").normal(size=(len(rating), len(easiness)))
    noise *= np.sqrt(numbers["criterion_noise"]) * spread[:, None]
    return whole(rating[:, None] + easiness + noise, numbers["least"], numbers["most"])


def _overall(plan: Plan, rating: Floats) -> pd.DataFrame:
    """The rater's overall rating, and whether it was called borderline."""
    numbers, rng = plan.numbers["observations"], plan.stream("global ratings")
    felt = rating + numbers["global_noise_sd"] * rng.normal(size=len(rating))
    near = np.abs(felt - numbers["borderline_at"]) < numbers["borderline_within"]
    return pd.DataFrame(
        {
            "global_rating": whole(felt, numbers["least"], numbers["most"]),
            "borderline_flag": yes_no(near),
        }
    )


def _frame(
    plan: Plan, cast: Cast, *, rows: Ints, work: Ratings, raters: pd.DataFrame
) -> pd.DataFrame:
    """One row a rating: who, what, by whom, when and where."""
    numbers = plan.numbers["observations"]
    person = rows[work.person]
    slot = timetable(
        work.rater,
        queue=plan.stream("observation queue").random(len(person)),
        per_day=raters["marks_per_day"].to_numpy(dtype=np.int64)[work.rater],
        day=numbers["day"],
    )
    return pd.DataFrame(
        {
            "person_id": cast.candidates["person_id"].to_numpy()[person],
            "task_id": np.array(numbers["tasks"], dtype=object)[work.task],
            "rater_id": raters["rater_id"].to_numpy()[work.rater],
            "occasion": 1,
            "rated_at": slot.minute,
            "centre": cast.candidates["centre"].to_numpy()[person],
            "order_in_day": slot.order,
            "form": np.where(work.shared, "all_raters", "double").astype(object),
        }
    )
