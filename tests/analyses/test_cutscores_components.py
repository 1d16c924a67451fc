"""Decisions over components: on the pilot, by hand, and where something is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import naas_psych as nps
from naas_psych.analyses.cutscores.composite import drawings as weight_drawings
from naas_psych.analyses.cutscores.composite import findings as weight_findings
from naas_psych.analyses.cutscores.decision_rule import drawings, findings
from naas_psych.errors import AnalysisImpossible
from naas_psych.glossary import term
from naas_psych.study.policy import Component, Decision
from naas_psych.study.study import Study
from tests.make import study_from_scores

N = 600


def scores(r: float = 0.45) -> pd.DataFrame:
    generator = np.random.Generator(np.random.PCG64(17))
    root = np.linalg.cholesky([[1, r], [r, 1]])
    z = generator.normal(size=(N, 2)) @ root.T
    return pd.DataFrame(
        {
            "person_id": [f"P{k + 1}" for k in range(N)],
            "test": 70 + 10 * z[:, 0],
            "practice": 4 + 0.8 * z[:, 1],
        }
    )


def decided_study(
    table: pd.DataFrame | None = None,
    *,
    reliability: tuple[float | None, float | None] = (0.85, 0.7),
    **rule: Any,
) -> Study:
    """Two components of 600 persons; about 11 and 20 of 100 are below the top cuts."""
    points = np.random.Generator(np.random.PCG64(3)).integers(0, 2, size=(N, 4))
    study = study_from_scores(points, max_points=1)
    cuts: list[Mapping[str, float]] = [
        {"partially_met": 50.0, "met": 57.7},
        {"partially_met": 2.5, "met": 3.33},
    ]
    parts = {
        name: Component(column=name, reliability=rho, cuts=dict(own))
        for name, rho, own in zip(("test", "practice"), reliability, cuts, strict=True)
    }
    spec = study.spec.model_copy(update={"decision": Decision(components=parts, **rule)})
    return replace(study, spec=spec, tables={"components": scores() if table is None else table})


def share_met(study: Study) -> dict[str, float]:
    table = nps.decision_rule(study, draws=0).tables["outcomes"]
    return dict(table[table["outcome"] == "met"].set_index("rule")["share"])


def test_the_rule_matters_more_than_the_people() -> None:
    result = nps.decision_rule(decided_study(), draws=50)
    top = result.tables["outcomes"].query("outcome == 'met'").set_index("rule")
    assert 1 - top.loc["conjunctive", "share"] == pytest.approx(0.26, abs=0.03)
    assert 1 - top.loc["complementary", "share"] < 0.09
    assert (top["share_low"] < top["share"]).all()
    codes = {one.code: one.sentence for one in result.findings}
    assert "hangs on the rule" in codes["decision_rule_matters"]
    assert "because of practice alone" in codes["component_decides"]


def test_accuracy_of_the_worst_outcome_is_lower_and_its_errors_fall_on_one_side() -> None:
    rows = nps.decision_rule(decided_study(), draws=40).tables["accuracy"]
    met = rows[rows["cut_name"] == "met"].set_index("rule")
    assert met.loc["conjunctive", "accuracy"] < met.loc["compensatory", "accuracy"]
    assert met.loc["conjunctive", "false_fail"] > met.loc["conjunctive", "false_pass"]
    right = met["accuracy"] + met["false_pass"] + met["false_fail"]
    assert right.to_numpy() == pytest.approx(1.0)
    assert (rows["accuracy_low"] < rows["accuracy"]).all()
    assert (rows["accuracy"] < rows["accuracy_high"]).all()
    every = rows[rows["cut_name"] == "all"].set_index("rule")["accuracy"]
    assert (every < met["accuracy"].reindex(every.index)).all()


def test_matrices_are_shares_of_everybody() -> None:
    rows = nps.decision_rule(decided_study(), draws=0).tables["matrix"]
    total = rows.groupby(["rule", "kind"])["proportion"].sum()
    assert total.to_numpy() == pytest.approx(1.0)


def test_drivers_by_hand() -> None:
    table = scores().assign(test=80.0, practice=4.0)
    table.loc[:59, "test"] = 40.0
    table.loc[30:89, "practice"] = 3.0
    rows = nps.decision_rule(decided_study(table), draws=0).tables["drivers"]
    own = rows[rows["rule"] == "conjunctive"].set_index("component_name")
    assert own["n_below_top"].tolist() == [90, 90]
    assert own["held_alone"].tolist() == pytest.approx([1 / 3, 1 / 3])
    assert own["held_jointly"].tolist() == pytest.approx([1 / 3, 1 / 3])
    assert own["changed_without"].tolist() == pytest.approx([60 / N, 30 / N])


def test_a_table_of_rows_is_a_rule_of_its_own() -> None:
    outcomes = ["not_met", "partially_met", "met"]
    rows = [
        {"test": t, "practice": p, "outcome": outcomes[min(i, j)]}
        for i, t in enumerate(outcomes)
        for j, p in enumerate(outcomes)
    ]
    study = decided_study(rule="table", rows=rows)
    shares = share_met(study)
    assert next(iter(shares)) == "table"
    assert shares["table"] == shares["conjunctive"]
    used = nps.decision_rule(study, draws=0).tables["table_rows"]
    assert len(used) == 9
    assert used["n_persons"].sum() == N


def test_cuts_of_the_sum_and_floors_are_taken_as_given() -> None:
    table = scores()
    cuts = {"partially_met": 60.0, "met": 75.0}
    study = decided_study(table, rule="hybrid", cuts=cuts, floors={"practice": 3.0})
    total = table["test"] + table["practice"]
    shares = share_met(study)
    assert shares["compensatory"] == pytest.approx((total >= 75).mean())
    assert shares["hybrid"] == pytest.approx(((total >= 75) & (table["practice"] >= 3)).mean())


def test_without_a_reliability_outcomes_stay_and_accuracy_has_a_reason() -> None:
    result = nps.decision_rule(decided_study(reliability=(0.85, None)), draws=20)
    assert result.tables["outcomes"]["share"].notna().all()
    assert set(result.tables["accuracy"]["accuracy_reason"]) == {"no_reliability"}
    assert any("[decision.components.practice] reliability" in note for note in result.notes)
    made = nps.composite(decided_study(reliability=(0.85, None)))
    assert made.tables["composite"]["reliability_reason"].tolist() == ["no_reliability"]
    assert made.tables["weights"]["effective_weight"].notna().all()


def test_the_test_itself_brings_its_alpha() -> None:
    generator = np.random.Generator(np.random.PCG64(8))
    theta = generator.normal(size=(N, 1))
    points = (generator.random((N, 20)) < 1 / (1 + np.exp(-theta))).astype(int)
    table = scores().assign(test=points.mean(axis=1) * 100)
    study = decided_study(table, reliability=(None, 0.7))
    made = study_from_scores(points, max_points=1)
    study = replace(made, spec=study.spec, tables=study.tables)
    row = nps.composite(study).tables["weights"].iloc[0]
    alpha = nps.reliability(study, replicates=0).tables["coefficients"]
    expected = float(alpha[alpha["coefficient"] == "alpha"]["estimate"].iloc[0])
    assert row["reliability"] == pytest.approx(expected, abs=1e-6)
    assert row["given_by"] == "alpha of the test"


def test_correlations_above_one_are_said() -> None:
    study = decided_study(reliability=(0.3, 0.3))
    made = nps.composite(study)
    assert made.tables["correlations"]["r_disattenuated"].iloc[0] > 1
    assert "true_correlation_above_one" in {one.code for one in made.findings}
    result = nps.decision_rule(study, draws=0)
    assert any("correlate above 1" in note for note in result.notes)
    assert result.tables["accuracy"]["accuracy"].between(0, 1).all()


def test_zero_reliability_is_a_number_and_its_correlation_is_not() -> None:
    made = nps.composite(decided_study(reliability=(0.0, 0.7)))
    row = made.tables["correlations"].iloc[0]
    assert row["r_disattenuated_reason"] == "zero_reliability"
    result = nps.decision_rule(decided_study(reliability=(0.0, 0.7)), draws=0)
    assert result.tables["accuracy"]["accuracy"].notna().all()


def test_a_constant_component() -> None:
    study = decided_study(scores().assign(practice=4.0))
    made = nps.composite(study)
    assert made.tables["weights"]["reliability_reason"].tolist() == [None, "no_variance"]
    assert made.tables["correlations"]["r_reason"].tolist() == ["no_variance"]
    result = nps.decision_rule(study, draws=10)
    assert result.tables["outcomes"]["share"].notna().all()


def test_persons_without_a_component_are_left_out() -> None:
    table = scores()
    table.loc[:99, "practice"] = np.nan
    made = nps.composite(decided_study(table))
    assert made.tables["weights"]["n"].tolist() == [500, 500]
    assert made.tables["weights"]["n_with_score"].tolist() == [600, 500]
    with pytest.raises(AnalysisImpossible, match="three persons"):
        nps.composite(decided_study(table.assign(practice=np.nan)))


def test_without_components_it_is_impossible() -> None:
    study = decided_study()
    bare = replace(study, spec=study.spec.model_copy(update={"decision": Decision()}))
    for analysis in (nps.decision_rule, nps.composite):
        with pytest.raises(AnalysisImpossible, match="column of scores a component"):
            analysis(bare)


def test_the_pilot_gets_the_outcomes_that_its_candidates_were_told() -> None:
    study = nps.read_study("data/sample_responses/naas_pilot")
    told = study.tables["components"].dropna(subset=["overall_conjunctive"])
    shares = share_met(study)
    for rule in ("conjunctive", "compensatory"):
        assert shares[rule] == pytest.approx((told[f"overall_{rule}"] == "met").mean())


def test_every_column_has_a_term_and_nothing_is_infinite() -> None:
    study = decided_study()
    for result in (nps.decision_rule(study, draws=20), nps.composite(study)):
        for table in result.tables.values():
            assert not np.isinf(table.select_dtypes("number").to_numpy(dtype=float)).any()
            for column in table.columns:
                term(str(column))


def test_findings_and_drawings_stand_nulls() -> None:
    study = decided_study()
    result = nps.decision_rule(study, draws=10)
    bare = {
        k: v.assign(**dict.fromkeys(v.select_dtypes("float").columns))
        for k, v in result.tables.items()
    }
    assert list(findings(replace(result, tables=bare), study.thresholds)) == []
    assert list(drawings(replace(result, tables=bare))) == []
    for drawing in drawings(result):
        drawing.draw()
    made = nps.composite(study)
    bare = {
        k: v.assign(**dict.fromkeys(v.select_dtypes("float").columns))
        for k, v in made.tables.items()
    }
    assert list(weight_findings(replace(made, tables=bare), study.thresholds)) == []
    assert list(weight_drawings(replace(made, tables=bare))) == []
    for drawing in weight_drawings(made):
        drawing.draw()


def test_the_same_seed_gives_the_same_numbers() -> None:
    study = decided_study()
    first, second = (nps.decision_rule(study, draws=20).tables["accuracy"] for _ in range(2))
    pd.testing.assert_frame_equal(first, second)
