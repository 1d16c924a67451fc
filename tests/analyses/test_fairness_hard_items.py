"""Items that cannot be compared: everybody right, nobody of a group answering, all one way."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import naas_psych as nps
from naas_psych.study.responses import OMITTED
from naas_psych.study.study import Study
from tests.analyses.fairness_world import study_of_groups

MATCHED = (
    (nps.dif_mantel_haenszel, "chi_square"),
    (nps.dif_standardisation, "std_p_dif"),
    (nps.dif_logistic, "chi_square"),
    (nps.dif_sibtest, "difference_bands"),
)


def world(change: Any, *, n: int = 300) -> Study:
    """Ten items of two groups that do not differ; `change` sees the points (2n, 10) first."""
    generator = np.random.Generator(np.random.PCG64(5))
    ability = generator.normal(size=(2 * n, 1))
    chance = 1 / (1 + np.exp(np.linspace(-1.2, 1.2, 10) - ability))
    points = (generator.random(chance.shape) < chance).astype(np.int8)
    second = np.arange(2 * n) >= n
    change(points, second)
    return study_of_groups(points, np.where(second, "second", "first"))


def row_of(analysis: Any, study: Study, item: str) -> Any:
    items = analysis(study).tables["items"]
    own = items[items["item_id"] == item]
    return own[own["kind"] == "uniform"].iloc[0] if "kind" in own else own.iloc[0]


@pytest.mark.parametrize(("analysis", "number"), MATCHED)
def test_an_item_that_everybody_got_right_tells_nothing(analysis: Any, number: str) -> None:
    def all_right(points: Any, _: Any) -> None:
        points[:, 2] = 1

    row = row_of(analysis, world(all_right), "I03")
    assert np.isnan(row[number])
    assert row[f"{number}_reason"] == "no_variance"
    assert row["verdict"] == "cannot_tell"


@pytest.mark.parametrize(("analysis", "number"), MATCHED)
@pytest.mark.parametrize("silent", [True, False])
def test_an_item_that_a_group_left_blank_is_not_compared(
    analysis: Any, number: str, silent: bool
) -> None:
    def blank(points: Any, second: Any) -> None:
        points[second == silent, 4] = OMITTED

    row = row_of(analysis, world(blank), "I05")
    assert np.isnan(row[number])
    assert row[f"{number}_reason"] == "no_focal_response"
    assert (row["n_focal"], row["n_reference"]) == ((0, 300) if silent else (300, 0))
    assert row["verdict"] == "cannot_tell"


def test_the_summary_stands_over_such_items() -> None:
    def both(points: Any, second: Any) -> None:
        points[:, 2] = 1
        points[second, 4] = OMITTED

    items = nps.dif_summary(world(both)).tables["items"]
    hard = items[items["item_id"].isin(["I03", "I05"])]
    assert set(hard["verdict"]) == {"cannot_tell"}
    assert hard["flagged_by"].sum() == 0


def test_an_item_without_a_finite_odds_ratio_leaves_the_matching_score() -> None:
    def all_of_one(points: Any, second: Any) -> None:
        points[second, 0] = 1

    row = row_of(nps.dif_mantel_haenszel, world(all_of_one), "I01")
    assert row["delta_reason"] == "no_finite_estimate"
    assert row["p_value"] < 1e-6
    assert not row["in_anchor"]
