"""cut_sweep: every pass mark there could be."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

import naas_psych as nps
from naas_psych.errors import AnalysisImpossible, UsageError
from naas_psych.result import Result
from naas_psych.study.study import Study
from tests.analyses.sweep_worlds import clustered, items, named, sizes, study_of
from tests.make import study_from_scores

CUTS = {"met": named(63.0), "partially_met": named(50.0)}


@cache
def world() -> Study:
    """600 persons in 20 unequal clusters, 20 items."""
    points, code = clustered(items(20), sizes(20, 600, 1), share=0.1, seed=2)
    return study_of(points, cuts=CUTS, cluster=code)


@cache
def swept_world() -> Result:
    return nps.cut_sweep(world(), cut_se=2.0, draws=250)


def rows(result: Result, table: str = "cuts", **where: Any) -> pd.DataFrame:
    found = result.tables[table]
    for name, value in where.items():
        found = found[found[name] == value]
    return found


def test_every_attainable_total_has_a_row_and_each_cut_asked_for() -> None:
    table = swept_world().tables["cuts"]
    free = table[table["cut_name"].isna()]
    assert free["cut"].tolist() == list(range(21))
    assert set(free["unit"]) == {"raw"}
    assert set(table["form"]) == {"all forms"}
    asked = table[table["cut_name"].notna()]
    assert asked[["cut", "unit", "operational"]].to_numpy().tolist() == [
        [63.0, "percent", 13.0],
        [50.0, "percent", 10.0],
    ]


def test_pass_rates_are_counted() -> None:
    totals = world().responses.points.sum(axis=1)
    free = rows(swept_world()).query("cut_name.isna()")
    counted = [(totals >= cut).mean() for cut in free["cut"]]
    np.testing.assert_allclose(free["pass_rate"], counted, atol=1e-12)


def test_limits_hold_the_estimate_and_leave_room_at_both_ends() -> None:
    table = swept_world().tables["cuts"]
    inside = table[(table["percent"] > 0)]
    assert (inside["pass_rate_low"] <= inside["pass_rate"]).all()
    assert (inside["pass_rate_high"] >= inside["pass_rate"]).all()
    assert inside["pass_rate_low"].between(0, 1).all()
    assert inside["pass_rate_high"].between(0, 1).all()
    assert (inside["pass_rate_high"] > inside["pass_rate_low"]).all()
    sure = table[table["percent"] == 0]
    assert sure[["pass_rate_low", "pass_rate_high"]].to_numpy().tolist() == [[1.0, 1.0]]


def test_judges_and_clusters_widen_the_limits() -> None:
    row = rows(swept_world(), cut_name="met").iloc[0]
    assert row["pass_rate_low"] < row["pass_rate_sampling_low"]
    assert row["pass_rate_high"] > row["pass_rate_sampling_high"]
    own = rows(swept_world(), "sources", cut_name="met", measure="below_cut")
    half = own.set_index("width_source")["half_width"]
    assert half["all"] > max(half["judges"], half["persons"])
    assert half["clusters"] > 0
    assert half["model"] == 0
    assert own["variance_share"].sum() == pytest.approx(1)
    sampled = (row["pass_rate_sampling_high"] - row["pass_rate_sampling_low"]) / 2
    assert np.hypot(half["persons"], half["clusters"]) == pytest.approx(sampled, rel=1e-9)


def test_the_same_bytes_with_one_thread_and_two() -> None:
    points, code = clustered(items(12), sizes(12, 300, 1), share=0.1, seed=5)
    one, two = (
        nps.cut_sweep(study_of(points, cuts=CUTS, cluster=code), draws=250, threads=threads)
        for threads in (1, 2)
    )
    for name, table in one.tables.items():
        pd.testing.assert_frame_equal(table, two.tables[name], check_exact=True)


def test_order_of_persons_does_not_matter() -> None:
    points, code = clustered(items(12), sizes(12, 300, 1), share=0.1, seed=5)
    turn = np.random.default_rng(1).permutation(len(code))
    one = nps.cut_sweep(study_of(points, cuts=CUTS, cluster=code), draws=100)
    other = nps.cut_sweep(study_of(points[turn], cuts=CUTS, cluster=code[turn]), draws=100)
    for name in ("pass_rate", "pass_rate_low", "false_pass", "accuracy_high"):
        left, right = (r.tables["cuts"][name].to_numpy(float) for r in (one, other))
        np.testing.assert_allclose(left, right, atol=1e-5)


def test_a_fractional_cut_is_shown_rounded_both_ways() -> None:
    totals = world().responses.points.sum(axis=1)
    row = rows(swept_world(), "rounding", cut_name="met").iloc[0]
    assert (row["exact"], row["floor"], row["ceiling"], row["operational"]) == (12.6, 12, 13, 13)
    assert row["fractional"]
    assert row["pass_rate_floor"] == pytest.approx((totals >= 12).mean())
    assert row["pass_rate_ceiling"] == pytest.approx((totals >= 13).mean())
    whole = rows(swept_world(), "rounding", cut_name="partially_met").iloc[0]
    assert not whole["fractional"]
    assert whole["floor"] == whole["ceiling"] == 10


def test_outcomes_are_told_from_the_lowest_whatever_order_cuts_come_in() -> None:
    own = rows(swept_world(), "outcomes")
    assert own["cut_name"].tolist() == ["below partially_met", "partially_met", "met"]
    assert own["share"].sum() == pytest.approx(1)
    assert own["share_modelled"].sum() == pytest.approx(1)
    assert (own["share_low"] <= own["share"]).all()
    assert (own["share"] <= own["share_high"]).all()


def test_pairs_agree_with_tables_of_three_outcomes() -> None:
    from naas_psych.analyses.cutscores.swept import swept

    found = swept(world(), draws=250)
    table = swept_world().tables["pairs"]
    assert len(table) == 20 * 19 // 2
    for lower, upper in ((5, 9), (10, 13), (13, 20)):
        row = table[(table["lower_cut"] == lower) & (table["upper_cut"] == upper)].iloc[0]
        assert found.whole.modelled is not None
        three = found.whole.modelled.reaching.crossed([lower, upper])
        assert row["accuracy"] == pytest.approx(float(three.accurate), abs=1e-12)
        assert row["consistency"] == pytest.approx(float(three.consistent), abs=1e-12)
        assert row["kappa"] == pytest.approx(float(three.kappa), abs=1e-9)
        assert row["false_pass"] == pytest.approx(float(three.false_pass), abs=1e-12)
        assert row["false_fail"] == pytest.approx(float(three.false_fail), abs=1e-12)


def test_draws_end_when_the_monte_carlo_error_is_small() -> None:
    result = nps.cut_sweep(world(), cut_se=2.0, draws=5000)
    table = result.tables["draws"]
    assert (table["draws"] <= 2000).all()
    assert (table["mcse_share"] < 0.1).all()


def test_one_item_more_or_less_than_a_cut_moves_nothing_else() -> None:
    """A cut at a whole total is the same row as that total."""
    result = nps.cut_sweep(world(), cut=["raw:13"], draws=250)
    asked, free = (
        result.tables["cuts"].query(f"cut == 13 and cut_name.{how}()") for how in ("notna", "isna")
    )
    for name in ("pass_rate", "pass_rate_low", "false_pass", "false_fail_high", "kappa_low"):
        assert asked[name].iloc[0] == pytest.approx(free[name].iloc[0], abs=1e-12)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"cut": ["63"]}, "is no cut with a unit"),
        ({"cut": ["raw:21"]}, "outside the scale"),
        ({"cut": ["101%"]}, "outside the scale"),
        ({"from_": "50", "to": "70"}, "--from '50' is no cut with a unit"),
        ({"from_": "70%", "to": "50%"}, "give the lower cut first"),
        ({"from_": "50%", "to": "raw:15"}, "give both in one unit"),
        ({"from_": "50%", "step": "-1"}, "expected a number above 0"),
        ({"from_": "50%", "step": "raw:1"}, "in percent"),
        ({"from_": "theta:0"}, "goes over marks"),
    ],
)
def test_a_cut_that_cannot_be_is_refused(options: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        nps.cut_sweep(world(), draws=100, **options)


def test_a_range_of_cuts_in_steps() -> None:
    result = nps.cut_sweep(world(), from_="40%", to="60%", step="5", draws=100)
    free = result.tables["cuts"].query("cut_name.isna()")
    assert free["cut"].tolist() == [40, 45, 50, 55, 60]
    assert set(free["unit"]) == {"percent"}
    assert len(result.tables["outcomes"]) == 3
    ends = nps.cut_sweep(world(), from_="8", to="10", unit="raw", draws=100).tables["cuts"]
    assert ends.query("cut_name.isna()")["cut"].tolist() == [8, 9, 10]


def test_cuts_at_the_ends_of_the_scale_stand() -> None:
    result = nps.cut_sweep(world(), cut=["0%", "100%", "raw:20"], draws=100)
    zero = rows(result, cut_name="0%").iloc[0]
    assert (zero["pass_rate"], zero["false_pass"], zero["false_fail"]) == (1.0, 0.0, 0.0)
    assert zero["kappa_reason"] == "one_outcome_only"
    top = rows(result, cut_name="100%").iloc[0]
    assert top["pass_rate_high"] > top["pass_rate_low"]


def test_forms_of_different_length_are_joined_in_per_cent() -> None:
    points, _ = clustered(items(20), np.array([400]), share=0.0, seed=3)
    points = points.astype(np.int8)
    points[:150, 15:] = -3
    result = nps.cut_sweep(study_of(points, cuts=CUTS), draws=100)
    table = result.tables["cuts"]
    assert list(dict.fromkeys(table["form"])) == ["all forms", "booklet 1", "booklet 2"]
    free = table[table["cut_name"].isna()]
    whole = free[free["form"] == "all forms"]
    assert set(whole["unit"]) == {"percent"}
    assert len(whole) == len({*np.round(np.arange(21) / 20, 9), *np.round(np.arange(16) / 15, 9)})
    assert len(free[free["form"] == "booklet 2"]) == 16
    assert free[free["form"] == "booklet 2"]["unit"].eq("raw").all()
    met = rows(result, cut_name="met").set_index("form")
    assert met.loc["all forms", "operational_reason"] == "differs_by_form"
    mixed = (
        250 * met.loc["booklet 1", "pass_rate"] + 150 * met.loc["booklet 2", "pass_rate"]
    ) / 400
    assert met.loc["all forms", "pass_rate"] == pytest.approx(mixed)
    mixed = 250 * met.loc["booklet 1", "false_pass"] + 150 * met.loc["booklet 2", "false_pass"]
    assert met.loc["all forms", "false_pass"] == pytest.approx(mixed / 400)


def test_without_a_response_model_rates_and_a_classical_answer_stand() -> None:
    stream = np.random.default_rng(4)
    half = (stream.random((40, 1)) < 0.6).astype(np.int8)
    points = np.hstack([half, np.ones((40, 3), np.int8)])
    result = nps.cut_sweep(study_of(points, cuts={"met": named(90.0)}), draws=100)
    row = rows(result, cut_name="met").iloc[0]
    assert row["pass_rate"] == pytest.approx(half.mean())
    assert row["pass_rate_modelled_reason"] == "not_calibrated"
    assert any("No response model" in note for note in result.notes)


def test_persons_without_a_total_are_left_out_and_named() -> None:
    points, _ = clustered(items(12), np.array([300]), share=0.0, seed=6)
    points[:9, 3] = -4
    result = nps.cut_sweep(study_of(points, cuts=CUTS), draws=100)
    assert rows(result, cut_name="met")["n"].iloc[0] == 291


def test_no_person_with_a_total_is_no_sweep() -> None:
    points = np.full((5, 3), -3, np.int8)
    points[:, 0] = [0, 1, 0, 1, 1]
    with pytest.raises(AnalysisImpossible):
        nps.cut_sweep(study_from_scores(points), cut=["50%"], draws=100)


def test_findings_say_who_is_below_and_whom_the_cut_gets_wrong() -> None:
    said = {(f.code, f.subject): f.sentence for f in swept_world().findings}
    below = said["share_below_cut", "met"]
    assert "from other clusters (20 came) and other judges" in below
    assert "of 1,000 persons about" in said["wrong_outcomes_at_cut", "met"]


def test_findings_and_drawings_stand_null_anywhere() -> None:
    from dataclasses import replace

    from naas_psych.analysis import findings_of
    from naas_psych.register import load

    result = swept_world()
    names = ["pass_rate", "pass_rate_low", "false_pass", "accuracy", "near", "percent", "kappa"]
    for name in names:
        table = result.tables["cuts"].assign(**{name: np.nan})
        less = replace(result, tables={**result.tables, "cuts": table})
        for finding in findings_of(less, world().thresholds):
            assert "nan" not in finding.sentence
        drawings = load("cut_sweep").drawings
        assert drawings is not None
        for one in drawings(less):
            assert "nan" not in one.title + one.alt
            one.draw()


def test_a_cut_that_everybody_reaches_misfits_no_model() -> None:
    from dataclasses import replace

    from naas_psych.analysis import findings_of

    study = study_of(world().responses.points, cuts={"nothing": named(0)})
    result = nps.cut_sweep(study, draws=100)
    cuts = result.tables["cuts"].assign(pass_rate_modelled=1 - 1e-12)
    rounded = replace(result, tables={**result.tables, "cuts": cuts})
    codes = [one.code for one in findings_of(rounded, study.thresholds)]
    assert "share_below_cut" in codes
    assert "model_misses_share" not in codes


def test_limits_of_an_outcome_of_everybody_hold_it() -> None:
    study = study_of(np.ones((40, 8), dtype=np.int8), cuts={"met": named(50)})
    table = nps.cut_sweep(study, draws=100).tables["outcomes"]
    assert table["share"].tolist() == [0.0, 1.0]
    assert table["share_low"].iloc[0] == 0.0
    assert table["share_high"].iloc[1] == 1.0


def test_persons_who_are_nearly_alike_are_no_less_exact() -> None:
    """Equal slopes leave the SD of theta free: far below 1 the usual nodes stand too far apart."""
    from naas_psych.analyses.irt.calibrated import calibrated

    stream = np.random.default_rng(5)
    points = (stream.random((150, 10)) < 0.5).astype(np.int8)
    study = study_of(points, cuts={"met": named(50)})
    fit = calibrated(study).fit
    sd = float(fit.group_sd[0])
    assert sd < 0.2
    theta = np.linspace(-7, 7, 14_001) * sd
    weight = np.exp(-0.5 * (theta / sd) ** 2)
    weight /= weight.sum()
    right = 1 / (1 + np.exp(-(theta - fit.b[:, None])))
    total = np.zeros((11, theta.size))
    total[0] = 1.0
    for p in right:
        total[1:] = total[1:] * (1 - p) + total[:-1] * p
        total[0] *= 1 - p
    up, true = total[5:].sum(axis=0), right.sum(axis=0) >= 5
    row = nps.cut_sweep(study, draws=100).tables["cuts"].iloc[0]
    assert row["false_pass"] == pytest.approx(float(weight @ (up * ~true)), abs=5e-4)
    assert row["false_fail"] == pytest.approx(float(weight @ ((1 - up) * true)), abs=5e-4)
    assert row["consistency"] == pytest.approx(1 - float(weight @ (2 * up * (1 - up))), abs=1e-6)
    own = nps.classification(study, replicates=50).tables["cuts"].set_index("method").loc["lee"]
    assert own["false_pass"] == pytest.approx(row["false_pass"], abs=1e-9)
    assert own["false_pass_low"] >= 0
