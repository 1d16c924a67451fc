"""The bookmark method: cuts on theta and in marks, conventions, edges of the booklet, tables."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

import naas_psych as nps
from naas_psych.analyses.irt.calibrated import calibrated
from naas_psych.analysis import findings_of
from naas_psych.errors import AnalysisImpossible
from naas_psych.irt.response_locations import response_locations
from naas_psych.irt.scores.information import information
from naas_psych.study.study import Study
from tests.make import study_from_scores

RP = 0.67


@cache
def plain() -> Study:
    """Three hundred persons, ten items of even difficulty."""
    rng = np.random.default_rng(21)
    p = 1 / (1 + np.exp(-(rng.normal(size=(300, 1)) - np.linspace(-2, 2, 10))))
    return study_from_scores((rng.random(p.shape) < p).astype(int), max_points=1)


@cache
def rated() -> Study:
    """Items of four steps."""
    rng = np.random.default_rng(22)
    raw = 2 + rng.normal(size=(400, 1)) + 0.7 * rng.normal(size=(400, 6))
    return study_from_scores(np.clip(np.round(raw), 0, 4).astype(int), max_points=4)


def marked(study: Study, **columns: Any) -> Study:
    n = max(len(v) for v in columns.values() if isinstance(v, list))
    table = pd.DataFrame({"judge_id": [f"J{k}" for k in range(n)], **columns})
    return replace(study, tables={"bookmark": table})


def run(study: Study, **options: Any) -> Any:
    return nps.bookmark(study, **{"rp": RP, "model": "rasch", **options})


def locations() -> np.ndarray:
    return np.sort(response_locations(calibrated(plain(), model="rasch").fit, RP).theta)


def test_the_cut_is_the_median_location_and_its_expected_total() -> None:
    cut = run(marked(plain(), place=[3, 4, 5, 6, 9])).tables["cuts"].iloc[0]
    expected = locations()[4]
    assert cut["cut_theta"] == pytest.approx(expected)
    fit = calibrated(plain(), model="rasch").fit
    assert cut["cut"] == pytest.approx(float(information(fit, [expected]).expected_score[0]))
    assert cut["gap_theta"] == pytest.approx(locations()[5] - expected)
    each = locations()[[2, 3, 4, 5, 8]]
    se = each.std(ddof=1) / np.sqrt(5)
    assert cut["cut_theta_se"] == pytest.approx(se * np.sqrt(np.pi / 2))
    mean = run(marked(plain(), place=[3, 4, 5, 6, 9]), statistic="mean").tables["cuts"].iloc[0]
    assert mean["cut_theta"] == pytest.approx(each.mean())
    assert mean["cut_theta_se"] == pytest.approx(se)


def test_half_way_to_the_next_entry() -> None:
    found = run(marked(plain(), place=[4, 4, 4]), convention="midpoint").tables["cuts"].iloc[0]
    assert found["cut_theta"] == pytest.approx(locations()[3:5].mean())
    last = run(marked(plain(), place=[10, 10, 10]), convention="midpoint").tables["cuts"].iloc[0]
    assert last["cut_theta"] == pytest.approx(locations()[9])


def test_places_and_items_say_the_same() -> None:
    items = run(marked(plain(), place=[3, 5, 7])).tables["judges"]["item_id"]
    by_item = run(marked(plain(), item_id=list(items)))
    by_place = run(marked(plain(), place=[3, 5, 7]))
    pd.testing.assert_frame_equal(by_item.tables["cuts"], by_place.tables["cuts"])


def test_bookmarks_beyond_the_booklet() -> None:
    made = marked(plain(), place=[0, 4, 5, 11])
    median = run(made)
    judges = median.tables["judges"]
    assert judges["judge_theta_reason"].tolist() == ["before_first", None, None, "after_last"]
    cut = median.tables["cuts"].iloc[0]
    assert cut["cut_theta"] == pytest.approx(locations()[3:5].mean())
    assert cut["cut_se_reason"] == "beyond_booklet"
    mean = run(made, statistic="mean")
    assert mean.tables["cuts"]["cut_reason"].iloc[0] in ("before_first", "after_last")
    assert "bookmark_no_cut" in {one.code for one in mean.findings}


def test_one_judge() -> None:
    cut = run(marked(plain(), place=[5])).tables["cuts"].iloc[0]
    assert np.isfinite(cut["cut"])
    assert cut["cut_se_reason"] == cut["cut_theta_se_reason"] == "one_judge"


def test_tables_of_judges_widen_the_error() -> None:
    place = [2, 2, 3, 5, 5, 6, 8, 8, 9]
    apart = run(marked(plain(), place=place), statistic="mean").tables["cuts"].iloc[0]
    seated = marked(plain(), place=place, panel_table=list("aaabbbccc"))
    together = run(seated, statistic="mean").tables["cuts"].iloc[0]
    assert together["panel_tables"] == 3
    assert together["table_icc"] > 0.9
    assert together["cut_theta_se"] > 1.5 * apart["cut_theta_se"]
    assert apart["table_icc_reason"] == "one_table"


def test_other_probabilities_move_the_cut_up() -> None:
    found = run(marked(plain(), place=[4, 5, 6])).tables["rp"]
    assert found["rp"].tolist() == [0.50, 0.67, 0.80]
    assert (np.diff(found["cut"]) > 0).all()
    # Under Rasch every entry moves by the same distance.
    shift = np.log(0.8 / 0.2) - np.log(0.5 / 0.5)
    assert np.ptp(found["cut_theta"]) == pytest.approx(shift)


@pytest.mark.parametrize("model", ["grm", "gpcm", "pcm"])
def test_steps_of_items_with_several(model: str) -> None:
    made = marked(rated(), item_id=["Q01", "Q02", "Q03"], step=[2.0, 2.0, 3.0])
    result = run(made, model=model)
    assert result.tables["items"]["booklet_place"].max() == 24
    found = result.tables["judges"]
    assert found["step"].tolist() == [2, 2, 3]
    assert np.isfinite(result.tables["cuts"]["cut"]).all()
    none = run(marked(rated(), item_id=["Q01"]), model=model).tables["judges"]
    assert none["judge_theta_reason"].tolist() == ["no_such_entry"]


def test_rounds_stand_one_after_the_other() -> None:
    table = pd.DataFrame(
        {
            "judge_id": ["a", "b", "c"] * 2,
            "place": [2, 5, 8, 5, 5, 6],
            "round": [1.0] * 3 + [2.0] * 3,
        }
    )
    result = run(replace(plain(), tables={"bookmark": table}))
    rounds = result.tables["rounds"]
    assert rounds["round"].tolist() == [1, 2]
    assert rounds["judge_theta_sd"].is_monotonic_decreasing
    assert result.tables["cuts"]["cut_theta"].iloc[0] == rounds["cut_theta"].iloc[1]


def test_several_cuts_and_forms_on_the_pilot() -> None:
    pilot = nps.read_study("data/sample_responses/naas_pilot")
    place = [60, 62, 64, 66, 58]
    table = pd.DataFrame(
        {
            "judge_id": list("abcde") * 2,
            "place": place + [p - 12 for p in place],
            "boundary": ["met"] * 5 + ["partially_met"] * 5,
        }
    )
    result = nps.bookmark(replace(pilot, tables={"bookmark": table}))
    cuts = result.tables["cuts"].set_index(["cut_name", "form"])
    assert set(cuts.index.get_level_values("form")) == {"alpha", "beta", "all forms"}
    assert (cuts.loc["met", "percent"] > cuts.loc["partially_met", "percent"]).all()
    assert {one.code for one in result.findings} >= {"bookmark_cut", "panel_small"}


def test_items_without_a_location_stand_at_the_end_with_the_reason() -> None:
    points = plain().responses.points.copy()
    points[:, 4] = 1
    made = study_from_scores(points, max_points=1)
    result = run(marked(made, item_id=["Q05", "Q03", "Q02"]))
    last = result.tables["items"].iloc[-1]
    assert (last["item_id"], last["location_reason"]) == ("Q05", "no_variance")
    assert result.tables["judges"]["judge_theta_reason"].tolist()[0] == "no_variance"
    assert result.tables["cuts"]["judges"].tolist() == [2]


def test_findings_and_drawings_stand_numbers_that_are_withheld() -> None:
    from naas_psych.analyses.standard.bookmark_drawings import bookmark_drawings

    made = marked(plain(), place=[3, 4, 5])
    result = run(made)
    bare = replace(
        result,
        tables={
            key: table.assign(**{c: np.nan for c in table if table[c].dtype.kind == "f"})
            for key, table in result.tables.items()
        },
    )
    assert not [f for f in findings_of(bare, made.thresholds) if "nan" in f.sentence]
    assert list(bookmark_drawings(bare)) == []
    assert len([one.draw() for one in bookmark_drawings(result)]) == 1


def test_what_is_needed_is_said() -> None:
    with pytest.raises(AnalysisImpossible, match="ordered booklet"):
        nps.bookmark(plain())
