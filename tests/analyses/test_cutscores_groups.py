"""Pass rates of groups at every cut: counts, clusters and the response model."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import naas_psych as nps
from naas_psych.analyses.cutscores.cut_groups import cut_groups, drawings, findings
from naas_psych.errors import AnalysisImpossible
from naas_psych.irt.grid import nodes
from naas_psych.irt.scores.group_moments import group_moments
from naas_psych.numerics.clustered_gaps import ClusterCounts, clustered_gap
from naas_psych.numerics.outcome_gaps import Passes, ratio
from naas_psych.study.policy import Population
from naas_psych.study.study import Study
from tests.analyses.fairness_world import fair_world, study_of_groups

SAME = ("rate_reference", "rate_focal", "ratio", "difference", "shortfall")


def clustered(study: Study, size: int = 20) -> Study:
    """Persons next to each other come in clusters."""
    sites = [f"S{k // size:02d}" for k in range(study.responses.n_persons)]
    spec = study.spec.model_copy(update={"population": Population(cluster="site")})
    return replace(study, persons=study.persons.assign(site=sites), spec=spec)


class TestAgainstAdverseImpact:
    def test_the_same_at_the_cuts(self) -> None:
        study = fair_world(shift=0.0, item=0, gap=0.5)
        mine = cut_groups(study, cut=["50%", "raw:7"]).tables["cuts"]
        other = nps.adverse_impact(study, cut=["50%", "raw:7"]).tables["groups"]
        for name in SAME:
            assert mine[name].to_numpy() == pytest.approx(other[name].to_numpy(), abs=1e-12)
        for name in ("ratio", "difference", "shortfall"):
            for end in ("low", "high"):
                known = other[f"{name}_{end}"].to_numpy()
                assert mine[f"{name}_{end}"].to_numpy() == pytest.approx(known, abs=1e-12)

    def test_simple_limits_stand_beside_those_of_clusters(self) -> None:
        study = clustered(fair_world(shift=0.0, item=0, gap=0.5))
        mine = cut_groups(study, cut=["50%"]).tables["cuts"].iloc[0]
        other = nps.adverse_impact(study, cut=["50%"]).tables["groups"].iloc[0]
        assert mine["ratio_simple_low"] == pytest.approx(other["ratio_low"], abs=1e-12)
        assert mine["ratio_low"] != pytest.approx(other["ratio_low"], abs=1e-6)

    def test_the_worked_example(self) -> None:
        """Check value 19: 90 of 150 and 40 of 100."""
        met = np.concatenate([np.arange(150) < 90, np.arange(100) < 40])
        points = np.zeros((250, 4), dtype=np.int8)
        points[:, 0] = points[:, 1] = met
        points[::3, 2] = points[1::3, 3] = 1
        study = study_of_groups(points, ["first"] * 150 + ["second"] * 100)
        one = cut_groups(study, cut=["raw:2"]).tables["cuts"].iloc[0]
        assert one["ratio"] == pytest.approx(0.66667, abs=5e-6)
        assert one["ratio_low"] == pytest.approx(0.50724, abs=5e-6)
        assert one["ratio_high"] == pytest.approx(0.87620, abs=5e-6)
        assert one["shortfall"] == pytest.approx(20)


class TestClusters:
    def test_each_person_a_cluster_is_close_to_persons_one_by_one(self) -> None:
        stream = np.random.default_rng(3)
        passed = (stream.random(2000) < 0.7).astype(float)[:, None]
        first = (np.arange(2000) < 1200).astype(float)
        sides = [ClusterCounts(side, passed * side[:, None]) for side in (first, 1 - first)]
        found = clustered_gap(sides[0], sides[1], level=0.95)
        simple = ratio(
            Passes(
                *(
                    np.array([float(v)])
                    for side in sides
                    for v in (side.passed.sum(), side.members.sum())
                )
            ),
            level=0.95,
        )
        assert found.ratio.value == pytest.approx(simple.value)
        assert found.ratio.low == pytest.approx(simple.low, abs=2e-4)
        assert found.ratio.high == pytest.approx(simple.high, abs=2e-4)

    def test_copies_of_a_cluster_add_nothing(self) -> None:
        """Ten copies of every person in a cluster leave the limits where they were."""
        stream = np.random.default_rng(4)
        members = stream.integers(5, 9, (2, 30)).astype(float)
        passed = np.minimum(members, stream.integers(1, 8, (2, 30)))
        one, ten = (
            clustered_gap(
                ClusterCounts(k * members[0], k * passed[0][:, None]),
                ClusterCounts(k * members[1], k * passed[1][:, None]),
                level=0.95,
            )
            for k in (1, 10)
        )
        assert one.difference.low == pytest.approx(ten.difference.low)

    def test_what_a_cluster_does_to_both_groups_cancels(self) -> None:
        """Clusters that differ much, but never between their groups, leave no doubt of the gap."""
        members = np.full(12, 10.0)
        side = ClusterCounts(members, np.arange(12.0)[:, None] * 10 / 12)
        found = clustered_gap(side, side, level=0.95)
        assert found.difference.low == pytest.approx(0, abs=1e-12)
        assert found.ratio.high == pytest.approx(1, abs=1e-12)

    def test_one_cluster_has_no_limits(self) -> None:
        side = ClusterCounts(np.array([10.0]), np.array([[4.0]]))
        assert np.isnan(clustered_gap(side, side, level=0.95).ratio.low).all()


class TestModel:
    def test_moments_are_recovered(self) -> None:
        stream = np.random.default_rng(5)
        theta, error = nodes(61, 6.0), 0.4
        true = 0.7 + 0.8 * stream.standard_normal(4000)
        seen = true + error * stream.standard_normal(4000)
        likelihood = np.exp(-0.5 * ((seen[:, None] - theta) / error) ** 2)
        found = group_moments(likelihood, theta)
        spread = np.sqrt(seen.var() - error**2)
        assert found.converged
        assert found.mean == pytest.approx(seen.mean(), abs=1e-4)
        assert found.sd == pytest.approx(spread, abs=1e-4)

    def test_weights_are_copies(self) -> None:
        stream = np.random.default_rng(6)
        theta = nodes(41, 5.0)
        likelihood = np.exp(-2 * (stream.standard_normal(50)[:, None] - theta) ** 2)
        counts = stream.integers(1, 4, 50)
        one = group_moments(likelihood, theta, counts.astype(float))
        other = group_moments(np.repeat(likelihood, counts, axis=0), theta)
        assert (one.mean, one.sd) == pytest.approx((other.mean, other.sd), abs=1e-9)

    def test_modelled_rates_are_near_those_counted(self) -> None:
        study = fair_world(shift=0.0, item=0, persons=(3000, 3000), gap=0.6)
        result = cut_groups(study)
        curve, model = result.tables["curve"], result.tables["modelled"]
        for side in ("reference", "focal"):
            counted = curve[f"rate_{side}"].to_numpy()
            expected = model[f"rate_{side}_modelled"].to_numpy()
            # Three standard errors of a share of 3,000 are .027 at most.
            assert np.abs(counted - expected).max() < 0.027
        gaps = result.tables["gaps"].iloc[0]
        assert gaps["ability_gap"] == pytest.approx(-0.6, abs=0.1)

    def test_one_gap_makes_a_smaller_ratio_at_a_higher_cut(self) -> None:
        study = fair_world(shift=0.0, item=0, gap=0.6)
        model = cut_groups(study).tables["modelled"]
        assert (np.diff(model["ratio_modelled"]) < 1e-9).all()


class TestEdges:
    def test_a_group_of_one_level(self) -> None:
        study = study_of_groups(np.eye(6, dtype=np.int8), ["first"] * 6)
        with pytest.raises(AnalysisImpossible, match="two levels"):
            cut_groups(study, cut=["50%"])

    def test_at_the_ends_of_the_scale(self) -> None:
        study = fair_world(shift=0.0, item=0)
        table = cut_groups(clustered(study), cut=["0%", "100%"]).tables["cuts"]
        assert table["ratio"].iloc[0] == 1
        assert np.isnan(table["ratio_low"].iloc[0])
        assert table["ratio_low_reason"].iloc[0] == "all_or_none_passed"

    def test_nobody_of_the_reference_passes(self) -> None:
        points = np.zeros((200, 4), dtype=np.int8)
        points[:, 0], points[::2, 1] = 1, 1
        points[100:, 2] = points[100::2, 3] = 1
        study = study_of_groups(points, ["first"] * 100 + ["second"] * 100)
        one = cut_groups(study, cut=["raw:4"]).tables["cuts"].iloc[0]
        assert np.isnan(one["ratio"])
        assert one["ratio_reason"] == "no_reference_passed"

    def test_no_cut_leaves_the_curve(self) -> None:
        result = cut_groups(fair_world(shift=0.0, item=0, gap=0.5))
        assert result.tables["cuts"].empty
        assert len(result.tables["curve"]) == 11
        assert result.findings[0].code == "ratio_by_cut"

    def test_a_cut_on_theta(self) -> None:
        result = cut_groups(fair_world(shift=0.0, item=0), cut=["theta:0"])
        assert 0 < result.tables["cuts"]["rate_focal"].iloc[0] < 1

    def test_few_persons_are_not_shown(self) -> None:
        study = fair_world(shift=0.0, item=0, persons=(100, 6))
        result = cut_groups(study, cut=["50%"])
        assert result.tables["cuts"]["ratio_reason"].iloc[0] == "group_too_few"
        assert result.tables["curve"].empty
        assert result.findings == ()

    def test_scores_that_cannot_be_calibrated(self) -> None:
        points = np.ones((80, 3), dtype=np.int8)
        study = study_of_groups(points, ["first", "first", "second", "second"] * 20)
        result = cut_groups(study, cut=["raw:2"])
        assert "modelled" not in result.tables
        for name in ("rate_focal", "ratio", "difference"):
            assert result.tables["cuts"][f"{name}_modelled_reason"].tolist() == ["not_fitted"]
        assert any("no modelled rates" in note for note in result.notes)

    def test_words_and_drawings_stand_without_numbers(self) -> None:
        study = fair_world(shift=0.0, item=0, gap=0.5)
        result = cut_groups(study, cut=["50%"])
        bare = {
            name: table.assign(**{c: np.nan for c in table if table[c].dtype.kind == "f"})
            for name, table in result.tables.items()
        }
        gated = replace(result, tables=bare)
        assert list(findings(gated, study.thresholds)) == []
        for one in [*drawings(result), *drawings(gated)]:
            assert "nan" not in one.title + one.alt
            one.draw()

    def test_order_of_persons_does_not_matter(self) -> None:
        study = clustered(fair_world(shift=0.0, item=0, gap=0.5, persons=(100, 100)))
        order = np.random.default_rng(0).permutation(200)
        turned = replace(
            study,
            responses=replace(
                study.responses,
                points=study.responses.points[order],
                person_ids=study.responses.person_ids[order],
            ),
            persons=study.persons.iloc[order].reset_index(drop=True),
        )
        one, other = (cut_groups(s, cut=["50%"]).tables["cuts"] for s in (study, turned))
        names = [c for c in one if one[c].dtype.kind == "f"]
        assert one[names].to_numpy() == pytest.approx(
            other[names].to_numpy(), abs=1e-7, nan_ok=True
        )
