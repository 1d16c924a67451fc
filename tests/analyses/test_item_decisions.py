"""What decisions on items do to scores and outcomes: by hand, by another analysis, at limits."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import naas_psych as nps
from naas_psych.analyses.items.decision_effects import cut_shares
from naas_psych.errors import AnalysisImpossible
from naas_psych.numerics.choice_optimism import gains_when_chosen
from naas_psych.numerics.gap_change import TwoScores, gap_change
from naas_psych.reason_codes import reason_codes
from naas_psych.result import Result
from naas_psych.study.spec import Cut, StudySpec
from naas_psych.study.study import Study
from tests.analyses.test_content_without_flagged import random_points, study_of
from tests.make import study_from_choices, study_from_scores
from tests.test_register import EXTREMES, undefined_have_reasons

HALF = {"met": Cut(value=50, unit="percent")}


def study_with(
    points: Any, decisions: dict[str, str], *, cuts: dict[str, Cut] | None = None, **more: Any
) -> Study:
    study = study_from_scores(points)
    return decided(study, decisions, cuts=cuts, **more)


def decided(
    study: Study, decisions: dict[str, str], *, cuts: dict[str, Cut] | None = None, **more: Any
) -> Study:
    table = pd.DataFrame(
        {
            "item_id": list(decisions),
            "decision": list(decisions.values()),
            "who": "panel",
            "when": "2016-03-21",
            "why": "a reason",
            **more,
        }
    )
    spec = study.spec.model_copy(update={"cuts": HALF if cuts is None else cuts})
    return replace(study, spec=spec, tables={**study.tables, "decisions": table})


def row_of(result: Result, table: str, **wanted: str) -> dict[str, Any]:
    rows = result.tables[table]
    for name, value in wanted.items():
        rows = rows[rows[name] == value]
    assert len(rows) == 1
    return dict(rows.iloc[0])


def codes(result: Result) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in result.findings:
        found.setdefault(one.code, []).append(one.subject)
    return found


def test_outcomes_counted_by_hand() -> None:
    # Q01 goes. With it two of four marks are needed, without it 1.5 of 3: two.
    points = [[1, 1, 0, 0]] * 3 + [[0, 1, 0, 0]] * 2 + [[0, 1, 1, 0]] * 4 + [[1, 1, 1, 1]]
    result = nps.item_decisions(study_with(points, {"Q01": "drop", "Q02": "keep"}), replicates=0)
    row = row_of(result, "outcomes", scenario="dropped")
    assert (row["n"], row["changed_n"], row["down_per_1000"]) == (10, 3, 300)
    assert (row["pass_rate"], row["pass_rate_without"]) == (0.8, 0.5)
    mean = row_of(result, "effects", measure="mean_percent")
    shares = np.array(points)
    assert mean["before"] == pytest.approx(100 * shares.mean())
    assert mean["after"] == pytest.approx(100 * shares[:, 1:].mean())


def test_it_agrees_with_leaving_out_what_experts_flag() -> None:
    points = random_points()
    weak = ("Q02", "Q07")
    flagged = nps.without_flagged(study_of(points, weak), replicates=200)
    ours = nps.item_decisions(
        study_with(points, dict.fromkeys(weak, "drop")), replicates=200, splits=0
    )
    theirs, own = flagged.tables["forms"].iloc[0], row_of(ours, "effects", measure="alpha")
    for mine, other in (
        ("before", "alpha"),
        ("after", "alpha_without"),
        ("change", "alpha_change"),
    ):
        assert own[mine] == theirs[other]
    assert own["change_low"] == theirs["alpha_change_low"]
    cut, same = flagged.tables["cuts"].iloc[0], row_of(ours, "outcomes", scenario="dropped")
    for name in ("changed_n", "pass_rate_change", "changed_random", "as_many_random"):
        assert same[name] == cut[name]


def test_hold_is_a_scenario_of_its_own() -> None:
    points = random_points()
    result = nps.item_decisions(
        study_with(points, {"Q01": "drop", "Q02": "hold"}), replicates=0, samples=0
    )
    gone = {
        scenario: row_of(result, "effects", scenario=scenario, measure="items")["after"]
        for scenario in ("dropped", "drop_and_hold")
    }
    assert gone == {"dropped": 11, "drop_and_hold": 10}
    alone = nps.item_decisions(study_with(points, {"Q01": "drop"}), replicates=0, samples=0)
    assert set(alone.tables["effects"]["scenario"]) == {"dropped"}


def test_a_decision_on_one_form_leaves_the_other_whole() -> None:
    points = np.full((40, 4), -3)
    points[:20, :3] = random_points(20, 3)
    points[20:, 1:] = random_points(20, 3, seed=4)
    forms = {"form_id": ["a", "a|b", "a|b", "b"]}
    study = study_from_scores(points, max_points=1, items=forms)
    result = nps.item_decisions(
        decided(study, {"Q02": "drop"}, form_id="a"), replicates=0, samples=0
    )
    left = result.tables["effects"].query("measure == 'items'").set_index("form")["after"]
    assert left.to_dict() == {"a": 2, "b": 3}


def test_a_cut_on_theta_is_carried_as_the_share_expected_there() -> None:
    study = study_with(
        random_points(400), {"Q01": "drop"}, cuts={"met": Cut(value=0.0, unit="theta")}
    )
    row = row_of(nps.item_decisions(study, replicates=0, samples=0), "outcomes", cut="met")
    assert (row["cut_unit"], row["n"]) == ("theta", 400)
    assert 0.2 < row["pass_rate"] < 0.8


def test_without_a_table_it_says_what_to_write() -> None:
    with pytest.raises(AnalysisImpossible, match=r"decisions\.csv .*item_id, decision"):
        nps.item_decisions(study_from_scores(random_points()))


def test_an_item_flagged_as_wrong_without_a_decision_is_found() -> None:
    rng = np.random.Generator(np.random.PCG64(1))
    ability = rng.normal(size=200)
    letters = np.where(rng.random((200, 8)) < 1 / (1 + np.exp(-1.5 * ability[:, None])), "A", "B")
    # The last item is keyed by the option that the weak choose.
    study = study_from_choices(letters, ["A"] * 7 + ["B"])
    bad = study.responses.item_ids[-1]
    first = study.responses.item_ids[0]
    open_ = nps.item_decisions(decided(study, {first: "keep"}), replicates=0, samples=0)
    assert codes(open_)["flagged_without_decision"] == [bad]
    rows = open_.tables["items"].set_index("item_id")
    assert pd.isna(rows.loc[bad, "decision"])
    assert rows.loc[bad, "serious_flags"] >= 1
    kept = nps.item_decisions(decided(study, {bad: "keep"}), replicates=0, samples=0)
    assert codes(kept)["kept_though_flagged"] == [bad]
    assert "flagged_without_decision" not in codes(kept)
    [said] = [one for one in kept.findings if one.code == "kept_though_flagged"]
    assert said.severity == "info"
    bare = nps.item_decisions(decided(study, {bad: "keep"}, why=None), replicates=0, samples=0)
    [said] = [one for one in bare.findings if one.code == "kept_though_flagged"]
    assert said.severity == "warning"
    assert codes(bare)["decision_lacks_reason"] == ["decisions"]


def test_a_better_alpha_on_the_same_people_is_said_to_be_flattered() -> None:
    study = study_with(random_points(), {"Q01": "drop"})
    result = nps.item_decisions(study, replicates=50, samples=20)
    [said] = [one for one in result.findings if one.code == "alpha_after_dropping"]
    assert "measured on the people on whom the items were judged" in said.sentence
    assert any("flattered" in note for note in result.notes)
    row = row_of(result, "optimism", scenario="dropped")
    assert row["alpha_change_corrected"] == row["alpha_change"] - row["optimism"]


def test_choosing_by_chance_data_gains_only_on_the_data() -> None:
    # Items that have nothing in common: whatever is chosen, others gain nothing on average.
    points = np.random.Generator(np.random.PCG64(5)).integers(0, 2, size=(400, 20))
    gains = gains_when_chosen(points, count=5, splits=100, seed=1)
    same, other = gains.mean(axis=0)
    assert gains.shape == (200, 2)
    assert same > 0.1
    assert abs(other) < 0.05
    assert gains_when_chosen(points[:3], count=5, splits=10, seed=1).shape == (0, 2)
    shuffled = gains_when_chosen(points[::-1], count=5, splits=100, seed=1)
    np.testing.assert_allclose(shuffled, gains)


def test_limits_of_a_change_of_gap_agree_with_a_bootstrap() -> None:
    rng = np.random.Generator(np.random.PCG64(2))
    ability = rng.normal(size=(500, 1)) + np.where(np.arange(500) < 300, 0.4, 0.0)[:, None]
    items = (rng.random((500, 20)) < 1 / (1 + np.exp(-ability))).astype(float)
    scores = np.stack([items.mean(axis=1), items[:, 4:].mean(axis=1)], axis=1)
    one = TwoScores(scores[:300], scores[300:])
    found = gap_change([one])
    assert found is not None
    assert found.before == pytest.approx(-0.4, abs=0.35)
    draws = []
    for _ in range(800):
        drawn = [
            group[rng.integers(0, len(group), len(group))] for group in (scores[:300], scores[300:])
        ]
        again = gap_change([TwoScores(*drawn)])
        assert again is not None
        draws.append(again.change)
    assert np.sqrt(found.change_variance) == pytest.approx(np.std(draws), rel=0.12)


def test_people_are_not_named_by_a_reason() -> None:
    study = study_with(random_points(), {"Q01": "drop"}, why="P17 wrote to a.b@example.org")
    said = nps.item_decisions(study, replicates=0, samples=0).tables["items"]["why"].iloc[0]
    assert said == "[name] wrote to [contact]"


@pytest.mark.parametrize("extreme", [name for name in EXTREMES if name != "ordinary"])
def test_everything_may_be_dropped_from_anything(extreme: str) -> None:
    study = EXTREMES[extreme]()
    for gone in (study.responses.item_ids, study.responses.item_ids[:1]):
        try:
            result = nps.item_decisions(
                decided(study, dict.fromkeys(gone, "drop")), replicates=20, samples=20, splits=4
            )
        except AnalysisImpossible:
            continue
        for table in result.tables.values():
            undefined_have_reasons(table)
            for name in table.columns:
                if str(name).endswith("_reason"):
                    assert set(table[name].dropna()) <= set(reason_codes())


def test_an_item_that_nobody_was_given_moves_no_outcome() -> None:
    result = nps.item_decisions(
        study_with(random_points(), {"ZZ": "drop"}), replicates=0, samples=0, splits=0
    )
    assert not {"outcomes_hang_on_decisions", "alpha_after_dropping"} & set(codes(result))


def test_a_cut_on_theta_is_placed_as_omitted_items_are_counted() -> None:
    """Blanks that count as wrong make the items harder: the same theta expects fewer marks."""
    points = random_points(300, 8)
    points[::3, 5:] = -1
    theta = {"met": Cut(value=0.5, unit="theta")}
    study = study_with(points, {"Q01": "drop"}, cuts=theta)
    items = np.arange(8)
    wrong, left_out = (
        cut_shares(study, items, omitted=one)["met"] for one in ("wrong", "left_out")
    )
    assert wrong < left_out - 0.05
    result = nps.item_decisions(study, replicates=0, samples=0, splits=0, omitted="left_out")
    whole = np.flatnonzero((points >= 0).all(axis=1))
    met = (points[whole].mean(axis=1) >= left_out - 1e-9).mean()
    assert row_of(result, "outcomes", cut="met")["pass_rate"] == pytest.approx(met)


def test_limits_hold_their_number_and_a_change_is_after_less_before() -> None:
    points = random_points(300, 8)
    study = study_with(points, {"Q01": "drop"})
    sex = pd.Series(np.where(np.arange(300) % 3, "m", "f"), index=study.persons.index)
    spec = study.spec.model_copy(
        update={"groups": StudySpec.model_validate(WITH_SEX).groups, "cuts": HALF}
    )
    study = replace(study, persons=study.persons.assign(sex=sex), spec=spec)
    tables = nps.item_decisions(study, replicates=200, samples=0, splits=0).tables
    wanted = [
        ("effects", "{}"), ("groups", "difference_{}"), ("gaps", "hedges_g_{}"),
    ]  # fmt: skip
    for name, column in wanted:
        table = tables[name]
        before, after, change = (column.format(one) for one in ("before", "after", "change"))
        assert table[change].to_numpy() == pytest.approx(table[after] - table[before], abs=1e-12)
        for one in (before, after, change):
            known = table[table[f"{one}_low"].notna()]
            assert len(known)
            assert known[one].between(known[f"{one}_low"], known[f"{one}_high"]).all()


WITH_SEX = {"tables": {"responses": "none.csv"}, "groups": {"sex": "m"}}
