"""S-X2 against R and the method sheet, its parts against sums over all patterns."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pytest

from naas_psych.irt import calibrate
from naas_psych.irt.fit.leave_one_out import rest_scores
from naas_psych.irt.fit.s_x2 import s_x2
from naas_psych.irt.fit.s_x2_collapse import Cells, collapsed
from naas_psych.irt.refusal import Refused
from naas_psych.numerics.adjusted_p import benjamini_hochberg
from tests.irt.fit_cases import CASES, answers, data_b, data_c, fitted, made_up
from tests.irt.golden import scores


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]}-{case[2]}")
def test_agrees_with_mirt(shared: Path, case: tuple[str, str, str]) -> None:
    data, file, model = case
    theirs = answers(shared, data, file, f"{model}.itemfit_S_X2")
    ours = s_x2(fitted(shared, *case), scores(shared, data))
    np.testing.assert_array_equal(ours.df, theirs["df.S_X2"])
    # Both stop a little short of the maximum, at 1e-8 and 1e-6 (Rasch: .0007 on verbal).
    np.testing.assert_allclose(ours.statistic, theirs["S_X2"], atol=1e-3)
    np.testing.assert_allclose(ours.p, theirs["p.S_X2"], atol=1e-4)
    np.testing.assert_allclose(ours.rmsea, theirs["RMSEA.S_X2"], atol=1e-5)


def test_method_sheet() -> None:
    b = s_x2(calibrate(data_b(), "2pl", nodes=61), data_b())
    np.testing.assert_allclose(b.statistic, [3.2045, 0.6542, 0.7002, 1.2032, 2.9960], atol=5e-4)
    assert b.df.tolist() == [2] * 5
    c = s_x2(calibrate(data_c(), "grm", nodes=61), data_c())
    np.testing.assert_allclose(c.statistic, [3.358, 7.337, 9.276, 6.460], atol=1e-3)
    assert c.df.tolist() == [7, 7, 7, 6]


def test_rest_scores_are_sums_over_patterns() -> None:
    rng = np.random.default_rng(3)
    n_categories = np.array([2, 3, 2, 4])
    p = np.zeros((4, 4, 5))
    for j, k in enumerate(n_categories):
        p[j, :k] = rng.dirichlet(np.ones(k), 5).T
    for rest in rest_scores(p, n_categories):
        others = [j for j in range(4) if j != rest.item]
        want = np.zeros_like(rest.distribution)
        for pattern in product(*(range(n_categories[j]) for j in others)):
            chance = np.prod([p[j, k] for j, k in zip(others, pattern, strict=True)], axis=0)
            want[sum(pattern)] += chance
        np.testing.assert_allclose(rest.distribution, want, atol=1e-14)


def test_collapsing_keeps_persons_and_fills_cells() -> None:
    rng = np.random.default_rng(5)
    for n_categories in (2, 3, 5):
        expected = rng.gamma(0.7, 3.0, (30, n_categories))
        observed = rng.poisson(expected).astype(float)
        possible = np.ones(expected.shape, bool)
        possible[0, -1] = possible[-1, 0] = False
        cells = collapsed(Cells(observed, expected), possible)
        assert cells is not None
        assert cells.observed.sum() == observed.sum()
        assert cells.expected[cells.expected != 0].min() >= 1


def test_fitting_items_reject_at_their_rate() -> None:
    p = np.concatenate(
        [
            s_x2(calibrate(x, "2pl"), x).p
            for x in (made_up(1000, 12, seed=seed) for seed in range(20))
        ]
    )
    # 240 tests at .05: 12 expected, 95 % of the time between 6 and 19.
    assert 5 <= (p < 0.05).sum() <= 20


def test_misfitting_item_is_found() -> None:
    x = made_up(2000, 12)
    rng = np.random.default_rng(1)
    x[:, 4] = np.where(rng.random(2000) < 0.5, x[:, 4], rng.random(2000) < 0.3)
    total = x.sum(axis=1)
    x[:, 5] = np.abs(total - total.mean()) < 2
    found = s_x2(calibrate(x, "2pl"), x)
    assert found.adjusted_p[5] < 1e-6
    assert np.nanargmax(found.rmsea) == 5


def test_order_of_persons_and_items_does_not_matter() -> None:
    x = made_up(800, 8, categories=3)
    fit = calibrate(x, "grm", tolerance=1e-9)
    base = s_x2(fit, x)
    rng = np.random.default_rng(2)
    persons, items = rng.permutation(800), rng.permutation(8)
    np.testing.assert_array_equal(s_x2(fit, x[persons]).statistic, base.statistic)
    other = s_x2(calibrate(x[:, items], "grm", tolerance=1e-9), x[:, items])
    np.testing.assert_allclose(other.statistic, base.statistic[items], rtol=1e-5)


def test_booklets_have_tables_of_their_own() -> None:
    x = made_up(1500, 12).astype(int)
    x[:500, 8:] = -1
    x[500:1000, :4] = -1
    x[-3:, 0] = -1
    fit = calibrate(x, "2pl")
    found = s_x2(fit, x)
    assert found.n.tolist() == [997] * 4 + [1497] * 4 + [997] * 4
    whole = s_x2(fit, np.where(np.arange(1500)[:, None] >= 1000, x, -1))
    assert (whole.n == 497).all()
    assert (found.statistic > whole.statistic).all()


def test_no_table_is_a_reason() -> None:
    x = made_up(300, 6).astype(int)
    fit = calibrate(x, "2pl")
    x[np.arange(300), np.arange(300) % 6] = -1
    found = s_x2(fit, x)
    assert np.isnan(found.statistic).all()
    assert set(found.reasons) == {"no_booklet"}
    few = s_x2(fit, made_up(6, 6, seed=3))
    assert set(few.reasons) == {"too_sparse"}
    assert np.isnan(few.p).all()


def test_constant_items_are_passed_over() -> None:
    x = made_up(400, 7)
    x[:, 2] = 1
    found = s_x2(calibrate(x, "2pl"), x)
    assert found.reasons[2] == "no_variance"
    assert np.isnan(found.statistic[2])
    assert np.isfinite(np.delete(found.statistic, 2)).all()


def test_items_with_columns_by_group_are_refused() -> None:
    x = made_up(600, 8)
    groups = np.arange(600) % 2
    fit = calibrate(x, "2pl", groups=groups, anchors=range(6))
    with pytest.raises(Refused, match="other parameters in each group"):
        s_x2(fit, x, groups=groups)


def test_benjamini_hochberg() -> None:
    p = np.array([0.01, np.nan, 0.04, 0.03, 0.9])
    want = [0.04, np.nan, 0.16 / 3, 0.16 / 3, 0.9]
    np.testing.assert_allclose(benjamini_hochberg(p), want)


def test_stray_absences_are_no_forms() -> None:
    """As mirt without persons who have an absence."""
    x = made_up(6000, 12).astype(int)
    x[np.random.default_rng(8).random(x.shape) < 0.01] = -1
    fit = calibrate(x, "2pl")
    whole = (x >= 0).all(axis=1)
    found = s_x2(fit, x)
    assert (found.n == whole.sum()).all()
    np.testing.assert_array_equal(found.statistic, s_x2(fit, x[whole]).statistic)


def test_groups_have_their_own_distributions() -> None:
    rng = np.random.default_rng(12)
    groups = np.repeat([0, 1], 2000)
    theta = rng.normal(size=4000) + 1.2 * groups
    x = (rng.logistic(size=(4000, 12)) < theta[:, None] - rng.normal(size=12)).astype(int)
    fit = calibrate(x, "2pl", groups=groups, reference=0)
    ours = s_x2(fit, x, groups=groups)
    assert (ours.n == 4000).all()
    # Under one common distribution the expected scores are those of the wrong persons.
    assert ours.statistic.sum() < s_x2(fit, x).statistic.sum()
    assert ours.adjusted_p.min() > 0.01
