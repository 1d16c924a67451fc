"""Scores and outcomes without the items that content speaks against."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import naas_psych as nps
from naas_psych.analyses.content.flagged import flagged
from naas_psych.errors import AnalysisImpossible
from naas_psych.numerics.ranks import midranks
from naas_psych.numerics.removal import Marks, alphas, changes, outcomes, random_removals
from naas_psych.result import Result
from naas_psych.study.spec import Cut
from naas_psych.study.study import Study
from tests.make import study_from_scores

PILOT = "data/sample_responses/naas_pilot"
HALF = {"met": Cut(value=50, unit="percent")}


def study_of(points: Any, weak: tuple[str, ...], cuts: dict[str, Cut] | None = None) -> Study:
    """A study in which ten judges find the items `weak` irrelevant and another role's."""
    study = study_from_scores(points)
    rows = [
        {
            "judge_id": f"X{k}",
            "item_id": item,
            "relevance": 1.0 if item in weak else 4.0,
            "role_owner": "health" if item in weak else "social_worker",
        }
        for item in study.responses.item_ids
        for k in range(10)
    ]
    return replace(
        study,
        spec=study.spec.model_copy(update={"cuts": HALF if cuts is None else cuts}),
        tables={"judgements": pd.DataFrame(rows)},
    )


def cut_row(result: Result, cut: str = "met", form: str = "all") -> dict[str, Any]:
    table = result.tables["cuts"]
    own = table[(table["cut"] == cut) & (table["form"] == form)]
    assert len(own) == 1
    return dict(own.iloc[0])


def random_points(n: int = 150, items: int = 12, seed: int = 3) -> Any:
    rng = np.random.Generator(np.random.PCG64(seed))
    ability = rng.normal(size=(n, 1))
    return (rng.random((n, items)) < 1 / (1 + np.exp(-1.5 * ability))).astype(int)


def test_outcomes_counted_by_hand() -> None:
    # Q01 is flagged. With it two of four marks are needed, without it 1.5 of 3: two.
    points = [[1, 1, 0, 0]] * 3 + [[0, 1, 0, 0]] * 2 + [[0, 1, 1, 0]] * 4 + [[1, 1, 1, 1]]
    seen = cut_row(nps.without_flagged(study_of(points, ("Q01",)), replicates=50))
    assert seen["n"] == 10
    assert seen["pass_rate"] == pytest.approx(0.8)
    assert seen["pass_rate_without"] == pytest.approx(0.5)
    assert (seen["changed_n"], seen["up_per_1000"], seen["down_per_1000"]) == (3, 0.0, 300.0)
    assert seen["pass_rate_change_low"] <= -0.3 <= seen["pass_rate_change_high"]


def test_a_raw_cut_keeps_its_share_of_the_marks() -> None:
    points = random_points()
    raw = study_of(points, ("Q01", "Q05"), {"met": Cut(value=6, unit="raw")})
    percent = study_of(points, ("Q01", "Q05"))
    one, other = (cut_row(nps.without_flagged(s, replicates=0)) for s in (raw, percent))
    assert one["changed_n"] == other["changed_n"]
    assert one["pass_rate"] == (points.sum(axis=1) >= 6).mean()
    assert one["pass_rate_without"] == (np.delete(points, [0, 4], axis=1).sum(axis=1) >= 5).mean()


def test_alpha_is_that_of_reliability_with_and_without() -> None:
    points = random_points()
    study = study_of(points, ("Q01", "Q05"))
    seen = nps.without_flagged(study, replicates=0).tables["forms"].iloc[0]
    for columns, name in ((range(12), "alpha"), ([1, 2, 3, *range(5, 12)], "alpha_without")):
        alone = study_from_scores(points[:, list(columns)])
        table = nps.reliability(alone, replicates=0).tables["coefficients"]
        expected = table.set_index("coefficient").loc["alpha", "estimate"]
        assert seen[name] == pytest.approx(expected, rel=1e-12)


def test_scores_and_ranks_by_other_means() -> None:
    points = random_points()
    seen = nps.without_flagged(study_of(points, ("Q01",)), replicates=0).tables["forms"].iloc[0]
    old, new = points.mean(axis=1) * 100, points[:, 1:].mean(axis=1) * 100
    assert seen["mean_percent"] == pytest.approx(old.mean())
    assert seen["sd_percent_without"] == pytest.approx(new.std(ddof=1))
    assert seen["score_r"] == pytest.approx(np.corrcoef(old, new)[0, 1])
    assert seen["rank_order_r"] == pytest.approx(stats.spearmanr(old, new).statistic)


def test_midranks_are_those_of_scipy() -> None:
    values = np.array([3.0, 1, 1, 2, 3, 3])
    np.testing.assert_array_equal(midranks(values), stats.rankdata(values))


def test_removing_all_at_once_is_the_reference_of_as_many_random_items() -> None:
    kept = random_removals(np.array([True] * 8 + [False] * 4), count=3, samples=500, seed=1)
    assert (~kept).sum(axis=1).tolist() == [3] * 500
    assert kept[:, 8:].all()
    # Each of eight is drawn with probability 3/8: of 500 about 187, within four errors.
    assert np.abs((~kept)[:, :8].sum(axis=0) - 187.5).max() < 4 * np.sqrt(500 * 3 / 8 * 5 / 8)


def test_the_reference_is_what_each_removal_gives_alone() -> None:
    points = random_points(60, 6)
    test = Marks(points, np.ones(6, dtype=np.int64), np.array([0.5]))
    kept = random_removals(np.ones(6, dtype=bool), count=2, samples=5, seed=2)
    together = outcomes(test, kept)
    for m in range(5):
        alone = points[:, kept[m]]
        np.testing.assert_allclose(together.shares[:, m], alone.mean(axis=1))
        np.testing.assert_array_equal(together.reached[0, :, m], alone.sum(axis=1) >= 2)
        covariance = np.cov(alone, rowvar=False)
        expected = 4 / 3 * (1 - np.trace(covariance) / covariance.sum())
        assert alphas(points, kept)[m] == pytest.approx(expected, rel=1e-12)


def test_a_bootstrap_sample_is_alpha_of_its_persons() -> None:
    # Every person the same number of times: each replicate is then near the estimate, and the
    # spread is that of the bootstrap done the slow way.
    points = random_points(80, 6)
    test = Marks(points, np.ones(6, dtype=np.int64), np.array([0.5]))
    kept = np.array([False, True, True, True, True, True])
    found = changes(test, kept, replicates=2000, seed=1, threads=1)
    rng = np.random.Generator(np.random.PCG64(9))
    masks = np.stack([np.ones(6, dtype=bool), kept])
    slow = []
    for _ in range(600):
        pair = alphas(points[rng.integers(0, 80, 80)], masks)
        slow.append(pair[1] - pair[0])
    assert found.alpha.mean() == pytest.approx(np.mean(slow), abs=5 * np.std(slow) / np.sqrt(600))
    assert found.alpha.std() == pytest.approx(np.std(slow), rel=0.15)
    gain = (points[:, 1:].sum(axis=1) >= 2.5).mean() - (points.sum(axis=1) >= 3).mean()
    assert found.pass_rate.mean() == pytest.approx(gain, abs=0.005)


def test_threads_and_the_order_of_persons_do_not_matter() -> None:
    points = random_points(3000, 8)
    test = Marks(points, np.ones(8, dtype=np.int64), np.array([0.5]))
    kept = np.arange(8) > 1
    first = changes(test, kept, replicates=3000, seed=1, threads=1)
    other = changes(replace(test, points=points[::-1]), kept, replicates=3000, seed=1, threads=2)
    np.testing.assert_array_equal(first.alpha, other.alpha)
    np.testing.assert_array_equal(first.pass_rate, other.pass_rate)


def test_several_cuts_make_one_outcome() -> None:
    cuts = {"met": Cut(value=70, unit="percent"), "partially_met": Cut(value=40, unit="percent")}
    points = random_points()
    result = nps.without_flagged(study_of(points, ("Q01", "Q02"), cuts), replicates=20)
    shares = points.mean(axis=1), points[:, 2:].mean(axis=1)
    levels = [(s[:, None] >= np.array([0.7, 0.4]) - 1e-12).sum(axis=1) for s in shares]
    seen = cut_row(result, "any cut")
    assert seen["changed_n"] == (levels[0] != levels[1]).sum()
    assert seen["pass_rate_reason"] == "several_cuts"


def test_a_cut_on_theta_has_no_outcome_here() -> None:
    cuts = {**HALF, "theta_cut": Cut(value=-0.5, unit="theta")}
    result = nps.without_flagged(study_of(random_points(), ("Q01",), cuts), replicates=0)
    seen = cut_row(result, "theta_cut")
    assert np.isnan(seen["changed_share"])
    assert seen["changed_share_reason"] == "cut_on_theta"
    only = nps.without_flagged(
        study_of(random_points(), ("Q01",), {"t": Cut(value=0, unit="theta")}), replicates=0
    )
    assert only.tables["cuts"]["changed_share_reason"].tolist() == ["cut_on_theta"]
    assert only.findings == ()


def test_nothing_flagged_changes_nothing() -> None:
    result = nps.without_flagged(study_of(random_points(), ()), replicates=20)
    assert result.tables["removed"].empty
    seen = cut_row(result)
    assert seen["changed_n"] == 0
    assert seen["changed_random_reason"] == "nothing_removed"
    assert result.findings == ()
    assert "No item is flagged" in " ".join(result.notes)


def test_everything_flagged_leaves_nothing_to_compare() -> None:
    every = tuple(f"Q{k:02d}" for k in range(1, 13))
    result = nps.without_flagged(study_of(random_points(), every), replicates=20)
    seen = result.tables["forms"].iloc[0]
    assert seen["items_removed"] == 12
    assert seen["alpha_without_reason"] == "no_item_left"
    assert seen["mean_percent_without_reason"] == "no_item_left"
    assert cut_row(result)["changed_share_reason"] == "no_item_left"


def test_the_same_people_are_said_and_other_items_stand_beside() -> None:
    result = nps.without_flagged(nps.read_study(PILOT), replicates=0)
    (finding,) = result.findings
    assert "Flags and outcomes come from the same people" in finding.sentence
    assert "as many random other items would change" in finding.sentence
    forms = result.tables["forms"].set_index("form")
    assert forms["items_removed"].to_dict() == {"alpha": 3, "beta": 2}
    reasons = set(result.tables["removed"]["reasons"])
    assert reasons == {"out of role; does not look right"}


def test_flags_by_experts_or_by_looks() -> None:
    study = study_of(random_points(), ("Q02",))
    assert [f.item_id for f in flagged(study, by="relevance")] == ["Q02"]
    assert [f.item_id for f in flagged(study)] == ["Q02"]
    bare = replace(study, tables={})
    for by in ("any", "relevance", "face"):
        with pytest.raises(AnalysisImpossible, match="Needed: a table judgements"):
            flagged(bare, by=by)


def test_items_that_move_more_than_others_are_a_warning() -> None:
    rng = np.random.Generator(np.random.PCG64(4))
    sound = np.repeat([[1] * 5 + [0] * 5], 200, axis=0)
    sound = rng.permuted(sound, axis=1)
    # Two items that turn everybody at five of ten into a pass by luck.
    lucky = (rng.random((200, 1)) < 0.5).astype(int)
    points = np.concatenate([lucky, lucky, sound], axis=1)
    result = nps.without_flagged(study_of(points, ("Q01", "Q02")), replicates=0)
    (finding,) = result.findings
    assert finding.severity == "warning"
    assert "so it is these items" in finding.sentence
