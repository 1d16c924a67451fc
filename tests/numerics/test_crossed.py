"""Crossed groups drawn towards what their groups add up to, against R and in worlds of our own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from naas_psych.numerics.regression.crossed import (
    RATIOS,
    Crossed,
    ratio_limits,
    remaining_limits,
    shrunken_cells,
)
from tests.numerics.regression_data import world

W = world()
#: Cells of site and post, with main effects of the post: d$cell <- paste(d$site, d$post).
POST_BY_CELL = np.unique(3 * W.site + W.post) % 3
MAIN = np.column_stack([np.ones(POST_BY_CELL.size), POST_BY_CELL == 1, POST_BY_CELL == 2])

#: gam.vcomp(g), predict(g, cells, se.fit = TRUE) with one row a person.
SD_OF_MGCV = 0.8284235333
OF_MGCV = [0.485688247, 0.1777186353, -0.5534030374, 1.118969639]
SE_OF_MGCV = [0.2074761917, 0.2752483125, 0.4038825314, 0.6103412577]


def cells_of(values: np.ndarray, *, binary: bool, ridge: float = 0.16) -> Crossed:
    codes = np.unique(3 * W.site + W.post, return_inverse=True)[1]
    return Crossed(
        counts=np.bincount(codes).astype(float),
        sums=np.bincount(codes, weights=values),
        cells=np.arange(MAIN.shape[0]),
        x=MAIN.astype(float),
        at=MAIN.astype(float),
        squares=float(values @ values),
        binary=binary,
        ridge=ridge,
    )


def test_means_are_those_of_lmer() -> None:
    # lmer(score ~ post + (1 | cell)): VarCorr, predict, predict(re.form = NA)
    found = shrunken_cells(cells_of(W.score, binary=False), level=0.95)
    assert found.variance == pytest.approx(5.947956201, rel=1e-5)
    assert found.best.within**2 == pytest.approx(48.601241864, rel=1e-6)
    known = [51.24266235, 55.01485024, 55.92810569, 50.82889166]
    assert (found.best.additive + found.best.deviation)[:4] == pytest.approx(known, rel=1e-6)
    assert found.best.additive[:3] == pytest.approx([52.5262116, 56.9520967, 55.34509989])
    # predict(gam(score ~ post + s(cell, bs = "re"), method = "REML"), se.fit = TRUE)
    known = [2.260654451, 2.164721887, 2.534574802, 1.384617864]
    assert found.best.value_sd[:4] == pytest.approx(known, rel=1e-5)


def test_rates_are_those_of_mgcv() -> None:
    # gam(b ~ a + b + s(cell, bs = "re"), binomial, method = "REML"), without our weak prior.
    counts = np.array([96.0, 51, 24, 12, 40, 22, 14, 8, 12, 9, 6, 4])
    met = np.array([60.0, 27, 9, 9, 20, 16, 9, 6, 9, 9, 1, 4])
    main = np.array(
        [[1, i == 1, i == 2, j == 1, j == 2, j == 3] for i in range(3) for j in range(4)],
        dtype=float,
    )
    data = Crossed(counts, met, np.arange(12), main, main, float(met.sum()), True, 1e-9)
    found = shrunken_cells(data, level=0.95)
    assert found.best.ratio * found.best.within == pytest.approx(SD_OF_MGCV, rel=1e-4)
    shown = found.best.additive + found.best.deviation
    assert shown[:4] == pytest.approx(OF_MGCV, rel=1e-3)
    assert found.best.value_sd[:4] == pytest.approx(SE_OF_MGCV, rel=1e-3)
    # The prior of main effects moves a level of 24 persons by less than .03.
    with_prior = shrunken_cells(replace(data, ridge=0.16), level=0.95).best
    assert np.abs(with_prior.additive + with_prior.deviation - shown)[:4].max() < 0.03


def test_one_persons_cell_hardly_moves_and_a_large_one_hardly_shrinks() -> None:
    counts = np.array([1.0, 4000, 50, 50, 50, 50])
    means = np.array([30.0, 70, 55, 45, 58, 49])
    data = Crossed(
        counts=counts,
        sums=counts * means,
        cells=np.arange(6),
        x=np.ones((6, 1)),
        at=np.ones((6, 1)),
        squares=float(counts @ (means**2 + 100)),
        binary=False,
    )
    found = shrunken_cells(data, level=0.95)
    shown = found.best.additive + found.best.deviation
    assert abs(shown[1] - 70) < 0.1
    assert abs(shown[0] - 30) > 5
    assert np.all((found.value.low <= shown) & (shown <= found.value.high))


def test_a_level_that_all_pass_has_finite_answers() -> None:
    counts = np.array([40.0, 30, 5, 3])
    main = np.array([[1, 0, 0], [1, 1, 0], [1, 0, 1], [1, 1, 1]], dtype=float)
    data = Crossed(counts, np.array([30.0, 20, 5, 3]), np.arange(4), main, main, 58.0, True)
    found = shrunken_cells(data, level=0.95)
    assert np.isfinite(found.value.low).all()
    assert np.isfinite(found.value.high).all()
    assert np.abs(found.best.additive).max() < 8


def test_limits_hold_the_truth_as_often_as_they_say() -> None:
    # 150 worlds of 24 cells (4 x 6) and 900 persons; deviations of SD 3 among persons of SD 10.
    hits, shares = [], []
    main = np.array(
        [
            [1, *(i == k for k in (1, 2, 3)), *(j == k for k in (1, 2, 3, 4, 5))]
            for i in range(4)
            for j in range(6)
        ],
        dtype=float,
    )
    for seed in range(150):
        r = np.random.Generator(np.random.PCG64(seed))
        truth = main @ r.normal(0, 3, 9) + r.normal(0, 3, 24)
        cells = r.choice(24, 900, p=np.r_[np.full(12, 2), np.ones(12)] / 36)
        y = truth[cells] + r.normal(0, 10, 900)
        counts = np.bincount(cells, minlength=24).astype(float)
        data = Crossed(
            counts,
            np.bincount(cells, weights=y, minlength=24),
            np.arange(24),
            main,
            main,
            float(y @ y),
            False,
        )
        found = shrunken_cells(data, level=0.95)
        hits.append(np.mean((found.value.low <= truth) & (truth <= found.value.high)))
        limits = ratio_limits(found, 0.95)
        shares.append(limits.low <= 0.3 <= limits.high)
    assert 0.93 < np.mean(hits) < 0.97
    assert np.mean(shares) > 0.95 - 3 * np.sqrt(0.95 * 0.05 / 150)


def test_what_remains_is_a_share() -> None:
    with_main = shrunken_cells(cells_of(W.score, binary=False), level=0.95)
    alone = replace(cells_of(W.score, binary=False), x=MAIN[:, :1] * 1.0, at=MAIN[:, :1] * 1.0)
    without = shrunken_cells(alone, level=0.95)
    limits = remaining_limits(with_main, without, 0.95)
    assert 0 <= limits.low < limits.high <= 1
    assert with_main.weights.sum() == pytest.approx(1.0)
    assert with_main.weights.shape == RATIOS.shape
