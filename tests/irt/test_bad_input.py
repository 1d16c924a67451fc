"""Bad input: a named refusal, or an answer that says what was done. No silent NaN, no long wait."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from naas_psych.irt import calibrate
from naas_psych.irt.calibration import Calibration
from naas_psych.irt.engine import packing
from naas_psych.irt.engine.expectation import expect
from naas_psych.irt.model import log_probabilities, parameter_scores
from naas_psych.irt.persons import categories_of
from naas_psych.irt.priors import Prior
from naas_psych.irt.refusal import Refused
from tests.irt.problems import model_for, parameters, simulated

#: Seconds that any of these may take on a busy machine.
LONG = 20.0
TWO_GROUPS = np.repeat([0, 1], 150)


def binary(n: int = 300, n_items: int = 6) -> NDArray[np.int64]:
    test = model_for("2pl", [2] * n_items)
    theta = np.random.default_rng(4).normal(0, 1.1, n)
    return simulated(test, parameters(test, 4), theta, 4).astype(np.int64)


def graded(n: int = 300) -> NDArray[np.int64]:
    test = model_for("grm", [4] * 5)
    theta = np.random.default_rng(4).normal(0, 1.1, n)
    return simulated(test, parameters(test, 4), theta, 4).astype(np.int64)


def told(scores: Any, model: Any = "2pl", **more: Any) -> Calibration:
    """A fit whose every NaN has a reason and whose every doubt has a warning."""
    began = time.perf_counter()
    fit: Calibration = calibrate(scores, model, **{"standard_errors": "observed", **more})
    assert time.perf_counter() - began < LONG
    said = {code for code, _ in fit.warnings}
    assert fit.converged or "not_converged" in said
    assert fit.covariance is not None or "no_errors" in said
    assert np.isfinite(fit.log_likelihood) and np.all(np.isfinite(fit.x))
    for j, reason in enumerate(fit.reasons):
        has_numbers = np.isfinite(fit.a[j]) or np.isfinite(fit.slopes[j]).all()
        assert has_numbers == (reason is None), (j, reason)
    return fit


def refused(code: str, scores: Any, model: Any = "2pl", **more: Any) -> Refused:
    with pytest.raises(Refused) as found:
        calibrate(scores, model, **more)
    assert found.value.code == code
    assert found.value.remedy
    return found.value


# Items


@pytest.mark.parametrize(
    ("value", "reason"), [(1, "no_variance"), (0, "no_variance"), (-1, "no_responses")]
)
def test_an_item_without_variance_is_left_out_and_said(value: int, reason: str) -> None:
    scores = binary()
    scores[:, 2] = value
    fit = told(scores)
    assert fit.reasons == (None, None, reason, None, None, None)
    without = told(np.delete(scores, 2, axis=1))
    np.testing.assert_allclose(np.delete(fit.a, 2), without.a, atol=1e-9)
    assert fit.log_likelihood == pytest.approx(without.log_likelihood, rel=1e-12)


def test_fewer_than_two_items_that_vary_are_refused() -> None:
    scores = binary()
    scores[:, 1:] = 1
    refused("too_few_items", scores)
    refused("too_few_items", np.zeros((50, 4), int))
    refused("too_few_items", binary()[:1])


def test_an_empty_category_is_closed_up_and_said() -> None:
    scores = graded()
    scores[scores[:, 0] == 2, 0] = 3
    fit = told(scores, "grm")
    assert fit.repairs == ((0, "categories in between that nobody got were closed up"),)
    assert np.isfinite(fit.b[0]).tolist() == [True, True, False]
    assert fit.columns[0].scores.tolist() == [0, 1, 3]


def test_categories_with_gaps_are_those_without() -> None:
    plain, gaps = told(graded(), "gpcm"), told(graded() * 2 + 1, "gpcm")
    assert [j for j, _ in gaps.repairs] == [0, 1, 2, 3, 4]
    np.testing.assert_array_equal(gaps.b, plain.b)
    np.testing.assert_array_equal(
        categories_of(gaps, graded() * 2 + 1), categories_of(plain, graded())
    )


def test_a_top_category_that_nobody_got_is_not_there() -> None:
    scores = graded()
    scores[:, 0] = np.minimum(scores[:, 0], 1)
    fit = told(scores, "grm")
    assert np.isfinite(fit.b[0]).tolist() == [True, False, False]


def test_two_items() -> None:
    refused("not_identified", binary()[:, :2], "2pl")
    refused("not_identified", binary()[:, :2], "3pl")
    told(binary()[:, :2], "rasch")
    told(binary()[:, :2], "1pl")


def test_two_items_of_several_categories_end() -> None:
    """16 patterns for 8 parameters: they can be told apart, but hardly."""
    told(graded()[:, :2], "grm")


def test_the_same_item_twice_has_a_steep_slope_and_ends() -> None:
    """A Heywood case: the two are explained by theta alone."""
    scores = binary()
    scores[:, 5] = scores[:, 4]
    assert told(scores).a[5] > 8


def test_three_hundred_items() -> None:
    fit = told(binary(200, 300))
    assert fit.converged


def test_too_many_categories() -> None:
    refused("too_many_categories", np.column_stack([np.arange(300) % 150, binary()]), "gpcm")
    refused("too_many_categories", binary() * 5000)
    refused("too_many_categories", graded(), "2pl")


# Persons


def test_persons_who_answered_nothing_are_nobody() -> None:
    scores = binary()
    scores[:50] = -1
    fit, without = told(scores), told(scores[50:])
    assert fit.n == 250
    np.testing.assert_allclose(fit.x, without.x, atol=1e-9)
    assert fit.bic == pytest.approx(without.bic, rel=1e-12)


def test_everything_absent_is_refused() -> None:
    refused("no_responses", np.full((20, 4), -1))
    refused("no_responses", np.full((20, 4), np.nan))


@pytest.mark.parametrize("code", [-1, -9, -32768])
def test_any_negative_code_is_an_absence(code: int) -> None:
    scores = binary()
    absent = np.random.default_rng(3).random(scores.shape) < 0.2
    ours = told(np.where(absent, code, scores))
    nan = told(np.where(absent, np.nan, scores))
    np.testing.assert_array_equal(ours.x, nan.x)


def test_twenty_persons() -> None:
    told(binary(20), "rasch")
    told(binary(20), "2pl")


def test_perfect_patterns_only() -> None:
    """Everybody knew all or nothing: slopes run off, and the fit ends."""
    assert told(np.repeat([[0] * 6, [1] * 6], 100, axis=0)).a.min() > 8


# Groups


def test_a_group_without_an_anchor_is_refused() -> None:
    scores = binary()
    scores[:150, 3:] = -1
    scores[150:, :3] = -1
    refused("no_anchor", scores, groups=TWO_GROUPS)
    refused("no_anchor", binary(), groups=TWO_GROUPS, anchors=[])
    nobody = binary()
    nobody[:150] = -1
    refused("empty_group", nobody, groups=TWO_GROUPS)


def test_groups_need_labels_and_a_reference_among_them() -> None:
    refused("bad_groups", binary(), groups=[0, 1])
    refused("bad_reference", binary(), groups=TWO_GROUPS, reference=7)


# Weights


def test_weights_of_zero_are_nobody() -> None:
    weights = np.repeat([0.0, 1.0], [100, 200])
    fit, without = told(binary(), weights=weights), told(binary()[100:])
    np.testing.assert_allclose(fit.x, without.x, atol=1e-9)
    assert fit.n == 200


@pytest.mark.parametrize(
    "weights", [-np.ones(300), np.full(300, np.nan), np.ones(5), np.full(300, np.inf)]
)
def test_bad_weights_are_refused(weights: Any) -> None:
    refused("bad_weights", binary(), weights=weights)


def test_weights_that_are_all_zero_are_refused() -> None:
    refused("no_responses", binary(), weights=np.zeros(300))


# What is not a matrix of scores, a model or a kind


def test_what_is_not_a_matrix_of_whole_numbers_is_refused() -> None:
    refused("not_whole", binary() + 0.5)
    refused("not_numbers", binary().astype(str))
    refused("no_matrix", binary()[0])
    refused("no_matrix", np.zeros((0, 5), int))


@pytest.mark.parametrize("kind", [bool, np.int8, np.int16, np.int32, np.float32])
def test_the_type_of_the_numbers_does_not_matter(kind: Any) -> None:
    np.testing.assert_array_equal(told(binary().astype(kind)).x, told(binary()).x)


def test_names_that_are_not_known_are_refused() -> None:
    assert "2pl" in str(refused("unknown_model", binary(), "5pl"))
    refused("bad_models", binary(), ["2pl"] * 3)
    refused("bad_standard_errors", binary(), standard_errors="fisher")
    refused("bad_prior", binary(), "3pl", priors={"c": _prior("lognormal")})


def _prior(kind: Any) -> Prior:
    return Prior(kind, 0.0, 1.0)


def test_unsigned_scores() -> None:
    told(binary().astype(np.uint8))


def test_infinite_scores_are_refused() -> None:
    scores = binary().astype(float)
    scores[0, 0] = np.inf
    refused("too_many_categories", scores)


@pytest.mark.parametrize(
    "more",
    [
        {"anchors": [0, 99], "groups": TWO_GROUPS},
        {"estimator": "x"},
        {"nodes": 1},
        {"bound": -1.0, "nodes": 21},
        {"max_cycles": 0},
        {"threads": -1},
        {"tolerance": float("nan")},
        {"nodes": 61.5},
        {"bound": float("inf")},
        {"bound": "6"},
        {"relative": "x"},
        {"max_cycles": 2.5},
        {"reference": 1},
        {"anchors": [0]},
        {"anchors": 3, "groups": TWO_GROUPS},
        {"anchors": [True, False], "groups": TWO_GROUPS},
        {"groups": np.where(TWO_GROUPS == 1, np.nan, 0.0)},
        {"groups": ["a", 1] * 150},
        {"groups": ["a", None] * 150},
        {"weights": ["a"] * 300},
        {"model": None},
        {"model": 3},
        {"model": [["2pl"]] * 6},
        {"priors": {"a": 1}},
        {"priors": ["a"]},
        {"estimator": "cml", "model": "rasch", "groups": TWO_GROUPS},
    ],
)
def test_settings_that_cannot_be_are_refused(more: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        calibrate(binary(), **{"model": "2pl", **more})


def test_an_item_that_tells_nothing_has_a_reason_for_its_missing_location() -> None:
    """Each person twice, once with item 6 right and once wrong: its slope is 0."""
    scores = np.repeat(binary(), 2, axis=0)
    scores[:, 5] = np.arange(600) % 2
    fit = told(scores)
    assert abs(fit.a[5]) < 1e-3 and np.isnan(fit.b[5])
    assert any("flat" in code or "flat" in sentence for code, sentence in fit.warnings)


def runaways() -> list[Any]:
    long = binary(200, 300)
    return [
        pytest.param(binary(3), "2pl", {}, id="three persons"),
        pytest.param(long[:20], "2pl", {}, id="20 persons, 300 items"),
        pytest.param(long, "3pl", {}, id="200 persons, 300 items, 3pl"),
        pytest.param(graded(20), "grm", {}, id="20 persons, grm"),
        pytest.param(binary(20), "4pl", {}, id="20 persons, 4pl"),
        pytest.param(np.repeat(np.tri(7, 6, -1, int), 40, axis=0), "2pl", {}, id="guttman"),
        pytest.param(
            binary(), "2pl", {"groups": np.r_[0, np.ones(299, int)]}, id="a reference of one person"
        ),
        pytest.param(
            np.vstack([binary(), np.ones((50, 6), int)]),
            "2pl",
            {"groups": np.repeat([0, 1], [300, 50])},
            id="a group that had all right",
        ),
        pytest.param(
            binary(), "2pl", {"weights": 1.0 - binary()[:, 0]}, id="weights make an item constant"
        ),
    ]


@pytest.mark.parametrize(("scores", "model", "more"), runaways())
def test_a_slope_on_its_way_to_infinity_is_stopped_and_said(
    scores: Any, model: str, more: dict[str, Any]
) -> None:
    told(scores, model, **more)


def test_rows_of_unlike_length_and_numbers_past_all_bounds_are_refused() -> None:
    refused("no_matrix", [[0, 1], [1]])
    refused("too_many_categories", np.array([[0, 2**63 + 5]] * 3, dtype=np.uint64))


def test_a_group_has_the_categories_that_it_has() -> None:
    """Nobody of the second group reached the top of the free item: its column has three."""
    scores = graded(400)
    groups = np.repeat([0, 1], 200)
    scores[200:, 4] = np.minimum(scores[200:, 4], 2)
    fit = told(scores, "grm", groups=groups, anchors=[0, 1, 2, 3])
    assert [(c.group, c.scores.size) for c in fit.columns if c.item == 4] == [(0, 4), (1, 3)]


def test_an_item_that_does_not_vary_in_a_group_is_said() -> None:
    scores = binary()
    scores[150:, 5] = 1
    fit = told(scores, groups=TWO_GROUPS, anchors=[0, 1, 2, 3, 4])
    assert "item_not_in_group" in {code for code, _ in fit.warnings}
    turned = told(scores, groups=TWO_GROUPS, anchors=[0, 1, 2, 3, 4], reference=1)
    assert turned.reasons[5] == "no_variance_in_reference"


def test_hundreds_of_groups_are_kept_apart() -> None:
    """One pattern in many groups is one row a group, also past what a byte can number."""
    rng = np.random.default_rng(1)
    scores, groups = (rng.random((5200, 4)) < 0.5).astype(int), np.arange(5200) % 260
    fit = calibrate(scores, "rasch", groups=groups, max_cycles=3)
    merged = packing.pack(categories_of(fit, scores), fit.model.n_categories, group=groups)
    assert merged.codes.shape[0] == len({(g, *row) for g, row in zip(groups, scores.tolist())})  # noqa: B905


def test_a_slope_prior_above_zero_bears_a_reversed_item() -> None:
    scores = binary()
    scores[:, 0] = 1 - scores[:, 0]
    fit = told(scores, priors={"a": Prior("lognormal", 0.0, 0.5)})
    assert fit.converged and fit.a[0] > 0


@pytest.mark.parametrize("seed", [1, 3, 4, 6, 8])
def test_converged_means_that_the_gradient_is_zero(seed: int) -> None:
    """A step that was halved away is no rest: 3pl without a prior, where steps are long."""
    test = model_for("3pl", [2] * 8)
    theta = np.random.default_rng(seed).normal(size=500)
    scores = simulated(test, parameters(test, seed), theta, seed).astype(int)
    fit = calibrate(scores, "3pl", priors={}, max_cycles=300)
    if fit.converged:
        assert np.abs(gradient(fit, scores)).max() < 0.05


def gradient(fit: Calibration, scores: Any) -> Any:
    """Of the log-likelihood in the item parameters, by Fisher's identity."""
    packed = packing.pack(categories_of(fit, scores), fit.model.n_categories)
    log_p = log_probabilities(fit.model, fit.x, fit.grid.theta)
    counts = expect(packed, log_p, fit.grid).counts
    by_item = np.einsum("jkq,jpkq->jp", counts, parameter_scores(fit.model, fit.x, fit.grid.theta))
    found = np.zeros(fit.x.size)
    here = fit.model.where >= 0
    np.add.at(found, fit.model.where[here], by_item[here])
    return found
