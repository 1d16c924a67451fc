"""Factor models against lavaan and the method sheet, derivatives, and data that allow none."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from naas_psych.numerics.confirmatory.estimate import ESTIMATORS, Estimate, estimates
from naas_psych.numerics.confirmatory.indices import indices, srmr
from naas_psych.numerics.confirmatory.least_squares import fit_pairs
from naas_psych.numerics.confirmatory.model import (
    bifactor_model,
    curvature,
    diagonal_slopes,
    grouped_model,
    implied,
    one_factor_model,
    pair_slopes,
    start,
)
from naas_psych.numerics.confirmatory.moments import PairMoments, ScoreMoments
from naas_psych.numerics.confirmatory.normal_theory import fit_ml
from naas_psych.numerics.confirmatory.ordinal_covariance import covariance, influences
from naas_psych.numerics.polychoric import polychoric_matrix
from tests.make import DATA_C
from tests.numerics.reliability_data import bifactor, made, real

#: lavaan stops its search at a relative change of 1e-9 or so: its own answers are good to this.
SEARCH = 5e-6
GROUPS = np.repeat(np.arange(4), 6)
HERE = json.loads((Path(__file__).parents[1] / "golden" / "lavaan_structure.json").read_text())
CASES = [name for name, answer in HERE.items() if isinstance(answer, dict)]
#: Fields of a golden fit, by ours.
FIELDS = {
    "chi_square": "chisq",
    "p_value": "pvalue",
    "cfi": "cfi",
    "tli": "tli",
    "rmsea": "rmsea",
    "rmsea_low": "rmsea.ci.lower",
    "rmsea_high": "rmsea.ci.upper",
    "baseline": "baseline.chisq",
}
SCALED = ("mlr", "wlsmv", "ulsmv")


def pairs_of(codes: Any) -> PairMoments:
    i, j = np.triu_indices(codes.shape[1], 1)
    return PairMoments(codes, polychoric_matrix(codes).r[i, j])


@cache
def data(shared: Path, name: str) -> tuple[Any, PairMoments]:
    if name == "sheet":
        codes = DATA_C.astype(np.int8)
    else:
        codes = real(shared, {"three": "verbal_poly", "bifactor": "verbal_poly"}.get(name, name))
    return codes, pairs_of(codes)


def fitted(codes: Any, model: Any, *names: Any, pairs: PairMoments | None = None) -> Any:
    moments = pairs if pairs is not None else pairs_of(codes)
    return estimates(model, names, scores=ScoreMoments(codes), pairs=moments)


@pytest.mark.parametrize("name", ["lsat7", "verbal_dich"])
@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_one_factor_is_that_of_lavaan(shared: Path, name: str, estimator: Any) -> None:
    golden = json.loads((shared / "golden" / f"{name}__cfa.json").read_text())["results"]
    block = {"dwls": "wlsmv", "uls": "dwls_uls", "ulsmv": "dwls_uls"}.get(estimator, estimator)
    codes, pairs = data(shared, name)
    one = fitted(codes, one_factor_model(codes.shape[1]), estimator, pairs=pairs)[estimator]
    fit, parameters = golden[block]["fit"], golden[block]["parameters"]
    suffix = ".scaled" if estimator in SCALED else ""
    for ours, theirs in FIELDS.items():
        if estimator == "uls" and ours in ("p_value", "rmsea_low", "rmsea_high"):
            assert np.isnan(getattr(one.indices, ours))
            continue
        expected = fit[f"{theirs}{suffix}"] or 0.0
        found = getattr(one.indices, ours)
        assert found == pytest.approx(expected, rel=1e-5, abs=2e-6), ours
    assert one.indices.srmr == pytest.approx(fit["srmr"], abs=SEARCH)
    rows = [k for k, op in enumerate(parameters["op"]) if op == "=~"]
    loadings = np.array(parameters["est"])[rows]
    assert one.raw_loadings[:, 0] == pytest.approx(loadings, abs=SEARCH)
    assert one.loadings[:, 0] == pytest.approx(np.array(parameters["std.all"])[rows], abs=SEARCH)
    if estimator not in ("dwls", "uls"):
        size = np.sqrt(np.diagonal(one.errors))[: len(rows)]
        assert size == pytest.approx(np.array(parameters["se"])[rows], rel=1e-5)


@pytest.mark.parametrize("case", CASES)
def test_other_models_are_those_of_lavaan(shared: Path, case: str) -> None:
    answer = HERE[case]
    kind, estimator = case.rsplit("_", 1)
    name = {"sheet_c": "sheet", "few": "verbal_dich", "groups": "verbal_dich"}.get(kind, kind)
    codes, pairs = data(shared, name)
    if kind == "few":
        codes = codes[:, :6]
        pairs = pairs_of(codes)
    shapes = {"groups": grouped_model, "bifactor": bifactor_model}
    model = shapes[kind](GROUPS) if kind in shapes else one_factor_model(codes.shape[1])
    one = fitted(codes, model, estimator, pairs=pairs)[estimator]
    assert one.converged
    assert one.identified
    suffix = ".scaled" if estimator in SCALED else ""
    expected = answer["fit"][f"chisq{suffix}"]
    # Traces react to where a search stops: lavaan's last digits of the largest model are its own.
    assert one.indices.chi_square == pytest.approx(expected, rel=1e-6)
    assert one.indices.srmr == pytest.approx(answer["fit"]["srmr"], abs=SEARCH)
    if estimator in ("ml", "mlr"):
        assert one.bic == pytest.approx(answer["fit"]["bic"], abs=1e-5)
        assert one.aic == pytest.approx(answer["fit"]["aic"], abs=1e-5)
    compare_loadings(one, answer)


def compare_loadings(one: Estimate, answer: Any) -> None:
    factors = {name: k for k, name in enumerate(dict.fromkeys(answer["factor"]))}
    items = {name: k for k, name in enumerate(dict.fromkeys(answer["item"]))}
    at = [items[i] for i in answer["item"]], [factors[f] for f in answer["factor"]]
    sums = np.bincount(at[1], answer["loading"])
    sign = np.where(sums < 0, -1.0, 1.0)[at[1]]
    assert one.raw_loadings[at] == pytest.approx(sign * answer["loading"], abs=1e-5)
    assert one.loadings[at] == pytest.approx(sign * answer["standardised"], abs=1e-5)
    assert one.loadings_se[at] == pytest.approx(np.array(answer["standardised_se"]), rel=2e-4)
    if answer["correlation"] and len(answer["correlation"]) == 6:
        upper = np.triu_indices(4, 1)
        assert one.phi[upper] == pytest.approx(np.array(answer["correlation"]), abs=1e-5)
        assert one.phi_se[upper] == pytest.approx(np.array(answer["correlation_se"]), rel=1e-4)


def test_plain_errors_of_dwls_are_those_of_lavaan(shared: Path) -> None:
    codes, pairs = data(shared, "lsat7")
    one = fitted(codes, one_factor_model(5), "dwls", pairs=pairs)["dwls"]
    # parameterEstimates(cfa(..., estimator = "DWLS")), lavaan 0.6-14, three digits as printed.
    assert one.loadings_se[:, 0] == pytest.approx([0.059, 0.057, 0.069, 0.052, 0.057], abs=5e-4)


def test_sheet_values_of_one_factor() -> None:
    fit = fit_ml(one_factor_model(6), bifactor(), 200)
    expected = [0.77376, 0.68903, 0.59813, 0.67364, 0.59479, 0.50861]
    assert fit.at.loadings[:, 0] == pytest.approx(expected, abs=6e-6)
    assert fit.chi_square == pytest.approx(26.4459, abs=6e-5)
    residuals = bifactor() - fit.at.sigma
    assert srmr(residuals) == pytest.approx(0.05169, abs=6e-6)
    baseline = -200 * np.linalg.slogdet(bifactor())[1]
    found = indices(fit.chi_square, df=9, baseline=baseline, n_items=6, n=200, residuals=residuals)
    assert found.rmsea == pytest.approx(0.0984, abs=6e-5)
    assert found.cfi == pytest.approx(0.94747, abs=6e-6)
    assert found.tli == pytest.approx(0.91246, abs=6e-6)
    assert found.rmsea_low < found.rmsea < found.rmsea_high
    assert found.cfi_low < found.cfi < found.cfi_high


def test_sheet_loadings_of_data_c() -> None:
    moments = pairs_of(DATA_C.astype(np.int8))
    fit = fit_pairs(one_factor_model(4, variances=False), moments.r, np.ones(6), 500)
    assert fit.at.loadings[:, 0] == pytest.approx([0.43251, 0.71244, 0.53184, 0.75618], abs=6e-6)


MODELS = {
    "one": one_factor_model(6),
    "groups": grouped_model([0, 0, 0, 1, 1, 1]),
    "bifactor": bifactor_model([0, 0, 0, 1, 1, 1]),
    "pairs": grouped_model([0, 0, 0, 1, 1, 1], variances=False),
}


@pytest.mark.parametrize("name", MODELS)
def test_derivatives_against_differences(name: str) -> None:
    model = MODELS[name]
    rng = np.random.default_rng(3)
    theta = start(model, bifactor()) + 0.05 * rng.normal(size=model.parameters)
    at, h = implied(model, theta), 1e-5
    i, j = np.triu_indices(6, 1)
    weight = rng.normal(size=(6, 6))
    weight = weight + weight.T
    if not model.variances:
        np.fill_diagonal(weight, 0.0)

    def cell(t: Any) -> Any:
        return implied(model, t).sigma

    steps = h * np.eye(model.parameters)
    slopes = np.stack([(cell(theta + e) - cell(theta - e)) / (2 * h) for e in steps], axis=-1)
    assert pair_slopes(at) == pytest.approx(slopes[i, j], abs=1e-9)
    if model.variances:
        assert diagonal_slopes(at) == pytest.approx(slopes[np.arange(6), np.arange(6)], abs=1e-9)
    bent = curvature(model, at, weight)
    for a in range(model.parameters):
        for b in range(model.parameters):
            four = [
                np.sum(weight * cell(theta + p * steps[a] + q * steps[b])) * p * q
                for p in (1, -1)
                for q in (1, -1)
            ]
            assert bent[a, b] == pytest.approx(sum(four) / (4 * h * h), abs=2e-4)


def test_a_true_model_is_found_exactly() -> None:
    loadings = np.zeros((12, 4))
    loadings[:, 0] = np.linspace(0.4, 0.8, 12)
    groups = np.repeat(np.arange(3), 4)
    loadings[np.arange(12), 1 + groups] = np.tile([0.2, 0.3, 0.4, 0.5], 3)
    sigma = loadings @ loadings.T
    np.fill_diagonal(sigma, 1.0)
    fit = fit_ml(bifactor_model(groups), sigma, 500)
    assert fit.minimum.converged
    assert fit.minimum.identified
    assert fit.at.loadings == pytest.approx(loadings, abs=1e-6)
    assert fit.chi_square == pytest.approx(0, abs=1e-8)
    i, j = np.triu_indices(12, 1)
    pairs = fit_pairs(bifactor_model(groups, variances=False), sigma[i, j], np.ones(66), 500)
    assert pairs.at.loadings == pytest.approx(loadings, abs=1e-6)


def test_two_groups_of_three_do_not_identify_a_bifactor_model() -> None:
    fit = fit_ml(bifactor_model([0, 0, 0, 1, 1, 1]), bifactor(), 200)
    assert not fit.minimum.identified


def test_units_of_the_scores_do_not_matter() -> None:
    scores = made(300, 6).astype(float)
    one = fit_ml(one_factor_model(6), np.cov(scores.T, bias=True), 300)
    units = np.array([1.0, 10.0, 0.01, 3.0, 1.0, 1e4])
    two = fit_ml(one_factor_model(6), np.cov((scores * units).T, bias=True), 300)
    assert two.chi_square == pytest.approx(one.chi_square, rel=1e-9)
    assert two.at.loadings[:, 0] == pytest.approx(one.at.loadings[:, 0] * units, rel=1e-7)


def test_order_of_items_and_persons_does_not_matter() -> None:
    codes = made(400, 6)
    first = fitted(codes, one_factor_model(6), "wlsmv", "mlr")
    turn = [3, 1, 5, 0, 2, 4]
    second = fitted(codes[::-1][:, turn], one_factor_model(6), "wlsmv", "mlr")
    for name in ("wlsmv", "mlr"):
        a, b = first[name], second[name]
        assert b.indices.chi_square == pytest.approx(a.indices.chi_square, rel=1e-8)
        assert b.loadings[:, 0] == pytest.approx(a.loadings[turn, 0], abs=1e-8)


def test_covariance_is_that_of_influences_in_blocks_and_threads() -> None:
    codes = made(900, 8)
    found = influences(codes, pairs_of(codes).r)
    whole = covariance(found)
    assert np.array_equal(whole, covariance(found, threads=2))
    assert np.array_equal(whole, whole.T)
    assert np.diagonal(whole) == pytest.approx(found.variance, rel=1e-10)
    i, j = np.triu_indices(8, 1)
    rows = np.stack([found.table[p, codes[:, i[p]], codes[:, j[p]]] for p in range(28)], axis=1)
    assert rows.mean(axis=0) == pytest.approx(np.zeros(28), abs=1e-12)
    assert whole == pytest.approx(rows.T @ rows / 900, abs=1e-10)


def test_influences_are_what_leaving_a_person_out_changes() -> None:
    rng = np.random.default_rng(8)
    trait = rng.normal(size=(400, 1))
    # Two categories fit exactly; with more, products of scores stand for second derivatives.
    codes = (trait + rng.normal(size=(400, 3)) > [0.3, -0.5, 0.9]).astype(np.int8)
    codes[:25, 2] = -1
    i, j = np.triu_indices(3, 1)
    r = polychoric_matrix(codes).r[i, j]
    found = influences(codes, r)
    # Everybody twenty times: what one of 8,000 changes is of the first order only.
    many = np.tile(codes, (20, 1))
    for person in (0, 100, 333):
        change = r - polychoric_matrix(np.delete(many, person, axis=0)).r[i, j]
        own = found.codes[person]
        expected = found.table[np.arange(3), own[i], own[j]] / 8000
        assert change == pytest.approx(expected, rel=0.01, abs=1e-8)
        assert np.abs(expected).max() > 1e-5


def test_variance_of_correlations_is_that_of_many_samples() -> None:
    rng = np.random.default_rng(11)
    draws = []
    for _ in range(200):
        trait = rng.normal(size=(300, 1))
        codes = (0.8 * trait + rng.normal(size=(300, 3)) > [0.0, 0.5, -0.4]).astype(np.int8)
        draws.append(pairs_of(codes).r)
    seen = np.cov(np.array(draws).T)
    expected = covariance(influences(codes, draws[-1])) / 300
    # Errors of 200 samples: 10 % of a variance; one sample's own covariance: some 15 %.
    assert np.diagonal(expected) == pytest.approx(np.diagonal(seen), rel=0.35)
    assert expected[0, 1] / np.sqrt(expected[0, 0] * expected[1, 1]) == pytest.approx(
        seen[0, 1] / np.sqrt(seen[0, 0] * seen[1, 1]), abs=0.25
    )


def test_statistics_of_a_true_model_have_the_mean_of_their_df() -> None:
    rng = np.random.default_rng(5)
    slopes = np.array([0.6, 0.8, 1.0, 1.2, 0.7, 0.9])
    cuts = [0, 0.4, -0.4, 0.8, 0, -0.8]
    seen: dict[str, list[float]] = {"wlsmv": [], "ulsmv": []}
    for _ in range(60):
        trait = rng.normal(size=(500, 1))
        codes = (trait * slopes + rng.normal(size=(500, 6)) > cuts).astype(np.int8)
        for name, one in fitted(codes, one_factor_model(6), *seen).items():
            seen[name].append(one.indices.chi_square)
    for values in seen.values():
        # Mean 9 and variance 18: the mean of 60 has a standard error of .55.
        assert np.mean(values) == pytest.approx(9, abs=1.7)


def test_absent_responses_leave_pairs_and_persons_out() -> None:
    codes = made(500, 6).copy()
    rng = np.random.default_rng(1)
    codes[rng.random(codes.shape) < 0.05] = -1
    found = fitted(codes, one_factor_model(6), "ml", "wlsmv")
    assert found["ml"].n == int((codes >= 0).all(axis=1).sum())
    assert found["wlsmv"].n == 500
    full = fitted(made(500, 6), one_factor_model(6), "wlsmv")["wlsmv"]
    assert found["wlsmv"].loadings == pytest.approx(full.loadings, abs=0.12)
    assert (found["wlsmv"].loadings_se > full.loadings_se * 0.9).all()


def test_data_that_allow_no_model_say_why() -> None:
    few = made(5, 6)
    assert fitted(few, one_factor_model(6), "ml")["ml"].reason == "too_few_persons"
    twin = made(200, 5)
    twin[:, 1] = twin[:, 0]
    assert fitted(twin, one_factor_model(5), "ml")["ml"].reason == "singular_matrix"
    assert fitted(twin, one_factor_model(5), "wlsmv")["wlsmv"].reason == "no_polychoric"
    many = estimates(one_factor_model(5), ["wlsmv"], scores=None, pairs=None)["wlsmv"]
    assert many.reason == "too_many_categories"


def test_three_items_fit_exactly_and_have_no_test() -> None:
    codes = made(400, 3)
    for one in fitted(codes, one_factor_model(3), *ESTIMATORS).values():
        assert one.converged
        assert one.indices.df == 0
        assert np.isnan(one.indices.p_value)
        assert np.isnan(one.indices.rmsea)
        assert np.abs(one.residuals).max() < 1e-6


def test_a_heywood_case_is_reported_not_clipped() -> None:
    r = np.array([0.9, 0.9, 0.3, 0.5, 0.3, 0.3])
    fit = fit_pairs(one_factor_model(4, variances=False), r, np.ones(6), 300)
    assert fit.minimum.converged
    assert fit.at.uniqueness.min() < 0


def test_two_pairs_that_share_nothing_are_not_called_one_factor() -> None:
    corr = np.eye(4)
    corr[0, 1] = corr[1, 0] = 0.6
    corr[2, 3] = corr[3, 2] = 0.02
    fit = fit_ml(one_factor_model(4), corr, 100)
    assert not (fit.minimum.converged and fit.minimum.identified)
