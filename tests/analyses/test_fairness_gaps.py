"""score_gaps and adverse_impact: on the pilot, on hand-made groups, and where there is little."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

import naas_psych as nps
from naas_psych.analyses.fairness import adverse_impact as outcomes
from naas_psych.analyses.fairness import score_gaps as gaps
from naas_psych.analyses.fairness.gap_words import gap_size
from naas_psych.errors import AnalysisImpossible, UsageError
from naas_psych.result import Result
from naas_psych.study.spec import StudySpec
from naas_psych.study.study import Study
from naas_psych.thresholds import default_thresholds
from tests.make import study_from_scores

PILOT = "data/sample_responses/naas_pilot"
#: Words that no sentence of the chapter may hold.
FORBIDDEN = re.compile(r"\b(bias|unfair|fair|discriminat\w*|significant\w*)\b", re.IGNORECASE)


@cache
def pilot() -> Study:
    return nps.read_study(PILOT)


def grouped(
    totals: Mapping[str, Sequence[int]],
    n_items: int = 10,
    cuts: Mapping[str, Any] | None = None,
    **groups: Any,
) -> Study:
    """Persons of each level with these totals: the first items right, the others wrong."""
    rows, levels = [], []
    for name, values in totals.items():
        for total in values:
            rows.append([1] * total + [0] * (n_items - total))
            levels.append(name)
    study = study_from_scores(np.array(rows), max_points=1)
    spec = StudySpec.model_validate(
        {
            "tables": {"responses": "none.csv"},
            "cuts": cuts or {},
            "groups": groups or {"team": next(iter(totals))},
        }
    )
    return replace(study, spec=spec, persons=study.persons.assign(team=levels))


def sheet() -> Study:
    """Check value 12.19: 90 of 150 and 40 of 100 pass at six marks."""
    return grouped(
        {"north": [6] * 90 + [5] * 60, "south": [7] * 40 + [3] * 60},
        cuts={"met": {"value": 6, "unit": "raw"}},
    )


def row_of(result: Result, table: str = "groups") -> dict[str, Any]:
    return dict(result.tables[table].to_dict("records")[0])


def test_the_worked_example_of_the_method_sheet() -> None:
    row = row_of(nps.adverse_impact(sheet()))
    assert (row["n_reference"], row["n_focal"]) == (150, 100)
    assert row["ratio"] == pytest.approx(0.66667, abs=5e-6)
    assert row["ratio_low"] == pytest.approx(0.50724, abs=5e-6)
    assert row["ratio_high"] == pytest.approx(0.87620, abs=5e-6)
    assert row["difference"] == pytest.approx(-0.2)
    assert row["shortfall"] == pytest.approx(20)
    assert row["p_value"] == pytest.approx(0.002874, abs=5e-7)
    # The limits lie on both sides of .80, though the ratio is far below.
    assert row["verdict"] == "cannot_tell"
    assert row["cut_percent"] == 60


def test_the_fixed_columns_come_first_and_stay_without_rows() -> None:
    fixed = ["cut", "group", "reference", "focal", "n_reference", "n_focal", "rate_reference"]
    fixed += ["rate_focal", "ratio", "ratio_low", "ratio_high", "difference", "shortfall"]
    without = nps.adverse_impact(replace(sheet(), spec=grouped({"north": [1], "south": [2]}).spec))
    assert set(fixed) <= set(without.tables["groups"])
    assert without.tables["groups"].empty
    assert without.tables["outcomes"].empty
    assert len(without.tables["curve"]) == 11
    assert any("No pass mark is given" in note for note in without.notes)
    assert list(outcomes.drawings(without))


def test_every_attainable_score_is_a_cut_of_the_curve_and_agrees_with_the_cut() -> None:
    result = nps.adverse_impact(sheet())
    curve = result.tables["curve"]
    assert list(curve["cut_percent"]) == [10.0 * k for k in range(11)]
    at = curve[curve["cut_percent"] == 60].iloc[0]
    row = row_of(result)
    for name in ("rate_reference", "ratio", "ratio_low", "difference_high", "shortfall"):
        assert at[name] == row[name]
    assert curve["rate_focal"].is_monotonic_decreasing


def test_many_scores_make_steps_of_one_per_cent() -> None:
    generator = np.random.Generator(np.random.PCG64(5))
    made = {name: generator.integers(40, 140, 50).tolist() for name in ("a", "b")}
    curve = nps.adverse_impact(grouped(made, n_items=150)).tables["curve"]
    assert list(curve["cut_percent"]) == list(range(101))


def test_a_cut_is_named_as_it_is_typed_or_as_the_study_names_it() -> None:
    study = sheet()
    typed = nps.adverse_impact(study, cut=["60%", "raw:4"]).tables["groups"]
    assert list(typed["cut"]) == ["60%", "raw:4"]
    assert list(typed["cut_unit"]) == ["percent", "raw"]
    assert typed["rate_focal"].iloc[0] == 0.4
    assert list(nps.adverse_impact(study).tables["groups"]["cut"]) == ["met"]
    for wrong in ("120%", "raw:40", "63"):
        with pytest.raises(UsageError):
            nps.adverse_impact(study, cut=[wrong])


def test_nobody_or_everybody_has_the_variant_and_a_verdict_from_it() -> None:
    study = grouped(
        {"north": [6] * 100 + [5] * 50, "south": [3] * 120},
        cuts={"met": {"value": 60, "unit": "percent"}},
    )
    row = row_of(nps.adverse_impact(study))
    assert row["ratio"] == 0
    assert row["ratio_low_reason"] == row["ratio_high_reason"] == "all_or_none_passed"
    assert row["ratio_half_high"] < 0.8
    assert row["verdict"] == "below"
    turned = row_of(nps.adverse_impact(study, group=["team=south"]))
    assert turned["ratio_reason"] == "no_reference_passed"
    assert turned["shortfall"] == -100


def test_a_group_too_small_to_show_has_no_number_and_says_how_many_it_takes() -> None:
    study = grouped(
        {"north": [6] * 90 + [5] * 60, "south": [7] * 10 + [3] * 10},
        cuts={"met": {"value": 6, "unit": "raw"}},
    )
    result = nps.adverse_impact(study)
    row = row_of(result)
    assert row["n_focal"] == 20
    for name in ("rate_reference", "ratio", "difference", "shortfall", "n_passed_focal"):
        assert np.isnan(row[name])
        assert row[f"{name}_reason"] == "group_too_few"
    assert row["verdict"] == "cannot_tell"
    assert row["focal_needed"] >= 100
    assert result.tables["curve"].empty
    (only,) = result.findings
    assert only.code == "pass_rate_cannot_tell"
    assert f"about {row['focal_needed']:.0f} needed" in only.sentence
    assert np.isnan(row_of(nps.score_gaps(study))["hedges_g"])


def test_outcomes_add_up_to_the_persons_of_every_level() -> None:
    table = nps.adverse_impact(pilot()).tables["outcomes"]
    sums = table[table["n_outcome"].notna()].groupby(["group", "group_level"])
    for _, rows in sums:
        assert rows["n_outcome"].sum() == rows["n"].iloc[0]
        assert rows["share"].sum() == pytest.approx(1)
    assert list(table["outcome_reached"][:3]) == ["met", "partially_met", "below partially_met"]
    # Whoever is met meets the lower cut too.
    groups = nps.adverse_impact(pilot(), group=["sex"]).tables["groups"].set_index("cut")
    male = table[table["group_level"] == "male"].set_index("outcome_reached")["n_outcome"]
    assert groups.loc["met", "n_passed_focal"] == male["met"]
    assert groups.loc["partially_met", "n_passed_focal"] == male["met"] + male["partially_met"]


def test_impact_without_dif_is_a_difference_and_nothing_more() -> None:
    """Plant P6: persons of 50 and over, and those who are not White, score lower."""
    result = nps.score_gaps(pilot())
    told = {finding.subject for finding in result.findings if finding.code == "score_gap"}
    assert {"age_band 50_and_over", "ethnicity other than White"} <= told
    rows = result.tables["groups"].set_index("focal")
    assert rows.loc["50_and_over", "hedges_g_high"] < 0
    assert rows.loc["50_and_over", "verdict"] == "small"
    assert rows.loc["50_and_over", "verdict_words"] == "at least small"


def test_the_small_disability_team_gets_no_verdict() -> None:
    result = nps.adverse_impact(pilot(), group=["setting"])
    rows = result.tables["groups"].set_index("focal")
    team = rows.loc["disability_team"]
    assert set(team["verdict"]) == {"cannot_tell"}
    assert (team["focal_needed"] >= 100).all()
    (said,) = [one for one in result.findings if one.code == "pass_rate_cannot_tell"]
    assert "disability_team (76 persons" in said.sentence


def test_no_sentence_title_or_note_says_more_than_difference() -> None:
    for module, run in ((gaps, nps.score_gaps), (outcomes, nps.adverse_impact)):
        result = run(pilot())
        texts = [
            text for one in result.findings for text in (one.sentence, one.meaning, one.action)
        ]
        texts += [*result.notes, run.__doc__ or ""]
        texts += [text for one in module.drawings(result) for text in (one.title, one.alt)]
        for text in texts:
            assert not FORBIDDEN.search(text), text


def test_findings_and_drawings_stand_withheld_numbers() -> None:
    for module, run in ((gaps, nps.score_gaps), (outcomes, nps.adverse_impact)):
        result = run(pilot())
        bare = {}
        for name, table in result.tables.items():
            numbers = table.select_dtypes("number").columns
            bare[name] = table.assign(**dict.fromkeys(numbers, np.nan))
        withheld = replace(result, tables=bare)
        assert list(module.findings(withheld, default_thresholds())) == []
        for drawing in module.drawings(withheld):
            drawing.draw()


def test_every_picture_can_be_drawn() -> None:
    for module, run in ((gaps, nps.score_gaps), (outcomes, nps.adverse_impact)):
        for drawing in module.drawings(run(pilot(), group=["ethnicity"])):
            assert drawing.draw().axes


def test_pictures_draw_the_lines_that_a_study_sets() -> None:
    study = pilot()
    own = {"pass_ratio_min": 0.75, "gap_small": 0.25}
    study = replace(study, thresholds=study.thresholds.overridden_by(own))
    ratios = next(iter(outcomes.drawings(nps.adverse_impact(study, group=["sex"])))).draw()
    assert any(np.all(np.asarray(line.get_ydata()) == 0.75) for line in ratios.axes[1].lines)
    band = next(iter(gaps.drawings(nps.score_gaps(study, group=["sex"])))).draw().axes[0].patches[0]
    assert max(band.get_xy()[0], band.get_xy()[0] + band.get_width()) == 0.25


def test_forms_that_differ_in_difficulty_make_no_gap() -> None:
    """All of one group sat the hard form more often, and know as much."""
    generator = np.random.Generator(np.random.PCG64(11))
    points = np.full((800, 40), -3)
    theta = generator.normal(size=(800, 1))
    hard = np.arange(800) < 400
    chance = 1 / (1 + np.exp(-(theta - np.where(hard, 1.0, -1.0)[:, None])))
    right = (generator.random((800, 20)) < chance).astype(int)
    points[hard, :20], points[~hard, 20:] = right[hard], right[~hard]
    late = generator.random(800) < np.where(hard, 0.75, 0.25)
    made = study_from_scores(points, max_points=1)
    study = replace(
        made, persons=made.persons.assign(shift=np.where(late, "late", "early").astype(object))
    )
    row = row_of(nps.score_gaps(study, group=["shift=early"]))
    assert row["difference_percent_low"] < 0 < row["difference_percent_high"]
    assert row["mean_focal"] - row["mean_reference"] == pytest.approx(row["difference_percent"])
    assert abs(row["hedges_g"]) < 0.25


@pytest.mark.parametrize("few", [0, 3])
def test_groups_on_different_forms_have_no_gap_but_a_reason(few: int) -> None:
    """All but a few of each group take a form that the other group does not."""
    rng = np.random.Generator(np.random.PCG64(2))
    points = rng.integers(0, 2, (400, 12))
    first = np.arange(400) < 200
    first[:few], first[200 : 200 + few] = False, True
    points[np.ix_(first, range(4))] = -3
    points[np.ix_(~first, range(8, 12))] = -3
    study = study_from_scores(points, max_points=1)
    spec = StudySpec.model_validate({"tables": {"responses": "none.csv"}, "groups": {"team": "a"}})
    persons = study.persons.assign(team=["a"] * 200 + ["b"] * 200)
    row = row_of(nps.score_gaps(replace(study, spec=spec, persons=persons)))
    assert (row["n_reference"], row["n_focal"]) == (200, 200)
    assert row["hedges_g_reason"] == row["difference_percent_reason"] == "no_common_form"
    assert row["verdict"] == "cannot_tell"


def test_no_difference_is_expected_of_a_rate_of_none_or_all() -> None:
    curve = nps.adverse_impact(sheet()).tables["curve"]
    ends = curve["rate_reference"].isin([0, 1])
    assert ends.any()
    assert set(curve.loc[ends, "difference_expected_reason"]) == {"all_or_none_passed"}
    assert curve.loc[~ends, "difference_expected"].lt(0).all()


def test_the_precision_of_everybody_is_that_of_the_reliability_chapter() -> None:
    study = pilot()
    everybody = replace(study, persons=study.persons.assign(all=["one"] * len(study.persons)))
    asked = nps.score_gaps(everybody, group=["all", "sex"]).tables["precision"]
    own = asked[asked["group"] == "all"].set_index("form")["alpha"]
    known = nps.reliability(study, replicates=0).tables["coefficients"]
    known = known[known["coefficient"] == "alpha"].set_index("form")["estimate"]
    for form in known.index:
        assert own[form] == pytest.approx(known[form])


def test_the_disattenuated_gap_is_larger_by_the_root_of_alpha() -> None:
    rows = nps.score_gaps(pilot(), group=["age_band"]).tables["groups"]
    expected = rows["hedges_g"] / np.sqrt(rows["alpha_within"])
    np.testing.assert_allclose(rows["hedges_g_disattenuated"], expected)
    assert rows["alpha_within"].between(0.6, 0.95).all()


def test_a_cut_that_nobody_can_reach_has_no_error() -> None:
    """Every item above the fourth is wrong for everybody: nine marks are out of reach."""
    generator = np.random.Generator(np.random.PCG64(4))
    totals = {name: generator.integers(1, 5, 120).tolist() for name in ("north", "south")}
    study = grouped(totals, cuts={"high": {"value": 9, "unit": "raw"}})
    table = nps.score_gaps(study).tables["precision_at_cuts"]
    assert set(table["csem_percent_reason"]) == {"outside_observed"}


def test_rated_work_is_there_with_marks_and_empty_without() -> None:
    table = nps.score_gaps(pilot(), group=["sex"]).tables["rated_work"]
    assert table["criterion"].iloc[0] == "all criteria"
    assert nps.score_gaps(sheet()).tables["rated_work"].empty


def test_one_level_and_unknown_names_are_refused() -> None:
    for run in (nps.score_gaps, nps.adverse_impact):
        with pytest.raises(AnalysisImpossible, match="No two levels"):
            run(grouped({"north": [3, 4] * 40}))
        with pytest.raises(UsageError, match="no column 'teem'"):
            run(sheet(), group=["teem"])
        with pytest.raises(UsageError, match="Nobody belongs"):
            run(sheet(), group=["team=east"])


@pytest.mark.parametrize(
    ("low", "high", "verdict", "words"),
    [
        (-0.1, 0.15, "negligible", "negligible"),
        (-0.45, -0.25, "small", "small"),
        (-0.65, -0.25, "small", "at least small"),
        (0.55, 0.7, "medium", "medium"),
        (0.55, 0.9, "medium", "at least medium"),
        (-1.2, -0.9, "large", "large"),
        (-0.3, 0.1, "cannot_tell", "at most small"),
        (-0.1, 0.7, "cannot_tell", "at most medium"),
        (-0.1, 1.0, "cannot_tell", "of unknown size"),
    ],
)
def test_the_size_is_what_both_limits_allow(
    low: float, high: float, verdict: str, words: str
) -> None:
    found = gap_size(low, high, default_thresholds())
    assert (found.verdict, found.words) == (verdict, words)
