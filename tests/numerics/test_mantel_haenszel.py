"""Mantel-Haenszel, Breslow-Day, Mantel and Liu-Agresti: R's answers, hand values, identities."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from naas_psych.numerics.adjusted_p import benjamini_hochberg
from naas_psych.numerics.breslow_day import breslow_day
from naas_psych.numerics.dif_cells import DifCells, MatchedForm, dif_cells
from naas_psych.numerics.dif_classes import ets_classes, smd_classes
from naas_psych.numerics.dif_power import (
    Sought,
    detectable,
    each_needed,
    focal_persons_needed,
    planned_delta_se,
    power_of,
)
from naas_psych.numerics.mantel_haenszel import (
    as_right_or_wrong,
    exact_conditional_p,
    mantel_haenszel,
)
from naas_psych.numerics.mantel_ordinal import (
    common_odds,
    generalised_mantel,
    mantel,
    mean_difference_matched,
    strata_of,
)
from naas_psych.numerics.purification import purified
from naas_psych.numerics.score_bands import in_bands
from tests.numerics.golden_answers import golden

#: Three strata, reference over focal, scores 0, 1, 2 (method sheet, 10.15).
ORDINAL = np.array(
    [[[[12, 6, 2], [14, 5, 1]], [[8, 14, 8], [10, 12, 6]], [[3, 9, 18], [5, 10, 12]]]]
)
#: Persons with the patterns 00000, 00001 ... of five items (method sheet, data B).
REFERENCE = [30, 2, 16, 2, 10, 1, 10, 0, 8, 1, 8, 3, 1, 2, 11, 2]
REFERENCE += [28, 7, 22, 13, 8, 4, 15, 3, 25, 8, 30, 35, 13, 7, 29, 46]
FOCAL = [31, 4, 19, 2, 9, 1, 2, 4, 9, 0, 8, 4, 6, 0, 4, 1]
FOCAL += [39, 2, 28, 8, 4, 1, 4, 5, 11, 13, 24, 20, 6, 4, 15, 12]


def one_form(scores: np.ndarray[Any, Any]) -> tuple[MatchedForm, ...]:
    n, j = scores.shape
    return (MatchedForm("form", np.arange(j), scores, scores, np.arange(n)),)


def data_b() -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    patterns = np.array([[(k >> (4 - j)) & 1 for j in range(5)] for k in range(32)])
    scores = np.concatenate([np.repeat(patterns, REFERENCE, axis=0), np.repeat(patterns, FOCAL, 0)])
    return scores, np.repeat([0, 1], [sum(REFERENCE), sum(FOCAL)])


def cells_b() -> DifCells:
    scores, group = data_b()
    return dif_cells(one_form(scores), group, n_items=5, n_groups=2)


@pytest.fixture(scope="module")
def verbal(shared: Path) -> tuple[tuple[MatchedForm, ...], np.ndarray[Any, Any]]:
    table = pd.read_csv(shared / "data" / "verbal" / "responses.csv")
    group = (table["gender"] == "male").to_numpy().astype(np.int64)
    return one_form(table.iloc[:, 2:].to_numpy()), group


@pytest.fixture(scope="module")
def answers(shared: Path) -> dict[str, Any]:
    return golden(shared, "verbal", "dif")


def test_difr_gives_the_same_test_and_odds_ratio(verbal: Any, answers: dict[str, Any]) -> None:
    found = mantel_haenszel(dif_cells(*verbal, n_items=24, n_groups=2).counts)
    said, plain = answers["MH"], answers["MH_nocorrect"]
    assert np.allclose(found.chi_square, said["MH"], rtol=1e-10)
    assert np.allclose(found.p, said["p.value"], rtol=1e-9)
    assert np.allclose(found.odds_ratio, said["alphaMH"], rtol=1e-12)
    assert np.allclose(found.log_se**2, said["varLambda"], rtol=1e-12)
    assert np.allclose(found.chi_square_uncorrected, plain["MH"], rtol=1e-10)
    assert np.allclose(found.p_uncorrected, plain["p.value"], rtol=1e-9)
    z = np.log(found.odds_ratio) / found.log_se
    assert np.allclose(z, answers["MH_logOR"]["MH"], rtol=1e-10)
    assert np.allclose(found.delta, answers["MH_ETS_delta"]["deltaMH"], rtol=1e-10)
    assert np.allclose(found.delta_se, answers["MH_ETS_delta"]["se_delta"], rtol=1e-10)
    adjusted = benjamini_hochberg(found.p)
    assert np.allclose(adjusted, answers["MH_BH"]["adjusted.p"], rtol=1e-9)


def test_difr_purifies_in_the_same_steps(verbal: Any, answers: dict[str, Any]) -> None:
    def tested(anchor: Any) -> Any:
        cells = dif_cells(*verbal, n_items=24, n_groups=2, anchor=anchor)
        return mantel_haenszel(cells.counts)

    everything = np.ones(24, dtype=bool)
    run = purified(
        lambda anchor: tested(anchor).p < 0.05, tested(None).p < 0.05, possible=everything
    )
    said = answers["MH_purify"]
    assert np.array_equal(run.history.astype(int), said["difPur"]["values"])
    assert len(run.history) - 1 == said["nrPur"]
    found = tested(run.anchor)
    assert np.allclose(found.chi_square, said["MH"], rtol=1e-10)
    assert np.allclose(found.odds_ratio, said["alphaMH"], rtol=1e-12)
    assert np.allclose(found.log_se**2, said["varLambda"], rtol=1e-12)


def test_difr_gives_the_same_breslow_day_and_trend(verbal: Any, answers: dict[str, Any]) -> None:
    """Its numbers are rounded to four decimals."""
    cells = dif_cells(*verbal, n_items=24, n_groups=2)
    found = breslow_day(
        cells.counts, cells.score.astype(float), mantel_haenszel(cells.counts).odds_ratio
    )
    said = np.array(answers["breslow_day"]["BD"]["values"])
    assert np.allclose(found.breslow_day, said[:, 0], atol=6e-5)
    assert np.array_equal(found.df, said[:, 1])
    assert np.allclose(found.p, said[:, 2], atol=6e-5)
    trend = np.array(answers["breslow_day_trend"]["BD"]["values"])
    assert np.allclose(found.trend, trend[:, 0], atol=6e-5)
    assert np.allclose(found.trend_p, trend[:, 2], atol=6e-5)


def test_difr_gives_the_same_generalised_test(verbal: Any, answers: dict[str, Any]) -> None:
    found = generalised_mantel(dif_cells(*verbal, n_items=24, n_groups=2).counts)
    assert np.allclose(found.chi_square, answers["gmh"]["MH"], rtol=1e-9)
    assert np.all(found.df == 1)


def test_hand_values_of_five_items() -> None:
    cells = cells_b()
    found = mantel_haenszel(cells.counts)
    close = {"atol": 5e-4, "rtol": 0}
    assert np.allclose(found.chi_square, [0.0012, 0.0020, 2.8816, 0.3575, 1.3081], **close)
    plain = [0.0049, 0.0037, 3.2170, 0.4837, 1.5704]
    assert np.allclose(found.chi_square_uncorrected, plain, **close)
    assert np.allclose(found.odds_ratio, [0.98530, 1.01276, 1.41636, 0.87280, 0.75929], atol=1e-5)
    assert np.allclose(found.log_se, [0.21030, 0.20941, 0.19415, 0.19590, 0.21945], atol=1e-5)
    assert found.delta[2] == pytest.approx(-0.81802, abs=1e-5)
    assert found.delta_se[2] == pytest.approx(0.45625, abs=1e-5)
    assert ets_classes(found.delta, found.delta_se)[2] == "A"
    homogeneity = breslow_day(cells.counts, cells.score.astype(float), found.odds_ratio)
    assert np.allclose(homogeneity.breslow_day, [0.5606, 3.5020, 2.8962, 2.1747, 3.3247], **close)
    assert np.all(homogeneity.df == 3)


def test_hand_values_of_an_item_of_three_scores() -> None:
    held = strata_of(ORDINAL)
    test = mantel(held)
    assert test.chi_square[0] == pytest.approx(2.49369, abs=5e-6)
    assert test.excess[0] / np.sqrt(test.variance[0]) == pytest.approx(-1.57914, abs=5e-6)
    assert mean_difference_matched(held).smd[0] == pytest.approx(-0.18, abs=1e-12)
    general = generalised_mantel(ORDINAL)
    assert general.chi_square[0] == pytest.approx(2.49377, abs=5e-6)
    assert general.df[0] == 2
    odds = common_odds(held)
    assert odds.odds_ratio[0] == pytest.approx(1.65371, abs=5e-6)
    assert np.log(odds.odds_ratio[0]) == pytest.approx(0.50302, abs=5e-6)


def test_the_spread_of_the_cumulative_odds_ratio_is_that_of_drawn_tables() -> None:
    """Few large strata and many small ones: the same formula serves both."""
    draw = np.random.Generator(np.random.PCG64(5))
    for sizes, strata in (((60, 50), 4), ((4, 3), 80)):
        start = np.sort(draw.uniform(-1.5, 1.5, size=(strata, 3)), axis=1)
        low = [1 / (1 + np.exp(-(start + shift))) for shift in (0.0, 0.5)]
        shares = [np.diff(one, axis=1, prepend=0.0, append=1.0) for one in low]
        tables = np.stack(
            [
                draw.multinomial(n, p, size=(4000, strata))
                for n, p in zip(sizes, shares, strict=True)
            ],
            axis=2,
        )
        found = common_odds(strata_of(tables))
        logs = np.log(found.odds_ratio)
        assert np.nanmean(logs) == pytest.approx(0.5, abs=0.03)
        # The SE of an SD from 4,000 draws is about 1.1 %; the formula is of the first order.
        assert np.nanmean(found.log_se) == pytest.approx(np.nanstd(logs), rel=0.06)


tables = st.lists(st.lists(st.integers(0, 9), min_size=4, max_size=4), min_size=1, max_size=6).map(
    lambda rows: np.array(rows).reshape(1, -1, 2, 2)
)
ordinal = st.lists(st.lists(st.integers(0, 6), min_size=6, max_size=6), min_size=1, max_size=6).map(
    lambda rows: np.array(rows).reshape(1, -1, 2, 3)
)


@settings(max_examples=80, deadline=None)
@given(tables)
def test_two_categories_make_all_of_them_the_same(counts: Any) -> None:
    """Mantel is MH without correction; its odds ratio has the variance of Robins and others."""
    held = strata_of(counts)
    general, test, odds = generalised_mantel(counts), mantel(held), common_odds(held)
    assert np.allclose(general.chi_square, test.chi_square, equal_nan=True)
    a, b, c, d = (counts[0, :, g, r].astype(float) for g, r in ((0, 1), (0, 0), (1, 1), (1, 0)))
    total = np.maximum(a + b + c + d, 1)
    r, s = (a * d / total).sum(), (b * c / total).sum()
    if r > 0 and s > 0:
        p, q = (a + d) / total, (b + c) / total
        variance = (p * a * d / total).sum() / (2 * r * r)
        variance += ((p * b * c + q * a * d) / total).sum() / (2 * r * s)
        variance += (q * b * c / total).sum() / (2 * s * s)
        assert odds.odds_ratio[0] == pytest.approx(r / s)
        assert odds.log_se[0] ** 2 == pytest.approx(variance)
    else:
        assert np.isnan(odds.odds_ratio[0])


@settings(max_examples=80, deadline=None)
@given(ordinal)
def test_exchanging_the_groups_turns_every_sign(counts: Any) -> None:
    there, back = strata_of(counts), strata_of(counts[:, :, ::-1])
    one, other = common_odds(there), common_odds(back)
    assert np.allclose(one.odds_ratio * other.odds_ratio, 1, equal_nan=True) or np.isnan(
        one.odds_ratio[0]
    )
    assert np.allclose(one.log_se, other.log_se, equal_nan=True)
    assert np.allclose(mantel(there).excess, -mantel(back).excess)
    assert np.allclose(mantel(there).variance, mantel(back).variance)


@settings(max_examples=60, deadline=None)
@given(ordinal)
def test_strata_of_one_group_and_empty_ones_say_nothing(counts: Any) -> None:
    alone = np.zeros_like(counts)
    alone[:, :, 0] = 3
    more = np.concatenate([counts, alone, np.zeros_like(counts)], axis=1)
    for name in ("odds_ratio", "log_se"):
        few, many = (getattr(common_odds(strata_of(one)), name) for one in (counts, more))
        assert np.allclose(few, many, equal_nan=True)
    assert np.allclose(
        mantel(strata_of(counts)).chi_square, mantel(strata_of(more)).chi_square, equal_nan=True
    )
    few_, many_ = generalised_mantel(counts), generalised_mantel(more)
    assert np.allclose(few_.chi_square, many_.chi_square, equal_nan=True)
    assert np.allclose(few_.df, many_.df, equal_nan=True)


def test_an_item_of_nought_or_two_points_is_right_or_wrong() -> None:
    counts = cells_b().counts
    wide = np.zeros((*counts.shape[:3], 3), dtype=np.int32)
    wide[..., [0, 2]] = counts
    assert np.array_equal(as_right_or_wrong(wide, wide.sum(axis=(1, 2))), counts)
    assert np.allclose(mantel_haenszel(wide).chi_square, mantel_haenszel(counts).chi_square)


def test_the_exact_p_of_one_table_is_fishers() -> None:
    """R: fisher.test(matrix(c(3, 1, 2, 8), 2)) and mantelhaen.test(..., exact = TRUE)."""
    assert exact_conditional_p(np.array([[[1, 3], [8, 2]]])) == pytest.approx(0.0949051, abs=1e-6)


def test_r_gives_the_same_exact_p_over_strata() -> None:
    """R 4.2.2: mantelhaen.test(table, exact = TRUE)$p.value on data B, item by item."""
    exact = [exact_conditional_p(table) for table in cells_b().counts]
    said = [1.0, 1.0, 0.083459773, 0.495871961, 0.228960006]
    assert np.allclose(exact, said, rtol=0, atol=1e-8)


def test_r_gives_the_same_test_of_three_groups_and_three_categories() -> None:
    """R 4.2.2: mantelhaen.test on the tables of 10.15 with a third group 7 9 4, 6 11 3, 2 8 10."""
    third = np.array([[[[7, 9, 4]], [[6, 11, 3]], [[2, 8, 10]]]])
    found = generalised_mantel(np.concatenate([ORDINAL, third], axis=2))
    assert found.chi_square[0] == pytest.approx(5.721909698, abs=1e-8)
    assert found.df[0] == 4
    assert found.p[0] == pytest.approx(0.220901070, abs=1e-8)


def test_the_classes_follow_size_and_chance() -> None:
    delta = np.array([0.99, 1.2, 1.2, 1.6, 1.6, -2.5, np.nan, 1.5])
    se = np.array([0.10, 0.3, 0.7, 0.3, 0.4, 0.40, 0.1, np.nan])
    assert list(ets_classes(delta, se)) == ["A", "B", "A", "C", "B", "C", None, None]
    sizes = ["A", "B", "B", "C", "C", "C", None, "C"]
    assert list(ets_classes(delta, se, size_only=True)) == sizes
    ratio, p = np.array([0.17, 0.20, 0.20, -0.26, np.nan]), np.array([0.0, 0.01, 0.2, 0.01, 0.01])
    assert list(smd_classes(ratio, p)) == ["A", "B", "A", "C", None]


def test_power_stands_as_in_the_method_sheet() -> None:
    """Facility .6: SE .68, .48, .34 at 100, 200, 400 of each; 360 of each for a delta of 1."""
    n = np.array([100, 200, 400])
    se = planned_delta_se(np.full(3, 0.6), n, n)
    assert np.allclose(se, [0.68, 0.48, 0.34], atol=0.005)
    sought = Sought(effect=1.0, power=0.8)
    assert np.allclose(each_needed(se, n, n, sought), 360, atol=5)
    assert each_needed(se, n, n, Sought(effect=1.5, power=0.8))[0] == pytest.approx(160, abs=3)
    reference, focal = np.full(3, 1000), n
    needed = focal_persons_needed(
        planned_delta_se(np.full(3, 0.6), reference, focal), reference, focal, sought
    )
    assert np.ptp(needed) == 0
    se = planned_delta_se(np.full(3, 0.6), reference, needed)
    assert power_of(1.0, se)[0] == pytest.approx(0.8, abs=0.002)
    assert detectable(se, power=0.8)[0] == pytest.approx(1.0, abs=0.005)


def test_no_focal_group_is_large_enough_beside_a_small_reference() -> None:
    few, n = np.full(3, 50), np.array([100, 200, 400])
    se = planned_delta_se(np.full(3, 0.6), few, n)
    assert np.isnan(focal_persons_needed(se, few, n, Sought(effect=1.0, power=0.8))).all()


def test_bands_have_ten_of_each_group_and_lose_nobody() -> None:
    cells = cells_b()
    banded = in_bands(cells, least=80)
    assert np.array_equal(banded.counts.sum(axis=1), cells.counts.sum(axis=1))
    persons = banded.counts.sum(axis=3)
    assert np.all((persons == 0).all(axis=2) | (persons >= 80).all(axis=2))
    assert np.array_equal(in_bands(cells, least=1).counts, cells.counts)


def test_a_group_without_persons_leaves_the_bands_of_the_others() -> None:
    cells = cells_b()
    nobody = np.concatenate([cells.counts, np.zeros_like(cells.counts[:, :, :1])], axis=2)
    banded = in_bands(replace(cells, counts=nobody), least=80)
    assert np.array_equal(banded.counts[:, :, :2], in_bands(cells, least=80).counts)
