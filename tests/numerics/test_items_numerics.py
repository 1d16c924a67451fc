"""The formulas behind the items chapter, against the check values of the method sheet."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from naas_psych.numerics.biserial import biserial
from naas_psych.numerics.coefficients import alpha
from naas_psych.numerics.correlations import fisher_interval, probability_r_below
from naas_psych.numerics.item_statistics import (
    alpha_if_dropped,
    facility,
    group_facilities,
)
from naas_psych.numerics.option_statistics import (
    against_key,
    option_statistics,
    probability_above,
    probability_more_chosen,
)
from naas_psych.numerics.polyserial import polyserial
from naas_psych.numerics.proportions import newcombe, probability_below, wilson
from naas_psych.numerics.rest_table import (
    deviations,
    pearson,
    rest_table,
    score_groups,
    stacked,
    with_total,
)
from naas_psych.numerics.score_moments import quantile, score_moments
from naas_psych.numerics.upper_lower import group_cuts, group_scores, upper_lower
from tests.make import DATA_A, DATA_C


def _matrices(persons: int, items: int) -> st.SearchStrategy[np.ndarray]:
    shape = st.tuples(st.integers(persons, 30), st.integers(items, 7))
    return arrays(np.int8, shape, elements=st.integers(0, 3))


def test_wilson_of_the_sheet() -> None:
    limits = wilson(9, 12, level=0.95)
    assert limits.low == pytest.approx(0.46769, abs=5e-6)
    assert limits.high == pytest.approx(0.91106, abs=5e-6)


def test_wilson_published_examples() -> None:
    """Newcombe (1998, one proportion), table I: 81 of 263 .2553 to .3662; 0 of 20 0 to .1611."""
    limits = wilson([81, 0], [263, 20], level=0.95)
    assert limits.low == pytest.approx([0.2553, 0.0], abs=5e-5)
    assert limits.high == pytest.approx([0.3662, 0.1611], abs=5e-5)


def test_wilson_at_the_ends_stays_inside_and_is_undefined_for_nobody() -> None:
    limits = wilson([0, 10, 0], [10, 10, 0], level=0.95)
    assert limits.low[0] == 0.0
    assert limits.high[1] == 1.0
    assert np.isnan(limits.low[2])


def test_newcombe_published_example() -> None:
    # Newcombe (1998), table II row (a), method 10: 56/70 - 48/80.
    limits = newcombe((56, 70), (48, 80), level=0.95)
    assert limits.low == pytest.approx(0.0524, abs=5e-5)
    assert limits.high == pytest.approx(0.3339, abs=5e-5)


def test_probability_below_is_even_at_the_middle() -> None:
    assert probability_below(20, 40, line=0.5) == pytest.approx(0.5)
    assert probability_below(1, 100, line=0.2) > 0.9999


def test_fisher_interval_of_the_sheet() -> None:
    limits = fisher_interval(0.347788, 11, level=0.95)
    assert limits.low == pytest.approx(-0.28250, abs=5e-5)
    assert limits.high == pytest.approx(0.76833, abs=5e-5)
    assert np.isnan(fisher_interval(0.3, 2, level=0.95).low)
    assert np.isnan(fisher_interval(1.0, 20, level=0.95).low)


def test_probability_r_below_its_own_value_is_half() -> None:
    assert probability_r_below(0.3, 50, line=0.3) == pytest.approx(0.5)
    assert np.isnan(probability_r_below(0.3, 2, line=0.3))


def test_biserial_of_the_sheet_on_rest_and_on_total() -> None:
    x = DATA_A[:, 0]
    total = DATA_A.sum(axis=1)
    assert biserial(np.corrcoef(x, total - x)[0, 1], x.mean()) == pytest.approx(0.62277, abs=5e-6)
    assert biserial(np.corrcoef(x, total)[0, 1], x.mean()) == pytest.approx(0.90592, abs=5e-6)
    assert np.isnan(biserial(0.2, 1.0))


def test_polyserial_of_the_sheet() -> None:
    y, rest = DATA_C[:, 0], DATA_C[:, 1:].sum(axis=1)
    table = rest_table(y, rest, n_codes=3)
    r = pearson(deviations(table, np.arange(3.0)))
    assert r == pytest.approx(0.30292, abs=5e-6)
    assert polyserial(table) == pytest.approx(0.33580, abs=5e-6)


def test_polyserial_is_a_maximum_of_the_likelihood() -> None:
    from scipy.special import ndtr, ndtri

    y, rest = DATA_C[:, 0], DATA_C[:, 1:].sum(axis=1)
    z = (rest - rest.mean()) / rest.std()
    tau = np.concatenate([[-np.inf], ndtri(np.cumsum(np.bincount(y))[:-1] / y.size), [np.inf]])

    def log_likelihood(rho: float) -> float:
        s = np.sqrt(1 - rho**2)
        upper, lower = (tau[y + 1] - rho * z) / s, (tau[y] - rho * z) / s
        return float(np.log(ndtr(upper) - ndtr(lower)).sum())

    best = polyserial(rest_table(y, rest, n_codes=3))
    assert log_likelihood(best) > max(log_likelihood(best - 1e-3), log_likelihood(best + 1e-3))


def test_polyserial_extremes() -> None:
    y = np.array([0, 0, 1, 1, 2, 2])
    assert polyserial(rest_table(y, y, n_codes=3)) > 0.99
    assert polyserial(rest_table(y, 2 - y, n_codes=3)) < -0.99
    assert np.isnan(polyserial(rest_table(np.zeros(5, int), np.arange(5), n_codes=3)))
    assert np.isnan(polyserial(rest_table(y, np.ones(6, int), n_codes=3)))


@settings(max_examples=60, deadline=None)
@given(
    arrays(np.int8, st.tuples(st.integers(2, 30), st.integers(2, 6)), elements=st.integers(0, 3))
)
def test_table_correlations_are_those_of_the_raw_scores(matrix: np.ndarray) -> None:
    totals = matrix.sum(axis=1, dtype=int)
    for y in matrix.T:
        table = rest_table(y, totals - y, n_codes=4)
        part = deviations(table, np.arange(4.0))
        for r, other in (
            (pearson(part), totals - y),
            (pearson(with_total(part)), totals),
        ):
            if np.ptp(y) and np.ptp(other):
                assert r == pytest.approx(np.corrcoef(y, other)[0, 1], abs=1e-10)
            else:
                assert np.isnan(r)


@settings(max_examples=60, deadline=None)
@given(
    arrays(np.int8, st.tuples(st.integers(3, 30), st.integers(3, 7)), elements=st.integers(0, 3))
)
def test_alpha_if_dropped_is_alpha_of_the_reduced_matrix(matrix: np.ndarray) -> None:
    covariance = np.cov(matrix.T.astype(float))
    closed = alpha_if_dropped(np.diag(covariance), covariance.sum(axis=1))
    for j in range(matrix.shape[1]):
        kept = np.delete(np.delete(covariance, j, 0), j, 1)
        if kept.sum() > 1e-9:
            assert closed[j] == pytest.approx(float(alpha(kept)), abs=1e-9)
        else:
            assert np.isnan(closed[j])


def test_alpha_needs_two_items_and_variance() -> None:
    assert np.isnan(alpha(np.ones((1, 1))))
    assert np.isnan(alpha(np.zeros((2, 2))))
    assert np.isnan(alpha_if_dropped(np.ones(2), np.ones(2))).all()


def test_facility_of_a_scale_from_1_and_its_normal_limits() -> None:
    counts = np.bincount([1, 2, 3, 4, 4, 2], minlength=5)
    found = facility(counts, 1, 4, level=0.95)
    scores = np.array([1, 2, 3, 4, 4, 2])
    half = 1.959963985 * scores.std(ddof=1) / (3 * np.sqrt(6))
    assert found.value == pytest.approx((scores.mean() - 1) / 3)
    assert found.sd == pytest.approx(scores.std(ddof=1))
    assert found.high - found.value == pytest.approx(half)
    assert not found.dichotomous


def test_facility_limits_are_cut_at_0_and_1_and_undefined_without_variance() -> None:
    near_top = facility(np.array([0, 0, 1, 2]), 0, 3, level=0.95)
    assert near_top.high == 1.0
    constant = facility(np.array([0, 5, 0]), 0, 2, level=0.95)
    assert constant.value == 0.5
    assert np.isnan(constant.low)
    assert np.isnan(constant.high)


@pytest.mark.parametrize("dichotomous", [True, False])
def test_group_facilities_are_those_of_each_group_by_itself(dichotomous: bool) -> None:
    counts = np.array([[3, 0, 5], [0, 4, 1] if not dichotomous else [0, 0, 0], [2, 4, 0]])
    found = group_facilities(
        counts.astype(float), np.array([0, 0.5, 1]), dichotomous=dichotomous, level=0.9
    )
    for g, column in enumerate(counts.T):
        alone = facility(column, 0, 2, level=0.9)
        if alone.dichotomous == dichotomous:
            assert found.value[g] == pytest.approx(alone.value)
            assert found.limits.low[g] == pytest.approx(alone.low)
            assert found.limits.high[g] == pytest.approx(alone.high)


def test_upper_lower_inclusive_of_the_sheet() -> None:
    totals = DATA_A.sum(axis=1)
    cuts = group_cuts(totals, 0.27)
    found = []
    for y in DATA_A.T:
        groups = group_scores(rest_table(y, totals - y, n_codes=2), np.arange(2.0), cuts)
        assert (groups.upper.sum(), groups.lower.sum()) == (4, 7)
        found.append(upper_lower(groups, np.arange(2.0), level=0.95).d)
    assert found == pytest.approx([0.14286, 0.42857, 0.46429, 0.57143, 0.60714, 0.60714], abs=5e-6)


def test_upper_and_lower_groups_that_overlap_are_undefined() -> None:
    assert group_cuts(np.array([3, 3, 3, 3]), 0.27).reason == "groups_overlap"
    assert group_cuts(np.array([3]), 0.27).reason == "too_few_persons"


def test_distractor_correlations_of_the_sheet() -> None:
    chosen = np.array(["ABCD".index(c) for c in "CCCCACBCADBA"])
    rest = DATA_A.sum(axis=1) - DATA_A[:, 2]
    found = option_statistics([rest_table(chosen, rest, n_codes=4)], np.eye(4))
    assert found.r == pytest.approx([0, -0.34641, 0.25820, 0], abs=5e-6)


def test_against_key_uses_only_the_two_groups() -> None:
    rng = np.random.default_rng(3)
    codes, rest = rng.integers(0, 4, 80), rng.integers(0, 20, 80)
    found = against_key([rest_table(codes, rest, n_codes=4)], np.eye(4), np.eye(4)[2])
    for option in (0, 1, 3):
        among = (codes == option) | (codes == 2)
        expected = np.corrcoef(codes[among] == option, rest[among])[0, 1]
        assert found[option] == pytest.approx(expected, abs=1e-12)
    assert np.isnan(found[2])


def test_probability_above_agrees_with_the_bootstrap() -> None:
    rng = np.random.default_rng(11)
    rest = rng.integers(0, 30, 200)
    codes = np.where(rng.random(200) < 0.3 + rest / 90, rng.integers(0, 2, 200), 2)
    tables = [rest_table(codes, rest, n_codes=3)]
    by_formula = probability_above(tables, np.eye(3)[0], np.eye(3)[1])

    def gap(rows: np.ndarray) -> float:
        a, b, r = codes[rows] == 0, codes[rows] == 1, rest[rows]
        return float(np.corrcoef(a, r)[0, 1] - np.corrcoef(b, r)[0, 1])

    resampled = [gap(rng.integers(0, 200, 200)) for _ in range(2000)]
    assert by_formula == pytest.approx(np.mean(np.array(resampled) > 0), abs=0.04)


def test_the_variance_of_a_difference_when_one_correlation_is_strong() -> None:
    """Against the jackknife, which assumes nothing of the distribution."""
    from scipy.special import ndtri

    rng = np.random.default_rng(21)
    rest = rng.integers(0, 12, 400)
    knows, other = rest + rng.normal(0, 2, 400) > 6, rng.random(400) < 0.3

    def gap(kept: np.ndarray) -> float:
        return float(
            np.corrcoef(other[kept], rest[kept])[0, 1] - np.corrcoef(knows[kept], rest[kept])[0, 1]
        )

    left = np.array([gap(np.delete(np.arange(400), k)) for k in range(400)])
    error = np.sqrt(399 / 400 * np.sum((left - left.mean()) ** 2))
    table = rest_table(knows + 2 * other, rest, n_codes=4)
    found = probability_above([table], np.array([0.0, 0, 1, 1]), np.array([0.0, 1, 0, 1]))
    assert ndtri(found) == pytest.approx(gap(np.arange(400)) / error, rel=0.02)


def test_probability_more_chosen() -> None:
    assert probability_more_chosen(10, 10, 40) == pytest.approx(0.5)
    assert probability_more_chosen(30, 0, 30) > 0.999
    assert np.isnan(probability_more_chosen(0, 0, 40))


def test_several_forms_pool_deviations_within() -> None:
    rng = np.random.default_rng(5)
    y, rest = rng.integers(0, 2, 60), rng.integers(0, 9, 60)
    form = np.repeat([0, 1], 30)
    rest[form == 1] += 50
    parts = [rest_table(y[form == f], rest[form == f], n_codes=2) for f in (0, 1)]
    centred = [a - np.array([a[form == f].mean() for f in form]) for a in (y, rest)]
    pooled = deviations(parts[0], np.arange(2.0)) + deviations(parts[1], np.arange(2.0))
    assert pearson(pooled) == pytest.approx(np.corrcoef(*centred)[0, 1], abs=1e-12)
    assert option_statistics(parts, np.eye(2)).r[1] == pytest.approx(pearson(pooled))
    assert stacked(parts).n == 60


def test_a_wide_table_is_the_same_made_by_sorting(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    y, rest = rng.integers(0, 5, 40), rng.integers(0, 300, 40)
    counted = rest_table(y, rest, n_codes=5)
    monkeypatch.setattr("naas_psych.numerics.rest_table._MANY_CELLS", 1)
    sorted_ = rest_table(y, rest, n_codes=5)
    assert np.array_equal(counted.rest, sorted_.rest)
    assert np.array_equal(counted.counts, sorted_.counts)


def test_score_groups_keep_ties_together_and_are_even_without_ties() -> None:
    assert score_groups(np.ones(10), 5).tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
    assert score_groups(np.array([100.0]), 5).tolist() == [2]


@pytest.mark.parametrize("values", [[1, 2, 3, 4, 10], [0, 0, 1], [5, 7], [2, 2, 2, 9]])
def test_quantiles_and_moments_are_those_of_the_scores(values: list[int]) -> None:
    counts = np.bincount(values)
    for q in (0.25, 0.5, 0.75):
        assert quantile(np.cumsum(counts), q) == pytest.approx(np.quantile(values, q))
    found = score_moments(counts)
    assert found.mean == pytest.approx(np.mean(values))
    assert found.sd == pytest.approx(np.std(values, ddof=1))
    assert (found.low, found.high) == (min(values), max(values))


def test_moments_without_variance_or_persons_are_undefined() -> None:
    assert np.isnan(score_moments(np.array([0, 4])).skewness)
    assert np.isnan(score_moments(np.array([0, 1])).sd)
    assert np.isnan(score_moments(np.zeros(3, int)).mean)


def test_data_c_has_500_persons() -> None:
    assert DATA_C.shape == (500, 4)
    assert len(list(itertools.product(range(3), repeat=4))) == 81
