"""Angoff and Hofstee judgements: sizes, the truth behind them, and the judge who says 50."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import numpy as np
import pandas as pd
import pytest

from naas_psych.simulate.angoff import borderline
from tests.simulate.worlds import SEEDS, Plants, world


def standard(seed: int = 0, plants: Plants = None) -> pd.DataFrame:
    return world(seed, plants=plants).table("angoff")


@cache
def judged(
    seed: int, plants: Plants = None, *, form: str, number: int, column: str = "probability"
) -> pd.DataFrame:
    """Items by judges, of one form and round."""
    table = standard(seed, plants)
    part = table[(table["form_id"] == form) & (table["round"] == number)]
    return part.pivot_table(index="item_id", columns="judge_id", values=column).astype(float)


def cut(ratings: pd.DataFrame, items: pd.DataFrame, without: Iterable[str] = ()) -> float:
    """Mean of the judges' percent of the marks of these items."""
    marks = items.set_index("item_id")["max_score"].loc[ratings.index].astype(float)
    return float(ratings.drop(columns=list(without)).mul(marks, axis=0).sum().mean() / marks.sum())


@cache
def truth_of(seed: int, plants: Plants = None, *, form: str) -> pd.Series:
    """Percent of its marks that each item gives at the cut."""
    items = world(seed, plants=plants).bank
    rows = items.form(form)
    share = items.expected(np.array([borderline(items, rows, 63.0)]), rows)[0]
    return pd.Series(100 * share, index=items.items["item_id"].to_numpy()[rows])


def test_angoff_has_every_rating_that_was_asked_for() -> None:
    table = standard()
    assert not table.duplicated(["judge_id", "form_id", "item_id", "round"]).any()
    counts = table.groupby(["form_id", "round"]).agg(
        judges=("judge_id", "nunique"), items=("item_id", "nunique"), rows=("item_id", "size")
    )
    for form in ("alpha", "beta"):
        assert counts.loc[form].values.tolist() == [[12, 60, 720], [11, 60, 660], [11, 20, 220]]
    assert set(table[table["judge_id"] == "J12"]["round"]) == {1}
    assert table[["probability", "p_partial"]].dtypes.unique().tolist() == [np.dtype("int64")]
    assert table["probability"].between(0, 100).all()
    assert table["p_partial"].between(0, table["probability"]).all()


def test_the_borderline_candidate_expects_the_mark_of_the_cut() -> None:
    items = world().bank
    for form in ("alpha", "beta"):
        rows = items.form(form)
        marks = items.items["max_score"].to_numpy()[rows]
        for percent in (55.0, 63.0):
            shares = items.expected(np.array([borderline(items, rows, percent)]), rows)[0]
            # The ability is read between places 0.005 logits apart.
            assert 100 * shares @ marks / marks.sum() == pytest.approx(percent, abs=1e-3)


@pytest.mark.parametrize("form", ["alpha", "beta"])
def test_judges_come_closer_to_the_truth_and_to_each_other(form: str) -> None:
    for seed in SEEDS:
        truth = truth_of(seed, form=form)
        spread, r = [], []
        for number in (1, 2, 3):
            one = judged(seed, form=form, number=number)
            own = one.drop(columns="J09")
            spread.append(own.std(axis=1).mean())
            r.append(own.corrwith(truth[own.index]).mean())
        assert spread == sorted(spread, reverse=True)
        assert r == sorted(r)


def test_the_first_round_is_drawn_to_the_middle() -> None:
    slopes = []
    for seed in SEEDS:
        truth = truth_of(seed, (), form="beta")
        first = judged(seed, (), form="beta", number=1)
        slopes.append(np.polyfit(truth[first.index], first.mean(axis=1), 1)[0])
    # 0.6 by design; 14 / sqrt(12 judges) of noise on 60 items of SD 17 is a standard error of .03.
    assert np.mean(slopes) == pytest.approx(0.6, abs=0.05)


def test_cuts_of_the_second_round_are_those_of_the_design() -> None:
    upper, lower = [], []
    for seed in SEEDS:
        items = world(seed).bank.items
        for form in ("alpha", "beta"):
            for column, found in (("probability", upper), ("p_partial", lower)):
                one = judged(seed, form=form, number=2, column=column)
                found.append(cut(one, items, without=["J09"]))
    # Judges of SD 4 make a standard error of 4 / sqrt(10) a seed, .28 over 20; and ratings of easy
    # items that stop at 100 cost a third of a percent.
    assert np.mean(upper) == pytest.approx(62.7, abs=0.9)
    assert np.mean(lower) == pytest.approx(54.7, abs=0.9)
    assert np.ptp(upper) < 10


def test_one_judge_says_fifty_whatever_the_item() -> None:
    r, moved = [], []
    for seed in SEEDS:
        items = world(seed).bank.items
        for form in ("alpha", "beta"):
            one = judged(seed, form=form, number=2)
            r.append(one["J09"].corr(truth_of(seed, form=form)[one.index]))
            moved.append(cut(one, items, without=["J09"]) - cut(one, items))
            assert abs(one["J09"].mean() - 50) < 2.5
            assert one["J09"].std() < 6
    # Sampling error of a correlation of 60 items is .13; three of them, over 40 forms.
    assert abs(np.mean(r)) < 3 * 0.13 / np.sqrt(len(r))
    assert np.max(np.abs(r)) < 0.5
    assert np.mean(moved) > 0.8


def test_without_the_plant_that_judge_is_like_the_others() -> None:
    clean, planted = standard(5, ()), standard(5, ("P18",))
    own = clean["judge_id"] == "J09"
    pd.testing.assert_frame_equal(clean[~own], planted[~own])
    one = judged(5, (), form="alpha", number=2)
    assert one["J09"].corr(truth_of(5, (), form="alpha")[one.index]) > 0.7


def test_hofstee_limits_are_plausible() -> None:
    for seed in SEEDS:
        limits = world(seed).table("hofstee")
        assert list(limits["judge_id"]) == [f"J{k:02d}" for k in range(1, 12)]
        assert (limits["max_cut"] - limits["min_cut"]).min() >= 3
        assert (limits["max_fail"] - limits["min_fail"]).min() >= 3
        assert 52 < limits["min_cut"].mean() < 60
        assert 61 < limits["max_cut"].mean() < 71
        assert 2 <= limits["min_fail"].mean() < 8
        assert 12 < limits["max_fail"].mean() < 21
