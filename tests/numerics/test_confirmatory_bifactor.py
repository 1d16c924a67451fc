"""Indices of the general factor: the sheet, R, derivatives, and factors that are not there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from naas_psych.numerics.confirmatory.bifactor_indices import (
    bifactor_indices,
    contaminated_share,
    index_errors,
)
from naas_psych.numerics.confirmatory.bifactor_search import fit_bifactor, is_proper
from naas_psych.numerics.confirmatory.categorical_omega import categorical_omega
from naas_psych.numerics.confirmatory.least_squares import fit_pairs
from naas_psych.numerics.confirmatory.model import one_factor_model
from naas_psych.numerics.confirmatory.moments import PairMoments, ScoreMoments
from naas_psych.numerics.confirmatory.ordinal_covariance import influences
from naas_psych.numerics.polychoric import polychoric_matrix
from tests.make import DATA_C
from tests.numerics.reliability_data import made, real

LOADINGS = np.array(
    [[0.7, 0.4, 0], [0.6, 0.4, 0], [0.5, 0.4, 0], [0.7, 0, 0.3], [0.6, 0, 0.3], [0.5, 0, 0.3]]
)
UNIQUE = 1 - (LOADINGS**2).sum(axis=1)
MEMBER = LOADINGS[:, 1:] != 0


def test_sheet_values_of_the_bifactor_matrix() -> None:
    found = bifactor_indices(LOADINGS, UNIQUE, MEMBER)
    assert found.omega_total == pytest.approx(0.832968, abs=6e-7)
    assert found.omega_hierarchical == pytest.approx(0.709748, abs=6e-7)
    assert found.ecv == pytest.approx(0.745763, abs=6e-7)
    assert found.puc == pytest.approx(0.6)
    assert found.omega_group_hierarchical[0] == pytest.approx(0.236066, abs=6e-7)
    expected = [0.7538, 0.6923, 0.6098, 0.8448, 0.8, 0.7353]
    assert found.item_ecv == pytest.approx(expected, abs=6e-5)
    squares = LOADINGS[:, 0] ** 2
    information = np.sum(squares / (1 - squares))
    assert found.h == pytest.approx(information / (1 + information))
    assert found.ecv + found.ecv_group.sum() == pytest.approx(1)
    assert contaminated_share(MEMBER) == found.puc


@pytest.mark.parametrize("free", [True, False])
def test_errors_are_those_of_differences(free: bool) -> None:
    units = np.array([1, 2, 0.5, 1, 3, 1.5])[:, None] if free else 1.0
    loadings = LOADINGS * units
    unique = UNIQUE * np.array([1, 3, 0.5, 1, 2, 1.0]) if free else UNIQUE
    theta = np.concatenate([loadings[loadings != 0], unique if free else []])
    rng = np.random.default_rng(2)
    root = rng.normal(size=(theta.size, theta.size))
    covariance = root @ root.T / 1000

    def at(t: Any, name: str) -> float:
        wide = np.zeros(loadings.shape)
        wide[loadings != 0] = t[:12]
        own = t[12:] if free else 1 - (wide**2).sum(axis=1)
        return float(getattr(bifactor_indices(wide, own, MEMBER), name))

    found = index_errors(loadings, unique, covariance, free_uniqueness=free)
    for name in ("omega_total", "omega_hierarchical", "ecv"):
        steps = 1e-6 * np.eye(theta.size)
        slope = np.array([(at(theta + s, name) - at(theta - s, name)) / 2e-6 for s in steps])
        expected = np.sqrt(slope @ covariance @ slope)
        assert getattr(found, name) == pytest.approx(expected, rel=1e-6)


def one_loading(codes: Any, *, weighted: bool) -> tuple[Any, Any]:
    found = polychoric_matrix(codes)
    i, j = np.triu_indices(codes.shape[1], 1)
    r = found.r[i, j]
    weights = 1 / influences(codes, r).variance if weighted else np.ones(len(r))
    model = one_factor_model(codes.shape[1], variances=False)
    return fit_pairs(model, r, weights, len(codes)).at.loadings, found


def omega_of(loadings: Any, thresholds: Any, observed: Any = None) -> float:
    nothing = np.zeros((len(loadings), len(loadings)))
    found = categorical_omega(loadings, np.eye(1), thresholds, nothing, observed=observed)
    assert found.total == pytest.approx(found.hierarchical)
    return found.total


def test_categorical_omega_of_data_c() -> None:
    codes = DATA_C.astype(np.int8)
    unweighted, found = one_loading(codes, weighted=False)
    weighted, _ = one_loading(codes, weighted=True)
    assert omega_of(unweighted, found.thresholds, found.r) == pytest.approx(0.62780, abs=6e-6)
    # R, by DWLS: with modelled and with observed correlations below the line, four digits.
    assert omega_of(weighted, found.thresholds) == pytest.approx(0.6280, abs=6e-5)
    assert omega_of(weighted, found.thresholds, found.r) == pytest.approx(0.6279, abs=6e-5)


def test_categorical_omega_is_that_of_semtools(shared: Path) -> None:
    golden = json.loads((shared / "golden" / "lsat7__cfa.json").read_text())["results"]
    codes = real(shared, "lsat7")
    loadings, found = one_loading(codes, weighted=True)
    mine = omega_of(loadings, found.thresholds, found.r)
    assert mine == pytest.approx(golden["semTools_reliability_ordinal"]["f"], abs=1e-5)


def test_categorical_omega_error_is_that_of_differences() -> None:
    loadings, found = one_loading(DATA_C.astype(np.int8), weighted=True)
    errors = np.diag([0.001, 0.002, 0.003, 0.001])
    steps = 1e-5 * np.eye(4)[:, :, None]
    slope = [
        (omega_of(loadings + s, found.thresholds) - omega_of(loadings - s, found.thresholds)) / 2e-5
        for s in steps
    ]
    made_error = categorical_omega(loadings, np.eye(1), found.thresholds, errors).total_se
    assert made_error == pytest.approx(np.sqrt(slope @ errors @ slope), rel=1e-6)


def test_group_factors_that_are_not_there_are_taken_out() -> None:
    codes = made(400, 12, seed=4)
    groups = np.repeat(np.arange(3), 4)
    i, j = np.triu_indices(12, 1)
    pairs = PairMoments(codes, polychoric_matrix(codes).r[i, j])
    for name in ("ml", "wlsmv"):
        found = fit_bifactor(groups, name, scores=ScoreMoments(codes), pairs=pairs)  # type: ignore[arg-type]
        assert is_proper(found.proper)
        assert sorted((*found.kept, *found.dropped)) == [0, 1, 2]
        assert found.proper.loadings.shape == (12, 1 + len(found.kept))
        assert is_proper(found.full) == (not found.dropped)


def test_group_factors_that_are_there_stay() -> None:
    rng = np.random.default_rng(7)
    groups = np.repeat(np.arange(3), 4)
    general, own = rng.normal(size=(3000, 1)), rng.normal(size=(3000, 3))
    scores = 0.6 * general + 0.5 * own[:, groups] + 0.62 * rng.normal(size=(3000, 12))
    codes = (scores > rng.normal(scale=0.4, size=12)).astype(np.int8)
    i, j = np.triu_indices(12, 1)
    pairs = PairMoments(codes, polychoric_matrix(codes).r[i, j])
    found = fit_bifactor(groups, "wlsmv", scores=None, pairs=pairs)
    assert found.dropped == ()
    assert found.proper.loadings[:, 0] == pytest.approx(np.full(12, 0.6), abs=0.12)
