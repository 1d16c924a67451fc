"""Response times and opinions on time: known truth, edges, and what the pilot was made with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr, ttest_ind

import naas_psych as nps
from naas_psych import register
from naas_psych.errors import AnalysisImpossible
from naas_psych.numerics.intervals import UNDEFINED
from naas_psych.numerics.proportions import newcombe, wilson
from naas_psych.numerics.ranks import spearman, spearman_interval
from naas_psych.numerics.two_groups import mean_interval, welch
from naas_psych.study.spec import StudySpec
from naas_psych.study.study import Study
from tests.analyses.speed_worlds import sat
from tests.make import study_from_scores

PILOT = "data/sample_responses/naas_pilot"


@pytest.fixture(scope="module")
def pilot() -> Study:
    return nps.read_study(PILOT)


def timed(
    seconds: Any,
    *,
    points: Any = None,
    spec: Mapping[str, Any] | None = None,
    persons: Mapping[str, Any] | None = None,
    feedback: Mapping[str, Any] | None = None,
) -> Study:
    times = np.asarray(seconds, dtype=np.float32)
    if points is None:
        points = np.random.Generator(np.random.PCG64(99)).integers(0, 2, times.shape)
    study = study_from_scores(points, max_points=1, times=times)
    whole = StudySpec.model_validate({"tables": {"responses": "none.csv"}, **(spec or {})})
    tables = {} if feedback is None else {"feedback": pd.DataFrame(feedback)}
    return replace(
        study, spec=whole, tables=tables, persons=study.persons.assign(**(persons or {}))
    )


def usual(seed: int, n: int = 200, j: int = 16, *, speed: float = 0.25) -> Any:
    rng = np.random.Generator(np.random.PCG64(seed))
    tau = speed * rng.normal(size=(n, 1))
    return np.exp(rng.normal(3.8, 0.25, j) - tau + 0.35 * rng.normal(size=(n, j)))


# Response times


def test_the_tables_are_those_of_the_model() -> None:
    rng = np.random.Generator(np.random.PCG64(1))
    n, j = 3000, 20
    beta, sigma = rng.normal(3.8, 0.25, j), rng.uniform(0.25, 0.45, j)
    tau = 0.25 * rng.normal(size=n)
    seconds = np.exp(beta - tau[:, None] + sigma * rng.normal(size=(n, j)))
    result = nps.response_times(timed(seconds, spec={"speed": {"time_limit": 18}}))
    items = result.tables["items"]
    z = (items["time_intensity"] - beta) / items["time_intensity_se"]
    assert np.abs(z).max() < 4
    z = (items["time_discrimination"] - 1 / sigma) / items["time_discrimination_se"]
    assert np.abs(z).max() < 4
    assert items["outlier_share"].mean() == pytest.approx(0.05, abs=0.003)
    np.testing.assert_allclose(items["median_seconds"], np.exp(items["time_intensity"]))
    row = result.tables["summary"].iloc[0]
    assert row["speed_sd_low"] < 0.25 < row["speed_sd_high"]
    total = np.exp(
        beta - 0.25 * rng.normal(size=(200_000, 1)) + sigma * rng.normal(size=(200_000, j))
    )
    minutes = total.sum(axis=1) / 60
    assert row["minutes_needed_low"] < np.quantile(minutes, 0.95) < row["minutes_needed_high"]
    assert row["over_limit_low"] < (minutes > 18).mean() < row["over_limit_high"]
    persons = result.tables["persons"]
    r = np.corrcoef(persons["speed"], tau)[0, 1]
    assert r * r == pytest.approx(row["speed_reliability"], abs=0.02)


def test_haste_at_the_end_does_not_hide_that_time_was_short() -> None:
    """A third guess the last quarter in two seconds: medians and minutes stay as they were."""
    seconds = usual(2, n=600)
    hasty = seconds.copy()
    hasty[:200, 12:] = 2.0
    whole, hurried = (
        nps.response_times(timed(s, spec={"speed": {"time_limit": 12}})).tables
        for s in (seconds, hasty)
    )
    before, after = (t["summary"].iloc[0] for t in (whole, hurried))
    assert after["minutes_needed"] == pytest.approx(before["minutes_needed"], rel=0.03)
    late = hurried["items"].iloc[12:]
    assert (late["n_rapid"] == 200).all()
    assert (late["observed_seconds"] < 0.6 * late["median_seconds"]).all()


def test_time_is_called_too_short_only_when_that_is_sure() -> None:
    seconds = usual(3)
    needed = nps.response_times(timed(seconds)).tables["summary"].iloc[0]

    def severity(limit: float) -> tuple[str, str]:
        result = nps.response_times(timed(seconds, spec={"speed": {"time_limit": limit}}))
        [found] = [f for f in result.findings if f.code == "time_needed"]
        return found.severity, found.sentence

    assert severity(0.8 * needed["minutes_needed"])[0] == "warning"
    assert severity(needed["minutes_needed"])[0] == "info"
    assert severity(1.5 * needed["minutes_needed"])[0] == "info"
    [found] = [f for f in nps.response_times(timed(seconds)).findings if f.code == "time_needed"]
    assert "is not known" in found.sentence


def test_an_item_that_was_known_beforehand_shows_in_its_fast_answers() -> None:
    rng = np.random.Generator(np.random.PCG64(4))
    seconds = usual(4, n=800)
    points = (rng.random(seconds.shape) < 0.6).astype(int)
    knew = np.arange(800) < 60
    points[knew, 5] = 1
    seconds[knew, 5] = np.exp(2.75 + 0.1 * rng.normal(size=60))
    result = nps.response_times(timed(seconds, points=points))
    flagged = [f.subject for f in result.findings if f.code == "fast_right_answers"]
    assert flagged == ["Q06"]
    clean = nps.response_times(timed(usual(5, n=800), points=points))
    assert not [f for f in clean.findings if f.code == "fast_right_answers"]


def test_extra_time_has_a_speed_but_no_part_in_the_estimates() -> None:
    seconds = usual(6, n=120)
    spec = {"speed": {"extra_time": {"column": "adjustment", "levels": ["more"]}}}
    people = {"adjustment": ["more"] * 20 + ["none"] * 100}
    result = nps.response_times(timed(seconds, spec=spec, persons=people))
    assert result.tables["summary"]["n"].tolist() == [100]
    assert len(result.tables["persons"]) == 120
    alone = nps.response_times(timed(seconds[20:]))
    np.testing.assert_allclose(
        result.tables["items"]["time_intensity"], alone.tables["items"]["time_intensity"], rtol=1e-6
    )


def test_persons_and_items_without_times_get_reasons() -> None:
    seconds = usual(7, n=60, j=8)
    seconds[0] = np.nan
    seconds[:, 3] = np.nan
    seconds[:, 4] = 30.0
    result = nps.response_times(timed(seconds))
    items = result.tables["items"].set_index("item_id")
    assert items.loc["Q04", "time_intensity_reason"] == "no_times"
    assert items.loc["Q04", "observed_seconds_reason"] == "no_times"
    assert items.loc["Q05", "time_intensity_reason"] == "no_variance_of_times"
    assert np.isfinite(items.loc["Q01", "time_intensity"])
    persons = result.tables["persons"].set_index("person_id")
    assert persons.loc["P1", "speed_reason"] == "no_times"
    assert result.tables["summary"]["items"].tolist() == [6]


@pytest.mark.parametrize(
    ("seconds", "what"),
    [
        (np.full((30, 5), np.nan), "No response has a time"),
        (np.full((30, 5), 40.0), "Needed: times of 20 persons"),
        (usual(8, n=12, j=5), "Needed: times of 20 persons"),
        (usual(9, n=40, j=1), "at least two items"),
    ],
    ids=["none", "constant", "twelve persons", "one item"],
)
def test_what_cannot_be_told_is_refused(seconds: Any, what: str) -> None:
    with pytest.raises(AnalysisImpossible, match=what):
        nps.response_times(timed(seconds))


def test_no_times_at_all_are_refused() -> None:
    with pytest.raises(AnalysisImpossible, match="Needed: a response time"):
        nps.response_times(study_from_scores([[0, 1, 1]] * 30, max_points=1))


def test_times_that_follow_speed_exactly_have_no_discrimination() -> None:
    rng = np.random.Generator(np.random.PCG64(10))
    seconds = np.exp(np.array([3.0, 3.5, 4.0, 3.2]) - 0.3 * rng.normal(size=(50, 1)))
    items = nps.response_times(timed(seconds)).tables["items"]
    assert set(items["time_discrimination_reason"]) == {"no_residual_spread"}
    assert items["time_intensity"].notna().all()


def test_no_cell_of_speed_and_score_holds_fewer_than_five() -> None:
    table = nps.response_times(timed(usual(11))).tables["speed_and_score"]
    assert len(table)
    assert (table["n"] >= 5).all()


def test_one_score_for_everybody_has_no_correlation() -> None:
    row = nps.response_times(timed(usual(12), points=np.ones((200, 16), int))).tables["summary"]
    assert row["speed_score_r_reason"].iloc[0] == "no_variance"


def test_the_pilot_gives_back_what_it_was_made_with(pilot: Study) -> None:
    """beta ~ N(3.90, .25), speed sd .22, residual sd .38, limits 60 and 75 minutes."""
    result = nps.response_times(pilot)
    items = result.tables["items"]
    assert items["time_intensity"].mean() == pytest.approx(3.90, abs=0.08)
    assert items["time_intensity"].std() == pytest.approx(0.25, abs=0.06)
    z = (items["time_discrimination"] - 1 / 0.38) / items["time_discrimination_se"]
    assert np.abs(z.mean()) < 0.5
    assert z.std() == pytest.approx(1.0, abs=0.25)
    summary = result.tables["summary"].set_index("form")
    for form, limit in (("alpha", 60), ("beta", 75)):
        row = summary.loc[form]
        assert row["speed_sd_low"] < 0.22 < row["speed_sd_high"]
        assert row["time_limit"] == limit
        own = items[items["form"] == form]
        # The truth of this form's items: a sum of lognormals of residual sd .38, speed sd .22.
        middle = np.exp(own["time_intensity"] + 0.38**2 / 2).sum() / 60
        assert row["minutes_needed"] == pytest.approx(middle * np.exp(1.645 * 0.22), rel=0.05)
    warned = [f for f in result.findings if f.code == "time_needed" and f.subject == "alpha"]
    assert warned[0].severity == "warning"
    assert "78 minutes" in warned[0].sentence
    both = items[items["item_id"].duplicated(keep=False)]
    wide = both.pivot_table(index="item_id", columns="form", values="time_intensity")
    assert len(wide) == 24
    assert np.abs(wide["alpha"] - wide["beta"]).max() < 0.15


def test_items_and_persons_of_the_pilot_are_found_one_by_one(pilot: Study) -> None:
    """Against the times and speeds each was made with; the level of speed is its form's own."""
    truth = json.loads(Path(f"{PILOT}/truth.json").read_text(encoding="utf-8"))
    tables = nps.response_times(pilot).tables
    made = {row["item_id"]: row["log_time"] for row in truth["items"]}
    items = tables["items"]
    for _, own in items.groupby("form"):
        gap = own["time_intensity"] - own["item_id"].map(made)
        # What the items of a form share is the mean speed of its persons; the rest is chance.
        assert abs(gap.mean()) < 0.04
        z = (gap - gap.mean()) / (0.38 / np.sqrt(own["n"]))
        assert z.std() == pytest.approx(1.0, abs=0.3)
        assert np.abs(z).max() < 4
    people = pd.DataFrame(truth["abilities"]).set_index("person_id")
    persons = tables["persons"].dropna(subset=["speed"]).set_index("person_id")
    for form, own in persons.groupby("form"):
        known = people.loc[own.index]
        r = np.corrcoef(own["speed"], known["log_speed"])[0, 1]
        reliability = tables["summary"].set_index("form").loc[form, "speed_reliability"]
        assert r * r == pytest.approx(reliability, abs=0.03)
        inside = np.abs(own["speed"] - (known["log_speed"] - known["log_speed"].mean())) < (
            2.6 * own["speed_se"]
        )
        assert inside.mean() > 0.97
    ability = people.loc[persons.index, "theta"]
    assert np.corrcoef(persons["speed"], ability)[0, 1] == pytest.approx(0.25, abs=0.1)


def test_the_pictures_can_be_drawn(pilot: Study) -> None:
    for name in ("response_times", "time_opinion", "speed_impact"):
        one = register.load(name)
        assert one.drawings is not None
        drawn = list(one.drawings(one.run(pilot)))
        assert drawn
        for drawing in drawn:
            assert drawing.draw().axes
            assert not drawing.title.endswith(".")


# Opinions


def asked(
    ratings: Any, *, rushed: Any = None, source: Any = "exit", named: bool = True, n: int = 120
) -> Study:
    """Ratings of the first persons; `rushed` persons guess the last two of sixteen items."""
    seconds = usual(20, n=n)
    if rushed is not None:
        seconds[np.flatnonzero(rushed)[:, None], [14, 15]] = 2.0
    m = len(ratings)
    feedback = {
        "person_id": [f"P{k + 1}" if named else None for k in range(m)],
        "source": source if isinstance(source, list) else [source] * m,
        "time_enough": np.asarray(ratings, dtype=float),
    }
    return timed(seconds, feedback=feedback)


def test_shares_and_differences_are_counted_as_by_hand() -> None:
    ratings = [1] * 10 + [2] * 10 + [3] * 20 + [4] * 30 + [5] * 10
    rushed = np.zeros(120, bool)
    rushed[:12] = True
    rushed[40:44] = True
    result = nps.time_opinion(asked(ratings, rushed=rushed))
    row = result.tables["shares"].iloc[0]
    assert (row["n"], row["enough"], row["short_time"]) == (80, 0.5, 0.25)
    assert row["enough_low"] == wilson(40, 80, level=0.95).low
    assert row["time_rating"] == pytest.approx(np.mean(ratings))
    seen = result.tables["behaviour"].set_index("measure").loc["rushed_in_tail"]
    assert (seen["value_short_time"], seen["value_enough"]) == (12 / 20, 4 / 40)
    limits = newcombe((12, 20), (4, 40), level=0.95)
    assert (seen["difference_low"], seen["difference_high"]) == (limits.low, limits.high)
    [said] = [f for f in result.findings if f.code == "opinion_and_behaviour"]
    assert "60 % rushed" in said.sentence
    assert "borne out" in said.meaning


def test_each_source_stands_for_itself() -> None:
    source = ["exit"] * 40 + ["open_call"] * 40
    result = nps.time_opinion(asked([4] * 40 + [1] * 40, source=source))
    table = result.tables["shares"].set_index("source")
    assert table["enough"].to_dict() == {"exit": 1.0, "open_call": 0.0}
    severities = [f.severity for f in result.findings if f.code == "time_opinion"]
    assert severities == ["info", "warning"]


def test_answers_without_a_person_are_counted_and_not_compared() -> None:
    result = nps.time_opinion(asked([1] * 30, named=False))
    assert result.tables["shares"]["form"].tolist() == ["not known"]
    assert set(result.tables["behaviour"]["difference_reason"]) == {"too_few_persons"}
    assert any("30 answers name no person" in note for note in result.notes)


def test_who_rushed_and_kept_silent_is_told() -> None:
    rushed = np.arange(120) >= 60
    result = nps.time_opinion(asked([4] * 60, rushed=rushed))
    rates = result.tables["answered"].set_index("rushed_in_tail")["opinion_rate"]
    assert rates.to_dict() == {"yes": 0.0, "no": 1.0}
    assert [f.severity for f in result.findings if f.code == "rushed_answered_less"] == ["warning"]


def test_few_answers_get_no_share() -> None:
    row = nps.time_opinion(asked([2] * 9)).tables["shares"].iloc[0]
    assert row["short_time_reason"] == "too_few_persons"


def test_without_times_opinions_are_still_told() -> None:
    made = asked([4] * 20)
    study = replace(made, responses=replace(made.responses, times=None))
    result = nps.time_opinion(study)
    assert result.tables["shares"]["enough"].tolist() == [1.0]
    assert set(result.tables["behaviour"]["difference_reason"]) == {"no_times"}
    assert set(result.tables["answered"]["opinion_rate_reason"]) == {"no_times"}


def test_questions_are_found_by_name_or_by_option() -> None:
    seconds = usual(21, n=60)
    feedback = {
        "person_id": [f"P{k + 1}" for k in range(20)],
        "timing": [4.0] * 20,
        "pace": [1.0] * 20,
    }
    study = timed(seconds, feedback=feedback)
    assert nps.time_opinion(study).tables["shares"]["enough"].iloc[0] == 1.0
    assert nps.time_opinion(study, question="pace").tables["shares"]["enough"].iloc[0] == 0.0
    with pytest.raises(AnalysisImpossible, match="Its questions are: timing, pace"):
        nps.time_opinion(study, question="tempo")


def test_without_a_question_on_time_it_is_refused() -> None:
    with pytest.raises(AnalysisImpossible, match="Needed: a table feedback"):
        nps.time_opinion(timed(usual(22)))
    other = timed(usual(22), feedback={"person_id": ["P1"], "fair": [3.0]})
    with pytest.raises(AnalysisImpossible, match="about time by its name"):
        nps.time_opinion(other)


def test_in_the_pilot_opinion_and_behaviour_agree(pilot: Study) -> None:
    result = nps.time_opinion(pilot)
    table = result.tables["behaviour"].set_index(["form", "measure"])
    assert table.loc[("alpha", "rushed_in_tail"), "difference_low"] > 0
    assert table.loc[("alpha", "rushed_in_tail"), "rank_r_low"] > 0
    silent = [f.subject for f in result.findings if f.code == "rushed_answered_less"]
    assert "alpha" in silent
    open_call = result.tables["shares"].query("source == 'open_call'")
    assert open_call["short_time"].iloc[0] > 0.5


# Two groups


def test_welch_and_spearman_are_those_of_scipy() -> None:
    rng = np.random.Generator(np.random.PCG64(30))
    x, y = rng.normal(size=30), rng.normal(1, 2, size=45)
    theirs = ttest_ind(x, y, equal_var=False).confidence_interval(0.9)
    ours = welch(x, y, level=0.9)
    np.testing.assert_allclose([ours.low, ours.high], [theirs.low, theirs.high], rtol=1e-10)
    a, b = rng.integers(1, 6, 80).astype(float), rng.integers(0, 4, 80).astype(float)
    assert spearman(a, b) == pytest.approx(spearmanr(a, b).statistic, abs=1e-12)
    one = mean_interval(x, level=0.95)
    half = 2.045229642132703 * x.std(ddof=1) / np.sqrt(30)
    np.testing.assert_allclose([one.low, one.high], [x.mean() - half, x.mean() + half], rtol=1e-10)


def test_bonett_and_wright_limits() -> None:
    found = spearman_interval(0.5, 28, level=0.95)
    half = 1.959963984540054 * np.sqrt(1.125 / 25)
    np.testing.assert_allclose(found.high, np.tanh(np.arctanh(0.5) + half), rtol=1e-12)
    assert spearman_interval(0.5, 3, level=0.95) == UNDEFINED
    assert np.isnan(spearman(np.ones(5), np.arange(5.0)))
    assert welch(np.ones(1), np.ones(5), level=0.95) == UNDEFINED
    assert welch(np.ones(4), np.ones(5), level=0.95) == UNDEFINED
    assert mean_interval(np.ones(1), level=0.95) == UNDEFINED


def test_the_observed_time_is_the_geometric_mean_whatever_the_order_of_persons() -> None:
    study = sat(persons=300, items=10)
    times = study.responses.times
    assert times is not None
    found = nps.response_times(study).tables["items"].set_index("item_id")
    expected = np.exp(np.log(times.astype(float)).mean(axis=0))
    np.testing.assert_allclose(
        found["observed_seconds"][list(study.responses.item_ids)].astype(float),
        expected,
        rtol=1e-12,
    )
