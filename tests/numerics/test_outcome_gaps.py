"""Two pass rates: the sheet's worked example, R's answers, and what must hold always."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from naas_psych.numerics.outcome_gaps import (
    Passes,
    cohens_h,
    difference,
    expected_difference,
    fisher_exact,
    focal_needed,
    odds_ratio,
    pooled_z,
    ratio,
    shortfall,
)

LEVEL = 0.95


def passes(reference: float, n_reference: float, focal: float, n_focal: float) -> Passes:
    return Passes(
        *(np.array([one], dtype=float) for one in (reference, n_reference, focal, n_focal))
    )


#: Check value 12.19: reference 90 of 150, focal 40 of 100.
SHEET = passes(90, 150, 40, 100)


def test_the_worked_example_of_the_method_sheet() -> None:
    found = ratio(SHEET, level=LEVEL)
    assert found.value[0] == pytest.approx(0.66667, abs=5e-6)
    assert found.low[0] == pytest.approx(0.50724, abs=5e-6)
    assert found.high[0] == pytest.approx(0.87620, abs=5e-6)
    assert fisher_exact(SHEET)[0] == pytest.approx(0.002874126, rel=1e-6)
    # The sheet gives the sizes; ours are negative where the focal group passes less often.
    assert pooled_z(SHEET)[0] == pytest.approx(-3.10087, abs=5e-6)
    assert cohens_h(SHEET)[0] == pytest.approx(-0.40272, abs=5e-6)
    assert shortfall(SHEET, level=LEVEL).value[0] == pytest.approx(20)
    assert odds_ratio(SHEET, level=LEVEL).value[0] == pytest.approx(40 * 60 / (60 * 90))


@pytest.mark.parametrize(
    ("cells", "p"),
    # R 4: fisher.test(matrix(c(a, b, c, d), 2))$p.value
    [((3, 20, 9, 15), 0.01072488), ((0, 12, 30, 41), 5.068079e-06), ((5, 5, 7, 7), 1.0)],
)
def test_fisher_agrees_with_r(cells: tuple[int, ...], p: float) -> None:
    assert fisher_exact(passes(*cells))[0] == pytest.approx(p, rel=1e-6)


def test_fisher_does_not_run_over_with_many_persons() -> None:
    found = fisher_exact(passes(9000, 15000, 8850, 15000))[0]
    # The normal approximation with the correction for continuity is near it here.
    assert found == pytest.approx(0.0799, abs=0.002)


def test_limits_are_undefined_where_a_cell_is_empty_and_the_variant_has_them() -> None:
    for cells in ((90, 150, 0, 100), (90, 150, 100, 100), (0, 150, 40, 100), (150, 150, 40, 100)):
        found = ratio(passes(*cells), level=LEVEL)
        assert np.isnan(found.low[0])
        assert np.isnan(found.high[0])
        half = ratio(passes(*cells).with_half(), level=LEVEL)
        assert half.low[0] < half.value[0] < half.high[0]
    assert ratio(passes(90, 150, 0, 100), level=LEVEL).value[0] == 0
    assert np.isnan(ratio(passes(0, 150, 40, 100), level=LEVEL).value[0])


def test_nobody_to_compare_is_undefined() -> None:
    nobody = passes(0, 0, 3, 5)
    assert np.isnan(ratio(nobody, level=LEVEL).value[0])
    assert np.isnan(difference(nobody, level=LEVEL).low[0])
    assert np.isnan(fisher_exact(nobody)[0])


def test_with_the_focal_persons_needed_equal_rates_reach_the_line() -> None:
    rate, n = np.array([0.7]), np.array([400.0])
    needed = focal_needed(rate, n, line=0.8, level=LEVEL)[0]

    def low(n_focal: float) -> float:
        return float(ratio(passes(0.7 * 400, 400, 0.7 * n_focal, n_focal), level=LEVEL).low[0])

    assert low(needed) >= 0.8
    assert low(needed - 1) < 0.8


def test_where_the_reference_is_too_few_itself_both_groups_need_the_number() -> None:
    needed = focal_needed(np.array([0.3]), np.array([40.0]), line=0.8, level=LEVEL)[0]
    equal = passes(0.3 * needed, needed, 0.3 * needed, needed)
    assert needed > 40
    assert ratio(equal, level=LEVEL).low[0] == pytest.approx(0.8, abs=1e-3)


def test_the_expected_difference_is_that_of_two_normal_curves() -> None:
    found = expected_difference(np.array([0.5, 0.0, 1.0]), np.array([-1.0, -1.0, -1.0]))
    np.testing.assert_allclose(found, [0.158655 - 0.5, 0, 0], atol=1e-6)


@st.composite
def two_groups(draw: st.DrawFn) -> tuple[int, int, int, int]:
    n = [draw(st.integers(1, 60)) for _ in range(2)]
    k = [draw(st.integers(0, each)) for each in n]
    return k[0], n[0], k[1], n[1]


@given(two_groups())
@settings(max_examples=200, deadline=None)
def test_swapping_the_groups_turns_everything_round(cells: tuple[int, int, int, int]) -> None:
    one, other = passes(*cells), passes(*cells[2:], *cells[:2])
    ahead, back = difference(one, level=LEVEL), difference(other, level=LEVEL)
    np.testing.assert_allclose(ahead.value, -back.value, atol=1e-12)
    np.testing.assert_allclose(ahead.low, -back.high, atol=1e-12)
    np.testing.assert_allclose(fisher_exact(one), fisher_exact(other), rtol=1e-9)
    np.testing.assert_allclose(cohens_h(one), -cohens_h(other), atol=1e-12)
    for made in (ratio, odds_ratio):
        ahead, back = made(one, level=LEVEL), made(other, level=LEVEL)
        if not one.has_empty_cell[0]:
            np.testing.assert_allclose(ahead.value, 1 / back.value, rtol=1e-9)
            np.testing.assert_allclose(ahead.low, 1 / back.high, rtol=1e-9)


@given(two_groups())
@settings(max_examples=200, deadline=None)
def test_limits_hold_the_estimate(cells: tuple[int, int, int, int]) -> None:
    one = passes(*cells)
    for made in (difference, shortfall, ratio, odds_ratio):
        found = made(one, level=LEVEL)
        if np.isfinite(found.low[0]):
            assert found.low[0] - 1e-12 <= found.value[0] <= found.high[0] + 1e-12
    assert 0 <= fisher_exact(one)[0] <= 1


@given(st.integers(0, 40), st.integers(1, 5), st.integers(1, 5))
@settings(max_examples=100, deadline=None)
def test_equal_rates_leave_nobody_short(passed: int, more: int, times: int) -> None:
    n = passed + more
    found = passes(passed, n, passed * times, n * times)
    assert shortfall(found, level=LEVEL).value[0] == pytest.approx(0, abs=1e-9)
    assert difference(found, level=LEVEL).value[0] == pytest.approx(0, abs=1e-12)
    assert fisher_exact(found)[0] == pytest.approx(1)
