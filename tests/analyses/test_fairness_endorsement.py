"""Endorsements: worlds where everybody is rated high, where ratings tell much, and nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import naas_psych as nps
from naas_psych import register
from naas_psych.assurance.claims import answers
from naas_psych.errors import AnalysisImpossible, UsageError
from naas_psych.numerics.proportions import wilson
from naas_psych.result import Result
from naas_psych.study.spec import Cut, Fairness
from naas_psych.study.study import Study
from tests.analyses.fairness_world import study_of_groups

N = 600
Numbers = Any


def endorsed(rating: Numbers, *, seed: int = 3, team_gap: float = 0.0, **columns: Any) -> Study:
    """Ten items; `rating` gets the ability (N,) and the generator. The cut is at 5 of 10."""
    rng = np.random.Generator(np.random.PCG64(seed))
    ability = rng.normal(size=N)
    team = np.where(rng.random(N) < 0.4, "second", "first")
    chance = 1 / (1 + np.exp(-1.5 * (ability[:, None] - np.linspace(-1.5, 1.0, 10))))
    made = study_of_groups((rng.random(chance.shape) < chance).astype(np.int8), team)
    values = np.asarray(rating(ability, rng), dtype=float) + team_gap * (team == "second")
    table = pd.DataFrame(
        {
            "person_id": list(made.responses.person_ids),
            "put_forward": "yes",
            "site": [f"S{k % 6 + 1}" for k in range(N)],
            "rating": np.clip(np.round(values), 1, 7),
            **columns,
        }
    )
    spec = made.spec.model_copy(update={"cuts": {"met": Cut(value=5, unit="raw")}})
    return replace(made, spec=spec, tables={"endorsements": table})


def with_table(study: Study, **columns: Any) -> Study:
    table = study.tables["endorsements"].assign(**columns)
    return replace(study, tables={**study.tables, "endorsements": table})


def verdict(study: Study) -> str:
    return str(nps.endorsement(study).tables["overview"]["endorsement_verdict"].iloc[0])


def useful(ability: Numbers, rng: Numbers) -> Numbers:
    return 4 + 1.5 * ability + 0.3 * rng.normal(size=N)


def slight(ability: Numbers, rng: Numbers) -> Numbers:
    return 4 + 0.45 * ability + rng.normal(size=N)


def blind(_: Numbers, rng: Numbers) -> Numbers:
    return 4 + rng.normal(size=N)


def generous(_: Numbers, rng: Numbers) -> Numbers:
    return np.where(rng.random(N) < 0.04, 4, rng.integers(6, 8, N)) - (rng.random(N) < 0.02)


def test_the_verdicts() -> None:
    assert verdict(endorsed(useful, evidence_n=2.0)) == "informative"
    assert verdict(endorsed(slight, evidence_n=2.0)) == "weak"
    assert verdict(endorsed(blind)) == "formality"
    assert verdict(endorsed(generous)) == "formality"


def test_without_evidence_an_endorsement_is_not_informative() -> None:
    study = endorsed(useful)
    assert verdict(study) == "weak"
    few = np.where(np.arange(N) % 5, 1.0, 0.0)
    result = nps.endorsement(with_table(study, evidence_n=few))
    row = result.tables["overview"].iloc[0]
    assert row["evidence_missing_share"] == pytest.approx(0.2)
    assert row["endorsement_verdict"] == "weak"


def test_few_persons_cannot_tell() -> None:
    study = endorsed(slight)
    assert verdict(replace_rows(study, 30)) == "cannot_tell"


def replace_rows(study: Study, n: int) -> Study:
    table = study.tables["endorsements"].head(n)
    return replace(study, tables={"endorsements": table})


def test_the_area_is_the_share_of_pairs_in_the_right_order() -> None:
    study = endorsed(slight)
    result = nps.endorsement(study)
    rating = study.tables["endorsements"]["rating"].to_numpy()
    met = study.responses.points.sum(axis=1) >= 5
    above = rating[met][:, None] - rating[~met][None, :]
    row = result.tables["outcomes"].iloc[0]
    assert row["auc"] == pytest.approx(((above > 0) + 0.5 * (above == 0)).mean())
    assert (row["n_reached"], row["n_not_reached"]) == (met.sum(), (~met).sum())


def test_the_area_and_its_variance_are_those_of_proc() -> None:
    """pROC: auc 0.6503497, var 0.0127862813177 of these 24 persons, here on the logit."""
    rating = [7, 7, 6, 6, 6, 5, 5, 5, 4, 4, 3, 7, 6, 6, 5, 5, 5, 5, 4, 4, 4, 3, 3, 2]
    reached = np.arange(24) < 11
    study = study_of_groups(np.column_stack([reached, reached]).astype(np.int8), ["first"] * 24)
    table = pd.DataFrame(
        {"person_id": list(study.responses.person_ids), "rating": np.array(rating, dtype=float)}
    )
    spec = study.spec.model_copy(update={"cuts": {"met": Cut(value=1, unit="raw")}, "groups": {}})
    row = (
        nps.endorsement(replace(study, spec=spec, tables={"endorsements": table}))
        .tables["outcomes"]
        .iloc[0]
    )
    a, error = 0.6503496503, np.sqrt(0.0127862813177)
    assert row["auc"] == pytest.approx(a)
    logit, half = np.log(a / (1 - a)), 1.959964 * error / (a * (1 - a))
    limits = 1 / (1 + np.exp(-np.array([logit - half, logit + half])))
    assert [row["auc_low"], row["auc_high"]] == pytest.approx(limits.tolist(), abs=1e-6)
    assert row["auc_within_reason"] == "too_few_sites"


def test_lenient_sites_do_not_count_within_sites() -> None:
    """All the difference between persons is between sites: within them the rating tells it."""
    study = endorsed(useful)
    site = np.array([int(one[1:]) for one in study.tables["endorsements"]["site"]])
    shifted = study.tables["endorsements"]["rating"].to_numpy() + 4.0 * site
    row = nps.endorsement(with_table(study, rating=shifted)).tables["outcomes"].iloc[0]
    same = nps.endorsement(study).tables["outcomes"].iloc[0]
    assert row["auc_within"] == pytest.approx(same["auc_within"])
    assert row["auc"] < same["auc"] - 0.1


def test_a_site_that_rates_everybody_high_is_named_and_no_other() -> None:
    study = endorsed(slight)
    table = study.tables["endorsements"]
    rng = np.random.Generator(np.random.PCG64(9))
    high = np.where(table["site"] == "S4", rng.integers(6, 8, N), table["rating"])
    result = nps.endorsement(with_table(study, rating=high.astype(float)))
    said = [one for one in result.findings if one.code == "site_endorses_everybody"]
    assert [one.subject for one in said] == ["S4"]
    assert said[0].severity == "warning"
    assert "(100 persons) 100 of 100 (96 to 100)" in said[0].sentence
    sites = result.tables["sites"]
    assert sites["site"].tolist() == sorted(sites["site"])
    row = sites[sites["site"] == "S4"].iloc[0]
    limits = wilson(100, 100, level=0.95)
    assert row["top_share_low"] == pytest.approx(float(limits.low))


def test_a_site_whose_ratings_tell_is_not_named() -> None:
    """All are rated 6 or 7, and 7 means that the person meets the cut."""
    study = endorsed(slight)
    met = study.responses.points.sum(axis=1) >= 5
    table = study.tables["endorsements"]
    noise = np.arange(N) % 7 == 0
    rating = np.where(table["site"] == "S4", 6.0 + (met ^ noise), table["rating"])
    result = nps.endorsement(with_table(study, rating=rating))
    assert [one for one in result.findings if one.code == "site_endorses_everybody"] == []


def test_gaps_are_found_as_large_as_they_are_made() -> None:
    table = nps.endorsement(endorsed(slight, team_gap=0.5)).tables["rating_gaps"]
    assert table["rating_adjusted_low"].item() < 0.5 < table["rating_adjusted_high"].item()
    result = nps.endorsement(endorsed(slight, team_gap=1.0))
    said = [one for one in result.findings if one.code == "endorsement_gap"]
    assert [one.severity for one in said] == ["warning"]
    assert "percent points: second" in said[0].sentence
    none = nps.endorsement(endorsed(slight))
    assert [one for one in none.findings if one.code == "endorsement_gap"] == []


def test_unadjusted_gaps_are_differences_of_the_two_groups() -> None:
    study = endorsed(slight, team_gap=0.5)
    result = nps.endorsement(study)
    rating = study.tables["endorsements"]["rating"].to_numpy()
    second = (study.persons["team"] == "second").to_numpy()
    row = result.tables["rating_gaps"].iloc[0]
    assert row["rating_difference"] == pytest.approx(rating[second].mean() - rating[~second].mean())
    high = rating >= result.tables["overview"]["top_from"].iloc[0]
    expected = 100 * (high[second].mean() - high[~second].mean())
    assert result.tables["gaps"]["unadjusted"].iloc[0] == pytest.approx(expected)


def test_decisions_are_compared_where_some_were_deferred() -> None:
    study = endorsed(slight)
    words = np.where(study.tables["endorsements"]["rating"] > 2, "Endorsed", "deferred")
    result = nps.endorsement(with_table(study, decision=words.astype(object)))
    assert result.tables["gaps"]["measure"].tolist() == ["top_box", "endorsed"]
    share = result.tables["overview"]["endorsed_share"].item()
    assert share == pytest.approx((words == "Endorsed").mean())
    every = nps.endorsement(with_table(study, decision="endorsed"))
    assert every.tables["gaps"]["measure"].tolist() == ["top_box"]


def test_those_not_put_forward_stand_by_themselves() -> None:
    study = endorsed(slight)
    others = pd.DataFrame(
        {"person_id": ["Q1", "Q2", "Q3"], "put_forward": "no", "site": "S1", "rating": [1.0, 2, 7]}
    )
    both = pd.concat([study.tables["endorsements"], others], ignore_index=True)
    result = nps.endorsement(replace(study, tables={"endorsements": both}))
    overview = result.tables["overview"]
    assert overview["put_forward"].tolist() == ["yes", "no"]
    assert overview["n"].tolist() == [N, 3]
    alone = nps.endorsement(study).tables
    for name in ("outcomes", "sites", "gaps", "rating_gaps", "halo"):
        pd.testing.assert_frame_equal(result.tables[name], alone[name])


def test_where_the_highest_ratings_begin() -> None:
    study = endorsed(slight)
    top = nps.endorsement(study).tables["overview"]["top_from"].item()
    assert top == 6
    asked = nps.endorsement(study, top=7).tables["overview"]
    assert (asked["top_from"].item(), asked["top_share"].item() < 0.05) == (7, True)
    two = with_table(study, rating=np.where(np.arange(N) % 2, 1.0, 0.0))
    assert nps.endorsement(two).tables["overview"]["top_from"].item() == 1
    hundred = with_table(study, rating=np.arange(N) % 101.0)
    assert nps.endorsement(hundred).tables["overview"]["top_from"].item() == pytest.approx(80)


def test_criteria_by_name_by_scale_and_as_asked() -> None:
    study = endorsed(slight)
    rating = study.tables["endorsements"]["rating"]
    months = np.arange(N, dtype=float)
    plain = with_table(study, care=rating, law=rating.iloc[::-1].to_numpy(), months_known=months)
    assert nps.endorsement(plain).tables["halo"]["criteria_rated"].item() == 2
    named = with_table(plain, kss_1=rating, kss_2=rating)
    found = nps.endorsement(named).tables["halo"].iloc[0]
    assert found["criteria_correlation"] == pytest.approx(1.0)
    asked = nps.endorsement(named, criterion=["care", "law", "kss_1"])
    assert asked.tables["halo"]["criteria_rated"].item() == 3
    with pytest.raises(UsageError, match="no ratings 'laws'"):
        nps.endorsement(named, criterion=["laws"])
    assert nps.endorsement(study).tables["halo"]["halo_share_reason"].item() == "no_criteria"


def test_everybody_rated_the_same() -> None:
    result = nps.endorsement(with_table(endorsed(slight), rating=5.0, kss_1=5.0, kss_2=5.0))
    overview = result.tables["overview"].iloc[0]
    assert (overview["levels_used"], overview["top_share"], overview["rating_sd"]) == (1, 1.0, 0.0)
    assert overview["endorsement_verdict"] == "formality"
    assert overview["site_variance_share_reason"] == "no_variance"
    area = result.tables["outcomes"].iloc[0]
    assert area["auc"] == 0.5
    assert area["auc_low_reason"] == "ratings_tell_all_or_nothing"
    assert set(result.tables["gaps"]["adjusted_reason"]) == {"no_variance"}


def test_without_sites_groups_cuts_or_put_forward_there_is_still_an_answer() -> None:
    study = endorsed(useful)
    table = study.tables["endorsements"][["person_id", "rating"]]
    spec = study.spec.model_copy(update={"groups": {}, "cuts": {}})
    result = nps.endorsement(replace(study, spec=spec, tables={"endorsements": table}))
    assert result.tables["overview"]["endorsement_verdict"].tolist() == ["cannot_tell"]
    assert [len(result.tables[name]) for name in ("outcomes", "sites", "gaps")] == [0, 0, 0]
    assert list(register.load("endorsement").drawings(result) or ()) == []  # type: ignore[misc]


def test_the_site_of_the_study_comes_before_the_column_site() -> None:
    study = with_table(endorsed(slight), region=np.arange(N) % 3 + 1.0)
    spec = study.spec.model_copy(update={"fairness": Fairness(site="region")})
    sites = nps.endorsement(replace(study, spec=spec)).tables["sites"]
    assert sites["site"].tolist() == ["1", "2", "3"]
    of_persons = replace(
        replace_columns(study, "region", "site"),
        spec=study.spec.model_copy(update={"fairness": Fairness(site="team")}),
    )
    assert nps.endorsement(of_persons).tables["sites"]["site"].tolist() == ["first", "second"]


def replace_columns(study: Study, *left_out: str) -> Study:
    table = study.tables["endorsements"].drop(columns=list(left_out))
    return replace(study, tables={"endorsements": table})


def test_marks_are_an_outcome_where_there_are_any() -> None:
    study = endorsed(useful)
    ids = list(study.responses.person_ids)[:80]
    marks = pd.DataFrame({"person_id": ids, "rater_id": "R1", "mark": np.arange(80.0)})
    study = replace(study, tables={**study.tables, "marks": marks})
    rows = nps.endorsement(study).tables["outcomes"]
    assert rows["outcome"].tolist() == ["met", "upper half of marks"]
    assert rows["n_reached"].tolist()[1] == 40


def test_the_order_of_rows_does_not_matter() -> None:
    study = endorsed(slight)
    turned = study.tables["endorsements"].iloc[::-1].reset_index(drop=True)
    other = nps.endorsement(replace(study, tables={"endorsements": turned}))
    for name, table in nps.endorsement(study).tables.items():
        pd.testing.assert_frame_equal(other.tables[name], table, rtol=1e-7)


def test_no_table_and_no_rating_are_impossible() -> None:
    study = endorsed(slight)
    with pytest.raises(AnalysisImpossible, match="Needed: a table endorsements"):
        nps.endorsement(replace(study, tables={}))
    with pytest.raises(AnalysisImpossible, match="Nobody"):
        nps.endorsement(with_table(study, rating=np.nan))


@pytest.mark.parametrize(
    ("rating", "word"),
    [(useful, "NOT BORNE OUT"), (generous, "BORNE OUT"), (blind, "BORNE OUT")],
)
def test_claim_e44(rating: Any, word: str) -> None:
    study = endorsed(rating)
    spec = study.spec.model_copy(update={"groups": {"employment": study.spec.groups["team"]}})
    persons = study.persons.rename(columns={"team": "employment"})
    made = claim(nps.endorsement(replace(study, spec=spec, persons=persons)), study)
    assert word in made[1:3]
    assert word == "NOT BORNE OUT" or made[0] == word


def claim(result: Result, study: Study) -> list[str]:
    """The verdict, and that of each measure."""
    found = next(
        one for one in answers(study, {"endorsement": result}, {}) if one.claim.id == "E44"
    )
    return [found.verdict.word, *(one.verdict.word for one in found.measured)]


def test_the_picture_says_what_it_shows() -> None:
    result = nps.endorsement(endorsed(generous))
    draw = register.load("endorsement").drawings
    assert draw is not None
    pictures = list(draw(result))
    assert len(pictures) == 1
    assert "put forward are rated" in pictures[0].title
    assert pictures[0].draw().axes
