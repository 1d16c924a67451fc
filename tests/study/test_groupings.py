"""Groups of persons: levels, reference, bands, levels taken together, and what the audit says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from naas_psych.analyses.fairness.compared import comparisons_asked, groups_asked
from naas_psych.errors import AnalysisImpossible, DataRefused, UsageError
from naas_psych.study.cutting import parse_cut
from naas_psych.study.groupings import band_names, groups_of, in_band
from naas_psych.study.load import check_study, read_study
from naas_psych.study.study import Study
from tests.study.test_plans import codes, study

PEOPLE = [
    ("a", "1"),
    ("a", "2"),
    ("a", "4.99"),
    ("b", "5"),
    ("b", "12"),
    ("c", ""),
    ("c", "many"),
    ("unknown", "3"),
    ("", "3"),
]


def grouped(folder: Path, toml: str) -> Path:
    rows = [f"P{k},{team},{years}" for k, (team, years) in enumerate(PEOPLE)]
    answers = [f"P{k},{k % 2},{(k + 1) % 2},1" for k in range(len(PEOPLE))]
    study(folder, persons="\n".join(["person_id,team,years", *rows]) + "\n")
    (folder / "responses.csv").write_text(
        "\n".join(["person_id,Q1,Q2,Q3", *answers]) + "\n", encoding="utf-8"
    )
    with (folder / "study.toml").open("a", encoding="utf-8") as file:
        file.write(toml)
    return folder


def read(folder: Path, toml: str) -> Study:
    return read_study(grouped(folder, toml))


def test_the_reference_may_stand_alone_and_comparisons_go_by_size(tmp_path: Path) -> None:
    found = read(tmp_path, '[groups]\nteam = "b"\n')
    groups = groups_of(found, "team")
    assert [one.name for one in groups.levels] == ["a", "b", "c"]
    assert [one.focal.name for one in groups.comparisons()] == ["a", "c"]
    assert (groups.missing, groups.not_stated, groups.reference_chosen) == (1, 1, False)
    assert groups.codes().tolist() == [1, 1, 1, 0, 0, 2, 2, -1, -1]


def test_without_a_reference_the_largest_level_is_taken(tmp_path: Path) -> None:
    groups = groups_of(read(tmp_path, ""), "team")
    assert groups.reference is groups.levels[0]
    assert groups.reference_chosen


def test_bands_end_below_their_upper_limit(tmp_path: Path) -> None:
    found = read(tmp_path, "[groups]\nyears = { bands = [5, 2] }\n")
    groups = groups_of(found, "years")
    assert band_names([5, 2]) == ["under 2", "2 to under 5", "5 and over"]
    assert {one.name: one.n for one in groups.levels} == {
        "2 to under 5": 4,
        "5 and over": 2,
        "under 2": 1,
    }
    assert groups.missing == 2
    assert [in_band(text, [2, 5]) for text in ("2", "1.999", "5", "nan", "", None)] == [
        "2 to under 5",
        "under 2",
        "5 and over",
        None,
        None,
        None,
    ]


def test_levels_taken_together_stand_beside_the_others(tmp_path: Path) -> None:
    toml = '[groups]\nteam = { reference = "a", combine = { "b or c" = ["b", "c"] } }\n'
    found = read(tmp_path, toml)
    compared = comparisons_asked(found, None)
    assert [(one.focal.name, one.focal.n) for one in compared] == [
        ("b", 2),
        ("c", 2),
        ("b or c", 4),
    ]
    assert np.array_equal(
        compared[2].focal.members, compared[0].focal.members | compared[1].focal.members
    )


def test_a_level_left_out_is_compared_with_nobody(tmp_path: Path) -> None:
    found = read(tmp_path, '[groups]\nteam = { reference = "a", leave_out = ["c"] }\n')
    groups = groups_of(found, "team")
    assert groups.left_out == 2
    assert [one.focal.name for one in groups.comparisons()] == ["b"]


@pytest.mark.parametrize(
    ("toml", "code"),
    [
        ('[groups]\ntaem = "a"\n', "unknown_group_column"),
        ('[groups]\nteam = "z"\n', "unknown_reference_level"),
        ('[groups]\nteam = { combine = { x = ["a", "z"] } }\n', "unknown_group_level"),
        ('[groups]\nteam = { combine = { c = ["a", "b"] } }\n', "combined_level_exists"),
        ('[groups]\nteam = { leave_out = ["z"] }\n', "unknown_group_level"),
        ("[groups]\nyears = { bands = [2, 5] }\n", "band_of_no_number"),
        ("[groups]\nteam = { bands = [] }\n", "bad_setting"),
        ("[groups]\nteam = 3\n", "bad_setting"),
        ('[groups]\nteam = { refrence = "a" }\n', "unknown_key"),
        ('[fairness]\nadjust_for = ["yeers"]\n', "unknown_fairness_column"),
        ('[fairness]\nsite = "place"\n', "unknown_fairness_column"),
    ],
)
def test_what_is_wrong_with_groups_is_said(tmp_path: Path, toml: str, code: str) -> None:
    assert code in codes(grouped(tmp_path, toml))


def test_a_misspelt_key_of_a_group_is_told_with_the_nearest(tmp_path: Path) -> None:
    folder = grouped(tmp_path, '[groups]\nteam = { refrence = "a" }\n')
    with pytest.raises(DataRefused) as refused:
        read_study(folder)
    assert "reference" in str(refused.value)
    assert check_study(folder).faults


def test_what_is_asked_on_the_command_line_wins(tmp_path: Path) -> None:
    found = read(tmp_path, '[groups]\nteam = "a"\n')
    (one,) = groups_asked(found, ["team=c"])
    assert one.reference is not None
    assert one.reference.name == "c"


@pytest.mark.parametrize(
    ("asked", "said"),
    [("taem", "Did you mean team"), ("team=d", "Its levels are: a, b, c"), ("", "no column")],
)
def test_an_unknown_group_is_refused_with_what_there_is(
    tmp_path: Path, asked: str, said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        groups_asked(read(tmp_path, ""), [asked])


def test_no_group_at_all_cannot_be_compared(tmp_path: Path) -> None:
    with pytest.raises(AnalysisImpossible, match="--group COLUMN"):
        groups_asked(read(tmp_path, ""), None)


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [("63%", 63, "percent"), (" 62.5 % ", 62.5, "percent"), ("raw:38", 38, "raw"),
     ("theta:-0.5", -0.5, "theta")],
)  # fmt: skip
def test_a_cut_says_its_unit(text: str, value: float, unit: str) -> None:
    cut = parse_cut(text)
    assert (cut.value, cut.unit) == (value, unit)


@pytest.mark.parametrize("text", ["63", "", "%", "raw:", "logit:1", "raw:x", "nan%", "1e400%"])
def test_a_cut_without_a_unit_is_refused_with_the_spellings(text: str) -> None:
    with pytest.raises(UsageError, match="raw:38"):
        parse_cut(text)
