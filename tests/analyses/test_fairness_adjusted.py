"""Gaps before and after adjusting, and crossed groups."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import naas_psych as nps
from naas_psych import register
from naas_psych.errors import AnalysisImpossible, UsageError
from naas_psych.study.spec import StudySpec
from naas_psych.study.study import Study
from tests.make import study_from_scores

PILOT = Path(__file__).parents[2] / "data/sample_responses/naas_pilot"
KEYS = ["group", "reference", "focal", "outcome", "outcome_kind"]


@cache
def pilot() -> Study:
    return nps.read_study(PILOT)


def made(
    n: int,
    *,
    ability: Any,
    persons: dict[str, Any],
    spec: dict[str, Any],
    seed: int = 3,
    items: int = 40,
) -> Study:
    """A study of right and wrong items; persons are columns of texts."""
    r = np.random.Generator(np.random.PCG64(seed))
    chance = 1 / (1 + np.exp(-(np.asarray(ability)[:, None] - np.linspace(-1, 1, items))))
    study = study_from_scores((r.random((n, items)) < chance).astype(np.int8))
    table = pd.DataFrame({"person_id": study.responses.person_ids})
    for name, values in persons.items():
        table[name] = np.array([None if v is None else str(v) for v in values], dtype=object)
    cuts = {
        "met": {"value": 60, "unit": "percent"},
        "partially_met": {"value": 45, "unit": "percent"},
    }
    model = StudySpec.model_validate({"tables": {"responses": "r.csv"}, "cuts": cuts, **spec})
    return replace(study, persons=table, spec=model)


@cache
def mediated() -> Study:
    """1200 persons at 12 sites: the focal group has fewer years, and years alone make the score."""
    r = np.random.Generator(np.random.PCG64(1))
    focal = r.random(1200) < 0.35
    years = np.round(np.clip(r.normal(6 - 3 * focal, 2), 0, None), 1)
    site = r.integers(0, 12, 1200)
    return made(
        1200,
        ability=0.25 * (years - 5) + 0.3 + 0.1 * (site - 6) / 6,
        persons={
            "team": np.where(focal, "new", "old"),
            "years": years,
            "site": site,
            "post": np.where(r.random(1200) < 0.5, "a", "b"),
        },
        spec={
            "groups": {"team": "old"},
            "fairness": {"adjust_for": ["years", "post"], "site": "site"},
        },
    )


def gaps(study: Study, **options: Any) -> pd.DataFrame:
    return nps.adjusted_gaps(study, **options).tables["gaps"].set_index(KEYS[2:])


def test_a_gap_that_a_covariate_makes_goes_when_it_is_held_equal() -> None:
    found = gaps(mediated())
    for key in (("new", "score", "score"), ("new", "met", "cut"), ("new", "met", "ordered")):
        row = found.loc[key]
        assert row["unadjusted_high"] < 0
        assert row["adjusted_low"] < 0 < row["adjusted_high"]
        assert row["explained_high"] < 0
        assert row["explained"] == pytest.approx(row["unadjusted"] - row["adjusted"])
    finding = nps.adjusted_gaps(mediated()).findings[0]
    assert finding.code == "adjusted_gap"
    assert "a covariate may be the way in which it arises" in finding.meaning
    assert "can hide an effect" in finding.sentence
    assert "can hide an effect" in nps.adjusted_gaps(mediated()).notes[0]


def test_the_unadjusted_score_gap_is_the_difference_of_means_in_percent() -> None:
    study = mediated()
    percent = 100 * study.responses.points.mean(axis=1)
    new = (study.persons["team"] == "new").to_numpy()
    row = gaps(study).loc[("new", "score", "score")]
    assert row["unadjusted"] == pytest.approx(percent[new].mean() - percent[~new].mean())
    met = percent >= 60
    row = gaps(study).loc[("new", "met", "cut")]
    assert row["unadjusted"] == pytest.approx(100 * (met[new].mean() - met[~new].mean()))


def test_random_sites_and_errors_by_site_agree_about_the_gap() -> None:
    errors, random = gaps(mediated()), gaps(mediated(), sites="random")
    assert random.loc[("new", "score", "score"), "estimator"] == "linear, random sites"
    width = errors["adjusted_high"] - errors["adjusted_low"]
    assert ((errors["adjusted"] - random["adjusted"]).abs() < width / 4).all()


def test_persons_without_a_covariate_are_in_neither_column_and_counted() -> None:
    study = mediated()
    persons = study.persons.copy()
    persons.loc[:99, "years"] = None
    persons.loc[100:149, "post"] = "not_stated"
    lacking = replace(study, persons=persons)
    row = gaps(lacking).loc[("new", "met", "cut")]
    assert row["n_incomplete"] == 150
    assert row["n_reference"] + row["n_focal"] == 1050
    kept = (persons["years"].notna() & (persons["post"] != "not_stated")).to_numpy()
    percent = 100 * study.responses.points.mean(axis=1)
    new = (persons["team"] == "new").to_numpy()
    met = percent >= 60
    expected = 100 * (met[kept & new].mean() - met[kept & ~new].mean())
    assert row["unadjusted"] == pytest.approx(expected)


def test_a_covariate_that_is_the_group_is_left_out_and_said() -> None:
    result = nps.adjusted_gaps(mediated(), group=["post=a"])
    assert set(result.tables["gaps"]["covariates"]) == {"years"}
    assert any("Left out where it is the group itself: post" in note for note in result.notes)
    alone = nps.adjusted_gaps(mediated(), group=["post=a"], adjust_for=["post"]).tables["gaps"]
    assert set(alone["adjusted_reason"]) == {"no_covariate_left"}
    assert alone["unadjusted"].notna().all()


def test_the_site_may_be_the_group() -> None:
    found = nps.adjusted_gaps(mediated(), group=["site=3"]).tables["gaps"]
    assert found["adjusted"].notna().all()
    assert not found["estimator"].str.contains("by site").any()


def test_separated_outcomes_get_firths_regression_by_name() -> None:
    study = mediated()
    points = study.responses.points.copy()
    new = (study.persons["team"] == "new").to_numpy()
    points[new] = 1
    study = replace(study, responses=replace(study.responses, points=points))
    row = gaps(study).loc[("new", "met", "cut")]
    assert row["estimator"] == "Firth logistic"
    assert 0 < row["adjusted_low"] < row["adjusted"] < 100
    assert row["explained_low_reason"] == "separation"
    # Everybody of a group is met: Newcombe's limits, not a spread of nothing.
    assert row["unadjusted_low"] < row["unadjusted"] < row["unadjusted_high"]


def test_few_persons_one_outcome_and_told_groups_are_refused_by_name() -> None:
    study = mediated()
    persons = study.persons.copy()
    persons["few"] = ["x"] * 29 + ["y"] * 1171
    persons["told"] = np.where(persons["post"] == "a", "p", "q")
    persons["one"] = "z"
    study = replace(study, persons=persons)
    rows = nps.adjusted_gaps(study, group=["few", "told"]).tables["gaps"]
    few = rows[rows["group"] == "few"]
    assert set(few["unadjusted_reason"]) == {"group_too_few"}
    assert set(few["adjusted_reason"]) == {"group_too_few"}
    assert set(rows.loc[rows["group"] == "told", "adjusted_reason"]) == {"group_in_covariates"}
    assert gaps(study, adjust_for=["one", "years"])["adjusted"].notna().all()
    everybody = gaps(study, cut=["0%"])
    row = everybody.loc[("new", "0%", "cut")]
    assert row["unadjusted"] == 0
    assert row["adjusted_reason"] == "no_variance"


def test_nothing_declared_and_unknown_columns_are_refused_in_words() -> None:
    study = mediated()
    bare = replace(study, spec=study.spec.model_copy(update={"fairness": nps_fairness()}))
    with pytest.raises(AnalysisImpossible, match=r"Needed: .*adjust_for"):
        nps.adjusted_gaps(bare)
    with pytest.raises(UsageError, match="Did you mean years"):
        nps.adjusted_gaps(study, adjust_for=["year"])
    with pytest.raises(UsageError, match="no column 'nothing'"):
        nps.adjusted_gaps(study, group=["nothing"])


def nps_fairness() -> Any:
    from naas_psych.study.spec import Fairness

    return Fairness()


def test_a_study_without_cuts_has_the_score_alone() -> None:
    study = mediated()
    without = replace(study, spec=study.spec.model_copy(update={"cuts": {}}))
    assert set(nps.adjusted_gaps(without).tables["gaps"]["outcome"]) == {"score"}


def test_employment_and_bands_of_years_are_groups_like_others() -> None:
    found = nps.adjusted_gaps(pilot(), group=["employment", "years"]).tables["gaps"]
    assert set(found["focal"]) == {"agency", "under 2", "5 to under 10", "10 and over"}
    assert found["adjusted"].notna().all()
    assert found.loc[found["group"] == "years", "covariates"].eq("setting, level").all()
    assert found.loc[found["group"] == "employment", "covariates"].eq("years, setting, level").all()


def test_order_of_persons_does_not_matter() -> None:
    study = mediated()
    mixed = np.random.Generator(np.random.PCG64(2)).permutation(1200)
    responses = study.responses
    other = replace(
        study,
        persons=study.persons.iloc[mixed].reset_index(drop=True),
        responses=replace(
            responses, points=responses.points[mixed], person_ids=responses.person_ids[mixed]
        ),
    )
    first, second = gaps(study), gaps(other)
    for name in ("unadjusted", "adjusted", "adjusted_low", "explained_high"):
        assert first[name].to_numpy() == pytest.approx(second[name].to_numpy(), rel=1e-7)


@cache
def crossed() -> Study:
    """2400 persons: one cell of twelve is 1 lower than its groups add up to."""
    r = np.random.Generator(np.random.PCG64(5))
    a, b = r.integers(0, 4, 2400), r.integers(0, 6, 2400)
    return made(
        2400,
        ability=0.5 + 0.2 * (a == 1) - 0.2 * (b == 2) - 1.0 * ((a == 3) & (b == 3)),
        persons={"a": [f"a{k}" for k in a], "b": [f"b{k}" for k in b]},
        spec={"groups": {"a": "a0", "b": "b0"}},
    )


def test_a_cell_that_its_groups_do_not_add_up_to_is_found() -> None:
    result = nps.intersections(crossed())
    subjects = {finding.subject for finding in result.findings}
    assert subjects == {"a=a3, b=b3"}
    assert {finding.code for finding in result.findings} == {"crossed_group_apart"}
    cells = result.tables["cells"].set_index(["outcome", "cell"])
    row = cells.loc[("score", "a=a3, b=b3")]
    assert row["cell_mean"] < row["cell_shrunken"] < row["cell_additive"]
    assert (row["level_1"], row["level_2"]) == ("a3", "b3")
    assert result.tables["cells"]["n"].sum() == 3 * 2400


def test_cells_that_add_up_give_one_sentence() -> None:
    study = crossed()
    r = np.random.Generator(np.random.PCG64(8))
    persons = study.persons.copy()
    persons["a"] = r.permutation(persons["a"].to_numpy())
    persons["b"] = r.permutation(persons["b"].to_numpy())
    result = nps.intersections(replace(study, persons=persons))
    assert [finding.code for finding in result.findings] == ["crossed_groups_add_up"]


def test_limits_hold_the_value_where_cells_add_up() -> None:
    """On the pilot the likeliest deviation is 0, which no ratio that is averaged over has."""
    summary = nps.intersections(pilot()).tables["summary"]
    for name in ("beyond_sd", "cell_vpc", "remaining"):
        known = summary[summary[name].notna()]
        assert (known[f"{name}_low"] <= known[name]).all()
        assert (known[name] <= known[f"{name}_high"]).all()


def test_small_cells_are_marked_and_drawn_in() -> None:
    cells = nps.intersections(pilot()).tables["cells"]
    assert (cells["below_floor"] == (cells["n"] < 30)).all()
    tiny = cells[(cells["n"] < 10) & (cells["outcome"] == "met")]
    assert (tiny["cell_shrunken"] < 100).all()
    known = cells[["cell_shrunken_low", "cell_shrunken", "cell_shrunken_high"]]
    assert known.diff(axis=1).iloc[:, 1:].ge(-1e-9).all().all()
    assert known.min().min() >= 0
    assert known.max().max() <= 100


def test_what_is_crossed_can_be_said_in_three_ways() -> None:
    def crossed_columns(**options: Any) -> str:
        return str(nps.intersections(pilot(), **options).tables["summary"]["crossed"].iloc[0])

    assert crossed_columns() == "sex x ethnicity"
    assert crossed_columns(group=["setting", "years"]) == "setting x years"
    assert crossed_columns(group=["setting"]) == "sex x ethnicity"
    assert crossed_columns(cross=["sex", "setting", "level"]) == "sex x setting x level"


def test_what_cannot_be_crossed_is_refused_in_words() -> None:
    study = crossed()
    persons = study.persons.copy()
    persons["same"] = persons["a"]
    persons["one"] = "z"
    study = replace(study, persons=persons)
    with pytest.raises(AnalysisImpossible, match="as many as the groups' own effects"):
        nps.intersections(study, cross=["a", "same"])
    with pytest.raises(AnalysisImpossible, match="one level of one"):
        nps.intersections(study, cross=["a", "one"])
    with pytest.raises(AnalysisImpossible, match="not two group columns"):
        nps.intersections(study, cross=["a"])
    with pytest.raises(UsageError, match="4 columns at most"):
        nps.intersections(study, cross=["a", "b", "c", "d", "e"])


def test_everybody_on_one_side_of_a_cut_is_said_not_modelled() -> None:
    cells = nps.intersections(crossed(), cut=["0%"]).tables["cells"]
    rows = cells[cells["outcome"] == "0%"]
    assert set(rows["cell_shrunken_reason"]) == {"no_variance"}
    assert (rows["cell_mean"] == 100).all()


@pytest.mark.parametrize("name", ["adjusted_gaps", "intersections"])
def test_findings_and_drawings_stand_nulls_anywhere(name: str) -> None:
    """The gate of disclosure takes numbers out and asks for them again."""
    module = __import__(f"naas_psych.analyses.fairness.{name}", fromlist=[name])
    result = register.load(name).run(pilot())
    for empty in (slice(1, None, 2), slice(None)):
        tables = {}
        for key, table in result.tables.items():
            gated = table.copy()
            for column in gated.columns:
                if pd.api.types.is_numeric_dtype(gated[column]) and column != "below_floor":
                    gated[column] = gated[column].astype(float)
                    gated.loc[gated.index[empty], column] = np.nan
            tables[key] = gated
        taken = replace(result, tables=tables)
        list(module.findings(taken, pilot().thresholds))
        for drawing in module.drawings(taken):
            drawing.draw()
