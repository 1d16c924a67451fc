"""Hofstee, Beuk, De Gruijter and Cohen as analyses: worked examples, edges, several forms."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import naas_psych as nps
from naas_psych import register
from naas_psych.analysis import findings_of
from naas_psych.errors import AnalysisImpossible
from naas_psych.result import Result
from naas_psych.study.study import Study
from tests.make import study_from_scores

SCORES = np.repeat(np.arange(40, 91, 5), [2, 3, 5, 8, 12, 15, 18, 14, 11, 8, 4])
QUICK = {"replicates": 60}


def study(table: pd.DataFrame | None = None, scores: Any = SCORES, **more: Any) -> Study:
    """Totals out of 100 marks from two items of 50."""
    points = np.stack([np.minimum(scores, 50), np.maximum(np.asarray(scores) - 50, 0)], axis=1)
    made = study_from_scores(points, max_points=[50, 50], **more)
    return made if table is None else replace(made, tables={"compromise": table})


def hofstee_table(*limits: tuple[float, float, float, float]) -> pd.DataFrame:
    names = ["min_cut", "max_cut", "min_fail", "max_fail"]
    return pd.DataFrame(limits, columns=names).assign(
        judge_id=[f"J{k}" for k in range(len(limits))]
    )


def beuk_table(**columns: Any) -> pd.DataFrame:
    made = {
        "judge_id": list("abcde"),
        "cut": [58.0, 62, 60, 66, 54],
        "pass_rate": [80.0, 75, 85, 70, 90],
    }
    return pd.DataFrame({**made, **columns})


def only(result: Result, name: str = "cuts") -> dict[Any, Any]:
    (row,) = result.tables[name].to_dict("records")
    return row


def solution(result: Result, name: str) -> dict[Any, Any]:
    table = result.tables["solutions"]
    (row,) = table[table["solution"] == name].to_dict("records")
    return row


BOX = hofstee_table((54, 68, 4, 28), (56, 72, 6, 32))


def test_hofstee_worked_example() -> None:
    result = nps.hofstee(study(BOX), **QUICK)
    cut = only(result)
    assert cut["cut"] == pytest.approx(60.9016, abs=5e-5)
    assert (cut["operational"], cut["floor_total"]) == (61, 60)
    assert cut["pass_rate"] == pytest.approx(0.70)
    assert cut["pass_rate_floor"] == pytest.approx(0.82)
    assert cut["cut_low"] < cut["cut"] < cut["cut_high"]
    assert cut["cut_se"] > 0
    assert solution(result, "interpolated")["fail_rate"] == pytest.approx(0.20164, abs=5e-6)
    assert solution(result, "attainable")["cut"] == 61
    assert solution(result, "attainable")["alike_to"] == 65
    assert only(result, "box")["passes"] == "through"


@pytest.mark.parametrize(
    ("limits", "why", "offered", "words"),
    [
        ((55, 70, 0, 3), "curve_above_box", 55, "10 of 100 are below, more than the 3 of 100"),
        ((55, 70, 50, 60), "curve_below_box", 70, "only 45 of 100 are below, fewer than the 50"),
    ],
)
def test_no_cut_is_made_up_where_the_curve_misses_the_box(
    limits: tuple[float, float, float, float], why: str, offered: float, words: str
) -> None:
    result = nps.hofstee(study(hofstee_table(limits, limits)), **QUICK)
    cut = only(result)
    assert np.isnan(cut["cut"])
    assert cut["cut_reason"] == cut["cut_low_reason"] == cut["percent_reason"] == why
    assert cut["cut_offered"] == offered
    assert set(result.tables["solutions"]["cut_reason"]) == {why}
    told = [one for one in result.findings if one.code == "hofstee_no_crossing"]
    assert len(told) == 1
    assert words in told[0].sentence
    assert told[0].severity == "warning"


def test_one_judge_has_a_cut_and_no_error() -> None:
    cut = only(nps.hofstee(study(hofstee_table((55, 70, 5, 30))), **QUICK))
    assert cut["cut"] == pytest.approx(60.9016, abs=5e-5)
    assert cut["cut_se_reason"] == cut["percent_low_reason"] == "one_judge"
    told = nps.hofstee(study(hofstee_table((55, 70, 5, 30)))).findings
    assert [one.severity for one in told if one.code == "panel_small"] == ["warning"]


def test_a_median_is_not_moved_by_one_judge() -> None:
    table = hofstee_table((54, 68, 4, 28), (55, 70, 5, 30), (56, 72, 6, 32), (20, 99, 5, 30))
    mean = only(nps.hofstee(study(table), replicates=0))
    median = only(nps.hofstee(study(table), statistic="median", replicates=0))
    assert median["cut"] == pytest.approx(60.9, abs=0.4)
    assert abs(mean["cut"] - 60.9) > abs(median["cut"] - 60.9)
    assert mean["cut_se_reason"] == "not_bootstrapped"


def test_the_same_seed_gives_the_same_numbers_and_order_does_not_matter() -> None:
    first = nps.hofstee(study(BOX), **QUICK).tables["cuts"]
    again = nps.hofstee(study(BOX.iloc[::-1], SCORES[::-1]), **QUICK).tables["cuts"]
    pd.testing.assert_frame_equal(first, again)
    other = nps.hofstee(study(BOX), seed=1, **QUICK).tables["cuts"]
    assert other["cut_se"].iloc[0] != first["cut_se"].iloc[0]


def test_persons_who_came_in_clusters_tell_less() -> None:
    made = study(hofstee_table(*[(55.0, 70, 5, 30)] * 12))
    order = np.argsort(SCORES, kind="stable")
    place = np.empty(100, int)
    place[order] = np.arange(100) // 10
    spec = made.spec.model_copy(
        update={"population": made.spec.population.model_copy(update={"cluster": "office"})}
    )
    persons = made.persons.assign(office=[f"O{k}" for k in place])
    alone = only(nps.hofstee(made, replicates=400))
    wholes = only(nps.hofstee(replace(made, spec=spec, persons=persons), replicates=400))
    assert wholes["cut_se"] > 1.5 * alone["cut_se"]


def test_several_cuts_by_the_column_boundary() -> None:
    table = pd.concat(
        [BOX.assign(boundary="met"), hofstee_table((45, 60, 1, 12)).assign(boundary="part")]
    )
    cuts = nps.hofstee(study(table), replicates=0).tables["cuts"]
    assert cuts["cut_name"].tolist() == ["met", "part"]
    assert cuts["cut"].iloc[0] > cuts["cut"].iloc[1]


def test_forms_by_themselves_and_together() -> None:
    pilot = nps.read_study("data/sample_responses/naas_pilot")
    for name in ("hofstee", "cohen"):
        cuts = register.load(name).run(pilot, **QUICK).tables["cuts"]
        assert set(cuts["form"]) == {"alpha", "beta", "all forms"}
        assert set(cuts.loc[cuts["form"] == "all forms", "unit"]) == {"percent"}
        assert set(cuts.loc[cuts["form"] != "all forms", "unit"]) == {"raw"}
    box = nps.hofstee(pilot, **QUICK).tables["box"]
    assert set(box["passes"]) == {"through"}


def test_marks_that_do_not_start_at_nothing() -> None:
    """Two items from 1 to 51: the same shares of the marks, totals higher by 2."""
    points = np.stack([np.minimum(SCORES, 50), np.maximum(SCORES - 50, 0)], axis=1) + 1
    made = study_from_scores(points, min_points=1, max_points=51)
    cut = only(nps.hofstee(replace(made, tables={"compromise": BOX}), replicates=0))
    assert cut["percent"] == pytest.approx(60.9016, abs=5e-5)
    assert cut["cut"] == pytest.approx(62.9016, abs=5e-5)


def test_beuk_worked_example() -> None:
    result = nps.beuk(study(beuk_table()), **QUICK)
    cut = only(result)
    assert cut["rate_per_point"] == pytest.approx(0.0176777, abs=5e-8)
    assert cut["cut"] == pytest.approx(60.4799, abs=5e-5)
    assert solution(result, "interpolated")["pass_rate"] == pytest.approx(0.80848, abs=5e-6)
    assert solution(result, "attainable")["cut"] == 61
    assert solution(result, "judged cut alone")["cut"] == 60
    assert solution(result, "judged rate alone")["pass_rate"] == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("columns", "options", "cut", "why"),
    [
        ({"cut": 60.4}, {}, 60.4, None),
        ({"pass_rate": 80.0}, {}, 60.8333, None),
        ({"cut": 60.0, "pass_rate": 80.0}, {}, None, "judges_alike"),
        ({"cut": 60.0, "pass_rate": 80.0}, {"cut_weight": 1.0}, 60.0, None),
        ({"cut": 60.0, "pass_rate": 80.0}, {"cut_weight": 0.0}, 60.8333, None),
    ],
)
def test_beuk_where_judges_agree(
    columns: dict[str, float], options: dict[str, float], cut: float | None, why: str | None
) -> None:
    result = nps.beuk(study(beuk_table(**columns)), **QUICK, **options)
    found = only(result)
    if cut is None:
        assert found["cut_reason"] == why
        assert {"beuk_no_cut"} <= {one.code for one in result.findings}
        # Both ends are told all the same.
        assert np.isfinite(solution(result, "judged cut alone")["cut"])
        assert np.isfinite(solution(result, "judged rate alone")["cut"])
    else:
        assert found["cut"] == pytest.approx(cut, abs=5e-4)


def test_one_judge_of_beuk_needs_stated_weights() -> None:
    alone = study(beuk_table().head(1))
    assert only(nps.beuk(alone))["cut_reason"] == "one_judge"
    weighed = only(nps.beuk(alone, cut_weight=0.5))
    assert np.isfinite(weighed["cut"])
    assert weighed["cut_se_reason"] == "one_judge"


def test_de_gruijter_worked_example() -> None:
    result = nps.de_gruijter(study(beuk_table()), **QUICK)
    assert only(result)["cut"] == pytest.approx(60.540, abs=5e-4)
    assert only(result)["doubt"] == "spread"
    assert solution(result, "interpolated")["pass_rate"] == pytest.approx(0.80704, abs=1e-5)


def test_doubt_is_as_stated_where_it_is_stated() -> None:
    sure = beuk_table(cut_se=0.01, pass_rate_se=30.0)
    assert only(nps.de_gruijter(study(sure), **QUICK))["cut"] == pytest.approx(60, abs=0.01)
    spread = nps.de_gruijter(study(sure), doubt="spread", **QUICK)
    assert only(spread)["cut"] == pytest.approx(60.540, abs=5e-4)
    none = nps.de_gruijter(study(beuk_table(cut_se=2.0, pass_rate_se=0.0)), **QUICK)
    assert only(none)["cut_reason"] == "zero_uncertainty"


def test_judges_who_left_something_out_do_not_count_and_that_is_said() -> None:
    table = beuk_table(pass_rate=[80.0, np.nan, 85, 70, 90])
    result = nps.beuk(study(table), **QUICK)
    assert only(result)["judges"] == 4
    assert any("1 rows of judges" in note for note in result.notes)


def test_cohen_worked_example() -> None:
    """The 95th percentile is 24, guessing earns 6."""
    scores = np.r_[np.arange(5, 25), [24] * 20]
    points = np.stack([np.minimum(scores, 15), np.maximum(scores - 15, 0)], axis=1)
    made = study_from_scores(points, max_points=[15, 15])
    cuts = nps.cohen(made, guess=20.0, multiplier=0.7, **QUICK).tables["cuts"]
    original, modified = (cuts[cuts["method"] == name].iloc[0] for name in ("original", "modified"))
    assert original["top_total"] == 24
    assert original["guess_total"] == 6
    assert original["cut"] == pytest.approx(16.8)
    assert modified["cut"] == pytest.approx(0.7 * 24)


def test_cohen_says_what_is_missing_and_what_is_small() -> None:
    result = nps.cohen(study(scores=SCORES[::2]), **QUICK)
    assert set(result.tables["cuts"]["cut_reason"]) == {"no_chance_level", "no_other_form"}
    assert [one.severity for one in result.findings if one.code == "cohort_small"] == ["warning"]
    assert any("relative" in note for note in result.notes)


def test_the_row_that_others_take_is_one_with_a_cut() -> None:
    cuts = nps.cohen(study(), multiplier=0.65, **QUICK).tables["cuts"]
    assert cuts["method"].tolist() == ["original", "modified"]
    assert np.isfinite(cuts["cut"].iloc[-1])


def test_a_percentile_by_another_definition() -> None:
    small = study(scores=[40, 50, 60, 70, 80])
    found = [
        nps.cohen(small, guess=0, definition=how, replicates=0).tables["cuts"]["top_total"].max()
        for how in ("linear", "weibull", "inverted_cdf")
    ]
    assert found[0] < found[1] == found[2] == 80


@pytest.mark.parametrize(
    ("name", "needs"),
    [("hofstee", "min_cut"), ("beuk", "pass_rate"), ("de_gruijter", "pass_rate")],
)
def test_what_a_method_needs_is_said(name: str, needs: str) -> None:
    other = beuk_table() if name == "hofstee" else BOX
    for made in (study(), study(other)):
        with pytest.raises(AnalysisImpossible, match=needs):
            register.load(name).run(made)


@pytest.mark.parametrize("name", ["hofstee", "beuk", "de_gruijter", "cohen"])
def test_findings_and_drawings_stand_numbers_that_are_withheld(name: str) -> None:
    made = study(pd.concat([BOX, beuk_table()]).assign(judge_id=[f"J{k}" for k in range(7)]))
    if name == "cohen":
        result = nps.cohen(made, guess=20.0, multiplier=0.7, **QUICK)
    else:
        result = register.load(name).run(made, **QUICK)
    tables = {
        key: table.assign(**{c: np.nan for c in table if table[c].dtype.kind == "f"})
        for key, table in result.tables.items()
    }
    bare = replace(result, tables=tables)
    words = [one.sentence for one in findings_of(bare, made.thresholds)]
    assert not [one for one in words if "nan" in one]
    draw = register.load(name).drawings
    if draw:
        assert list(draw(bare)) == []
        for one in draw(result):
            assert one.draw() is not None
            assert "nan" not in one.title + one.alt
