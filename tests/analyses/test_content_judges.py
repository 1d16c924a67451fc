"""What judges say: relevance, agreement, whose work, and what hangs on single judges."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import naas_psych as nps
from naas_psych.errors import AnalysisImpossible
from naas_psych.numerics.proportions import wilson
from naas_psych.result import Result
from tests.analyses.panels import panel_study, pilot, with_tables

OUT_OF_ROLE = {"AL07", "AL19", "AL22", "BE06", "BE20"}
DIVIDED = ("AL08", "BE09")
SEEDS = range(20)
FOUR = ("item_relevance", "panel_agreement", "role_ownership", "judge_influence")


def items_of(study: Any, **options: Any) -> pd.DataFrame:
    return nps.item_relevance(study, **options).tables["items"].set_index("item_id")


def codes(result: Result) -> dict[str, set[str]]:
    """Code to the subjects it is said of."""
    said: dict[str, set[str]] = {}
    for finding in result.findings:
        said.setdefault(finding.code, set()).add(finding.subject)
    return said


def ten(relevant: int) -> str:
    """A column of the ratings of ten judges: so many call it relevant."""
    return "4" * relevant + "2" * (10 - relevant)


def by_item(*columns: str) -> dict[str, str]:
    """Judges with their row, from one column an item."""
    return {f"J{k:02d}": "".join(column[k] for column in columns) for k in range(len(columns[0]))}


# item relevance


def test_the_columns_of_an_item_are_those_of_its_counts() -> None:
    study = panel_study(by_item("44342434"))
    row = items_of(study).loc["Q01"]
    limits = wilson(7, 8, level=0.95)
    assert row["judges"] == 8
    assert row["i_cvi"] == pytest.approx(7 / 8)
    assert [row["i_cvi_low"], row["i_cvi_high"]] == pytest.approx(
        [float(limits.low), float(limits.high)]
    )
    assert [row["aiken_v"], row["aiken_v_low"], row["aiken_v_high"]] == pytest.approx(
        [0.83333, 0.64147, 0.93321], abs=5e-5
    )
    assert row["relevance_sd"] == pytest.approx(np.std([4, 4, 3, 4, 2, 4, 3, 4], ddof=1))
    assert row["cvr_reason"] == row["clarity_mean_reason"] == "criterion_not_asked"


def test_verdicts_follow_the_rule() -> None:
    study = panel_study(
        by_item(ten(10), ten(9), ten(8), ten(7), ten(3)), items={"text": ["a", "b", "c", "d", "e"]}
    )
    verdict = items_of(study)["verdict"]
    assert verdict.to_dict() == {
        "Q01": "relevant",
        "Q02": "relevant",
        "Q03": "doubtful",
        "Q04": "doubtful",
        "Q05": "not_relevant",
    }


def test_up_to_five_judges_all_have_to_agree() -> None:
    verdict = items_of(panel_study({"A": "444", "B": "443", "C": "341", "D": "442", "E": "421"}))
    assert verdict["verdict"].to_dict() == {
        "Q01": "relevant",
        "Q02": "doubtful",
        "Q03": "not_relevant",
    }


@pytest.mark.parametrize(
    ("owner", "essential", "expected"),
    [
        ("hhhhhhhhhn", "nnnnnnnnnn", "out_of_role"),
        ("hhhhhooooo", "eeeeeeeeee", "out_of_role"),
        ("nnnnnnnnnn", "eeeeeuuuuu", "keep_essential"),
        ("hhhhhnnnnn", "eeeeeeeeee", "keep_essential"),
        ("hhhhhnnnnn", "nnnnnnnnnn", "not_relevant"),
        ("nnnnnnnnnn", "eennnnnnnn", "not_relevant"),
    ],
)
def test_a_low_item_is_out_of_role_to_keep_or_not_relevant(
    owner: str, essential: str, expected: str
) -> None:
    """Of three items the first is low. Half for another role is no majority."""
    roles = {"h": "health", "n": "nurse", "o": "other"}
    words = {"e": "essential", "u": "useful", "n": "not_needed"}
    study = panel_study(
        by_item(ten(4), ten(10), ten(10)),
        columns={
            "role_owner": _interleaved([roles[c] for c in owner], ["nurse"] * 20),
            "essential": _interleaved([words[c] for c in essential], ["essential"] * 20),
        },
    )
    assert items_of(study).loc["Q01", "verdict"] == expected


def _interleaved(first: list[str], rest: list[str]) -> list[str]:
    """Judge by judge: the value for the first item, then those for the other two."""
    return [value for k, one in enumerate(first) for value in (one, rest[2 * k], rest[2 * k + 1])]


def test_an_item_nobody_rated_has_a_reason_and_is_named() -> None:
    result = nps.item_relevance(panel_study({"A": "44-", "B": "43-", "C": "44-"}))
    row = result.tables["items"].set_index("item_id").loc["Q03"]
    assert row["judges"] == 0
    assert row["verdict"] == "cannot_tell"
    assert row["i_cvi_reason"] == row["aiken_v_low_reason"] == "no_ratings"
    assert "Q03" in next(f for f in result.findings if f.code == "items_not_judged").sentence


def test_one_judge_has_no_interval_of_the_whole_and_no_verdict() -> None:
    result = nps.item_relevance(panel_study({"A": "4321"}))
    assert set(result.tables["items"]["verdict"]) == {"cannot_tell"}
    assert result.tables["test"]["s_cvi_ave_low_reason"].tolist() == ["too_few_judges"]


def test_the_last_round_counts_unless_another_is_asked_for() -> None:
    study = panel_study({"A": "42", "B": "42", "C": "42", "D": "42"})
    table = study.tables["judgements"]
    second = table.assign(relevance=5 - table["relevance"], round=2.0)
    second.loc[0, "relevance"] = np.nan
    study = replace(study, tables={"judgements": pd.concat([second, table.assign(round=1.0)])})
    assert items_of(study)["i_cvi"].sort_index().tolist() == [0.25, 1.0]
    assert items_of(study, round=1)["i_cvi"].sort_index().tolist() == [1.0, 0.0]
    assert items_of(study, round=2)["judges"].sort_index().tolist() == [3, 4]
    with pytest.raises(AnalysisImpossible, match="1, 2"):
        nps.item_relevance(study, round=3)


def test_a_round_that_asks_less_leaves_the_other_answers_as_they_were() -> None:
    study = panel_study(by_item("22222222"))
    table = study.tables["judgements"].assign(round=1.0, essential="essential", role_owner="health")
    again = table.iloc[:3].assign(round=2.0, relevance=4.0, essential=None, role_owner=None)
    both = pd.concat([table, again], ignore_index=True)
    row = items_of(replace(study, tables={"judgements": both})).loc["Q01"]
    assert row["relevant_judges"] == 3
    assert [row["rated_essential"], row["named_role"], row["cvr"]] == [8, 8, 1.0]


def test_the_whole_test_is_the_mean_of_its_items() -> None:
    study = panel_study(by_item(ten(10), ten(9), ten(5)))
    row = nps.item_relevance(study).tables["test"].iloc[0]
    assert row["s_cvi_ave"] == pytest.approx(0.8)
    assert row["s_cvi_ua"] == pytest.approx(1 / 3)
    assert row["s_cvi_ave_low"] < 0.8 < row["s_cvi_ave_high"]


def test_judges_who_place_an_item_elsewhere_are_counted() -> None:
    study = panel_study(
        by_item(ten(10), ten(10)),
        columns={"kss_match": [v for k in range(10) for v in ("3", "1" if k else "7")]},
        items={"kss": ["3", "7"]},
    )
    rows = items_of(study)
    assert rows["congruence"].sort_index().tolist() == [1.0, 0.1]
    assert codes(nps.item_relevance(study))["item_placed_elsewhere"] == {"Q02"}


def test_ratings_by_objective_give_the_index_of_rovinelli_and_hambleton() -> None:
    table = {"objective_a": ["1", "1", "1", "0"], "objective_b": ["-1", "-1", "0", "-1"]}
    study = panel_study(
        by_item("4444"),
        columns={**table, "objective_c": ["0", "-1", "-1", "-1"]},
        items={"objective": ["A"]},
    )
    assert items_of(study).loc["Q01", "item_objective_congruence"] == pytest.approx(0.75)


def test_a_role_that_nobody_names_is_refused_with_those_that_are() -> None:
    study = panel_study(
        {"A": "4", "B": "4"}, columns={"role_owner": ["nurse", "nurse"]}, content={"role": "Nurse"}
    )
    with pytest.raises(AnalysisImpossible, match="nurse"):
        nps.item_relevance(study)


def test_essential_alone_is_enough() -> None:
    study = panel_study(by_item("-" * 8), columns={"essential": ["essential"] * 7 + ["useful"]})
    study = replace(
        study, tables={"judgements": study.tables["judgements"].drop(columns="relevance")}
    )
    row = items_of(study).loc["Q01"]
    assert row["cvr"] == pytest.approx(0.75)
    assert row["cvr_critical"] == pytest.approx(0.75)
    assert row["i_cvi_reason"] == "criterion_not_asked"


# plants over seeds


@pytest.mark.parametrize("seed", SEEDS)
def test_the_five_items_of_other_roles_are_found_and_no_other(seed: int) -> None:
    result = nps.item_relevance(pilot(seed), replicates=0)
    assert codes(result)["item_out_of_role"] == OUT_OF_ROLE
    verdict = result.tables["items"].set_index("item_id")["verdict"]
    assert "out_of_role" not in set(verdict[list(DIVIDED)])
    warned = {f.subject for f in result.findings if f.severity == "warning"}
    assert warned == OUT_OF_ROLE


def test_the_clean_twins_have_no_item_out_of_role_or_of_low_relevance() -> None:
    for seed in SEEDS:
        result = nps.item_relevance(pilot(seed, clean=True), replicates=0)
        assert set(result.tables["items"]["verdict"]) <= {"relevant", "doubtful"}
        assert "warning" not in {f.severity for f in result.findings}


@pytest.mark.parametrize("seed", SEEDS)
def test_the_two_odd_judges_are_found_and_no_other(seed: int) -> None:
    said = codes(nps.judge_influence(pilot(seed)))
    assert said["judge_stands_apart"] == {"X13"}
    assert said["judge_insensitive"] == {"J09"}


def test_the_clean_twins_have_no_odd_judge() -> None:
    """At a nominal .05 a panel one in twenty is expected; the size asked for leaves fewer."""
    odd = [codes(nps.judge_influence(pilot(seed, clean=True))) for seed in SEEDS]
    assert sum("judge_stands_apart" in said for said in odd) <= 1
    assert not any("judge_insensitive" in said for said in odd)


def test_the_sentence_says_how_many_of_how_many_and_whose_work() -> None:
    found = nps.item_relevance(pilot(2017), replicates=0).findings
    sentence = next(f.sentence for f in found if f.subject == "AL07")
    assert sentence.startswith("AL07: ")
    for words in ("of 14 experts call it relevant (plausible", "name health, not social worker"):
        assert words in sentence


# agreement


def test_kappa_low_by_prevalence_is_said_in_words() -> None:
    result = nps.panel_agreement(pilot(2017), replicates=50)
    row: Any = result.tables["criteria"].set_index("criterion").loc["relevant"]
    assert row["ac"] > 0.7
    assert row["fleiss_kappa"] < 0.4
    assert "relevant" in codes(result)["kappa_low_by_prevalence"]


def test_a_panel_that_disagrees_is_told() -> None:
    rng = np.random.Generator(np.random.PCG64(1))
    ratings = {f"J{k}": "".join(rng.choice(list("1234"), 30)) for k in range(6)}
    said = codes(nps.panel_agreement(panel_study(ratings)))
    assert "relevance" in said["panel_disagrees"] or "relevant" in said["panel_disagrees"]
    assert "kappa_low_by_prevalence" not in said


def test_one_judge_cannot_agree() -> None:
    with pytest.raises(AnalysisImpossible, match="two judges"):
        nps.panel_agreement(panel_study({"A": "4321"}))


def test_a_panel_of_one_opinion_has_agreement_but_no_kappa() -> None:
    row = nps.panel_agreement(panel_study({"A": "444", "B": "444"})).tables["criteria"].iloc[0]
    assert row["p_a"] == 1.0
    assert row["fleiss_kappa_reason"] == "all_ratings_same"


# whose work


def test_items_of_other_roles_come_first_and_carry_their_marks() -> None:
    result = nps.role_ownership(pilot(2017))
    assert set(result.tables["items"]["item_id"].head(5)) == OUT_OF_ROLE
    roles = result.tables["roles"].set_index("role")
    assert roles["items"].sum() == 96
    assert roles["share"].sum() == pytest.approx(1.0)
    assert roles["score_share"].sum() == pytest.approx(1.0)
    counts = result.tables["counts"].groupby("item_id")["share"].sum()
    assert counts.to_numpy() == pytest.approx(np.ones(96))


def test_judges_without_background_are_a_group_of_their_own() -> None:
    study = panel_study(
        {"A": "44", "B": "42"},
        columns={"role_owner": ["nurse", "nurse", "nurse", "doctor"]},
        backgrounds={"A": "ward"},
    )
    rows = nps.role_ownership(study).tables["backgrounds"].set_index("background")
    assert rows["relevant_share"].to_dict() == {"unknown": 0.5, "ward": 1.0}
    assert rows["own_share"].to_dict() == {"unknown": 0.5, "ward": 1.0}


def test_without_the_question_nothing_is_said_of_roles() -> None:
    with pytest.raises(AnalysisImpossible, match="role_owner"):
        nps.role_ownership(panel_study({"A": "44"}))


# influence


def test_a_judge_of_one_value_has_no_correlation_and_is_named() -> None:
    result = nps.judge_influence(panel_study({"A": "33333", "B": "43214", "C": "44213"}))
    rows = result.tables["judges"].set_index("judge_id")
    assert rows.loc["A", "rest_r_reason"] == "one_value_only"
    assert codes(result)["judge_one_value"] == {"A"}


def test_a_judge_with_nothing_stays_in_the_table() -> None:
    result = nps.judge_influence(panel_study({"A": "----", "B": "4321", "C": "4322"}))
    rows = result.tables["judges"].set_index("judge_id")
    assert rows.loc["A", "items"] == 0
    assert rows.loc["A", "relevance_mean_reason"] == "no_ratings"
    assert rows.loc["A", "s_cvi_change"] == 0


def test_the_index_without_a_judge_is_that_of_the_others() -> None:
    ratings = {"A": "1443", "B": "4321", "C": "44-4", "D": "3-14"}
    whole = nps.judge_influence(panel_study(ratings)).tables["judges"].set_index("judge_id")
    for judge in ratings:
        rest = {name: row for name, row in ratings.items() if name != judge}
        test = nps.item_relevance(panel_study(rest), replicates=0).tables["test"]
        assert whole.loc[judge, "s_cvi_without"] == pytest.approx(test["s_cvi_ave"].iloc[0])


#: Five judges, four items (sheet 12.1).
ANGOFF = np.array(
    [
        [0.60, 0.70, 0.50, 0.80],
        [0.70, 0.75, 0.55, 0.90],
        [0.50, 0.65, 0.40, 0.70],
        [0.65, 0.70, 0.60, 0.85],
        [0.55, 0.60, 0.50, 0.75],
    ]
)


def setting(ratings: np.ndarray[Any, Any], backgrounds: dict[str, str] | None = None) -> Any:
    judges, items = ratings.shape
    table = pd.DataFrame(
        {
            "judge_id": np.repeat([f"J{k}" for k in range(judges)], items),
            "item_id": np.tile([f"Q{k + 1:02d}" for k in range(items)], judges),
            "probability": ratings.ravel(),
        }
    )
    tables: dict[str, Any] = {"angoff": table}
    if backgrounds:
        tables["judges"] = pd.DataFrame(
            {"judge_id": list(backgrounds), "background": list(backgrounds.values())}
        )
    return with_tables(items, **tables)


def test_cuts_and_their_error_are_those_of_the_sheet() -> None:
    cuts = nps.judge_influence(setting(ANGOFF)).tables["cuts"]
    assert cuts["judge_cut"].tolist() == pytest.approx([2.60, 2.90, 2.25, 2.80, 2.40])
    assert cuts["panel_cut"].tolist() == pytest.approx([2.590] * 5)
    assert cuts["panel_cut_se"].tolist() == pytest.approx([0.1208] * 5, abs=5e-5)
    assert cuts["panel_cut_without"].iloc[1] == pytest.approx((2.6 + 2.25 + 2.8 + 2.4) / 4)


def test_a_gap_is_filled_and_said() -> None:
    holed = ANGOFF.copy()
    holed[1, 2] = np.nan
    result = nps.judge_influence(setting(holed))
    assert "1 ratings that are missing" in result.notes[-1]
    assert result.tables["cuts"]["judge_cut"].iloc[1] == pytest.approx(2.9, abs=0.1)


def test_ratings_that_do_not_hang_together_have_no_cut() -> None:
    holed = ANGOFF.copy()
    holed[:2, 2:] = holed[2:, :2] = np.nan
    cuts = nps.judge_influence(setting(holed)).tables["cuts"]
    assert set(cuts["judge_cut_reason"]) == set(cuts["panel_cut_reason"]) == {"not_connected"}


def test_a_background_that_moves_the_cut_is_told() -> None:
    ratings = np.vstack([ANGOFF - 0.02, ANGOFF, ANGOFF[:3] - 0.35])
    known = {f"J{k}": "legal" if k >= 10 else "frontline" for k in range(13)}
    result = nps.judge_influence(setting(ratings, known))
    found = [f for f in result.findings if f.code == "background_moves_cut"]
    assert {f.severity for f in found} == {"warning"}
    assert any("3 legal judges" in f.sentence for f in found)


def test_without_any_ratings_it_is_said_what_is_needed() -> None:
    bare = with_tables(3)
    for name in FOUR:
        with pytest.raises(AnalysisImpossible, match="Needed: "):
            getattr(nps, name)(bare)


# all four


@pytest.mark.parametrize("name", FOUR)
def test_the_order_of_rows_does_not_matter(name: str) -> None:
    study = pilot(3)
    mixed = {k: table.sample(frac=1.0, random_state=1) for k, table in study.tables.items()}
    shuffled = replace(study, tables=mixed)
    shuffled.__dict__["fingerprint"] = study.fingerprint
    before, after = (getattr(nps, name)(one).tables for one in (study, shuffled))
    for table in before:
        pd.testing.assert_frame_equal(before[table], after[table], check_exact=True)


@pytest.mark.parametrize("name", FOUR)
def test_every_drawing_can_be_drawn(name: str) -> None:
    from naas_psych import register

    made = register.load(name)
    for study in (pilot(2017), pilot(1, clean=True)):
        for drawing in made.drawings(made.run(study)) if made.drawings else ():
            assert drawing.alt
            assert drawing.draw().axes


def test_the_share_of_another_roles_work_is_that_of_these_very_items() -> None:
    """Five of 96 items are surely out of role: no sampling of items widens that."""
    found = nps.item_relevance(pilot(2017), replicates=0)
    row = found.tables["test"].iloc[0]
    surely = (found.tables["items"]["verdict"] == "out_of_role").sum()
    assert surely == 5
    assert row["out_of_role_share"] == pytest.approx(surely / 96)
    assert row["out_of_role_share_low"] <= row["out_of_role_share"] <= row["out_of_role_share_high"]
    assert row["out_of_role_share_low"] > 0.05
