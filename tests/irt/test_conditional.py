"""Conditional estimates: other programs' answers, brute force, and data that cannot answer."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from naas_psych.irt.conditional.design import answers_of, design_of
from naas_psych.irt.conditional.estimate import ConditionalFit, conditional_rasch
from naas_psych.irt.conditional.moments import Form, conditional_moments
from naas_psych.irt.refusal import Refused
from tests.numerics.reliability_data import real

#: Method sheet 10: counts of the patterns 00000 to 11111, both groups together.
REFERENCE = "30 2 16 2 10 1 10 0 8 1 8 3 1 2 11 2 28 7 22 13 8 4 15 3 25 8 30 35 13 7 29 46"
FOCAL = "31 4 19 2 9 1 2 4 9 0 8 4 6 0 4 1 39 2 28 8 4 1 4 5 11 13 24 20 6 4 15 12"


def data_b() -> tuple[Any, Any]:
    """Patterns (32, 5) and their counts."""
    counts = np.array([REFERENCE.split(), FOCAL.split()], dtype=np.int64).sum(axis=0)
    return np.array(list(product([0, 1], repeat=5))), counts


def made(
    n: int, n_items: int, *, n_categories: int = 2, seed: int = 5, spread: float = 1.0
) -> tuple[Any, Any]:
    """Partial credit scores (N, J) and the true steps (J, M)."""
    rng = np.random.Generator(np.random.PCG64(seed))
    b = rng.normal(scale=spread, size=(n_items, n_categories - 1))
    theta = rng.normal(size=(n, 1, 1))
    logit = np.cumsum(np.concatenate([np.zeros((n, n_items, 1)), theta - b], axis=2), axis=2)
    p = np.exp(logit - logit.max(axis=2, keepdims=True))
    below = np.cumsum(p / p.sum(axis=2, keepdims=True), axis=2)[:, :, :-1]
    return (rng.random((n, n_items, 1)) > below).sum(axis=2).astype(np.int8), b


def golden(shared: Path, name: str) -> Any:
    return json.loads((shared / "golden" / f"{name}__irt_other.json").read_text())["results"]


def enumerated(scores: Any, table: Any) -> float:
    """Conditional log-likelihood by listing every pattern of each person's score."""
    total = 0.0
    for row in scores:
        items = np.flatnonzero(row >= 0)
        options = [range(int(np.isfinite(table[j]).sum())) for j in items]
        own = sum(table[j, row[j]] for j in items)
        same = [
            sum(table[j, k] for j, k in zip(items, pattern, strict=True))
            for pattern in product(*options)
            if sum(pattern) == row[items].sum()
        ]
        total += own - np.logaddexp.reduce(same)
    return total


def log_likelihood_at(scores: Any, easiness: Any, *, model: str) -> float:
    """Of given easinesses (J, M), by the package's recursions."""
    design = design_of(answers_of(scores, weights=None, model=model))
    table = np.column_stack([np.zeros(len(easiness)), easiness])
    return float((design.observed * easiness).sum()) - (
        conditional_moments(table, design.forms).normaliser
    )


def test_method_sheet_10_11() -> None:
    patterns, counts = data_b()
    fit = conditional_rasch(patterns, weights=counts)
    np.testing.assert_allclose(
        fit.easiness, [1.10308, 0.16746, -0.76950, 0.45429, -0.95533], atol=6e-6
    )
    np.testing.assert_allclose(
        fit.easiness_se, [0.08392, 0.07730, 0.08102, 0.07820, 0.08313], atol=6e-6
    )
    assert fit.log_likelihood == pytest.approx(-968.30112, abs=6e-6)
    assert (fit.n, fit.converged, fit.n_parameters) == (700.0, True, 4)


@pytest.mark.parametrize("name", ["lsat7", "sat12_scored", "verbal_dich"])
def test_dexter_to_ten_digits(shared: Path, name: str) -> None:
    expected = golden(shared, name)["dexter_fit_enorm"]["coef"]
    fit = conditional_rasch(real(shared, name))
    # dexter stops at a finer tolerance than eRm and has exact errors, so nothing is lost here
    np.testing.assert_allclose(fit.b, expected["beta"], rtol=0, atol=1e-10)
    np.testing.assert_allclose(fit.b_se, expected["SE_beta"], rtol=0, atol=1e-10)


@pytest.mark.parametrize(
    ("name", "call", "model"),
    [
        ("lsat7", "eRm_RM", "rasch"),
        ("sat12_scored", "eRm_RM", "rasch"),
        ("verbal_dich", "eRm_RM", "rasch"),
        ("science", "eRm_PCM", "pcm"),
    ],
)
def test_erm(shared: Path, name: str, call: str, model: Any) -> None:
    expected = golden(shared, name)[call]
    scores = real(shared, name)
    beta = np.array(list(expected["beta"].values()))
    fit = conditional_rasch(scores, model=model)
    there = log_likelihood_at(scores, beta.reshape(scores.shape[1], -1), model=model)
    assert there == pytest.approx(expected["loglik"], abs=1e-9)  # the same function
    assert -1e-9 < fit.log_likelihood - expected["loglik"] < 1e-6  # and never below eRm
    assert fit.n_parameters == expected["npar"]
    # eRm's general optimiser (nlm) stops when the gradient is small, up to 4e-5 from the maximum
    # (dexter, which does not, is met to 1e-10), and takes its errors from a numerical Hessian.
    np.testing.assert_allclose(fit.easiness.ravel(), beta, rtol=0, atol=5e-5)
    np.testing.assert_allclose(fit.easiness_se.ravel(), expected["se_beta"], rtol=0, atol=1e-4)


@pytest.mark.parametrize("name", ["science", "verbal_poly"])
def test_psychotools_steps(shared: Path, name: str) -> None:
    expected = golden(shared, name)["psychotools_pcmodel"]
    fit = conditional_rasch(real(shared, name), model="pcm")
    assert -1e-9 < fit.log_likelihood - expected["loglik"] < 1e-5
    # Its optimiser (BFGS, relative tolerance 1e-8 in the likelihood) stops short of the maximum.
    steps = np.array(list(expected["threshpar"].values()))
    np.testing.assert_allclose(fit.b, steps, rtol=0, atol=5e-4)


@pytest.mark.parametrize("n_categories", [2, 3, 4])
def test_likelihood_of_incomplete_data_by_listing_patterns(n_categories: int) -> None:
    scores = made(60, 5, n_categories=n_categories)[0].astype(np.int64)
    scores[:20, 0] = scores[20:40, 3] = scores[30:45, 4] = -1
    fit = conditional_rasch(scores, model="pcm")
    table = np.column_stack([np.zeros(5), fit.easiness])
    assert fit.log_likelihood == pytest.approx(enumerated(scores, table), abs=1e-10)


def test_gradient_and_information_against_differences() -> None:
    rng = np.random.Generator(np.random.PCG64(8))
    table = np.column_stack([np.zeros(6), rng.normal(size=(6, 3))])
    table[2, 3] = -np.inf
    forms = [
        Form(np.array([0, 2, 3, 5]), np.array([0, 3, 2, 7, 1, 4, 2, 3, 9, 5, 2, 0.0])),
        Form(np.arange(6), np.r_[0, rng.integers(1, 9, 16), 0.0]),
    ]
    held = np.argwhere(np.isfinite(table[:, 1:]))

    def at(place: Any, step: float) -> Any:
        moved = table.copy()
        moved[place[0], place[1] + 1] += step
        return conditional_moments(moved, forms)

    centre = conditional_moments(table, forms)
    for j, k in held:
        up, down = at((j, k), 1e-5), at((j, k), -1e-5)
        slope = (up.normaliser - down.normaliser) / 2e-5
        assert centre.expected[j, k] == pytest.approx(slope, abs=1e-7)
        bend = (up.expected - down.expected) / 2e-5
        np.testing.assert_allclose(centre.information[j, k], bend, atol=1e-8)
    assert centre.expected[2, 2] == 0
    direction = np.arange(1, 4) * np.isfinite(table[:, 1:])
    tilted = np.einsum("jklh,lh->jk", centre.information, direction)
    np.testing.assert_allclose(tilted, 0.0, atol=1e-11)


def test_a_binary_pcm_is_the_rasch_model() -> None:
    scores = made(300, 8)[0]
    rasch, pcm = conditional_rasch(scores), conditional_rasch(scores, model="pcm")
    np.testing.assert_array_equal(rasch.b, pcm.b[:, 0])
    np.testing.assert_array_equal(rasch.b_se, pcm.b_se[:, 0])
    np.testing.assert_allclose(rasch.b, -rasch.easiness, atol=1e-14)


@pytest.mark.parametrize("n_categories", [2, 4])
def test_steps_and_easinesses_are_one_solution(n_categories: int) -> None:
    fit = conditional_rasch(made(400, 6, n_categories=n_categories)[0], model="pcm")
    assert fit.b.mean() == pytest.approx(0.0, abs=1e-13)
    assert fit.easiness.sum() == pytest.approx(0.0, abs=1e-12)
    away = -np.diff(fit.easiness, axis=1, prepend=0.0) - fit.b
    np.testing.assert_allclose(away, away[0, 0], atol=1e-12)  # the origin alone differs
    np.testing.assert_allclose(np.sqrt(np.diag(fit.covariance)), fit.easiness_se.ravel())


@pytest.mark.parametrize("n_categories", [2, 3])
def test_order_of_persons_and_items_does_not_matter(n_categories: int) -> None:
    scores = made(300, 7, n_categories=n_categories)[0]
    scores[:90, 1] = scores[80:150, 5] = -1
    rng = np.random.Generator(np.random.PCG64(2))
    rows, columns = rng.permutation(300), rng.permutation(7)
    one = conditional_rasch(scores, model="pcm")
    two = conditional_rasch(scores[rows][:, columns], model="pcm")
    np.testing.assert_allclose(two.b, one.b[columns], atol=1e-9)
    np.testing.assert_allclose(two.b_se, one.b_se[columns], atol=1e-9)
    assert two.log_likelihood == pytest.approx(one.log_likelihood, abs=1e-9)


def test_a_weight_of_two_is_the_row_twice_and_of_none_no_row() -> None:
    scores = made(120, 6, n_categories=3)[0]
    weight = np.r_[np.full(40, 2.0), np.ones(60), np.zeros(20)]
    rows = np.repeat(np.arange(120), weight.astype(int))
    one = conditional_rasch(scores, weights=weight, model="pcm")
    two = conditional_rasch(scores[rows], model="pcm")
    np.testing.assert_allclose(one.b, two.b, atol=1e-10)
    np.testing.assert_allclose(one.b_se, two.b_se, atol=1e-10)
    assert (one.n, one.n_informative) == (two.n, two.n_informative)


def test_extreme_scores_single_items_and_blanks_add_nothing() -> None:
    scores = made(200, 6)[0]
    alone = np.full((3, 6), -1)
    alone[0, 2] = alone[1, 4] = 1
    padded = np.concatenate([scores, np.zeros((5, 6)), np.ones((9, 6)), alone]).astype(np.int8)
    before = padded.copy()
    one, two = conditional_rasch(scores), conditional_rasch(padded)
    np.testing.assert_allclose(one.b, two.b, atol=1e-12)
    assert one.log_likelihood == pytest.approx(two.log_likelihood, abs=1e-10)
    assert one.n_informative == two.n_informative
    np.testing.assert_array_equal(padded, before)


def test_items_that_tell_nothing_get_a_reason() -> None:
    scores = made(200, 8)[0]
    more = np.insert(scores, [0, 3, 8], 0, axis=1)
    more[:, 4], more[:, 10] = 1, -1
    fit, plain = conditional_rasch(more), conditional_rasch(scores)
    assert fit.reasons[0] == "all_wrong"
    assert (fit.reasons[4], fit.reasons[10]) == ("all_right", "no_responses")
    np.testing.assert_allclose(fit.b[fit.used], plain.b, atol=1e-12)
    assert np.isnan(fit.b[[0, 4, 10]]).all() and np.isnan(fit.b_se[[0, 4, 10]]).all()


def test_right_by_all_but_those_who_got_nothing_right() -> None:
    scores = made(200, 6)[0]
    scores[:, 2] = scores.any(axis=1)
    fit = conditional_rasch(scores)
    assert fit.reasons[2] == "no_finite_estimate"
    np.testing.assert_allclose(
        np.delete(fit.b, 2), conditional_rasch(np.delete(scores, 2, axis=1)).b, atol=1e-10
    )


def test_fischers_condition_parts_items_that_any_drawing_would_call_linked() -> None:
    """Whoever fails an item of the first part fails all of the second: infinitely far apart."""
    easy, hard = made(300, 5, seed=1)[0], made(300, 3, seed=2)[0]
    scores = np.column_stack([easy, np.where(easy.all(axis=1)[:, None], hard, 0)])
    fit = conditional_rasch(scores)
    assert fit.reasons == (None,) * 5 + ("no_finite_estimate",) * 3
    np.testing.assert_allclose(fit.b[:5], conditional_rasch(easy).b, atol=1e-10)


def test_two_forms_without_a_link_are_refused_by_name() -> None:
    scores = made(400, 8)[0]
    scores[:200, 4:] = scores[200:, :4] = -1
    with pytest.raises(Refused, match=r"1, 2, 3, 4 \| 5, 6, 7, 8") as told:
        conditional_rasch(scores)
    assert told.value.code == "not_connected"


def test_a_link_of_one_item_is_enough() -> None:
    scores, b = made(6000, 9)
    scores[:3000, 5:] = scores[3000:, :4] = -1
    fit = conditional_rasch(scores)
    truth = b[:, 0] - b.mean()
    assert np.abs((fit.b - truth) / fit.b_se).max() < 4
    assert fit.b_se[4] < fit.b_se[[0, 1, 2, 3, 5, 6, 7, 8]].min()


def test_gaps_and_end_categories_are_closed_up_and_said() -> None:
    scores = made(500, 5, n_categories=3)[0].astype(np.int64)
    plain = conditional_rasch(scores, model="pcm")
    gaps = scores.copy()
    gaps[:, 1] = scores[:, 1] * 2 + 1
    fit = conditional_rasch(gaps, model="pcm")
    np.testing.assert_allclose(fit.b, plain.b, atol=1e-12)
    assert [item for item, _ in fit.repairs] == [1]
    np.testing.assert_array_equal(fit.categories[1], [1, 3, 5])


def test_a_top_category_of_perfect_scores_alone_is_merged() -> None:
    scores = made(500, 5, n_categories=3)[0].astype(np.int64)
    scores = scores[(scores < 2).any(axis=1)]
    top = np.full((4, 5), 2)
    top[:, 0] = 3
    fit = conditional_rasch(np.concatenate([scores, top]), model="pcm")
    np.testing.assert_allclose(fit.b, conditional_rasch(scores, model="pcm").b, atol=1e-12)
    assert fit.repairs[0][0] == 0


def test_steps_that_run_away_are_refused() -> None:
    """With two items and score 2 always as 1 + 1 the middle categories drift off together."""
    scores = np.repeat([[0, 1], [1, 0], [1, 1], [1, 2], [2, 1]], 20, axis=0)
    with pytest.raises(Refused, match="1, 2") as told:
        conditional_rasch(scores, model="pcm")
    assert told.value.code == "no_finite_estimate"


@pytest.mark.parametrize(
    ("scores", "weights", "code"),
    [
        (np.array([[0, 1, 2], [1, 0, 1], [2, 1, 0]]), None, "not_binary"),
        (np.array([[0, 1], [1, 0]]), [1.0, -1.0], "bad_weights"),
        (np.array([[0, 1], [1, 0]]), [1.0], "bad_weights"),
        (np.array([[0, 1], [1, 0]]), [1.0, np.nan], "bad_weights"),
        (np.array([[0, 1], [0, 0]]), None, "too_few_items"),
        (np.full((4, 3), -1), None, "too_few_items"),
        (np.array([[0, 0], [1, 1]]), None, "too_few_items"),
        (np.array([[0, 1], [0, 1]]), [0.0, 0.0], "too_few_items"),
    ],
)
def test_refusals(scores: Any, weights: Any, code: str) -> None:
    with pytest.raises(Refused) as told:
        conditional_rasch(scores, weights=weights)
    assert told.value.code == code


def test_two_items_have_a_closed_form() -> None:
    scores = np.repeat([[0, 1], [1, 0], [1, 1]], [30, 10, 7], axis=0)
    fit = conditional_rasch(scores)
    np.testing.assert_allclose(fit.b, [np.log(3) / 2, -np.log(3) / 2], atol=1e-12)
    np.testing.assert_allclose(fit.b_se, np.sqrt(1 / 30 + 1 / 10) / 2, atol=1e-12)


@pytest.mark.parametrize(("n", "n_items"), [(20, 4), (1000, 300)])
def test_few_persons_and_many_items(n: int, n_items: int) -> None:
    scores, b = made(n, n_items)
    fit = conditional_rasch(scores)
    assert fit.converged
    off = (fit.b - (b[:, 0] - b.mean())) / fit.b_se
    assert np.nanmean(off**2) < 1 + 4 * np.sqrt(2 / n_items)


def test_300_items_of_5_categories() -> None:
    scores, b = made(1500, 300, n_categories=5)
    fit = conditional_rasch(scores, model="pcm")
    assert fit.converged
    known = ~np.isnan(fit.b)
    assert known.all()
    off = (fit.b - (b - b.mean())) / fit.b_se
    assert 0.8 < np.mean(off**2) < 1.2  # 1,200 squared normals: their mean has sd .04


def test_far_apart_items_still_add_up() -> None:
    scores = made(4000, 40, spread=3.0)[0]
    fit = conditional_rasch(scores)
    design = design_of(answers_of(scores, weights=None, model="rasch"))
    table = np.column_stack([np.zeros(len(fit.used)), fit.easiness[fit.used]])
    expected = conditional_moments(table, design.forms).expected
    np.testing.assert_allclose(expected, design.observed, rtol=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize("n_categories", [2, 3])
def test_coverage_of_intervals(n_categories: int) -> None:
    """200 data sets; the share of 95 % intervals that hold the truth has an error near 1 %."""
    held = []
    for seed in range(200):
        scores, b = made(400, 8, n_categories=n_categories, seed=seed)
        fit: ConditionalFit = conditional_rasch(scores, model="pcm")
        held.append(np.abs(fit.b - (b - b.mean())) < 1.959964 * fit.b_se)
    assert 0.93 < np.mean(held) < 0.97
