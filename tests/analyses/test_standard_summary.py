"""Methods side by side: each as its own analysis says, compared in SEM, and what was decided."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import naas_psych as nps
from naas_psych.errors import AnalysisImpossible
from naas_psych.study.policy import Adjustment, Standard
from naas_psych.study.spec import Cut
from naas_psych.study.study import Study
from tests.make import study_from_scores

ITEMS, JUDGES = 20, 6


def study_of(*, shift: float = 0.0, adjustment: dict[str, Any] | None = None) -> Study:
    """Judges who put the cut near 60 per cent; Hofstee's box `shift` points higher."""
    stream = np.random.default_rng(11)
    theta, b = stream.normal(size=400), np.linspace(-2.5, 1.0, ITEMS)
    right = stream.random((400, ITEMS)) < 1 / (1 + np.exp(-(theta[:, None] - b)))
    made = study_from_scores(right.astype(int))
    judged = 1 / (1 + np.exp(b - 0.3)) - 0.08
    angoff = pd.DataFrame(
        [
            {"judge_id": f"J{k}", "item_id": item, "probability": judged[j] + 0.01 * (k - 2.5)}
            for k in range(JUDGES)
            for j, item in enumerate(made.responses.item_ids)
        ]
    )
    box = pd.DataFrame(
        [
            {
                "judge_id": f"J{k}",
                "min_cut": 50.0 + shift + k,
                "max_cut": 65.0 + shift + k,
                "min_fail": 5.0,
                "max_fail": 60.0,
            }
            for k in range(JUDGES)
        ]
    )
    standard = Standard(
        adjustment={"met": Adjustment(**adjustment)} if adjustment is not None else {}
    )
    cuts = {"met": Cut(value=62, unit="percent")}
    spec = made.spec.model_copy(update={"cuts": cuts, "standard": standard})
    return replace(made, spec=spec, tables={"angoff": angoff, "compromise": box})


def test_each_method_stands_as_its_own_analysis_has_it() -> None:
    study = study_of()
    methods = nps.standard_summary(study).tables["methods"].set_index("method")
    for name in ("angoff", "hofstee"):
        own = getattr(nps, name)(study).tables["cuts"].iloc[-1]
        for column in ("cut", "cut_low", "cut_high", "percent"):
            assert methods.loc[name, column] == own[column]
    totals = study.responses.points.sum(axis=1) / ITEMS * 100
    reach = (totals >= methods.loc["angoff", "percent"]).mean()
    assert methods.loc["angoff", "pass_rate"] == pytest.approx(reach)
    known = methods[methods["pass_rate"].notna()]
    assert (known["pass_rate_low"] < known["pass_rate"]).all()
    assert (known["pass_rate_high"] > known["pass_rate"]).all()


def test_limits_of_a_pass_rate_carry_the_error_of_the_cut() -> None:
    methods = nps.standard_summary(study_of()).tables["methods"].set_index("method")
    row, n = methods.loc["angoff"], 400
    half = 1.96 * np.sqrt(row["pass_rate"] * (1 - row["pass_rate"]) / n)
    assert row["pass_rate_high"] - row["pass_rate_low"] > 2 * half


def test_distance_is_told_in_errors_of_measurement() -> None:
    study = study_of()
    row = nps.standard_summary(study).tables["agreement"].iloc[0]
    sem = nps.measurement_error(study).tables["summary"]["sem"].iloc[0]
    assert row["sem_percent"] == pytest.approx(sem / ITEMS * 100)
    assert row["apart_percent"] == pytest.approx(row["highest_percent"] - row["lowest_percent"])
    assert row["apart_in_sem"] == pytest.approx(row["apart_percent"] / row["sem_percent"])


def test_methods_that_lie_apart_are_named_and_never_averaged() -> None:
    result = nps.standard_summary(study_of(shift=-25.0))
    assert result.tables["agreement"]["agreement_verdict"].tolist() == ["apart"]
    assert [f.code for f in result.findings if f.code.startswith("methods_")] == ["methods_apart"]
    assert set(result.tables["methods"]["method"]) >= {"angoff", "hofstee"}


def test_the_adjustment_is_a_line_of_its_own_with_a_sign() -> None:
    how = {"sem": 1.0, "shift": -3.0, "by": "the board", "date": "2020-01-01", "reason": "resits"}
    result = nps.standard_summary(study_of(adjustment=how))
    steps = result.tables["decisions"].set_index("decision_step")
    start, sem = steps.loc["recommended (Angoff)", "percent"], steps.loc["+1 SEM"]
    error = result.tables["agreement"]["sem_percent"].iloc[0]
    assert sem["percent"] == pytest.approx(start + error)
    assert (sem["guards"], steps.loc["policy", "guards"]) == ("the public", "the candidate")
    assert steps.loc["final", "percent"] == pytest.approx(start + error - 3)
    assert steps.loc["final", "percent_change"] == pytest.approx(error - 3)
    assert steps.loc["in use", "percent"] == 62
    assert steps.loc["final", "decided_by"] == "the board"


def test_a_cut_in_use_outside_what_judges_accept_is_named() -> None:
    inside = nps.standard_summary(study_of())
    outside = nps.standard_summary(study_of(shift=25.0))
    assert "cut_outside_box" not in {f.code for f in inside.findings}
    assert "cut_outside_box" in {f.code for f in outside.findings}


def test_without_judgements_it_says_what_is_needed() -> None:
    bare = replace(study_of(), tables={})
    with pytest.raises(AnalysisImpossible, match="Needed: a table angoff"):
        nps.standard_summary(bare)


def test_a_method_without_a_cut_keeps_its_row_with_a_reason() -> None:
    study = study_of()
    alone = study.tables["angoff"].assign(probability=np.nan)
    made = replace(study, tables={"angoff": alone, "compromise": study.tables["compromise"]})
    methods = nps.standard_summary(made).tables["methods"]
    assert set(methods["method"]) >= {"hofstee"}
    assert methods["pass_rate"].notna().any()


def test_a_cut_without_an_error_has_a_rate_and_no_limits_of_it() -> None:
    study = study_of()
    alone = study.tables["angoff"]
    alone = alone[alone["judge_id"] == "J0"].reset_index(drop=True)
    made = replace(study, tables={"angoff": alone})
    row = nps.standard_summary(made).tables["methods"].set_index("method").loc["angoff"]
    assert np.isfinite(row["pass_rate"])
    assert np.isnan(row["pass_rate_low"])
    assert row["pass_rate_low_reason"] == "one_judge"


def test_rates_of_a_certain_cut_are_those_of_the_sweep() -> None:
    from naas_psych.numerics.rate_at_cut import UncertainCut, rate_at_cut

    study = study_of()
    totals = study.responses.points.sum(axis=1).astype(float)
    clusters = np.arange(totals.size)
    table = nps.cut_sweep(study).tables["cuts"]
    row = table[(table["unit"] == "raw") & (table["cut"] == 12)].iloc[0]
    rate = rate_at_cut(totals, clusters, UncertainCut(12.0), level=0.95, seed=1)
    assert rate.value == pytest.approx(row["pass_rate"])
    assert rate.low == pytest.approx(row["pass_rate_sampling_low"], abs=1e-6)
    assert rate.high == pytest.approx(row["pass_rate_sampling_high"], abs=1e-6)
