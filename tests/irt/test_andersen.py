"""Andersen's test: eRm's answers, identities, what a planted difference does, and refusals."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from naas_psych.irt.conditional.andersen import andersen
from naas_psych.irt.conditional.estimate import conditional_rasch
from naas_psych.irt.refusal import Refused
from tests.irt.test_conditional import made
from tests.numerics.reliability_data import real


def golden(shared: Path, name: str) -> Any:
    return json.loads((shared / "golden" / f"{name}__irt_other.json").read_text())["results"]


@pytest.mark.parametrize(
    ("name", "split"),
    [
        ("lsat7", "mean"),
        ("lsat7", "all"),
        ("sat12_scored", "median"),
        ("sat12_scored", "mean"),
        ("verbal_dich", "median"),
        ("verbal_dich", "mean"),
    ],
)
def test_erm(shared: Path, name: str, split: Any) -> None:
    expected = golden(shared, name)[f"eRm_andersen_{split}"]
    test = andersen(real(shared, name), split=split)
    assert test.df == expected["df"]
    # eRm's likelihoods fall up to 2e-7 short of their maxima, so the ratio is off by as little
    assert test.lr == pytest.approx(expected["LR"], abs=1e-6)
    # eRm takes p as 1 minus a probability, which leaves 0 of a very small one
    assert test.p == pytest.approx(expected["p"], rel=1e-6, abs=1e-16)


@pytest.mark.parametrize("name", ["sat12_scored", "verbal_dich"])
def test_erm_wald(shared: Path, name: str) -> None:
    expected = golden(shared, name)["eRm_wald_median"]["coef.table"]
    test = andersen(real(shared, name), split="median")
    known = ~np.isnan(test.z)
    values = np.array(expected["values"])
    # its parameters stop up to 4e-5 from the maximum and its errors are numerical: test_conditional
    np.testing.assert_allclose(test.z[known], values[:, 0], rtol=0, atol=1e-3)
    np.testing.assert_allclose(test.wald_p[known], values[:, 1], rtol=0, atol=2e-4)


def test_an_item_extreme_in_a_group_is_left_out_of_all(shared: Path) -> None:
    test = andersen(real(shared, "sat12_scored"))
    assert [(j, r) for j, r in enumerate(test.reasons) if r] == [(10, "extreme_in_group")]
    assert all(np.isnan(fit.b[10]) for fit in (test.pooled, *test.fits))


def test_no_one_above_the_median_but_perfect_scores(shared: Path) -> None:
    with pytest.raises(Refused) as told:
        andersen(real(shared, "lsat7"), split="median")
    assert told.value.code == "too_few_groups"  # eRm stops too


@pytest.mark.parametrize("n_categories", [2, 3])
def test_it_is_twice_the_gain_of_separate_fits(n_categories: int) -> None:
    scores = made(600, 6, n_categories=n_categories)[0]
    group = np.arange(600) % 3
    test = andersen(scores, split=group, model="pcm")
    alone = [conditional_rasch(scores[group == g], model="pcm") for g in range(3)]
    pooled = conditional_rasch(scores, model="pcm")
    gain = sum(fit.log_likelihood for fit in alone) - pooled.log_likelihood
    assert test.lr == pytest.approx(2 * gain, abs=1e-9)
    assert test.df == 2 * (6 * (n_categories - 1) - 1)
    assert (test.groups, test.wald_df) == ((0, 1, 2), 2)
    assert np.isnan(test.z).all()


def test_own_groups_equal_the_split_by_score_and_labels_do_not_matter() -> None:
    scores = made(400, 9)[0]
    total = scores.sum(axis=1)
    one = andersen(scores, split="median")
    two = andersen(scores, split=np.where(total > np.median(total), 7, 3))
    assert one.lr == pytest.approx(two.lr, abs=1e-10)
    np.testing.assert_allclose(one.z, two.z, atol=1e-10)
    np.testing.assert_allclose(one.wald, one.z**2, rtol=1e-10)
    assert (one.groups, two.groups) == ((0, 1), (3, 7))


def test_persons_of_negative_group_are_left_out() -> None:
    scores = made(500, 7)[0]
    group = np.r_[np.arange(400) % 2, np.full(100, -1)]
    one, two = andersen(scores, split=group), andersen(scores[:400], split=group[:400])
    assert one.lr == pytest.approx(two.lr, abs=1e-10)


def test_weights_are_repeats_also_for_the_median() -> None:
    scores = made(150, 6)[0]
    weight = np.r_[np.full(70, 3.0), np.ones(70), np.zeros(10)]
    rows = np.repeat(np.arange(150), weight.astype(int))
    one, two = andersen(scores, weights=weight), andersen(scores[rows])
    assert one.lr == pytest.approx(two.lr, abs=1e-9)
    np.testing.assert_allclose(one.n, two.n)


def test_a_planted_difference_is_found() -> None:
    """An item .8 harder for every second person: z near .8 (11/12) / .09 = 8, its square in lr."""
    rng = np.random.Generator(np.random.PCG64(4))
    group = np.arange(3000) % 2
    b = np.tile(np.linspace(-1, 1, 12), (3000, 1))
    b[:, 4] += 0.8 * group
    logit = rng.normal(size=(3000, 1)) - b
    scores = (rng.random((3000, 12)) < 1 / (1 + np.exp(-logit))).astype(np.int8)
    test = andersen(scores, split=group)
    assert np.abs(test.z).argmax() == 4
    assert test.z[4] > 5  # easier in the first group
    assert test.p < 1e-4


def test_groups_that_met_different_items_are_compared_on_the_common_ones() -> None:
    scores = made(800, 9)[0]
    group = np.arange(800) % 2
    scores[group == 0, 8] = -1
    test = andersen(scores, split=group)
    assert test.reasons[8] == "no_responses_in_group"
    common = andersen(scores[:, :8], split=group)
    assert test.lr == pytest.approx(common.lr, abs=1e-10)


def test_forms_of_unequal_length_are_split_by_share() -> None:
    scores = made(800, 12)[0]
    scores[::2, 9:] = -1
    test = andersen(scores, split="mean")
    given = scores >= 0
    share = (scores * given).sum(axis=1) / given.sum(axis=1)
    own = andersen(scores, split=(share > share.mean()).astype(int))
    assert test.lr == pytest.approx(own.lr, abs=1e-10)
    with pytest.raises(Refused) as told:
        andersen(scores, split="all")
    assert told.value.code == "incomplete"


@pytest.mark.parametrize(
    "split", ["quartile", np.zeros(5), np.zeros(100), [0.5] * 100, np.full(100, "a")]
)
def test_groups_that_are_none(split: Any) -> None:
    with pytest.raises(Refused) as told:
        andersen(made(100, 5)[0], split=split)
    assert told.value.code == "bad_groups"


@pytest.mark.parametrize("group", [np.zeros(100, dtype=int), np.full(100, -1)])
def test_one_group_or_none_is_refused(group: Any) -> None:
    with pytest.raises(Refused) as told:
        andersen(made(100, 5)[0], split=group)
    assert told.value.code == "too_few_groups"


@pytest.mark.slow
@pytest.mark.parametrize("split", ["median", "all", "groups"])
def test_under_the_model_it_rejects_as_often_as_it_says(split: str) -> None:
    """400 data sets: the mean of chi square is its df, 5 % rejections have an error of 1.1 %."""
    tests = []
    for seed in range(400):
        scores = made(2500, 6, seed=seed, spread=0.7)[0]
        groups: Any = np.arange(2500) % 4 if split == "groups" else split
        tests.append(andersen(scores, split=groups))
    ratio = np.array([test.lr / test.df for test in tests])
    df = np.mean([test.df for test in tests])
    assert abs(ratio.mean() - 1) < 4 * np.sqrt(2 / df / 400)
    assert 0.01 < np.mean([test.p < 0.05 for test in tests]) < 0.09
