"""One factor and domain factors as users get them: tables, findings, and data that allow none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import naas_psych as nps
from naas_psych.analyses.structure.domain_factors_drawings import domain_factors_drawings
from naas_psych.analyses.structure.one_factor_drawings import one_factor_drawings
from naas_psych.errors import AnalysisImpossible
from naas_psych.study.responses import NOT_REACHED
from tests.make import DATA_A, study_from_scores
from tests.numerics.reliability_data import real

ALL = ["ml", "mlr", "dwls", "wlsmv", "uls", "ulsmv"]
SITUATION = [f"situation {k // 6 + 1}" for k in range(24)]


def verbal(shared: Any) -> Any:
    return study_from_scores(real(shared, "verbal_dich"), max_points=1, items={"domain": SITUATION})


def simulated(n: int, *, groups: float, seed: int = 3) -> Any:
    """Twelve right or wrong items in three domains whose own share is `groups`."""
    rng = np.random.default_rng(seed)
    general, own = rng.normal(size=(n, 1)), rng.normal(size=(n, 3))
    place = np.repeat(np.arange(3), 4)
    scores = 0.7 * general + groups * own[:, place] + 0.6 * rng.normal(size=(n, 12))
    points = (scores > np.linspace(-0.6, 0.6, 12)).astype(int)
    return study_from_scores(points, items={"domain": [f"d{g + 1}" for g in place]})


def codes_of(result: Any) -> set[str]:
    return {f.code for f in result.findings}


def test_the_tables_hold_what_the_contract_fixes(shared: Any) -> None:
    result = nps.one_factor(verbal(shared))
    fit, loadings = result.tables["fit"], result.tables["loadings"]
    assert fit["estimator"].tolist() == ALL
    for column in ("chi_square", "df", "p_value", "cfi", "tli", "rmsea", "rmsea_low", "srmr"):
        assert column in fit
    assert len(loadings) == 6 * 24
    wlsmv = fit.set_index("estimator").loc["wlsmv"]
    assert wlsmv["suited"]
    assert wlsmv["chi_square"] == pytest.approx(1056.6005, abs=1e-3)
    inside = loadings.dropna(subset=["loading_low"])
    assert (inside["loading_low"] < inside["loading"]).all()
    assert (inside["loading"] < inside["loading_high"]).all()
    residuals = result.tables["residuals"]
    assert set(residuals["estimator"]) == {"wlsmv"}
    assert residuals["residual_r"].abs().is_monotonic_decreasing


def test_one_estimator_may_be_asked_for(shared: Any) -> None:
    result = nps.one_factor(verbal(shared), estimator="mlr")
    assert result.tables["fit"]["estimator"].tolist() == ["mlr"]
    assert result.tables["fit"]["suited"].tolist() == [True]


def test_misfit_is_a_warning_where_both_indices_miss(shared: Any) -> None:
    result = nps.one_factor(verbal(shared))
    (said,) = [f for f in result.findings if f.code == "one_factor_misfit"]
    assert said.severity == "warning"
    assert "does not account" in said.sentence
    assert said.high is not None
    assert said.high < 0.95


def test_a_test_of_one_dimension_has_no_findings() -> None:
    result = nps.one_factor(simulated(2000, groups=0.0))
    assert codes_of(result) == set()


def test_an_item_keyed_the_wrong_way_is_found() -> None:
    study = simulated(1000, groups=0.0)
    points = study.responses.points.copy()
    points[:, 4] = 1 - points[:, 4]
    rng = np.random.default_rng(9)
    points[:, 7] = rng.integers(0, 2, len(points))
    result = nps.one_factor(study_from_scores(points))
    assert {f.subject for f in result.findings if f.code == "loading_negative"} == {"Q05"}
    assert {f.subject for f in result.findings if f.code == "loading_low"} == {"Q08"}


def test_domains_that_are_one_thing_cannot_be_told_apart() -> None:
    result = nps.domain_factors(simulated(3000, groups=0.0))
    pairs = result.tables["factor_correlations"]
    suited = pairs[pairs["suited"]]
    assert len(suited) == 3
    assert (suited["factor_r_high"] > 0.95).all()
    codes = codes_of(result)
    assert {"domains_not_separable", "general_factor_strong"} <= codes
    assert "general_factor_weak" not in codes


def test_domains_that_differ_are_told_apart() -> None:
    result = nps.domain_factors(simulated(3000, groups=0.9))
    pairs = result.tables["factor_correlations"]
    assert (pairs.loc[pairs["suited"], "factor_r_high"] < 0.85).all()
    assert "domains_not_separable" not in codes_of(result)
    general = result.tables["bifactor"].set_index("estimator").loc["wlsmv"]
    # The general share of what items have in common is .49 / (.49 + .81).
    assert general["ecv_low"] < 0.49 / 1.30 < general["ecv_high"]
    assert general["factors_kept"] == 3
    assert general["domains_dropped"] == ""
    assert "general_factor_weak" in codes_of(result)
    models = result.tables["models"].query("estimator == 'ml'").set_index("model")
    assert models.loc["bifactor", "bic"] < models.loc["one_factor", "bic"]


def test_bifactor_indices_are_those_of_their_loadings() -> None:
    result = nps.domain_factors(simulated(3000, groups=0.9), estimator="ml")
    items = result.tables["items"]
    general = result.tables["bifactor"].iloc[0]
    g2, s2 = items["loading_general"] ** 2, items["loading_domain"] ** 2
    assert general["ecv"] == pytest.approx(g2.sum() / (g2 + s2).sum())
    assert items["item_ecv"].to_numpy() == pytest.approx((g2 / (g2 + s2)).to_numpy())
    assert general["puc"] == pytest.approx(1 - 3 * 6 / 66)
    domains = result.tables["domains"]
    assert domains["ecv_share"].sum() == pytest.approx(1 - general["ecv"])
    own = domains["omega_hierarchical_subscale"]
    assert (own < domains["omega"]).all()


def test_a_domain_that_adds_nothing_is_said_to() -> None:
    study = simulated(600, groups=0.0, seed=5)
    result = nps.domain_factors(study)
    general = result.tables["bifactor"]
    assert (general["factors_kept"] < 3).any()
    domains = result.tables["domains"]
    without = domains[~domains["has_factor"]]
    assert (without["omega_hierarchical_subscale"] == 0).all()
    assert set(without["construct_h_reason"]) == {"no_factor"}
    assert "bifactor_reduced" in set(result.tables["models"]["model"])


#: Omega hierarchical by ML in a sample of 200,000 of `simulated(groups=0.5)`.
OMEGA_H = 0.7204


def test_limits_of_omega_hold_the_truth() -> None:
    tables = [
        nps.domain_factors(simulated(800, groups=0.5, seed=seed), estimator="ml").tables["bifactor"]
        for seed in range(20)
    ]
    rows = pd.concat(tables, ignore_index=True)
    low, high = rows["omega_hierarchical_low"], rows["omega_hierarchical_high"]
    # Of 20 intervals of 95 % at least 16 hold it but for one time in 400.
    assert ((low < OMEGA_H) & (high > OMEGA_H)).sum() >= 16
    assert (rows["omega_hierarchical"] - low).to_numpy() == pytest.approx(
        (high - rows["omega_hierarchical"]).to_numpy()
    )
    # A spread of 20 values has an error of 16 %.
    spread = rows["omega_hierarchical"].std()
    assert (high - low).mean() / (2 * 1.96) == pytest.approx(spread, rel=0.5)


def test_forms_are_fitted_apart() -> None:
    study = simulated(900, groups=0.5)
    points = study.responses.points.copy()
    points[:400, :6] = -3
    result = nps.one_factor(study_from_scores(points), estimator="wlsmv")
    fit = result.tables["fit"].set_index("form")
    assert sorted(fit["items"]) == [6, 12]
    assert sorted(fit["n"]) == [400, 500]


def test_what_was_not_reached_is_left_out() -> None:
    points = simulated(600, groups=0.0).responses.points.copy()
    points[:60, 10:] = NOT_REACHED
    result = nps.one_factor(study_from_scores(points))
    n = result.tables["fit"].set_index("estimator")["n"]
    assert n["ml"] == n["mlr"] == 540
    assert n["wlsmv"] == 600
    assert any("540 of 600" in note for note in result.notes)


def test_twelve_persons() -> None:
    result = nps.one_factor(study_from_scores(DATA_A))
    fit = result.tables["fit"].set_index("estimator")
    assert set(fit.index) == set(ALL)
    assert not (fit["chi_square"].isna() & fit["chi_square_reason"].isna()).any()
    assert all(f.severity != "error" for f in result.findings)


@pytest.mark.parametrize(
    ("points", "reason"),
    [
        (np.random.default_rng(1).integers(0, 2, (8, 10)), "too_few_persons"),
        (np.repeat(np.random.default_rng(2).integers(0, 2, (90, 2)), 2, axis=1), "singular_matrix"),
    ],
)
def test_ml_says_why_there_is_nothing(points: Any, reason: str) -> None:
    fit = nps.one_factor(study_from_scores(points)).tables["fit"].set_index("estimator")
    assert fit.loc["ml", "chi_square_reason"] == reason
    assert not fit.loc["ml", "converged"]


def test_constant_items_are_named_and_left_out() -> None:
    points = simulated(500, groups=0.0).responses.points.copy()
    points[:, 2] = 1
    result = nps.one_factor(study_from_scores(points), estimator="wlsmv")
    assert result.tables["fit"]["items"].tolist() == [11]
    assert any("Q03" in note for note in result.notes)


def test_three_items_have_loadings_and_no_fit() -> None:
    result = nps.one_factor(study_from_scores(simulated(500, groups=0.0).responses.points[:, :3]))
    fit = result.tables["fit"]
    assert set(fit["p_value_reason"]) == {"no_degrees_of_freedom"}
    assert result.tables["loadings"]["loading"].notna().all()


def test_two_items_are_impossible() -> None:
    with pytest.raises(AnalysisImpossible, match="three such items"):
        nps.one_factor(study_from_scores(DATA_A[:, :2]))


def test_many_categories_are_continuous() -> None:
    rng = np.random.default_rng(4)
    points = np.clip(
        np.round(10 + 4 * (rng.normal(size=(400, 1)) + rng.normal(size=(400, 5)))), 0, 30
    )
    fit = nps.one_factor(study_from_scores(points.astype(int))).tables["fit"].set_index("estimator")
    assert fit.loc["mlr", "suited"]
    assert fit.loc["wlsmv", "chi_square_reason"] == "too_many_categories"


def test_eight_categories_may_be_either() -> None:
    rng = np.random.default_rng(4)
    scores = rng.normal(size=(800, 1)) + rng.normal(size=(800, 5))
    points = np.clip(np.round(3.5 + 1.4 * scores), 0, 7).astype(int)
    fit = nps.one_factor(study_from_scores(points)).tables["fit"].set_index("estimator")
    assert fit["converged"].all()
    assert fit.loc["mlr", "suited"]


@pytest.mark.parametrize(
    "items", [None, {"domain": ["a"] * 12}, {"domain": ["a", "b"] * 2 + [None] * 8}]
)
def test_domains_are_needed(items: Any) -> None:
    points = simulated(100, groups=0.0).responses.points
    with pytest.raises(AnalysisImpossible, match="at least 3 items in each of two domains"):
        nps.domain_factors(study_from_scores(points, items=items))


def test_items_of_short_domains_are_named() -> None:
    points = simulated(800, groups=0.5).responses.points
    domains = ["a"] * 5 + ["b"] * 5 + ["c", ""]
    result = nps.domain_factors(study_from_scores(points, items={"domain": domains}))
    assert any("2 items are in no model" in note and "(c)" in note for note in result.notes)
    assert set(result.tables["domains"]["domain"]) == {"a", "b"}


def test_drawings_name_what_they_show() -> None:
    study = simulated(1500, groups=0.9)
    (loadings,) = one_factor_drawings(nps.one_factor(study))
    (pairs,) = domain_factors_drawings(nps.domain_factors(study))
    assert loadings.title == "No item is surely below .30; 12 of the 12 items surely load above it"
    assert pairs.title.startswith("Of 3 pairs of domains, 3 are surely distinct")
    for drawing in (loadings, pairs):
        assert drawing.draw().axes
        assert len(drawing.alt) > 60


def test_threads_do_not_change_the_answer() -> None:
    study = simulated(700, groups=0.5)
    again = simulated(700, groups=0.5)
    one, two = nps.one_factor(study, threads=1), nps.one_factor(again, threads=2)
    for name, table in one.tables.items():
        pd.testing.assert_frame_equal(table, two.tables[name], check_exact=True)
