"""From flagged items to people: the marks, the cut at its standard, and who moves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from naas_psych.analyses.fairness.dif_impact import dif_impact
from naas_psych.analyses.fairness.removed_items import reduced_forms
from naas_psych.numerics.change_bootstrap import difference_of_means, resampled_means
from naas_psych.study.study import Study
from tests.analyses.fairness_world import fair_world


@pytest.fixture(scope="module")
def study() -> Study:
    """Two groups of 400 with the same ability; item 3 is much harder for the second."""
    return fair_world(shift=1.6, item=2)


def test_without_the_flagged_item_the_gap_that_it_made_is_gone(study: Study) -> None:
    made = dif_impact(study, cut=["60%"])
    (row,) = made.tables["means"].to_dict("records")
    assert row["left_out_items"] == "I03"
    assert row["difference_before"] < row["difference_after"]
    assert row["difference_change_low"] < row["difference_change"] < row["difference_change_high"]
    marks = study.responses.points
    focal = np.arange(800) >= 400
    rest = np.delete(marks, 2, axis=1).mean(axis=1) * 100
    assert row["focal_after"] == pytest.approx(rest[focal].mean(), abs=1e-12)
    assert row["focal_before"] == pytest.approx(100 * marks[focal].mean(), abs=1e-12)


def test_persons_who_move_are_those_counted_by_hand(study: Study) -> None:
    (row,) = dif_impact(study, cut=["raw:7"], replicates=0).tables["cuts"].to_dict("records")
    gap = 400 * (row["focal_after"] - row["focal_before"])
    assert gap == pytest.approx(row["n_focal_up"] - row["n_focal_down"], abs=1e-9)
    totals = study.responses.points[400:].sum(axis=1)
    assert row["focal_before"] == pytest.approx((totals >= 7).mean(), abs=1e-12)
    assert row["difference_change_low_reason"] == "not_asked"


def test_the_cut_keeps_its_standard_not_its_number(study: Study) -> None:
    """An item of middling difficulty takes less than a mark from the cut at the same ability."""
    (form,) = reduced_forms(study, None, frozenset([2]))
    assert form.removed == 1
    assert form.alpha_after != form.alpha_before
    rows = dif_impact(study, cut=["raw:7"]).tables["cuts"].to_dict("records")
    kept = np.delete(study.responses.points, 2, axis=1).sum(axis=1)
    shares = {line: (kept[:400] >= line).mean() for line in (6, 7)}
    assert rows[0]["reference_after"] in [pytest.approx(value) for value in shares.values()]


def test_where_nothing_is_flagged_nothing_changes() -> None:
    made = dif_impact(fair_world(shift=0.0, item=0), cut=["60%"])
    for name in ("cuts", "means"):
        (row,) = made.tables[name].to_dict("records")
        assert row["flagged_items"] == 0
        assert row["difference_change"] == 0
    assert made.tables["forms"].empty
    assert not made.findings


def test_items_that_could_not_be_tested_are_not_said_to_change_nothing() -> None:
    study = fair_world(shift=0.0, item=0)
    study = replace(study, thresholds=study.thresholds.overridden_by({"dif_power_min": 0.999}))
    (row,) = dif_impact(study, cut=["60%"]).tables["cuts"].to_dict("records")
    assert row["flagged_items_reason"] == "items_not_testable"
    assert row["difference_change_reason"] == "items_not_testable"


def test_the_sentence_says_both_differences_with_their_signs(study: Study) -> None:
    made = dif_impact(study, cut=["raw:5"])
    (row,) = made.tables["cuts"].to_dict("records")
    (said,) = made.findings
    before, after = (100 * row[f"difference_{when}"] for when in ("before", "after"))
    assert f"second less first, goes from {before:+.1f} to {after:+.1f} of 100" in said.sentence


def test_a_group_too_small_to_flag_an_item_gets_no_answer() -> None:
    small = fair_world(shift=1.6, item=2, persons=(400, 60))
    (row,) = dif_impact(small, cut=["60%"]).tables["cuts"].to_dict("records")
    assert row["difference_change_reason"] == "items_not_testable"
    assert row["n_focal_up_reason"] == "items_not_testable"


def test_without_a_cut_the_means_are_still_compared(study: Study) -> None:
    made = dif_impact(study)
    assert made.tables["cuts"].empty
    assert len(made.tables["means"]) == 1
    assert "No pass mark" in made.notes[0]


def test_counts_of_distinct_values_are_a_bootstrap_of_persons() -> None:
    values = np.repeat([-1.0, 0.0, 1.0], [5, 80, 15])
    drawn = resampled_means(
        values, replicates=20_000, generator=np.random.Generator(np.random.PCG64(1))
    )
    assert drawn.mean() == pytest.approx(values.mean(), abs=2e-3)
    assert drawn.std() == pytest.approx(values.std() / 10, rel=0.03)


def test_limits_of_a_change_swap_with_the_groups() -> None:
    first, second = np.arange(30.0), np.arange(25.0) / 2
    there = difference_of_means(first, second, replicates=4000, seed=1, level=0.95)
    back = difference_of_means(second, first, replicates=4000, seed=1, level=0.95)
    assert there.low == pytest.approx(-back.high, abs=0.4)
    assert there.low < first.mean() - second.mean() < there.high
    assert np.isnan(difference_of_means(first, second, replicates=0, seed=1, level=0.95).low)
