"""Items that depend on each other and domains: what was planted is found, what is sound is not."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

import naas_psych as nps
from naas_psych import register
from naas_psych.errors import AnalysisImpossible
from naas_psych.irt import calibrate
from naas_psych.irt.fit.contrast import first_contrast
from naas_psych.irt.fit.dependence_reference import dependence_reference
from naas_psych.irt.fit.residual_correlations import residual_correlations
from naas_psych.numerics.clustered_alpha import clustered_alpha, unit_matrix
from naas_psych.result import Result
from naas_psych.study.responses import NOT_ADMINISTERED
from tests.analyses.structure_designs import answers, testlet
from tests.make import study_from_scores

DATA = Path(__file__).resolve().parents[2] / "data" / "sample_responses"
SCENARIO = ["S1" if 4 <= j < 8 else f"T{j}" for j in range(20)]


@cache
def planted() -> Result:
    study = study_from_scores(
        testlet(800, 20, seed=1), max_points=1, items={"scenario_id": SCENARIO}
    )
    return nps.local_dependence(study)


def test_the_four_items_of_one_scenario_are_one_cluster() -> None:
    clusters = planted().tables["clusters"]
    assert clusters["item_ids"].tolist() == ["Q05, Q06, Q07, Q08"]
    assert clusters["in_common"].tolist() == ["scenario S1"]
    said = [f for f in planted().findings if f.code == "items_in_cluster"]
    assert [f.subject for f in said] == ["Q05", "Q06", "Q07", "Q08"]
    assert all("Q05, Q06, Q07 and Q08 (all of scenario S1)" in f.sentence for f in said)


def test_repetition_raises_alpha() -> None:
    row = planted().tables["reliability"].iloc[0]
    assert row["alpha_over_clusters"] < row["alpha"]
    assert row["alpha_drop"] == pytest.approx(row["alpha"] - row["alpha_over_clusters"])
    assert 0 < row["alpha_drop_low"] < row["alpha_drop"] < row["alpha_drop_high"]
    assert any(f.code == "alpha_raised_by_repetition" for f in planted().findings)


def test_every_pair_is_there_the_largest_first() -> None:
    pairs = planted().tables["pairs"]
    assert len(pairs) == 190
    assert pairs["q3_adjusted"].is_monotonic_decreasing
    assert pairs["q3_adjusted"].mean() == pytest.approx(0, abs=1e-12)
    assert set(pairs.loc[pairs["pair_flagged"], "item_a"]) <= {"Q05", "Q06", "Q07", "Q08"}


def test_the_map_names_the_cluster() -> None:
    draw = register.load("local_dependence").drawings
    assert draw is not None
    (one,) = draw(planted())
    assert one.title == "Q05, Q06, Q07 and Q08 go together beyond what the test measures"
    shown = [text.get_text() for text in one.draw().axes[0].texts]
    assert "Q05, Q06, Q07, Q08" in shown


def test_without_replicates_the_published_limit_alone_flags() -> None:
    study = study_from_scores(testlet(800, 20, seed=1), max_points=1)
    found = nps.local_dependence(study, replicates=0)
    pairs = found.tables["pairs"]
    assert set(pairs["q3_limit_reason"]) == {"not_asked"}
    assert (pairs.loc[pairs["pair_flagged"], "q3_adjusted"] > 0.20).all()
    assert pairs["pair_flagged"].any()
    assert found.tables["reference"].empty


def test_threads_change_no_digit() -> None:
    points = answers(300, 8, seed=2)
    one, two = (
        nps.local_dependence(study_from_scores(points, max_points=1), threads=n).tables["pairs"]
        for n in (1, 2)
    )
    assert one.equals(two)


def test_the_order_of_persons_does_not_matter() -> None:
    points = answers(300, 8, seed=2).astype(np.int64)
    points[:100, 0] = NOT_ADMINISTERED
    p = [
        nps.local_dependence(study_from_scores(rows, max_points=1)).tables["pairs"]["p_reference"]
        for rows in (points, points[::-1])
    ]
    np.testing.assert_array_equal(p[0], p[1])


def test_items_that_nobody_had_both_of_have_a_reason() -> None:
    points = answers(400, 8, seed=3).astype(np.int64)
    points[:200, 0] = NOT_ADMINISTERED
    points[200:, 1] = NOT_ADMINISTERED
    pairs = nps.local_dependence(study_from_scores(points, max_points=1)).tables["pairs"]
    last = pairs.iloc[-1]
    assert (last["item_a"], last["item_b"]) == ("Q01", "Q02")
    assert np.isnan(last["q3"])
    assert last["q3_reason"] == "no_common_persons"
    assert not last["pair_flagged"]


def test_two_items_are_refused() -> None:
    study = study_from_scores(answers(200, 2, seed=1), max_points=1)
    with pytest.raises(AnalysisImpossible, match=r"[Nn]eeded"):
        nps.local_dependence(study, model="rasch")


def test_a_large_group_is_no_cluster() -> None:
    rng = np.random.default_rng(5)
    two = rng.normal(size=(2000, 2))
    theta = np.repeat(two, 6, axis=1)
    points = (rng.random((2000, 12)) < 1 / (1 + np.exp(-1.6 * theta))).astype(np.int8)
    said = {f.code for f in nps.local_dependence(study_from_scores(points)).findings}
    assert "dependence_widespread" in said
    assert "items_in_cluster" not in said


def test_reference_of_fewer_persons_is_scaled_to_all() -> None:
    points = answers(4000, 10, seed=6)
    fit = calibrate(points, "2pl", threads=1)
    small = dependence_reference(fit, points, replicates=300, seed=1, persons=1000)
    whole = dependence_reference(fit, points, replicates=300, seed=2)
    pairs = np.triu_indices(10, 1)
    ratio = small.sd[pairs] / whole.sd[pairs]
    # Each SD is known to 4 %, and that of their ratio over 45 pairs to about 1 %.
    assert ratio.mean() == pytest.approx(1, abs=0.05)
    # Means of 300 replicates of 1,000 persons have an error of about .03 / sqrt(300) = .002.
    assert np.abs(small.mean[pairs] - whole.mean[pairs]).max() < 0.01


def test_a_replicate_is_as_extreme_as_data_without_dependence() -> None:
    """p of data from the model is uniform: its mean is 1/2."""
    p = []
    for seed in range(12):
        points = answers(400, 8, seed=100 + seed)
        fit = calibrate(points, "2pl", threads=1)
        found = residual_correlations(fit, points)
        reference = dependence_reference(fit, points, replicates=60, seed=seed)
        p.append(np.nanmin(reference.p_values(found.adjusted)))
    # The standard error of the mean of twelve is .083.
    assert 0.25 < np.mean(p) < 0.75


def test_alpha_with_single_units_is_alpha() -> None:
    points = answers(200, 6, seed=7)
    found = clustered_alpha(points, [], replicates=0, seed=1, level=0.95)
    assert found.drop == pytest.approx(0, abs=1e-14)
    assert np.isnan(found.drop_interval.low)


def test_two_copies_of_every_item_as_units_give_alpha_of_one_copy() -> None:
    points = answers(200, 6, seed=7)
    both = np.concatenate([points, points], axis=1)
    pairs = [np.array([j, j + 6]) for j in range(6)]
    found = clustered_alpha(both, pairs, replicates=0, seed=1, level=0.95)
    single = clustered_alpha(points, [], replicates=0, seed=1, level=0.95)
    assert found.units == pytest.approx(single.items, rel=1e-12)
    assert found.items > found.units
    assert unit_matrix(12, pairs).sum() == 12


def test_first_contrast_parts_two_blocks() -> None:
    q3 = np.full((8, 8), -0.2)
    q3[:3, :3] = q3[3:, 3:] = 0.3
    found = first_contrast(q3)
    assert found.side.tolist() == [True] * 3 + [False] * 5
    assert first_contrast(np.zeros((6, 6))).value == pytest.approx(1.0)


def test_pilot_plant_is_found() -> None:
    study = nps.read_study(DATA / "naas_pilot")
    pairs = nps.local_dependence(study, replicates=100).tables["pairs"]
    plant = {"A13", "A14", "A15", "A16"}
    own = pairs[pairs["item_a"].isin(plant) & pairs["item_b"].isin(plant)]
    assert len(own) == 6
    assert own["pair_flagged"].sum() >= 3


def two_domains(correlation: float, n: int, items: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    z = rng.normal(size=(n, 2))
    z[:, 1] = correlation * z[:, 0] + np.sqrt(1 - correlation**2) * z[:, 1]
    theta = np.repeat(z, items, axis=1)
    return (rng.random(theta.shape) < 1 / (1 + np.exp(-1.3 * theta))).astype(np.int8)


@pytest.mark.parametrize(("correlation", "apart"), [(0.5, "distinct"), (1.0, "indistinct")])
def test_domains_by_their_true_correlation(correlation: float, apart: str) -> None:
    study = study_from_scores(
        two_domains(correlation, 3000, 10, seed=1), items={"domain": ["law"] * 10 + ["care"] * 10}
    )
    result = nps.domain_correlations(study)
    row = result.tables["pairs"].iloc[0]
    assert row["apart"] == apart
    # The interval is one of 95 %; with 3,000 persons its half is about .03.
    assert row["htmt"] == pytest.approx(correlation, abs=0.06)
    assert row["r_corrected"] == pytest.approx(row["htmt"], abs=0.02)
    assert row["htmt_low"] < row["htmt"] < row["htmt_high"]
    code = {"distinct": "domains_distinct", "indistinct": "domains_not_distinct"}[apart]
    assert [f.code for f in result.findings] == [code]


def test_few_persons_decide_nothing_about_domains() -> None:
    study = study_from_scores(
        two_domains(0.85, 120, 5, seed=2), items={"domain": ["law"] * 5 + ["care"] * 5}
    )
    result = nps.domain_correlations(study)
    assert result.tables["pairs"]["apart"].tolist() == ["cannot_tell"]
    assert [f.code for f in result.findings] == ["domains_undecided"]


def test_domains_are_needed() -> None:
    study = study_from_scores(answers(100, 6, seed=1))
    with pytest.raises(AnalysisImpossible, match="column `domain`"):
        nps.domain_correlations(study)


def test_domains_without_replicates_have_no_verdict() -> None:
    study = study_from_scores(
        two_domains(0.5, 300, 5, seed=1), items={"domain": ["law"] * 5 + ["care"] * 5}
    )
    result = nps.domain_correlations(study, replicates=0)
    assert result.tables["pairs"]["htmt_low_reason"].tolist() == ["not_asked"]
    assert result.findings == ()


@pytest.mark.slow
@pytest.mark.parametrize(("n", "items"), [(300, 10), (500, 20), (1000, 30)])
def test_level_of_the_reference(n: int, items: int) -> None:
    """Of data from the 2PL the share with any pair below p = .05 is near .05."""
    studies, low, flagged = 300, 0, 0
    for seed in range(studies):
        points = answers(n, items, seed=seed)
        pairs = nps.local_dependence(study_from_scores(points, max_points=1)).tables["pairs"]
        low += bool((pairs["p_reference"] <= 0.05).any())
        flagged += bool(pairs["pair_flagged"].any())
    # Four standard errors of a share of .05 in 300 are .05.
    assert low / studies < 0.10
    assert flagged / studies < 0.035


def test_a_scale_of_a_hundred_points_is_refused_at_once() -> None:
    points = np.random.default_rng(1).integers(0, 101, (300, 8))
    study = study_from_scores(points, max_points=100)
    for analysis in (nps.local_dependence, nps.dimensionality):
        with pytest.raises(AnalysisImpossible, match="101 score points"):
            analysis(study)


def test_the_seed_moves_the_limits_of_the_drop_and_nothing_else() -> None:
    study = study_from_scores(testlet(400, 12, seed=1), max_points=1)
    rows = [
        nps.local_dependence(study, seed=seed, replicates=0).tables["reliability"].iloc[0]
        for seed in (1, 2)
    ]
    assert rows[0]["alpha_drop"] == rows[1]["alpha_drop"]
    assert rows[0]["alpha_drop_low"] != rows[1]["alpha_drop_low"]
