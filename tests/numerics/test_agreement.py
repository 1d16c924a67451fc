"""Agreement of raters: worked tables, identities, and panels with gaps."""

from __future__ import annotations

import numpy as np
import pytest

from naas_psych.numerics.agreement import (
    Metric,
    category_counts,
    fleiss_kappa,
    gwet_ac,
    krippendorff_alpha,
    observed_agreement,
    unit_draws,
    weights,
)
from naas_psych.numerics.judge_effects import (
    additive_fill,
    correlation_within,
    deleted_t,
    group_p,
)
from naas_psych.numerics.two_way import variance_components

TOLERANCE = 5e-5
#: Eight units, three raters, a scale of 1 to 4 (sheet 10.16).
UNITS = ("343", "221", "444", "122", "334", "232", "434", "112")
M = np.array([[int(c) for c in row] for row in UNITS]) - 1
#: The same without rater 3 on unit 2 and rater 1 on unit 7.
GAPS = M.copy()
GAPS[1, 2] = GAPS[6, 0] = -1
VALUES = np.arange(1.0, 5.0)
ALPHAS: dict[Metric, tuple[float, float]] = {
    "nominal": (0.24413, 0.28814),
    "ordinal": (0.76768, 0.76704),
    "interval": (0.75457, 0.74850),
    "ratio": (0.63217, 0.66695),
}


@pytest.mark.parametrize("metric", ALPHAS)
def test_krippendorff_alpha_is_that_of_the_sheet(metric: Metric) -> None:
    found = [
        krippendorff_alpha(category_counts(codes, 4), metric=metric, values=VALUES).value
        for codes in (M, GAPS)
    ]
    assert found == pytest.approx(ALPHAS[metric], abs=TOLERANCE)


def test_ac_and_fleiss_are_those_of_the_sheet() -> None:
    counts, gaps = category_counts(M, 4), category_counts(GAPS, 4)
    ac1, ac2 = (gwet_ac(counts, level=0.95, kind=k) for k in ("identity", "quadratic"))
    ac2_gaps = gwet_ac(gaps, level=0.95, kind="quadratic")
    found = [ac1.value, ac1.se, ac2.value, ac2.se, ac2_gaps.value, ac2_gaps.se]
    assert found == pytest.approx(
        [0.22581, 0.11378, 0.77480, 0.04064, 0.79961, 0.05603], abs=TOLERANCE
    )
    assert fleiss_kappa(counts, level=0.95).value == pytest.approx(0.21127, abs=TOLERANCE)


def test_the_interval_is_t_with_one_degree_less_than_units() -> None:
    found = gwet_ac(category_counts(M, 4), level=0.95)
    assert found.interval.high - found.value == pytest.approx(2.364624 * found.se, rel=1e-6)


def test_five_items_of_five_judges_show_the_prevalence_paradox() -> None:
    counts = np.array([[4, 1], [5, 0], [3, 2], [5, 0], [2, 3]])
    assert observed_agreement(counts) == pytest.approx(0.68)
    assert gwet_ac(counts, level=0.95).value == pytest.approx(0.49622, abs=TOLERANCE)
    assert fleiss_kappa(counts, level=0.95).value == pytest.approx(0.12281, abs=TOLERANCE)


def test_nominal_alpha_of_complete_data_follows_from_fleiss() -> None:
    kappa = fleiss_kappa(category_counts(M, 4), level=0.95).value
    alpha = krippendorff_alpha(category_counts(M, 4), metric="nominal").value
    assert alpha == pytest.approx(kappa + (1 - kappa) / M.size)


def test_everybody_agrees() -> None:
    counts = category_counts(np.array([[0, 0], [1, 1], [2, 2]]), 3)
    assert observed_agreement(counts) == 1.0
    for found in (gwet_ac(counts, level=0.95), fleiss_kappa(counts, level=0.95)):
        assert found.value == pytest.approx(1.0)
        assert found.se == pytest.approx(0.0, abs=1e-12)
    assert krippendorff_alpha(counts, metric="ordinal").value == pytest.approx(1.0)


def test_one_category_leaves_kappa_and_alpha_undefined_but_not_agreement() -> None:
    counts = category_counts(np.full((6, 3), 1), 2)
    assert observed_agreement(counts) == 1.0
    assert gwet_ac(counts, level=0.95).value == 1.0
    assert np.isnan(fleiss_kappa(counts, level=0.95).value)
    assert np.isnan(krippendorff_alpha(counts, metric="nominal").value)


def test_an_unused_category_of_the_declared_scale_counts_for_ac() -> None:
    three, four = (gwet_ac(category_counts(M % 3, q), level=0.95).value for q in (3, 4))
    assert four != pytest.approx(three, abs=1e-3)
    kappas = [fleiss_kappa(category_counts(M % 3, q), level=0.95).value for q in (3, 4)]
    assert kappas[0] == pytest.approx(kappas[1])


def test_units_without_a_pair_leave_agreement_as_it_is() -> None:
    alone = np.vstack([M, [[2, -1, -1], [-1, -1, -1]]])
    before, after = (category_counts(codes, 4) for codes in (M, alone))
    assert observed_agreement(after) == observed_agreement(before)
    alphas = [krippendorff_alpha(c, metric="interval").value for c in (before, after)]
    assert alphas[0] == pytest.approx(alphas[1])
    assert np.isnan(observed_agreement(category_counts(alone[8:], 4)))


def test_order_of_units_and_raters_does_not_matter() -> None:
    rng = np.random.Generator(np.random.PCG64(3))
    mixed = np.stack([rng.permutation(row) for row in GAPS])[rng.permutation(8)]
    before, after = (category_counts(codes, 4) for codes in (GAPS, mixed))
    acs = [gwet_ac(counts, level=0.95) for counts in (before, after)]
    assert (acs[0].value, acs[0].se) == pytest.approx((acs[1].value, acs[1].se))
    alphas = [krippendorff_alpha(c, metric="ordinal").value for c in (before, after)]
    assert alphas[0] == pytest.approx(alphas[1])


def test_a_draw_of_every_unit_once_is_the_estimate() -> None:
    counts = category_counts(GAPS, 4)
    found = krippendorff_alpha(counts, metric="ordinal", draws=np.ones((1, 8)))
    assert found.replicates[0] == pytest.approx(found.value)
    assert found.jackknife.shape == (8,)


def test_draws_have_the_size_of_the_sample_and_follow_the_seed() -> None:
    draws = unit_draws(9, replicates=50, seed=1)
    assert (draws.sum(axis=1) == 9).all()
    assert (draws == unit_draws(9, replicates=50, seed=1)).all()
    assert (draws != unit_draws(9, replicates=50, seed=2)).any()


def test_weights_run_from_one_to_nought() -> None:
    assert weights("linear", 3)[0].tolist() == [1.0, 0.5, 0.0]
    assert weights("quadratic", 3)[0].tolist() == [1.0, 0.75, 0.0]
    assert weights("identity", 3).tolist() == np.eye(3).tolist()


def test_variance_components_are_those_of_the_analysis_of_variance() -> None:
    found = variance_components(M.T.astype(float))
    assert [found.units, found.raters, found.residual] == pytest.approx(
        [0.97619, -0.01786, 0.30952], abs=TOLERANCE
    )
    assert found.icc_single == pytest.approx(0.76995, abs=TOLERANCE)
    assert found.icc_panel == pytest.approx(0.90943, abs=TOLERANCE)


def test_variance_components_with_gaps_are_right_on_average() -> None:
    """Three standard errors of the mean of 300 samples; true values .5, .2 and .3."""
    rng = np.random.Generator(np.random.PCG64(5))
    found = []
    for _ in range(300):
        x = rng.normal(0, 0.5**0.5, 25) + rng.normal(0, 0.2**0.5, (6, 1))
        x = x + rng.normal(0, 0.3**0.5, (6, 25))
        x[rng.random(x.shape) < 0.25] = np.nan
        one = variance_components(x)
        found.append([one.units, one.raters, one.residual])
    error = np.std(found, axis=0, ddof=1) / np.sqrt(len(found))
    assert (np.abs(np.mean(found, axis=0) - [0.5, 0.2, 0.3]) < 3 * error).all()


def test_variance_components_need_two_of_each_and_overlap() -> None:
    assert np.isnan(variance_components(np.ones((1, 5))).units)
    assert np.isnan(variance_components(np.array([[1.0, np.nan], [np.nan, 2.0]])).units)


def test_a_deleted_t_is_that_of_a_two_sample_test_with_one_on_a_side() -> None:
    values = np.array([1.0, 2.0, 4.0, 5.5, 20.0])
    found = deleted_t(values)
    others = values[:4]
    expected = (20 - others.mean()) / (others.std(ddof=1) * np.sqrt(1 + 1 / 4))
    assert found.t[4] == pytest.approx(expected)
    assert found.p == pytest.approx(group_p(values, np.eye(5, dtype=bool)))


def test_a_deleted_t_where_the_others_are_the_same() -> None:
    assert deleted_t(np.array([1.0, 1.0, 1.0, 2.0])).t[3] == np.inf
    assert np.isnan(deleted_t(np.array([1.0, 1.0, 1.0])).t).all()
    assert np.isnan(deleted_t(np.array([1.0, 2.0])).t).all()


def test_gaps_are_filled_by_judge_and_item() -> None:
    whole = np.array([0.1, 0.3, -0.2])[:, None] + np.array([0.2, 0.5, 0.6, 0.4])
    holed = whole.copy()
    holed[0, 1] = holed[1, 3] = holed[2, 0] = np.nan
    filled = additive_fill(holed)
    assert filled is not None
    assert filled == pytest.approx(whole)


def test_ratings_that_do_not_hang_together_are_not_filled() -> None:
    nan = np.nan
    assert additive_fill(np.array([[1.0, 2.0, nan, nan], [nan, nan, 3.0, 4.0]])) is None
    assert additive_fill(np.array([[1.0, nan], [2.0, nan]])) is None


def test_a_correlation_within_groups_forgets_their_levels() -> None:
    x = np.array([1.0, 2, 3, 4, 11, 12, 13, 14])
    y = np.array([1.0, 2, 2, 4, -9, -8, -8, -6])
    groups = np.repeat([0.0, 1.0], 4)
    found = correlation_within(x, y, groups, distinct=8)
    assert found.r == pytest.approx(np.corrcoef(x[:4], y[:4])[0, 1])
    assert found.df == 6
    assert np.isnan(correlation_within(np.ones(5), np.arange(5.0), np.zeros(5), distinct=5).r)
