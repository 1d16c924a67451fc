"""Person scores and information on whole studies: tables, forms, cuts, reasons, pictures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import naas_psych as nps
from naas_psych.analyses.irt.information import drawings as information_drawings
from naas_psych.analyses.irt.information import information
from naas_psych.analyses.irt.person_scores import drawings as person_drawings
from naas_psych.analyses.irt.person_scores import person_scores
from naas_psych.glossary import term
from naas_psych.result import Result
from naas_psych.study.spec import Cut, StudySpec, Tables
from naas_psych.study.study import Study
from tests.irt.golden import golden, numbers
from tests.irt.sheet import data_b, data_c
from tests.make import study_from_scores


def with_cuts(study: Study, **cuts: Cut) -> Study:
    return replace(study, spec=StudySpec(tables=Tables(responses="none.csv"), cuts=cuts))


def codes(result: Result) -> list[str]:
    return [finding.code for finding in result.findings]


def row(result: Result, table: str, **where: Any) -> dict[str, Any]:
    found = result.tables[table]
    for name, value in where.items():
        found = found[found[name] == value]
    assert len(found) == 1
    return dict(found.iloc[0])


def two_forms(n: int = 300) -> np.ndarray:
    """Twelve items; half of the persons got the first eight, the others the last eight."""
    rng = np.random.default_rng(4)
    b = np.tile([-1.2, -0.4, 0.3, 1.1], 3)
    scores = (rng.random((n, 12)) < 1 / (1 + np.exp(-(rng.normal(size=(n, 1)) - b)))).astype(int)
    scores[: n // 2, 8:] = -3
    scores[n // 2 :, :4] = -3
    return scores


def test_scores_of_a_study_are_those_of_mirt(shared: Path) -> None:
    study = nps.read_study(shared / "data" / "sat12")
    found = person_scores(study, model="2pl")
    answers = golden(shared, "sat12_scored", "irt_mirt_dich")
    persons = found.tables["persons"].iloc[:50]
    for method, name in (("eap", "EAP"), ("map", "MAP"), ("ml", "ML"), ("wle", "WLE")):
        known = numbers(answers[f"2pl.scores_{name}"])[:, 0]
        np.testing.assert_allclose(persons[method].to_numpy(dtype=float), known, atol=1e-4)
    table = found.tables["sum_scores"]
    known = answers["2pl.EAPsum_table"]
    np.testing.assert_allclose(table["eap"], known["F1"], atol=1e-4)
    assert table["n"].tolist() == known["observed"]
    np.testing.assert_allclose(table["persons_expected"], known["expected"], atol=1e-2)
    reliability = row(found, "summary", coefficient="eap_reliability")["estimate"]
    [rxx] = answers["2pl.empirical_rxx"].values()
    assert reliability == pytest.approx(rxx, abs=1e-4)
    marginal = row(found, "summary", coefficient="marginal_reliability")["estimate"]
    assert marginal == pytest.approx(answers["2pl.marginal_rxx"], abs=1e-4)
    assert codes(found) == ["theta_reliability", "scores_without_maximum"]


def test_every_column_and_coefficient_is_a_word_of_the_glossary() -> None:
    study = with_cuts(study_from_scores(data_b()), met=Cut(value=3, unit="raw"))
    for result in (person_scores(study), information(study)):
        for table in result.tables.values():
            for column in table:
                assert term(str(column)).label
    for name in person_scores(study).tables["summary"]["coefficient"]:
        assert term(str(name)).meaning


def test_extreme_and_empty_persons_have_reasons() -> None:
    scores = data_b()
    scores[0] = -1
    found = person_scores(study_from_scores(scores, omitted="left_out"))
    persons = found.tables["persons"]
    assert persons.loc[0, "answered"] == 0
    for column in ("score", "eap", "map", "ml", "wle", "percentile"):
        assert persons.loc[0, f"{column}_reason"] == "no_responses"
    top = persons[persons["score"] == 5]
    assert set(top["ml_reason"]) == {"no_maximum"} == set(top["ml_se_reason"])
    assert np.isfinite(top["wle"].astype(float)).all()
    known = persons["percentile"].dropna().astype(float)
    assert known.mean() == pytest.approx(50)


def test_totals_are_in_recorded_score_units() -> None:
    """Half points, and a lowest score of 0.5 an item."""
    study = study_from_scores(data_c() + 1, min_points=1, max_points=3, unit=0.5)
    table = person_scores(study, model="gpcm").tables["sum_scores"]
    assert table["score"].tolist() == [2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0, 5.5, 6.0]
    persons = person_scores(study, model="gpcm").tables["persons"]
    np.testing.assert_allclose(persons["score"], (data_c() + 1).sum(axis=1) / 2)
    test = information(study, model="gpcm").tables["test"]
    assert test["expected_total"].between(2.0, 6.0).all()
    whole = information(study_from_scores(data_c()), model="gpcm").tables["test"]
    np.testing.assert_allclose(test["total_error"], whole["total_error"] / 2, rtol=1e-6)


def test_each_form_has_a_table_of_its_own() -> None:
    found = person_scores(study_from_scores(two_forms()))
    table = found.tables["sum_scores"]
    assert table.groupby("form")["score"].max().tolist() == [8.0, 8.0]
    assert table.groupby("form")["n"].sum().tolist() == [150, 150]
    assert table.groupby("form")["persons_expected"].sum().tolist() == pytest.approx([150, 150])
    test = information(study_from_scores(two_forms())).tables["test"]
    assert test["form"].unique().tolist() == table["form"].unique().tolist()
    names = [drawing.name for drawing in person_drawings(found)]
    assert len(names) == len(set(names)) == 4


def test_cuts_come_to_theta_by_the_expected_total() -> None:
    """One cut in three units stands at one place; the expected total there is the cut."""
    study = study_from_scores(data_c() + 1, min_points=1, max_points=3)
    raw = row(information(with_cuts(study, met=Cut(value=9, unit="raw"))), "cuts", cut="met")
    assert raw["expected_total"] == pytest.approx(9)
    assert raw["theta_se"] == pytest.approx(raw["information"] ** -0.5)
    # 4 to 12 points can be earned: 9 are 62.5 % of the way.
    same = with_cuts(
        study, share=Cut(value=62.5, unit="percent"), place=Cut(value=raw["theta"], unit="theta")
    )
    found = information(same)
    for name in ("share", "place"):
        assert row(found, "cuts", cut=name)["theta"] == pytest.approx(raw["theta"])
    assert codes(found).count("precision_at_cut") == 2
    assert any("expected total" in note for note in found.notes)


def test_items_without_variance_count_towards_a_cut_on_the_total() -> None:
    scores = np.column_stack([data_b(), np.ones(700, int)])
    five = with_cuts(study_from_scores(data_b()), met=Cut(value=3, unit="raw"))
    six = with_cuts(study_from_scores(scores, max_points=1), met=Cut(value=4, unit="raw"))
    a, b = (row(information(study), "cuts", cut="met") for study in (five, six))
    assert a["theta"] == pytest.approx(b["theta"])
    assert b["expected_total"] == pytest.approx(4)
    items = information(six).tables["items"]
    assert items["peak_theta_reason"].iloc[5] == "no_variance"
    assert items["information_share"].sum() == pytest.approx(1)
    assert person_scores(six).tables["sum_scores"]["score"].tolist() == [1, 2, 3, 4, 5, 6]


def test_a_cut_that_nobody_is_expected_to_reach_has_a_reason() -> None:
    study = with_cuts(study_from_scores(data_b()), all=Cut(value=5, unit="raw"))
    found = information(study)
    cut = row(found, "cuts", cut="all")
    assert cut["theta"] is None or np.isnan(cut["theta"])
    assert cut["theta_reason"] == cut["information_reason"] == "no_such_theta"
    assert "precision_at_cut" not in codes(found)


def test_a_cut_off_target_is_a_finding() -> None:
    study = with_cuts(study_from_scores(data_b()), far=Cut(value=3.5, unit="theta"))
    assert codes(information(study)) == ["precision_at_cut", "cut_off_target"]
    near = with_cuts(study_from_scores(data_b()), near=Cut(value=0.0, unit="theta"))
    assert codes(information(near)) == ["precision_at_cut"]


def test_order_and_threads_change_nothing() -> None:
    scores = data_b()[::3]
    rng = np.random.default_rng(2)
    turn, people = rng.permutation(5), rng.permutation(scores.shape[0])
    ids = [f"Q{k}" for k in range(5)]
    first = person_scores(study_from_scores(scores, item_ids=ids), model="2pl")
    other = study_from_scores(scores[people][:, turn], item_ids=[ids[k] for k in turn])
    second = person_scores(other, model="2pl", threads=2)
    for column in ("eap", "wle", "percentile"):
        a = first.tables["persons"][column].to_numpy(dtype=float)[people]
        np.testing.assert_allclose(a, second.tables["persons"][column], atol=1e-5)


def test_pictures_say_what_they_show() -> None:
    study = with_cuts(study_from_scores(data_b()), met=Cut(value=3, unit="raw"))
    drawn = [*information_drawings(information(study)), *person_drawings(person_scores(study))]
    assert [d.name for d in drawn] == [
        "test_information",
        "expected_total",
        "item_information",
        "sum_scores",
        "theta_by_score",
    ]
    assert "The cut met is at theta" in drawn[0].alt
    for drawing in drawn:
        assert drawing.draw().axes
        assert drawing.alt.endswith(".")
