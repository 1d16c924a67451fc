"""Simulated practice: who rates whom, the model behind the ratings, and the planted raters."""

from __future__ import annotations

import copy
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from naas_psych.simulate.observations import observations
from naas_psych.simulate.raters import rater_truth
from naas_psych.simulate.world import World
from tests.simulate.worlds import (
    Plants,
    assert_near,
    mean_and_error,
    mean_over_seeds,
    world,
    worlds,
)


def test_no_rating_is_there_twice_and_recordings_have_two_or_all_raters() -> None:
    seen = world().table("observations")
    assert not seen.duplicated(["person_id", "task_id", "rater_id", "criterion"]).any()
    by = seen.groupby(["person_id", "task_id"])
    assert (by["form"].first() == by["form"].last()).all()
    raters_of = by["rater_id"].nunique()
    shared = by["form"].first() == "all_raters"
    assert shared.sum() == 20
    assert (raters_of == np.where(shared, 14, 2)).all()
    assert shared[shared].reset_index()["person_id"].nunique() == 20


def test_one_pair_of_raters_rates_all_tasks_of_a_candidate() -> None:
    seen = world().table("observations")
    double = seen[seen["form"] == "double"]
    assert (double.groupby("person_id")["rater_id"].nunique() == 2).all()


def components(each: World) -> dict[str, float]:
    """Variance components of double-rated candidates by expected mean squares.

    Rater effects are taken off as they truly are, so that what is left between the raters of a
    candidate is theirs with that candidate. Persons p = n, tasks s = 3, raters r = 2 a person.
    """
    seen = each.table("observations")
    rating = seen.groupby(["person_id", "task_id", "rater_id"], as_index=False)["mark"].mean()
    effect = rater_truth(each.plan, each.table("raters")).effect
    rating["mark"] -= rating["rater_id"].map(
        dict(zip(each.table("raters")["rater_id"], effect, strict=True))
    )
    shared = seen.loc[seen["form"] == "all_raters", "person_id"].unique()
    rating = rating[~rating["person_id"].isin(shared)]
    rating = rating.sort_values(["person_id", "task_id", "rater_id"])
    x = rating["mark"].to_numpy().reshape(-1, 3, 2)
    x = x - x.mean(axis=(0, 2), keepdims=True)
    n = len(x)
    person, task, rater = x.mean(axis=(1, 2)), x.mean(axis=2), x.mean(axis=1)
    rest = x - task[:, :, None] - rater[:, None, :] + person[:, None, None]
    ms_rest = (rest**2).sum() / (2 * n)
    ms_task = 2 * ((task - person[:, None]) ** 2).sum() / (2 * (n - 1))
    ms_rater = 3 * ((rater - person[:, None]) ** 2).sum() / n
    ms_person = 6 * person.var(ddof=1)
    person_rater, person_task = (ms_rater - ms_rest) / 3, (ms_task - ms_rest) / 2
    between = (ms_person - 3 * person_rater - 2 * person_task - ms_rest) / 6
    return {
        "person": between,
        "person_task": person_task,
        "person_rater": person_rater,
        "residual": ms_rest,
        "coefficient": between / (ms_person / 6),
    }


@cache
def components_over_seeds(plants: Plants) -> pd.DataFrame:
    """One row a seed."""
    return pd.DataFrame([components(each) for each in worlds(plants)])


VARIANCES = {
    ("P14",): {"person": 0.35, "person_task": 0.35, "person_rater": 0.05, "residual": 0.45},
    (): {"person": 0.35, "person_task": 0.05, "person_rater": 0.05, "residual": 0.15},
}


@pytest.mark.parametrize("plants", list(VARIANCES))
@pytest.mark.parametrize("name", ["person", "person_task", "person_rater", "residual"])
def test_variance_components_of_ratings(plants: tuple[str, ...], name: str) -> None:
    """The ends of the scale take a little away: hence the bias of .01."""
    found = mean_and_error(components_over_seeds(plants)[name])
    assert_near(found, VARIANCES[plants][name], bias=0.01)


def test_too_few_scenarios_is_what_the_plant_makes() -> None:
    """P14: .62 with three scenarios and two raters; the clean twin passes .80."""
    planted = mean_and_error(components_over_seeds(("P14",))["coefficient"])
    assert_near(planted, 0.35 / (0.35 + 0.35 / 3 + 0.05 / 2 + 0.45 / 6), bias=0.01)
    assert 0.52 < planted[0] < 0.70
    coefficients = components_over_seeds(())["coefficient"]
    assert (coefficients > 0.80 - 0.06).all()
    clean = mean_and_error(coefficients)
    assert clean[0] - 3 * clean[1] > 0.80


def test_severities_of_clean_raters_have_the_stated_variance() -> None:
    effect = rater_truth(world(plants=()).plan, world().table("raters")).effect
    assert np.var(effect, ddof=1) == pytest.approx(0.10, abs=0.001)
    assert np.mean(effect) == pytest.approx(0.0, abs=1e-12)


def test_a_fifth_of_candidates_is_rated_three_or_below() -> None:
    def low(each: World) -> float:
        return float((each.table("outcomes")["observation_mean"].dropna() < 3.5).mean())

    def at_three(each: World) -> float:
        mean = each.table("outcomes")["observation_mean"]
        return float((mean[mean < 3.5] >= 2.5).mean())

    assert mean_over_seeds(low, None)[0] == pytest.approx(0.20, abs=0.03)
    assert mean_over_seeds(at_three, None)[0] == pytest.approx(0.88, abs=0.05)


def severity(each: World) -> pd.DataFrame:
    """Mean difference from the other raters of the same recording, and its spread, by rater."""
    seen = each.table("observations")
    rating = seen.groupby(["person_id", "task_id", "rater_id"], as_index=False)["mark"].mean()
    by = rating.groupby(["person_id", "task_id"])["mark"]
    n = by.transform("size")
    rating["gap"] = (rating["mark"] - by.transform("mean")) * n / (n - 1)
    return rating.groupby("rater_id")["gap"].agg(["mean", "std"])


def test_the_severe_and_the_lenient_rater_stand_out() -> None:
    lowest, lenient = [], []
    for each in worlds(None):
        order = severity(each)["mean"].rank()
        lowest.append(order["R07"] == 1)
        lenient.append(order["R03"] >= 10)
    assert np.mean(lowest) >= 0.9
    assert np.mean(lenient) >= 0.9


def within(seen: pd.DataFrame, rater: str) -> float:
    """How unlike a rater's five criteria are within a recording, against steady raters."""
    mark = seen["mark"] - seen.groupby("criterion")["mark"].transform("mean")
    spread = mark.groupby([seen["rater_id"], seen["person_id"], seen["task_id"]]).var()
    by_rater = spread.groupby("rater_id").mean()
    return float(by_rater[rater] / by_rater.drop({rater, "R11"}).mean())


def on_an_endless_scale(each: World) -> pd.DataFrame:
    """The same observations with no lowest and no highest mark."""
    numbers = copy.deepcopy(dict(each.plan.numbers))
    numbers["observations"] |= {"least": -50, "most": 50}
    return observations(replace(each.plan, numbers=numbers), each.cast, each.table("raters"))


def test_the_erratic_rater_has_the_stated_residual() -> None:
    """Criterion noise is multiplied by 1.8, rounding is not: (1.8² v + 1/12) / (v + 1/12).

    The ends of the scale hide part of it.
    """
    noise = world().plan.numbers["observations"]["criterion_noise"]
    expected = (1.8**2 * noise + 1 / 12) / (noise + 1 / 12)
    endless = mean_over_seeds(lambda each: within(on_an_endless_scale(each), "R11"), ("P12",))
    assert_near(endless, expected, bias=0.01)

    def on_the_scale(rater: str, plants: Plants) -> tuple[float, float]:
        return mean_over_seeds(lambda each: within(each.table("observations"), rater), plants)

    assert 2.2 < on_the_scale("R11", ("P12",))[0] < expected
    assert_near(on_the_scale("R03", ("P12",)), 1.0, bias=0.04)
    assert_near(on_the_scale("R11", ()), 1.0, bias=0.02)


def test_the_erratic_rater_differs_most_from_others() -> None:
    first = [severity(each)["std"].idxmax() == "R11" for each in worlds(None)]
    assert np.mean(first) >= 0.9
    assert np.mean([severity(each)["std"].idxmax() == "R11" for each in worlds(())]) <= 0.3


def test_only_the_planted_raters_change() -> None:
    clean, planted = (world(plants=p).table("observations") for p in ((), ("P12",)))
    keys = ["person_id", "task_id", "rater_id", "criterion"]
    both = clean.merge(planted, on=keys, suffixes=("", "_planted"))
    changed = both["mark"] != both["mark_planted"]
    assert set(both.loc[changed, "rater_id"]) == {"R03", "R07", "R11"}
    assert (both["rated_at"] == both["rated_at_planted"]).all()


def test_one_rater_is_harder_on_one_group() -> None:
    clean, planted = world(plants=()), world(plants=("P13",))
    gap = clean.table("observations")["mark"] - planted.table("observations")["mark"]
    rows = planted.table("observations").loc[gap != 0]
    people = planted.cast.candidates.set_index("person_id")
    assert set(rows["rater_id"]) == {"R05"}
    assert set(people.loc[rows["person_id"], "first_language_english"]) == {"no"}
    hit = (planted.table("observations")["rater_id"] == "R05") & (
        planted.table("observations")["person_id"].map(people["first_language_english"]) == "no"
    )
    assert gap[hit].mean() == pytest.approx(0.4, abs=0.2)
