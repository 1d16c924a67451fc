"""Position effects: known truth, no effect where there is none, and designs that cannot tell."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.special import expit

import naas_psych as nps
from naas_psych.errors import AnalysisImpossible
from naas_psych.numerics.fractional_logit import fractional_logit
from naas_psych.numerics.matching import matching_set, shares_of_marks
from naas_psych.numerics.pooled import pooled
from naas_psych.study.responses import NOT_ADMINISTERED
from naas_psych.study.study import Study
from tests.make import study_from_scores

NONE = int(NOT_ADMINISTERED)


def shuffled(seed: int, *, delta: float, n: int = 500, j: int = 20) -> Study:
    """Every person has an order of their own."""
    rng = np.random.Generator(np.random.PCG64(seed))
    places = np.argsort(rng.random((n, j)), axis=1) + 1
    theta, b = rng.normal(size=(n, 1)), rng.normal(size=j)
    right = rng.random((n, j)) < expit(theta - b - delta * (places - 1))
    return study_from_scores(right.astype(int), max_points=1, positions=places.astype(np.int16))


def two_forms(
    seed: int, *, shift: float, drift: float = 0.0, gap: float = 0.6, n: int = 600
) -> Study:
    """Two populations `gap` apart share 16 items; C01 moves from place 2 to 20 and by `shift`.

    The forms have eight more items each. Common items drift with sd `drift`.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    common, own = 16, 8
    j = common + 2 * own
    b, a = rng.normal(size=j), rng.uniform(0.6, 1.6, j)
    second = np.arange(n) % 2 == 1
    theta = rng.normal(size=n) + gap * second
    moved = np.where(second, shift, 0.0)
    drifts = drift * rng.normal(size=common)
    logit = a * (theta[:, None] - b)
    logit[:, 0] -= moved
    logit[second, 1:common] -= drifts[1:]
    points = (rng.random((n, j)) < expit(logit)).astype(int)
    places = np.zeros((n, j), dtype=np.int16)
    order = np.arange(common + own) + 1
    first_form = np.array([2, 1, *order[2:common]])
    places[:, :common] = first_form
    places[second, 0] = common + 4
    for who, columns in ((~second, slice(common, common + own)), (second, slice(common + own, j))):
        free = [p for p in order if p not in set(first_form.tolist())]
        if who is not None and places[who][0, 0] == common + 4:
            free = [2, *[p for p in free if p != common + 4]][:own]
        places[np.flatnonzero(who)[:, None], np.arange(j)[columns]] = free[:own]
    points[~second, common + own :] = NONE
    points[second, common : common + own] = NONE
    ids = [f"C{k + 1:02d}" for k in range(common)] + [f"X{k + 1:02d}" for k in range(2 * own)]
    return study_from_scores(points, max_points=1, positions=places, item_ids=ids)


def pooled_row(study: Study) -> Any:
    return nps.position_effects(study).tables["pooled"].iloc[0]


def test_a_shuffled_order_shows_the_effect() -> None:
    row = pooled_row(shuffled(1, delta=0.03))
    assert row["position_delta_low"] < 0.03 < row["position_delta_high"]
    assert row["position_delta_low"] > 0.015
    assert row["items"] == 20
    assert row["places_apart"] == 19
    assert row["design"] == "within forms"


def test_the_pooled_interval_covers_and_no_effect_is_no_finding() -> None:
    """40 samples each: coverage of .95 within 3 sd; false alarms on the test at 5 %."""
    for delta in (0.0, 0.06):
        inside, said = 0, 0
        for seed in range(40):
            result = nps.position_effects(shuffled(200 + seed, delta=delta, n=250, j=12))
            row = result.tables["pooled"].iloc[0]
            inside += row["position_delta_low"] < delta < row["position_delta_high"]
            said += any(f.subject == "test" for f in result.findings)
        assert inside / 40 > 0.95 - 3 * np.sqrt(0.95 * 0.05 / 40)
        assert said <= 6 if delta == 0 else said >= 38


def test_two_forms_of_unequal_persons_show_the_item_that_moved() -> None:
    result = nps.position_effects(two_forms(3, shift=1.0, n=1600))
    items = result.tables["items"]
    assert items["item_id"].tolist() == ["C01"]
    row = items.iloc[0]
    assert (row["first_position"], row["last_position"]) == (2, 20)
    assert row["position_shift_low"] < 1.0 < row["position_shift_high"]
    assert [f.subject for f in result.findings if f.code == "position_effect"] == ["C01"]
    assert "form" in result.findings[0].sentence
    pooled_table = result.tables["pooled"]
    assert 11 <= pooled_table["unmoved_items"].iloc[0] <= 15


def test_a_gap_between_the_forms_persons_is_no_position_effect() -> None:
    """30 samples with persons .8 apart: false alarms stay near 5 %, estimates near 0."""
    shifts, alarms = [], 0
    for seed in range(30):
        result = nps.position_effects(two_forms(300 + seed, shift=0.0, gap=0.8))
        shifts.append(result.tables["items"]["position_shift"].iloc[0])
        alarms += any(f.code == "position_effect" for f in result.findings)
    assert abs(np.mean(shifts)) < 3 * np.std(shifts) / np.sqrt(30)
    assert alarms <= 5


def test_an_observed_rest_score_would_have_called_it_one() -> None:
    """Why the rest score is drawn to its form's mean: without that half of the gap stays."""
    study = two_forms(5, shift=0.0, gap=1.5, n=3000)
    points, places = study.responses.points, study.responses.positions
    assert places is not None
    second = places[:, 0] > 2
    rest = points[:, 1:16].mean(axis=1)
    x = np.column_stack([np.ones(rest.size), rest - rest.mean(), second])
    naive = fractional_logit(points[:, 0].astype(float), x)
    ours = nps.position_effects(study).tables["items"]["position_shift"].iloc[0]
    assert abs(ours) < abs(naive.coefficients[-1])


def test_drift_of_items_that_stayed_widens_the_interval() -> None:
    still, drifting = (
        nps.position_effects(two_forms(7, shift=0.0, drift=drift, n=2000)).tables
        for drift in (0.0, 0.5)
    )
    assert drifting["pooled"]["drift_sd"].iloc[0] == pytest.approx(0.5, abs=0.2)
    assert still["pooled"]["drift_sd"].iloc[0] < 0.15
    errors = [tables["items"]["position_delta_se"].iloc[0] for tables in (still, drifting)]
    assert errors[1] > 2 * errors[0]


def test_without_rapid_answers_haste_is_taken_off() -> None:
    """The last quarter is guessed fast by a third: the effect goes with the rapid answers."""
    rng = np.random.Generator(np.random.PCG64(8))
    n, j = 600, 16
    places = np.argsort(rng.random((n, j)), axis=1) + 1
    theta = rng.normal(size=(n, 1))
    right = rng.random((n, j)) < expit(theta + 1.0)
    times = np.exp(3.8 + 0.35 * rng.normal(size=(n, j)))
    fast = (places > 12) & (rng.random((n, 1)) < 0.35)
    right = np.where(fast, rng.random((n, j)) < 0.25, right)
    times = np.where(fast, 2.5, times).astype(np.float32)
    study = study_from_scores(
        right.astype(int), max_points=1, positions=places.astype(np.int16), times=times
    )
    table = nps.position_effects(study).tables["pooled"].set_index("basis")
    assert table.loc["all answers", "position_delta_low"] > 0
    steady = table.loc["without rapid answers"]
    assert steady["position_delta_low"] < 0 < steady["position_delta_high"]


def test_where_nothing_moves_it_says_what_would_tell() -> None:
    points = np.random.Generator(np.random.PCG64(9)).integers(0, 2, (40, 6))
    fixed = np.broadcast_to(np.arange(1, 7, dtype=np.int16), points.shape).copy()
    with pytest.raises(AnalysisImpossible, match="Needed: items in more than one place"):
        nps.position_effects(study_from_scores(points, max_points=1, positions=fixed))
    with pytest.raises(AnalysisImpossible, match="Needed: the position of every response"):
        nps.position_effects(study_from_scores(points, max_points=1))
    with pytest.raises(AnalysisImpossible, match="Needed: the position"):
        nps.position_effects(study_from_scores(points, max_points=1, positions=fixed * 0 + 3))


def test_twelve_persons_get_reasons() -> None:
    items = nps.position_effects(shuffled(10, delta=0.0, n=12, j=5)).tables["items"]
    assert set(items["position_delta_reason"]) == {"too_few_persons"}
    assert items["position_delta"].isna().all()


def test_items_that_everybody_has_right_get_a_reason() -> None:
    study = shuffled(11, delta=0.0, n=60, j=5)
    study.responses.points[:, 0] = 1
    items = nps.position_effects(study).tables["items"].set_index("item_id")
    assert items.loc["Q01", "position_delta_reason"] == "no_variance"
    assert np.isfinite(items.loc["Q02", "position_delta"])


def test_several_points_are_taken_as_shares() -> None:
    study = shuffled(12, delta=0.0, n=300, j=8)
    points = np.asarray(study.responses.points, dtype=int) * 3
    tripled = study_from_scores(points, max_points=3, positions=study.responses.positions)
    one, other = (nps.position_effects(s).tables["items"] for s in (study, tripled))
    np.testing.assert_allclose(one["position_delta"], other["position_delta"], rtol=1e-9)


def test_the_regression_is_that_of_statsmodels() -> None:
    from statsmodels.discrete.discrete_model import Logit

    rng = np.random.Generator(np.random.PCG64(13))
    x = np.column_stack([np.ones(200), rng.normal(size=200), rng.integers(1, 40, 200)])
    y = (rng.random(200) < expit(x @ [0.5, 1.0, -0.03])).astype(float)
    theirs = Logit(y, x).fit(disp=0, cov_type="HC0", tol=1e-12)
    ours = fractional_logit(y, x)
    np.testing.assert_allclose(ours.coefficients, theirs.params, rtol=1e-6)
    np.testing.assert_allclose(
        ours.covariance, np.asarray(theirs.cov_params()) * 200 / 197, rtol=1e-6
    )


def test_separated_groups_have_no_finite_estimate() -> None:
    x = np.column_stack([np.ones(20), np.repeat([0.0, 1.0], 10)])
    fit = fractional_logit(np.repeat([0.0, 1.0], 10), x)
    assert not fit.converged
    assert np.isnan(fit.coefficients).all()


def test_pooling_by_hand() -> None:
    """Two estimates of equal weight: Q = (y1 - y2)^2 / (2 se^2); between = half of it less se^2."""
    found = pooled(np.array([0.0, 1.0, np.nan]), np.array([0.5, 0.5, 1.0]))
    assert found.k == 2
    assert found.mean == pytest.approx(0.5)
    assert found.between == pytest.approx(0.5 - 0.25)
    assert found.se == pytest.approx(np.sqrt((0.25 + 0.25) / 2))
    alike = pooled(np.array([0.4, 0.4]), np.array([0.1, 0.2]))
    assert alike.between == 0.0
    assert alike.se == pytest.approx((1 / 0.01 + 1 / 0.04) ** -0.5)
    assert pooled(np.array([np.nan]), np.array([1.0])).k == 0


def test_the_true_rest_score_is_kelleys() -> None:
    rng = np.random.Generator(np.random.PCG64(14))
    shares = (rng.random((50, 6)) < expit(rng.normal(size=(50, 1)))).astype(float)
    group = np.repeat([0, 1], 25)
    found = matching_set(shares, group).true_rest(2)
    for g in (0, 1):
        own = np.delete(shares[group == g], 2, axis=1)
        total = own.sum(axis=1)
        k = 5
        alpha = k / (k - 1) * (1 - own.var(axis=0, ddof=1).sum() / total.var(ddof=1))
        alpha = min(max(alpha, 0.0), 1.0)
        mean = own.mean()
        np.testing.assert_allclose(found[group == g], mean + alpha * (total / k - mean), rtol=1e-10)
    gaps = shares.copy()
    gaps[0] = np.nan
    assert np.isnan(matching_set(gaps, group).true_rest(None)[0])
    low, high = np.array([0, 1]), np.array([2, 1])
    marks = shares_of_marks(np.array([[1, 1], [-1, 1]]), low, high)
    assert marks[0, 0] == 0.5
    assert np.isnan(marks[1, 0])
    assert np.isnan(marks[:, 1]).all()


def test_the_planted_item_of_the_pilot_is_found() -> None:
    study = nps.read_study("data/sample_responses/naas_pilot")
    result = nps.position_effects(study)
    assert [f.subject for f in result.findings] == ["A12"]
    assert result.tables["items"]["item_id"].tolist() == ["A12"]
