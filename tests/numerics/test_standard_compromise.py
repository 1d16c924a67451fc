"""Hofstee, Beuk, De Gruijter and Cohen: worked examples, every edge, and what must always hold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from naas_psych.numerics.standard.beuk import (
    Wish,
    beuk_attainable,
    beuk_interpolated,
    beuk_slope,
    cut_at_rate,
    weighted_slope,
)
from naas_psych.numerics.standard.cohen import cohen_cut, percentiles
from naas_psych.numerics.standard.de_gruijter import (
    Doubt,
    de_gruijter_attainable,
    de_gruijter_interpolated,
)
from naas_psych.numerics.standard.hofstee import box_of, hofstee_attainable, hofstee_interpolated
from naas_psych.numerics.standard.resampled import drawn_counts, drawn_shares, generator, widened
from naas_psych.numerics.standard.score_curve import (
    ScoreCurve,
    alike_to,
    score_counts,
    score_curve,
)

#: Scores of the method sheet: 100 persons at 40, 45, ..., 90; every whole total can be had.
SCORES = np.repeat(np.arange(40.0, 91, 5), [2, 3, 5, 8, 12, 15, 18, 14, 11, 8, 4])
TOTALS = np.arange(101.0)
CURVE = score_curve(SCORES, TOTALS)
CUTS = np.array([58.0, 62, 60, 66, 54])
RATES = np.array([0.80, 0.75, 0.85, 0.70, 0.90])


def one(value: float) -> np.ndarray:
    return np.array([value])


def test_hofstee_worked_example() -> None:
    box = box_of(np.array([[55, 70, 0.05, 0.30]]))
    found = hofstee_interpolated(CURVE, box)
    assert found.cut[0] == pytest.approx(60.9016, abs=5e-5)
    assert CURVE.between(found.cut)[0] == pytest.approx(0.20164, abs=5e-6)
    stepped = hofstee_attainable(CURVE, box)
    assert stepped.cut[0] == 61
    assert CURVE.step(stepped.cut)[0, 0] == pytest.approx(0.30)
    assert alike_to(CURVE, 61.0) == 65


@pytest.mark.parametrize(
    ("limits", "above", "offered"),
    [((55, 70, 0.0, 0.03), True, 55.0), ((55, 70, 0.5, 0.6), False, 70.0)],
)
def test_a_curve_that_misses_the_box_has_no_cut(
    limits: tuple[float, ...], above: bool, offered: float
) -> None:
    box = box_of(np.array([limits]))
    for found in (hofstee_interpolated(CURVE, box), hofstee_attainable(CURVE, box)):
        assert np.isnan(found.cut[0])
        assert (found.above[0], found.below[0]) == (above, not above)
        assert found.offered[0] == offered


def test_a_curve_through_the_corner_of_the_box_meets_it_there() -> None:
    box = box_of(np.array([[60, 70, 0.05, 0.18]]))
    assert hofstee_interpolated(CURVE, box).cut[0] == pytest.approx(60)
    assert hofstee_attainable(CURVE, box).cut[0] == 60


def test_a_box_without_width_is_its_cut() -> None:
    box = box_of(np.array([[61.3, 61.3, 0.05, 0.10]]))
    assert hofstee_interpolated(CURVE, box).cut[0] == pytest.approx(61.3)
    assert hofstee_attainable(CURVE, box).cut[0] == 62


def test_a_box_without_height_meets_the_curve_at_its_share() -> None:
    found = hofstee_interpolated(CURVE, box_of(np.array([[55, 70, 0.25, 0.25]])))
    assert CURVE.between(found.cut)[0] == pytest.approx(0.25)


def test_beuk_worked_example() -> None:
    slope = beuk_slope(one(CUTS.std(ddof=1)), one(RATES.std(ddof=1)))
    wish = Wish(one(CUTS.mean()), one(RATES.mean()), slope)
    found = beuk_interpolated(CURVE, wish)
    assert slope[0] == pytest.approx(0.0176777, abs=5e-8)
    assert found[0] == pytest.approx(60.4799, abs=5e-5)
    assert 1 - CURVE.between(found)[0] == pytest.approx(0.80848, abs=5e-6)
    assert beuk_attainable(CURVE, wish) == 61


def test_beuk_where_judges_agree() -> None:
    alike, apart = one(0.0), one(0.08)
    upright = Wish(one(60.4), one(0.8), beuk_slope(alike, apart))
    assert beuk_interpolated(CURVE, upright)[0] == 60.4
    assert beuk_attainable(CURVE, upright) == 61
    level = Wish(one(60.0), one(0.8), beuk_slope(apart, alike))
    assert 1 - CURVE.between(beuk_interpolated(CURVE, level))[0] == pytest.approx(0.8)
    assert beuk_interpolated(CURVE, level)[0] == pytest.approx(cut_at_rate(CURVE, 0.8))
    neither = Wish(one(60.0), one(0.8), beuk_slope(alike, alike))
    assert np.isnan(beuk_interpolated(CURVE, neither)[0])
    assert np.isnan(beuk_attainable(CURVE, neither))


def test_stated_weights_run_from_the_rate_alone_to_the_cut_alone() -> None:
    at = [
        beuk_interpolated(CURVE, Wish(one(56.0), one(0.6), one(weighted_slope(w))))[0]
        for w in (0.0, 0.3, 0.7, 1.0)
    ]
    assert at[0] == pytest.approx(cut_at_rate(CURVE, 0.6))
    assert at[-1] == 56
    assert at == sorted(at, reverse=True)


def test_de_gruijter_worked_example() -> None:
    doubt = Doubt(
        one(CUTS.mean()), one(RATES.mean()), one(CUTS.std(ddof=1)), one(RATES.std(ddof=1))
    )
    found = de_gruijter_interpolated(CURVE, doubt)
    assert found[0] == pytest.approx(60.540, abs=5e-4)
    assert 1 - CURVE.between(found)[0] == pytest.approx(0.80704, abs=1e-5)
    # Only the ratio counts: errors of the means give the same cut.
    halved = Doubt(doubt.cut, doubt.rate, doubt.cut_error / 2, doubt.rate_error / 2)
    assert de_gruijter_interpolated(CURVE, halved)[0] == pytest.approx(found[0])
    off = [
        ((c - 60) / doubt.cut_error[0]) ** 2
        + ((1 - CURVE.step(one(c))[0, 0] - 0.8) / doubt.rate_error[0]) ** 2
        for c in TOTALS
    ]
    assert de_gruijter_attainable(CURVE, doubt) == TOTALS[int(np.argmin(off))]


def test_de_gruijter_needs_doubt_on_both_sides() -> None:
    sure = Doubt(one(60.0), one(0.8), one(0.0), one(0.1))
    assert np.isnan(de_gruijter_interpolated(CURVE, sure)[0])
    assert np.isnan(de_gruijter_attainable(CURVE, sure))


def test_cohen_worked_example() -> None:
    assert cohen_cut(6.0, one(24.0), 0.60)[0] == pytest.approx(16.8)
    assert cohen_cut(0.0, one(24.0), 0.65)[0] == pytest.approx(15.6)


@pytest.mark.parametrize("how", ["linear", "weibull", "hazen", "median_unbiased", "inverted_cdf"])
@given(
    scores=st.lists(st.integers(0, 20), min_size=1, max_size=40),
    q=st.floats(50.5, 100, allow_nan=False),
)
def test_percentiles_from_counts_are_those_of_the_scores(
    how: str, scores: list[int], q: float
) -> None:
    points, counts = np.unique(np.array(scores, float), return_counts=True)
    expected = np.percentile(scores, q, method=how)  # type: ignore[call-overload]
    assert percentiles(points, counts[None], q, how)[0] == pytest.approx(expected, abs=1e-6)


totals = st.lists(st.integers(0, 30), min_size=2, max_size=60)
wide = st.tuples(st.floats(0, 30), st.floats(0, 30), st.floats(0, 1), st.floats(0, 1))


def curve_of(scores: list[int]) -> ScoreCurve:
    return score_curve(np.array(scores, float), np.arange(31.0))


@given(scores=totals, limits=wide)
def test_a_cut_by_hofstee_lies_in_the_box_and_on_both_lines(
    scores: list[int], limits: tuple[float, float, float, float]
) -> None:
    curve, box = curve_of(scores), box_of(np.array([limits]))
    found = hofstee_interpolated(curve, box)
    if found.above[0] or found.below[0]:
        assert np.isnan(found.cut[0])
        return
    low, high = box.min_cut[0], box.max_cut[0]
    assert low - 1e-9 <= found.cut[0] <= high + 1e-9
    if high - low > 1e-3:
        share = (found.cut[0] - low) / (high - low)
        line = box.max_fail[0] + (box.min_fail[0] - box.max_fail[0]) * share
        assert curve.between(found.cut)[0] == pytest.approx(line, abs=1e-6)


@given(scores=totals, limits=wide)
def test_the_attainable_cut_by_hofstee_is_the_lowest_that_will_do(
    scores: list[int], limits: tuple[float, float, float, float]
) -> None:
    curve, box = curve_of(scores), box_of(np.array([limits]))
    cut = hofstee_attainable(curve, box).cut[0]
    low, high = box.min_cut[0], box.max_cut[0]
    if np.isnan(cut) or high - low <= 1e-3:
        return
    assert cut in curve.attainable
    for lower in curve.attainable[(curve.attainable >= low) & (curve.attainable < cut)]:
        share = (min(lower, high) - low) / (high - low)
        line = box.max_fail[0] + (box.min_fail[0] - box.max_fail[0]) * share
        assert (np.array(scores) < lower).mean() < line + 1e-9


@given(scores=totals, cut=st.integers(0, 30))
def test_the_step_function_counts_persons(scores: list[int], cut: int) -> None:
    curve = curve_of(scores)
    assert curve.step(one(float(cut)))[0, 0] == pytest.approx((np.array(scores) < cut).mean())


@given(
    scores=totals,
    cut=st.floats(0, 30),
    rate=st.floats(0, 1),
    errors=st.tuples(st.floats(0.1, 9), st.floats(0.01, 0.5)),
)
def test_no_point_of_the_curve_is_nearer_than_de_gruijters(
    scores: list[int], cut: float, rate: float, errors: tuple[float, float]
) -> None:
    curve = curve_of(scores)
    doubt = Doubt(one(cut), one(rate), one(errors[0]), one(errors[1]))
    found = de_gruijter_interpolated(curve, doubt)[0]

    def off(c: float) -> float:
        passes = 1 - float(curve.between(one(c))[0])
        return ((c - cut) / errors[0]) ** 2 + ((passes - rate) / errors[1]) ** 2

    grid = np.linspace(curve.points[0], curve.points[-1], 301)
    assert off(found) <= min(off(float(c)) for c in grid) + 1e-9


def test_samples_of_persons_keep_their_number_and_never_fall() -> None:
    counts = score_counts(SCORES, TOTALS)
    drawn = drawn_counts(counts, None, 50, generator(1))
    assert (drawn.sum(axis=1) == SCORES.size).all()
    rng = np.random.default_rng(1)
    by_cluster = rng.multinomial(20, counts / counts.sum(), size=8)
    shares = drawn_shares(by_cluster.sum(axis=0), by_cluster, 200, generator(1))
    for below in (shares.plain, shares.wide):
        assert (np.diff(below, axis=1) >= -1e-12).all()
        assert below.min() >= 0
        assert (below[:, -1] == 1).all()


def test_few_judges_widen_their_draws_as_t_does() -> None:
    rng = np.random.default_rng(2)
    values = rng.normal(size=6)
    drawn = values[rng.integers(0, 6, (40_000, 6))].mean(axis=1)
    found = widened(np.asarray(values.mean()), drawn, 6, generator(3))
    se = values.std(ddof=1) / np.sqrt(6)
    assert found.plain.std() == pytest.approx(se, rel=0.02)
    half = (np.quantile(found.wide, 0.975) - np.quantile(found.wide, 0.025)) / 2
    assert half == pytest.approx(2.5706 * se, rel=0.06)
