"""Model fit and model comparison as users see them: tables, verdicts and recommendations."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import naas_psych as nps
from naas_psych.errors import AnalysisImpossible
from naas_psych.finding import Finding
from naas_psych.irt.conditional.estimate import conditional_rasch
from naas_psych.result import Result
from naas_psych.study.responses import NOT_ADMINISTERED
from naas_psych.study.study import Study
from tests.irt.golden import golden, numbers, scores
from tests.irt.test_limited_information import made
from tests.make import study_from_scores


def real(shared: Path, data: str) -> Study:
    x = scores(shared, data)
    return study_from_scores(x - x.min())


def by_model(result: Result) -> Any:
    return result.tables["models"].set_index("model")


def only(result: Result, code: str) -> Finding:
    (one,) = [finding for finding in result.findings if finding.code == code]
    return one


def test_columns_of_the_contract(shared: Path) -> None:
    expected = golden(shared, "sat12_scored", "irt_mirt_dich")["2pl.M2"]
    table = nps.model_fit(real(shared, "sat12_scored"), model="2pl").tables["fit"]
    (row,) = table.to_dict("records")
    assert row["statistic"] == "M2"
    assert (row["df"], row["n"], row["booklets"]) == (464, 600, 1)
    # by the default tolerance; by a closer one see the tests of the number wing
    assert row["m2"] == pytest.approx(expected["M2"][0], abs=1e-2)
    for ours, theirs in (("rmsea", "RMSEA"), ("srmsr", "SRMSR"), ("tli", "TLI"), ("cfi", "CFI")):
        assert row[ours] == pytest.approx(expected[theirs][0], abs=1e-5)


def test_ratings_get_c2_and_m2_star(shared: Path) -> None:
    expected = golden(shared, "science", "irt_mirt_poly")["grm.C2"]
    result = nps.model_fit(real(shared, "science"), model="grm")
    first, second = result.tables["fit"].to_dict("records")
    assert (first["statistic"], second["statistic"]) == ("C2", "M2*")
    assert first["m2"] == pytest.approx(expected["M2"][0], abs=1e-2)
    assert second["m2_reason"] == second["tli_reason"] == "no_degrees_of_freedom"
    assert "M2* needs more moments than parameters; C2 has them." in result.notes
    said = only(result, "model_fit_verdict")
    assert said.severity == "warning"
    assert "above .030 (0.089 / 3): the fit of the model is poor" in said.sentence


@pytest.mark.parametrize(
    ("limits", "verdict", "severity"),
    [
        ({}, "close", "info"),
        ({"irt_rmsea_close": 0.01}, "adequate", "info"),
        ({"irt_rmsea_close": 0.01, "irt_rmsea_adequate": 0.02}, "poor", "warning"),
    ],
)
def test_verdict_by_the_study_s_own_limits(
    shared: Path, limits: dict[str, float], verdict: str, severity: str
) -> None:
    x = scores(shared, "sat12_scored")
    result = nps.model_fit(study_from_scores(x, thresholds=limits), model="2pl")
    said = only(result, "model_fit_verdict")
    assert said.sentence.endswith(f"the fit of the model is {verdict}.")
    assert said.severity == severity
    assert not [f for f in result.findings if f.code == "correlations_missed"]


def test_missed_correlations(shared: Path) -> None:
    said = only(nps.model_fit(real(shared, "sat12_scored"), model="rasch"), "correlations_missed")
    assert said.sentence == (
        "Correlations of pairs of items are missed by .070 on average (SRMSR), above .050."
    )
    assert said.threshold == "irt_srmsr_max"


def test_as_many_parameters_as_moments() -> None:
    result = nps.model_fit(study_from_scores(made(400, (2, 2, 2))), model="2pl")
    said = only(result, "model_fit_verdict")
    assert said.value == "cannot_tell"
    assert "as many parameters as there are moments" in said.sentence
    assert result.tables["fit"]["srmsr"].notna().all()


def test_scattered_absence_is_impossible_with_a_remedy() -> None:
    x = made(400, (2,) * 6)
    x[np.arange(400), np.arange(400) % 6] = NOT_ADMINISTERED
    study = study_from_scores(x)
    with pytest.raises(AnalysisImpossible, match="persons are in the largest booklet"):
        nps.model_fit(study, model="rasch")
    table = by_model(nps.model_comparison(study))
    assert set(table["rmsea_reason"]) == {"incomplete_data"}
    assert table["bic"].notna().all()


def test_those_left_out_are_counted() -> None:
    x = made(1000, (2,) * 6)
    x[:40, 2] = NOT_ADMINISTERED
    result = nps.model_fit(study_from_scores(x), model="rasch")
    row = result.tables["fit"].iloc[0]
    assert (row["n"], row["n_left_out"]) == (960, 40)
    assert any(note.startswith("40 persons") for note in result.notes)


def test_right_wrong_items(shared: Path) -> None:
    result = nps.model_comparison(real(shared, "sat12_scored"))
    table = by_model(result)
    assert list(table.index) == ["rasch", "2pl", "3pl"]
    expected = golden(shared, "sat12_scored", "irt_mirt_dich")
    for model in ("rasch", "2pl"):
        fit = expected[f"{model}.fit"]
        for ours, theirs in (("aic", "AIC"), ("bic", "BIC"), ("sabic", "SABIC")):
            assert table.loc[model, ours] == pytest.approx(fit[theirs], abs=1e-3)
    assert list(table["bearable"]) == [True, True, False]
    assert list(table["recommended"]) == [False, True, False]
    assert list(table["penalised"]) == [False, False, True]
    assert table.loc["3pl", "reason"] == "too_few_persons"
    assert pd.isna(table.loc["rasch", "reason"])
    tests = result.tables["tests"]
    assert list(zip(tests["restricted"], tests["general"], strict=True)) == [
        ("rasch", "2pl"),
        ("2pl", "3pl"),
    ]
    assert list(tests["boundary"]) == [0, 32]
    said = only(result, "model_recommended")
    assert said.value == "2pl"
    assert said.sentence == (
        "Use the 2PL: of the models that these data bear it has the lowest BIC (likelihood ratio "
        "against the Rasch model p below .001, of the more general 3PL p below .001). The 3PL "
        "needs 1,000 persons and there are 600."
    )


def test_ratings(shared: Path) -> None:
    result = nps.model_comparison(real(shared, "verbal_poly"))
    table = by_model(result)
    assert list(table.index) == ["rsm", "pcm", "gpcm", "grm"]
    assert table.loc["gpcm", "reason"] == "too_few_persons"
    assert result.tables["tests"][["restricted", "general"]].to_numpy().tolist() == [
        ["rsm", "pcm"],
        ["pcm", "gpcm"],
    ]
    sentence = only(result, "model_recommended").sentence
    assert re.match("Use the rating scale model: of the models that these data bear", sentence)
    assert "None of those fits adequately" in sentence


def test_unequal_categories_have_no_common_steps() -> None:
    result = nps.model_comparison(study_from_scores(made(300, (2, 3, 4, 3, 2))))
    assert list(result.tables["models"]["model"]) == ["pcm", "gpcm", "grm"]


def test_rare_categories() -> None:
    """In one item they are noted; in most items they forbid a parameter for each."""
    x = made(800, (3,) * 6)
    rare = np.flatnonzero(x[:, 0] == 2)
    x[rare[3:], 0] = 1
    result = nps.model_comparison(study_from_scores(x))
    assert by_model(result)["bearable"].all()
    assert any("category of Q01: merge" in note for note in result.notes)
    for j in range(1, 4):
        x[np.flatnonzero(x[:, j] == 2)[3:], j] = 1
    table = by_model(nps.model_comparison(study_from_scores(x)))
    assert list(table["bearable"]) == [True, False, False, False]
    assert set(table["reason"].dropna()) == {"sparse_categories"}


def test_few_persons_bear_nothing() -> None:
    result = nps.model_comparison(study_from_scores(made(60, (2,) * 8)))
    assert not result.tables["models"]["bearable"].any()
    assert not result.tables["models"]["recommended"].any()
    said = only(result, "no_model_bearable")
    assert said.sentence.startswith("60 persons bear none of these models: the Rasch model needs")
    own = study_from_scores(made(60, (2,) * 8), thresholds={"irt_persons_rasch": 50})
    assert only(nps.model_comparison(own), "model_recommended").value == "rasch"


def test_a_model_that_cannot_be_fitted_stays_in_the_table() -> None:
    table = by_model(nps.model_comparison(study_from_scores(made(400, (2, 2)))))
    assert table.loc["3pl", "reason"] == "not_fitted"
    assert table.loc["3pl", "bic_reason"] == "not_fitted"
    assert pd.isna(table.loc["3pl", "bic"])


def test_the_true_model_is_found() -> None:
    """Equal slopes: Rasch; very different ones: 2PL."""
    equal = nps.model_comparison(study_from_scores(made(1500, (2,) * 12, equal=True)))
    assert only(equal, "model_recommended").value == "rasch"
    unequal = nps.model_comparison(study_from_scores(made(1500, (2,) * 12)))
    assert only(unequal, "model_recommended").value == "2pl"


def test_a_conditional_location_with_one_step_is_that_step() -> None:
    """The error of a mean over steps: of one step its own; of several near that of resampling."""
    generator = np.random.Generator(np.random.PCG64(1))
    trait = generator.normal(size=(400, 1)) - np.linspace(-0.5, 0.5, 5)
    scores = np.clip(np.round(1 + trait + generator.normal(size=(400, 5))), 0, 2).astype(int)
    scores[:, 0] = scores[:, 0] > 0
    table = nps.conditional_rasch(study_from_scores(scores)).tables["parameters"]
    assert table["b_se"].iloc[0] == pytest.approx(table["b1_se"].iloc[0], rel=1e-9)
    spread = [
        np.nanmean(
            conditional_rasch(scores[generator.integers(0, 400, 400)], model="pcm").b, axis=1
        )
        for _ in range(60)
    ]
    np.testing.assert_allclose(table["b_se"], np.std(spread, axis=0, ddof=1), rtol=0.35)


def test_nominal_categories_have_the_errors_of_mirt(shared: Path) -> None:
    """2 %: mirt stops a little short of the maximum, where its errors are not quite ours."""
    study = real(shared, "verbal_poly")
    table = nps.calibration(study, model="nominal").tables["categories"]
    found = golden(shared, "verbal_poly", "irt_mirt_poly")["nominal.coef_irt_se_oakes"]
    theirs = numbers(found)[: 24 * 6, 1].reshape(24, 6)
    ours = [table[name].to_numpy().reshape(24, 3) for name in ("slope_se", "intercept_se")]
    np.testing.assert_allclose(np.hstack(ours), theirs, rtol=0.02)
