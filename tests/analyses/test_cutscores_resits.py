"""Resits on studies made in memory and on the pilot: tables that hang together, in extremis too."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import naas_psych as nps
from naas_psych import register
from naas_psych.errors import AnalysisImpossible, UsageError
from naas_psych.glossary import term
from naas_psych.result import Result
from naas_psych.study.spec import Cut
from naas_psych.study.study import Study
from tests.analyses.fairness_world import fair_world
from tests.make import study_from_scores
from tests.test_register import EXTREMES

CUTS = {"met": Cut(value=50, unit="percent"), "partially_met": Cut(value=30, unit="percent")}


def with_cuts(study: Study, cuts: dict[str, Cut] | None = None) -> Study:
    spec = study.spec.model_copy(update={"cuts": CUTS if cuts is None else cuts})
    return replace(study, spec=spec)


def world() -> Study:
    return with_cuts(fair_world(shift=0.0, item=0, gap=0.5))


@pytest.fixture(scope="module")
def result() -> Result:
    return nps.resits(world(), draws=50, population=30_000)


def test_the_policies_that_are_compared(result: Result) -> None:
    policies = result.tables["policies"].set_index("policy")
    assert policies.index.tolist() == [
        "1 attempt",
        "2 attempts",
        "3 attempts",
        "10 attempts",
        "3 attempts, fast track",
        "2 attempts, no gain",
        "3 attempts, no gain",
        "10 attempts, no gain",
    ]
    once = policies.loc["1 attempt"]
    assert policies["false_pass_once"].to_numpy() == pytest.approx(once["false_pass"], abs=1e-6)
    several = policies.loc[["2 attempts", "3 attempts", "10 attempts"]]
    assert (several["share_met"] > once["share_met"]).all()
    assert (several["false_pass"] > once["false_pass"]).all()
    assert (several["false_fail"] < once["false_fail"]).all()
    assert once["false_pass_growth"] == pytest.approx(0)
    assert (policies["share_met_low"] < policies["share_met"]).all()
    people = policies["of_population_false_pass"]
    assert people.to_numpy() == pytest.approx(30_000 * policies["false_pass"].to_numpy())


def test_a_fast_track_changes_months_and_nothing_else(result: Result) -> None:
    policies = result.tables["policies"].set_index("policy")
    plain, fast = policies.loc["3 attempts"], policies.loc["3 attempts, fast track"]
    for name in ("share_met", "false_pass", "false_fail", "sittings"):
        assert plain[name] == pytest.approx(fast[name])
    months = result.tables["months"].set_index(["policy", "month"])["share_met"]
    assert months["3 attempts, fast track", 3.0] > months["3 attempts", 3.0]
    assert months["3 attempts, fast track", 12.0] == pytest.approx(months["3 attempts", 12.0])


def test_shares_by_month_add_up(result: Result) -> None:
    rows = result.tables["months"]
    stand = rows["share_met"] + rows["share_between"] + rows["share_lowest"]
    assert stand.to_numpy() == pytest.approx(1.0)
    ends = rows["share_met"] + rows["waiting"] + rows["exhausted"] + rows["dropped_out"]
    assert ends.to_numpy() == pytest.approx(1.0)


def test_the_model_expects_what_was_seen(result: Result) -> None:
    first = result.tables["first_sitting"].set_index("outcome")
    assert first.index.tolist() == ["not_met", "partially_met", "met"]
    error = np.sqrt(first["observed_share"] * (1 - first["observed_share"]) / 800)
    assert (first["modelled_share"] - first["observed_share"]).abs().max() < 4 * error.max()


def test_the_weaker_group_sits_more_often(result: Result) -> None:
    rows = result.tables["groups"].set_index("group_level")
    assert rows.loc["second", "share_met_once"] < rows.loc["first", "share_met_once"]
    assert rows.loc["second", "sittings"] > rows.loc["first", "sittings"]
    assert rows.loc["first", "ratio"] == 1.0
    assert rows.loc["second", "ratio"] > rows.loc["second", "ratio_once"]


def test_every_assumption_says_where_it_came_from() -> None:
    study = world()
    resits = study.spec.resits.model_copy(update={"gap": 4.0})
    resits.model_fields_set.add("gap")
    spec = study.spec.model_copy(update={"resits": resits})
    given = nps.resits(replace(study, spec=spec), draws=0, true_gain=0.3)
    rows = given.tables["assumptions"].set_index("assumption")
    assert rows.loc["true_gain", ["assumed_value", "given_by"]].tolist() == [0.3, "option"]
    assert rows.loc["gap", ["assumed_value", "given_by"]].tolist() == [4.0, "study.toml"]
    assert rows.loc["practice_gain", "given_by"] == "default"
    assert rows.loc["reliability", "assumed_or_measured"] == "measured"


def test_the_ends_of_a_range_stand_on_both_sides() -> None:
    rows = nps.resits(world(), draws=0).tables["sensitivity"].set_index(["assumption", "range_end"])
    assert rows.loc[("true_gain", "from"), "share_met_change"] < 0
    assert rows.loc[("true_gain", "to"), "share_met_change"] > 0
    assert rows.loc[("drop_out", "to"), "share_met_change"] < 0
    assert rows.loc[("error_correlation", "from"), "false_fail_change"] == pytest.approx(0)


def test_the_trade_is_told_with_both_numbers(result: Result) -> None:
    codes = {one.code: one for one in result.findings}
    said = codes["resits_trade_errors"].sentence
    assert "3 attempts" in said
    assert said.count("instead of") == 3
    assert "of the whole population" in said


def test_options_move_what_they_should() -> None:
    study = world()
    base = nps.resits(study, draws=0, attempts=3).tables["policies"].set_index("policy")
    lost = nps.resits(study, draws=0, attempts=3, drop_out=0.5).tables["policies"]
    spared = nps.resits(study, draws=0, attempts=3, discounted=0.5).tables["policies"]
    row = "3 attempts"
    assert lost.set_index("policy").loc[row, "dropped_out"] > 0
    assert lost.set_index("policy").loc[row, "share_met"] < base.loc[row, "share_met"]
    assert spared.set_index("policy").loc[row, "share_met"] > base.loc[row, "share_met"]
    with pytest.raises(UsageError, match="from 1 to 20"):
        nps.resits(study, attempts=0)


def test_last_outcome_counts_instead_of_the_best() -> None:
    study = world()
    shares = {}
    for counts in ("best", "last"):
        rows = nps.resits(study, draws=0, counts=counts).tables["outcomes"]
        own = rows[rows["policy"] == "3 attempts, no gain"].set_index("outcome")["share"]
        shares[counts] = own
    assert shares["best"]["met"] == pytest.approx(shares["last"]["met"])
    assert shares["best"]["partially_met"] > shares["last"]["partially_met"]


def test_cuts_in_every_unit_are_one_cut() -> None:
    base = nps.resits(world(), draws=0, cut=["50%"]).tables["policies"]["share_met"]
    raw = nps.resits(world(), draws=0, cut=["raw:5"]).tables["policies"]["share_met"]
    assert base.to_numpy() == pytest.approx(raw.to_numpy())


@pytest.mark.parametrize("cut", ["0%", "100%", "raw:4.5"])
def test_cuts_at_the_ends(cut: str) -> None:
    rows = nps.resits(world(), draws=20, cut=[cut]).tables["policies"]
    assert rows["share_met"].between(0, 1).all()
    if cut == "0%":
        assert rows["share_met"].to_numpy() == pytest.approx(1.0)
        assert rows["false_pass_growth_reason"].tolist()[0] == "nobody_passes_falsely"


def test_a_scale_that_does_not_start_at_zero() -> None:
    generator = np.random.Generator(np.random.PCG64(1))
    trait = generator.normal(size=(400, 1))
    points = np.clip(np.round(3 + trait + generator.normal(size=(400, 8))), 1, 5).astype(int)
    study = with_cuts(study_from_scores(points, min_points=1, max_points=5), {})
    study = with_cuts(study, {"met": Cut(value=22, unit="raw")})
    first = nps.resits(study, draws=0, group=None).tables["first_sitting"].set_index("outcome")
    assert first.loc["met", "observed_share"] == pytest.approx((points.sum(axis=1) >= 22).mean())
    assert first.loc["met", "modelled_share"] == pytest.approx(
        first.loc["met", "observed_share"], abs=0.05
    )


@pytest.mark.parametrize("name", EXTREMES)
def test_in_extremis_with_cuts(name: str) -> None:
    study = with_cuts(EXTREMES[name]())
    try:
        found = nps.resits(study, draws=10)
    except AnalysisImpossible as impossible:
        assert "Needed" in str(impossible)
        return
    for table in found.tables.values():
        for column in table.columns:
            term(str(column))
        numbers = table.select_dtypes("number").to_numpy(dtype=float)
        assert not np.isinf(numbers).any()
    for drawing in register.load("resits").drawings(found):  # type: ignore[misc]
        drawing.draw()


def test_without_a_cut_it_is_impossible() -> None:
    with pytest.raises(AnalysisImpossible, match="--cut"):
        nps.resits(with_cuts(world(), {}))


def gone(table: pd.DataFrame) -> pd.DataFrame:
    """A table as the disclosure gate may leave it: no numbers at all."""
    return table.assign(**dict.fromkeys(table.select_dtypes("float").columns))


def test_findings_and_drawings_stand_nulls(result: Result) -> None:
    module: Any = register.load("resits")
    bare = replace(result, tables={k: gone(v) for k, v in result.tables.items()})
    study = world()
    from naas_psych.analyses.cutscores.resits import drawings, findings

    assert module.name == "resits"
    assert list(findings(bare, study.thresholds)) == []
    assert list(drawings(bare)) == []


def test_the_same_seed_gives_the_same_numbers() -> None:
    first, second = (nps.resits(world(), draws=30, seed=4).tables["policies"] for _ in range(2))
    pd.testing.assert_frame_equal(first, second)
