"""Correlations near 0 by the series, and tables by shape, against the full methods."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from naas_psych.numerics.pair_pearson import pair_pearson
from naas_psych.numerics.pair_tables import recoded
from naas_psych.numerics.parallel_analysis import Kind, eigenvalues, null_eigenvalues
from naas_psych.numerics.permuted import permuter
from naas_psych.numerics.polychoric import pair_correlations
from naas_psych.numerics.shaped_tables import layout
from naas_psych.numerics.weak_correlations import weak_correlations


def drawn_tables(shape: tuple[int, int], *, n: int, most: float, count: int = 60) -> Any:
    rng = np.random.default_rng(3)
    made = []
    for rho in rng.uniform(-most, most, size=count):
        pair = rng.multivariate_normal([0, 0], [[1, rho], [rho, 1]], n)
        a, b = (
            np.digitize(one, np.sort(rng.normal(size=k - 1)))
            for one, k in zip(pair.T, shape, strict=True)
        )
        made.append(np.bincount(a * shape[1] + b, minlength=shape[0] * shape[1]).reshape(shape))
    return np.stack(made, axis=2).astype(float)


@pytest.mark.parametrize("shape", [(2, 2), (2, 4), (3, 3), (5, 7)])
def test_the_series_gives_what_the_full_method_gives(shape: tuple[int, int]) -> None:
    counts = drawn_tables(shape, n=400, most=0.35)
    found = weak_correlations(counts)
    full = pair_correlations(counts.transpose(2, 0, 1)).r
    known = np.isfinite(found)
    assert known.mean() > 0.5
    assert np.abs(found - full)[known].max() < 1e-8


def test_it_leaves_to_others_what_it_cannot_reach() -> None:
    strong = np.array([[40.0, 5.0], [5.0, 40.0]])
    empty_cell = np.array([[40.0, 5.0], [5.0, 0.0]])
    no_category = np.array([[40.0, 5.0], [0.0, 0.0]])
    weak = np.array([[40.0, 5.0], [50.0, 9.0]])
    found = weak_correlations(np.stack([strong, empty_cell, no_category, weak], axis=2))
    assert np.isnan(found).tolist() == [True, True, True, False]
    assert np.isnan(weak_correlations(np.ones((1, 3, 2)))).all()
    # Nobody at all in one of two tables of three categories.
    nobody = weak_correlations(np.stack([np.zeros((3, 3)), np.full((3, 3), 7.0)], axis=2))
    assert np.isnan(nobody[0])
    assert nobody[1] == pytest.approx(0.0, abs=1e-12)


def mixed_scores(*, gaps: bool) -> NDArray[np.int16]:
    """Items of two, three and four categories; the third has a score that nobody got."""
    rng = np.random.default_rng(6)
    trait = rng.normal(size=(250, 1)) + rng.normal(size=(250, 8))
    codes = np.digitize(trait, [-0.8, 0.1, 1.2]).astype(np.int16)
    codes[:, :3] = codes[:, :3] > 1
    codes[:, 3:5] = codes[:, 3:5].clip(1) - 1
    codes[:, 4] = np.array([0, 1, 10])[codes[:, 4]]
    if gaps:
        codes[rng.random(codes.shape) < 0.08] = -1
        codes[:, 0] = codes[:, 0].clip(0)
    return codes


@pytest.mark.parametrize("gaps", [False, True])
def test_tables_by_shape_are_those_counted_one_by_one(gaps: bool) -> None:
    scores = mixed_scores(gaps=gaps)
    data = recoded(scores)
    plan = layout(data, [np.unique(column[column >= 0]) for column in scores.T])
    products = plan.products(data.codes)
    seen = 0
    for shape in plan.shapes:
        counts = shape.tables(products[None])
        for k, (i, j) in enumerate(zip(shape.first, shape.second, strict=True)):
            for a, b in np.ndindex(counts.shape[:2]):
                expected = ((data.codes[:, i] == a) & (data.codes[:, j] == b)).sum()
                assert counts[a, b, k] == expected
            seen += 1
    assert seen == 28
    told, found = pair_pearson(scores), plan.pearson(products)
    assert np.array_equal(found.n, told.n)
    assert found.r == pytest.approx(told.r, abs=1e-14)


@pytest.mark.parametrize("gaps", [False, True])
def test_random_eigenvalues_are_those_of_each_permuted_matrix(gaps: bool) -> None:
    """One by one from the same draws: to 1e-6 as was asked, and in truth to 1e-9."""
    scores = mixed_scores(gaps=gaps)
    kinds: tuple[Kind, ...] = ("pearson", "polychoric")
    found = null_eigenvalues(scores, kinds=kinds, replicates=12, seed=4)
    draw = permuter(recoded(scores), seed=4)
    first, second = np.triu_indices(8, 1)
    for k, child in enumerate(np.random.SeedSequence(4).spawn(12)):
        codes = draw(np.random.Generator(np.random.PCG64(child)))
        r = np.eye(8)
        for i, j in zip(first, second, strict=True):
            both = (codes[:, i] >= 0) & (codes[:, j] >= 0)
            table = np.zeros((1, 4, 4))
            np.add.at(table[0], (codes[both, i], codes[both, j]), 1)
            r[i, j] = r[j, i] = pair_correlations(table, boundary_cell=0.5).r[0]
        assert found["polychoric"].values[k] == pytest.approx(eigenvalues(r), abs=1e-9)


def test_permuted_scores_keep_their_distances() -> None:
    """0, 1 and 10 are not 0, 1 and 2: rare large scores spread chance eigenvalues."""
    scores = mixed_scores(gaps=False)
    draw = permuter(recoded(scores), seed=4)
    (child,) = np.random.SeedSequence(4).spawn(1)
    codes = draw(np.random.Generator(np.random.PCG64(child))).astype(int)
    codes[:, 4] = np.array([0, 1, 10])[codes[:, 4]]
    expected = np.linalg.eigvalsh(np.corrcoef(codes.T))[::-1]
    for kinds in (("pearson",), ("pearson", "polychoric")):
        found = null_eigenvalues(scores, kinds=kinds, replicates=1, seed=4)["pearson"]
        assert found.values[0] == pytest.approx(expected, abs=1e-12)


def test_scores_of_more_than_a_byte_are_permuted_whole() -> None:
    """Marks out of 300 with gaps: no score may turn into an absence."""
    rng = np.random.default_rng(1)
    scores = rng.integers(0, 301, size=(400, 5)).astype(np.int16)
    scores[:7, 2] = -1
    drawn = permuter(recoded(scores), seed=1)(np.random.default_rng(2))
    for a, b in zip(recoded(scores).codes.T, drawn.T, strict=True):
        assert np.array_equal(np.bincount(a + 1), np.bincount(b + 1))
    assert (drawn < 0).sum() == 7


def test_every_order_of_several_categories_is_as_likely() -> None:
    codes = np.array([[0, 0], [0, 1], [1, 1], [2, -1], [2, 2]], dtype=np.int8)
    draw = permuter(recoded(codes), seed=1)
    rng = np.random.default_rng(9)
    drawn = np.stack([draw(rng) for _ in range(4000)])
    error = 5 * np.sqrt(0.24 / 4000)
    # 30 orders of 0, 0, 1, 2, 2.
    kinds, counts = np.unique(drawn[:, :, 0], axis=0, return_counts=True)
    assert len(kinds) == 30
    assert np.abs(counts / 4000 - 1 / 30).max() < 5 * np.sqrt(1 / 30 / 4000)
    for code in range(3):
        assert np.abs((drawn[:, :, 0] == code).mean(axis=0) - [0.4, 0.2, 0.4][code]).max() < error
    # The two columns are permuted by themselves.
    row = int(np.flatnonzero(drawn[0, :, 1] >= 0)[0])
    assert abs(np.corrcoef(drawn[:, row].T)[0, 1]) < 5 / np.sqrt(4000)
