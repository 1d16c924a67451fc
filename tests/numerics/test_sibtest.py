"""SIBTEST: check values, R's answers, identities, and items without a difference."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from naas_psych.numerics.dif_cells import MatchedForm
from naas_psych.numerics.score_tables import bundle_table, in_bands, item_table
from naas_psych.numerics.sibtest import ScoreTable, sibtest
from tests.irt.golden import golden, scores

#: Sheet 10, data B: how many persons have each pattern of five items, 00000 first.
REFERENCE = "30 2 16 2 10 1 10 0 8 1 8 3 1 2 11 2 28 7 22 13 8 4 15 3 25 8 30 35 13 7 29 46"
FOCAL = "31 4 19 2 9 1 2 4 9 0 8 4 6 0 4 1 39 2 28 8 4 1 4 5 11 13 24 20 6 4 15 12"


def one_form(marks: Any, codes: Any) -> tuple[tuple[MatchedForm, ...], Any]:
    marks = np.asarray(marks, dtype=np.int64)
    form = MatchedForm("all", np.arange(marks.shape[1]), marks, marks, np.arange(marks.shape[0]))
    return (form,), np.asarray(codes, dtype=np.int64)


def data_b() -> ScoreTable:
    patterns = np.array([[int(bit) for bit in f"{k:05b}"] for k in range(32)])
    counts = [np.array([int(n) for n in text.split()]) for text in (REFERENCE, FOCAL)]
    marks = np.vstack([np.repeat(patterns, n, axis=0) for n in counts])
    return item_table(*one_form(marks, np.repeat([0, 1], [400, 300])), n_items=5)


def test_check_values_of_the_sheet() -> None:
    found = sibtest(data_b())
    beta, se = (
        [0.01324, -0.04772, 0.09568, -0.02956, -0.06987],
        [0.03999, 0.04113, 0.04107, 0.04236, 0.03876],
    )
    assert found.beta == pytest.approx(beta, abs=5e-6)
    assert found.se == pytest.approx(se, abs=5e-6)
    assert sibtest(data_b(), weights="focal").beta[2] == pytest.approx(0.09575, abs=5e-6)
    assert sibtest(data_b(), corrected=False).beta[2] == pytest.approx(0.11612, abs=5e-6)


def verbal(shared: Path) -> tuple[tuple[MatchedForm, ...], Any]:
    text = (shared / "data/verbal/responses.csv").read_text(encoding="utf-8").splitlines()
    focal = [line.startswith('"male"') for line in text[1:]]
    return one_form(scores(shared, "verbal_dich"), focal)


def r_column(table: dict[str, Any], name: str, which: int) -> np.ndarray:
    return np.array([np.nan if v is None else v for v in table[name]], dtype=float)[which::2]


def test_mirt_on_items(shared: Path) -> None:
    """All items but one; see the next test."""
    table = golden(shared, "verbal", "dif")["mirt_SIBTEST_each_item"]
    found = sibtest(item_table(*verbal(shared), n_items=24))
    same = np.arange(24) != 3
    for name, ours, which in (
        ("beta", found.beta, 0),
        ("SE", found.se, 0),
        ("X2", found.chi_square, 0),
        ("p", found.p, 0),
        ("beta", found.crossing_beta, 1),
        ("X2", found.crossing_chi_square, 1),
        ("df", found.crossing_df, 1),
        ("p", found.crossing_p, 1),
    ):
        assert ours[same] == pytest.approx(r_column(table, name, which)[same], abs=1e-10)
    assert found.se[3] == pytest.approx(r_column(table, "SE", 0)[3], abs=1e-10)
    difr = golden(shared, "verbal", "dif")["difR_sibtest"]
    assert found.beta[same] == pytest.approx(np.array(difr["Beta"])[same], abs=1e-10)


def test_where_mirt_takes_the_mean_of_nobody(shared: Path) -> None:
    """Item 4: no focal person has the score beside one that counts. mirt's mean there is 0."""
    table = golden(shared, "verbal", "dif")["mirt_SIBTEST_each_item"]
    given = item_table(*verbal(shared), n_items=24)
    as_mirt = sibtest(replace(given, n=np.maximum(given.n, 1e-12)))
    assert as_mirt.beta == pytest.approx(r_column(table, "beta", 0), abs=1e-10)
    used = np.flatnonzero(((given.n[3] > 5) & (given.variance[3] > 0)).all(axis=1))
    beside = {k for at in used for k in (at - 1, at + 1)}
    empty = [k for k in beside if given.n[3, k, 1] == 0]
    assert empty
    assert (given.n[3, empty, 0] > 0).all()
    assert (given.mean[3, empty, 1] == 0).all()


def test_mirt_on_a_bundle(shared: Path) -> None:
    table = golden(shared, "verbal", "dif")["mirt_SIBTEST_first_quarter"]
    bundle = (np.arange(24) < 6)[None]
    found = sibtest(bundle_table(*verbal(shared), bundle))
    assert 6 * found.beta == pytest.approx(table["beta"][:1], abs=1e-10)
    assert 6 * found.se == pytest.approx(table["SE"][:1], abs=1e-10)
    assert found.crossing_chi_square == pytest.approx(table["X2"][1:], abs=1e-10)


def world(n: tuple[int, int], *, gap: float, items: int = 30, seed: int = 1) -> Any:
    generator = np.random.Generator(np.random.PCG64(seed))
    focal = np.repeat([0, 1], n)
    ability = generator.normal(size=focal.size) - gap * focal
    difficulty = generator.normal(size=items)
    slope = generator.uniform(0.7, 1.6, size=items)
    chance = 1 / (1 + np.exp(-slope * (ability[:, None] - difficulty)))
    return one_form(generator.random(chance.shape) < chance, focal)


def test_a_bundle_of_one_item_is_that_item() -> None:
    forms, codes = world((500, 400), gap=0.3)
    items = sibtest(item_table(forms, codes, n_items=30))
    bundles = sibtest(bundle_table(forms, codes, np.eye(30, dtype=bool)))
    assert bundles.beta == pytest.approx(items.beta, abs=1e-12)
    assert bundles.crossing_chi_square == pytest.approx(items.crossing_chi_square, abs=1e-9)


def test_exchanging_the_groups_turns_the_sign() -> None:
    forms, codes = world((500, 400), gap=0.3)
    one = sibtest(item_table(forms, codes, n_items=30))
    two = sibtest(item_table(forms, 1 - codes, n_items=30))
    assert two.beta == pytest.approx(-one.beta, abs=1e-12)
    assert two.se == pytest.approx(one.se, abs=1e-12)
    assert two.crossing_chi_square == pytest.approx(one.crossing_chi_square, abs=1e-9)


def test_two_forms_of_the_same_persons_are_one_form_twice() -> None:
    """Each form is corrected by its own means and reliability, so nothing changes but the SE."""
    (form,), codes = world((500, 400), gap=0.3)
    twice = (form, replace(form, name="again"))
    one = sibtest(item_table((form,), codes, n_items=30))
    two = sibtest(item_table(twice, codes, n_items=30))
    assert two.beta == pytest.approx(one.beta, abs=1e-12)
    assert np.sqrt(2) * two.se == pytest.approx(one.se, abs=1e-12)


def test_bands_of_many_persons_are_single_scores() -> None:
    table = data_b()
    assert in_bands(table, least=10).n == pytest.approx(table.n)
    assert in_bands(table, least=10).variance == pytest.approx(table.variance, abs=1e-12)


def test_bands_keep_everybody_and_have_persons_enough() -> None:
    forms, codes = world((200, 60), gap=0.5)
    table = item_table(forms, codes, n_items=30)
    bands = in_bands(table, least=10)
    assert bands.n.sum(axis=1) == pytest.approx(table.n.sum(axis=1))
    assert (bands.n[bands.n.sum(axis=2) > 0] >= 10).all()
    points = (table.n * table.mean).sum(axis=1)
    assert (bands.n * bands.mean).sum(axis=1) == pytest.approx(points)


def test_items_without_a_difference() -> None:
    """Groups half a standard deviation apart: 5 % below .05 and no mean difference, in bands."""
    p, beta, se = [], [], []
    for seed in range(20):
        forms, codes = world((400, 300), gap=0.5, seed=seed)
        found = sibtest(in_bands(item_table(forms, codes, n_items=30), least=10))
        p.append(found.p)
        beta.append(found.beta)
        se.append(found.se)
    below = np.mean(np.concatenate(p) < 0.05)
    # 600 tests: the standard error of the share is .009.
    assert 0.025 < below < 0.085
    assert abs(np.mean(beta)) < 4 * np.mean(se) / np.sqrt(600)


def test_a_crossing_is_seen_by_the_crossing_test_alone() -> None:
    generator = np.random.Generator(np.random.PCG64(5))
    focal = np.repeat([0, 1], [2000, 2000])
    ability = generator.normal(size=4000)
    chance = 1 / (1 + np.exp(-1.2 * (ability[:, None] - np.linspace(-1.5, 1.5, 30))))
    chance[:, 14] = 1 / (1 + np.exp(-np.where(focal, 0.4, 2.2) * ability))
    found = sibtest(
        item_table(*one_form(generator.random(chance.shape) < chance, focal), n_items=30)
    )
    assert found.p[14] > 0.05
    assert found.crossing_p[14] < 1e-6
    assert found.crossing_df[14] == 2
    # Weaker persons of the focal group do better, stronger ones worse: beta is reference - focal.
    assert found.below[14] < 0 < found.above[14]
    assert 0.4 < found.share_below[14] < 0.6


def test_nobody_of_one_group() -> None:
    forms, _ = world((50, 50), gap=0.0)
    found = sibtest(item_table(forms, np.zeros(100, dtype=np.int64), n_items=30))
    assert np.isnan(found.beta).all()
    assert (found.strata == 0).all()
