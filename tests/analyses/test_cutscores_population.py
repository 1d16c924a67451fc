"""How many people would be below a cut: strata, clusters, judges and words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from naas_psych.analyses.cutscores.cut_population import cut_population, drawings
from naas_psych.analyses.cutscores.population_words import rounded_to_width, size_word, word_at
from naas_psych.analyses.cutscores.swept import swept
from naas_psych.errors import AnalysisImpossible, UsageError
from naas_psych.numerics.post_stratification import post_stratified
from naas_psych.study.policy import Population
from naas_psych.study.study import Study
from naas_psych.thresholds import default_thresholds
from tests.analyses.fairness_world import fair_world

QUICK = {"draws": 250, "cut": ["50%"]}


def world(
    *,
    frame: Any = None,
    strata: tuple[str, ...] = ("team",),
    cluster: str | None = None,
    n: int = 200,
) -> Study:
    """Two teams of n persons, the second less able; `site` has twenty levels."""
    made = fair_world(shift=0.0, item=0, persons=(n, n), gap=0.6)
    persons = made.persons.assign(
        site=[f"S{k % 20:02d}" for k in range(2 * n)],
        post=[("old", "new", "new")[k % 3] for k in range(2 * n)],
    )
    spec = made.spec.model_copy(
        update={"population": Population(strata=list(strata), cluster=cluster)}
    )
    tables = {} if frame is None else {"frame": pd.DataFrame(frame)}
    return replace(made, persons=persons, spec=spec, tables=tables)


def row(table: pd.DataFrame, **at: Any) -> dict[str, Any]:
    """The one row with these values."""
    for name, value in at.items():
        table = table[table[name] == value]
    assert len(table) == 1
    return dict(table.iloc[0])


class TestWords:
    limits = default_thresholds()

    @pytest.mark.parametrize(
        ("low", "high", "word", "fits"),
        [
            (0.0, 0.02, "very small", "fits"),
            (0.01, 0.05, "small", "cannot tell"),
            (0.03, 0.09, "moderate", "does not fit"),
            (0.03, 0.2, "cannot tell", "does not fit"),
            (0.01, 0.2, "cannot tell", "cannot tell"),
            (0.11, 0.2, "not small", "does not fit"),
            (float("nan"), float("nan"), "cannot tell", "cannot tell"),
        ],
    )
    def test_the_generic_rule(self, low: float, high: float, word: str, fits: str) -> None:
        found = size_word(low, high, self.limits)
        assert (found.word, found.fits) == (word, fits)

    @pytest.mark.parametrize(
        ("share", "word"),
        [
            (0, "very small"),
            (0.02, "very small"),
            (0.0201, "small"),
            (0.1, "moderate"),
            (1, "not small"),
        ],
    )
    def test_lines_belong_to_the_smaller_word(self, share: float, word: str) -> None:
        assert word_at(share, self.limits) == word

    def test_numbers_are_as_round_as_their_limits(self) -> None:
        assert rounded_to_width(3412, 2133, 5021) == 3400
        assert rounded_to_width(3412, 3412, 3412) == 3412
        assert rounded_to_width(7.4, 5.1, 9.9) == 7


class TestWithoutFrame:
    def test_shares_are_those_of_the_sweep(self) -> None:
        study = world(cluster="site")
        result = cut_population(study, population=30000, **QUICK)
        found = swept(study, cut=["50%"], draws=250)
        place = found.whole.axis.asked[0]
        one = row(result.tables["outcomes"], outcome_reached="below 50%", limits_carry="clusters")
        low, high = found.whole.observed.limits(0.95)
        assert one["share"] == pytest.approx(found.whole.observed.share[place], abs=1e-12)
        assert one["share_low"] == pytest.approx(low[place], abs=1e-9)
        assert one["share_high"] == pytest.approx(high[place], abs=1e-9)
        assert one["of_population"] == pytest.approx(30000 * one["share"])
        wrong = row(result.tables["errors"], cut_name="50%")
        assert wrong["false_pass"] == pytest.approx(
            found.whole.modelled.point.false_pass[place], abs=1e-12
        )

    def test_without_a_size_nothing_is_scaled(self) -> None:
        result = cut_population(world(), **QUICK)
        table = result.tables["outcomes"]
        assert table["of_population"].isna().all()
        assert set(table["of_population_reason"]) == {"no_population"}
        assert any("--population" in note for note in result.notes)
        assert " of 100 " in result.findings[0].sentence

    def test_a_population_smaller_than_the_sample(self) -> None:
        result = cut_population(world(), population=100, **QUICK)
        one = row(result.tables["outcomes"], outcome_reached="below 50%", all_sources=True)
        assert one["share_low"] < one["share"] < one["share_high"]
        assert any("smaller than" in note for note in result.notes)

    def test_outcomes_add_up(self) -> None:
        result = cut_population(world(), cut=["50%", "70%"], draws=250, population=1000)
        table = result.tables["outcomes"]
        bands = table[table["outcome_reached"].isin(["70%", "50%", "below 50%"])]
        assert bands[bands["all_sources"]]["of_population"].sum() == pytest.approx(1000)

    def test_judges_widen(self) -> None:
        study = world()
        plain = cut_population(study, population=1000, **QUICK).tables["words"].iloc[0]
        moved = cut_population(study, population=1000, cut_se=8.0, **QUICK).tables["words"].iloc[0]
        assert moved["share_high"] - moved["share_low"] > plain["share_high"] - plain["share_low"]

    def test_the_words_are_in_the_sentence(self) -> None:
        result = cut_population(world(), population=30000, **QUICK)
        first = result.findings[0]
        assert first.code == "group_below_size"
        assert "of 30,000 would be below the cut (" in first.sentence
        assert "'a very, very small group' (2 % or fewer) do not fit" in first.sentence

    def test_nobody_below(self) -> None:
        """A cut at the lowest total is met by everybody, for certain."""
        result = cut_population(world(), cut=["0%"], draws=250, population=1000)
        one = row(result.tables["words"], cut_name="0%")
        assert (one["share"], one["share_low"], one["share_high"]) == (0, 0, 0)
        assert one["size_word"] == "very small"

    def test_a_cut_on_theta(self) -> None:
        result = cut_population(world(), cut=["theta:-0.5"], draws=250, population=1000)
        assert 0 < result.tables["words"]["share"].iloc[0] < 1

    def test_no_cut(self) -> None:
        with pytest.raises(AnalysisImpossible, match="--cut"):
            cut_population(world(), draws=250)

    def test_bad_population(self) -> None:
        with pytest.raises(UsageError):
            cut_population(world(), population=0, **QUICK)


class TestWithFrame:
    def test_weights_by_hand(self) -> None:
        frame = {"team": ["first", "second"], "n": [100.0, 900.0]}
        study = world(frame=frame)
        result = cut_population(study, **QUICK)
        one = row(
            result.tables["outcomes"],
            outcome_reached="below 50%",
            weighting="strata",
            limits_carry="persons one by one",
        )
        totals = study.responses.points.sum(axis=1)
        rates = np.array([(totals[:200] < 5).mean(), (totals[200:] < 5).mean()])
        known = post_stratified(rates, np.array([200, 200]), np.array([100, 900]))
        assert one["share"] == pytest.approx(known.share, abs=1e-12)
        assert one["of_population"] == pytest.approx(1000 * known.share)
        # 200 persons came of a stratum that the frame says has 100: that one adds no error.
        spread = one["design_effect"] * one["share"] * (1 - one["share"]) / 399
        assert np.sqrt(spread) == pytest.approx(known.se, rel=1e-9)

    def test_a_row_a_person_or_counts_are_the_same(self) -> None:
        many = {"team": ["first"] * 10 + ["second"] * 30}
        counted = {"team": ["first", "second"], "n": [10.0, 30.0]}
        one, other = (
            cut_population(world(frame=frame), population=4000, **QUICK).tables["outcomes"]
            for frame in (many, counted)
        )
        pd.testing.assert_frame_equal(one, other)

    def test_one_margin_raked_is_post_stratified(self) -> None:
        frame = {"team": ["first", "second"], "n": [10.0, 30.0]}
        study = world(frame=frame, cluster="site")
        one, other = (
            cut_population(study, weighting=way, population=4000, **QUICK).tables["outcomes"]
            for way in ("strata", "raking")
        )
        assert one["share"].to_numpy() == pytest.approx(other["share"].to_numpy(), abs=1e-9)
        assert one["share_low"].to_numpy() == pytest.approx(other["share_low"].to_numpy(), abs=1e-6)

    def test_raking_fits_every_margin(self) -> None:
        frame = {
            "team": ["first", "first", "second", "second"],
            "post": ["old", "new", "old", "new"],
            "n": [10.0, 20.0, 30.0, 60.0],
        }
        study = world(frame=frame, strata=("team", "post"))
        strata = cut_population(study, weighting="raking", **QUICK).tables["strata"]
        share = strata["n"] * strata["weight"] / 400
        assert share.to_numpy() == pytest.approx(np.array([30, 90, 80, 40]) / 120, abs=1e-9)

    def test_clusters_widen_where_they_differ(self) -> None:
        study = world(cluster="site")
        lucky = np.array(
            [
                f"S{k // 20:02d}"
                for k in np.argsort(
                    np.argsort(study.responses.points.sum(axis=1), kind="stable"), kind="stable"
                )
            ]
        )
        study = replace(study, persons=study.persons.assign(site=lucky))
        table = cut_population(study, **QUICK).tables["outcomes"]
        below = table[table["outcome_reached"] == "below 50%"]
        alone, between = below["share_high"] - below["share_low"]
        assert between > 2 * alone
        assert row(below, limits_carry="clusters")["design_effect"] > 5

    def test_an_empty_stratum_is_joined_and_listed(self) -> None:
        frame = {"team": ["first", "second", "third"], "n": [10.0, 30.0, 60.0]}
        result = cut_population(world(frame=frame), **QUICK)
        one = row(result.tables["strata"], stratum="third")
        assert one["n"] == 0
        assert one["joined_with"] == "first"
        assert np.isnan(one["below_rate"])
        assert one["below_rate_reason"] == "too_few_persons"
        assert any("joined" in note for note in result.notes)

    def test_persons_that_the_frame_does_not_know(self) -> None:
        frame = {"team": ["second"], "n": [50.0]}
        result = cut_population(world(frame=frame), **QUICK)
        words = result.tables["outcomes"]
        assert set(words[words["weighting"] == "strata"]["n"]) == {200}
        assert any("200 persons are of a kind" in note for note in result.notes)

    def test_nobody_that_the_frame_knows(self) -> None:
        with pytest.raises(AnalysisImpossible, match="spelt alike"):
            cut_population(world(frame={"team": ["Firsts"], "n": [50.0]}), **QUICK)

    def test_a_column_that_the_frame_lacks(self) -> None:
        study = world(frame={"region": ["north"], "n": [50.0]})
        with pytest.raises(AnalysisImpossible, match="which the frame does not have"):
            cut_population(study, **QUICK)
        assert len(cut_population(study, weighting="none", **QUICK).tables["words"]) == 1

    def test_a_column_that_the_persons_lack(self) -> None:
        study = world(frame={"region": ["north"], "n": [50.0]}, strata=("region",))
        with pytest.raises(AnalysisImpossible, match="table of persons does not have"):
            cut_population(study, **QUICK)

    def test_ability_of_the_population_moves_wrong_outcomes(self) -> None:
        frame = {"team": ["first", "second"], "n": [1.0, 99.0]}
        errors = cut_population(world(frame=frame), **QUICK).tables["errors"]
        none, strata = (row(errors, weighting=way) for way in ("none", "strata"))
        assert strata["false_fail"] != pytest.approx(none["false_fail"], rel=1e-3)

    def test_shifts_and_tipping_points(self) -> None:
        result = cut_population(world(), cut=["30%"], draws=250, population=1000)
        curve = result.tables["selection"]
        assert curve["share_if"].is_monotonic_decreasing
        still = row(curve, ability_shift=0.0)
        words = result.tables["words"].iloc[0]
        assert still["share_if"] == pytest.approx(words["share"], abs=1e-12)
        assert words["tip_smaller"] > 0

    def test_drawings_stand_without_numbers(self) -> None:
        result = cut_population(world(), population=1000, **QUICK)
        bare = {
            name: table.assign(**{c: np.nan for c in table if table[c].dtype.kind == "f"})
            for name, table in result.tables.items()
        }
        for one in [*drawings(result), *drawings(replace(result, tables=bare))]:
            assert "nan" not in one.title + one.alt
            one.draw()


def test_everybody_is_exactly_everybody() -> None:
    """Weights that add up to 1 but for rounding leave no share of 3e-15 with narrow limits."""
    study = world(frame={"team": ["first", "second"], "n": [700, 300]})
    table = cut_population(study, draws=250, cut=["0%"]).tables["outcomes"]
    weighted = row(table, outcome_reached="0%", weighting="strata", all_sources=True)
    assert weighted["share"] == 1.0
    study = world(n=67, frame={"team": ["first", "second"], "n": [691, 309]})
    made = cut_population(study, draws=250, cut=["100%"]).tables["outcomes"]
    for way in ("none", "strata"):
        everybody = row(made, outcome_reached="below 100%", weighting=way, all_sources=True)
        assert everybody["share"] == 1.0
        assert np.isnan(everybody["design_effect"])
