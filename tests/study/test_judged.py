"""Judged persons and graded work: words that are not declared, and whoever is judged twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from naas_psych.errors import DataRefused
from naas_psych.study.load import check_study, read_study
from tests.study.test_plans import codes, study

LEVELS = '\n[standard]\nlevels = ["not met", "partially met", "met"]\n[cuts.met]\nvalue = 1\n'
LEVELS += 'unit = "raw"\n'


def with_spec(path: Path, more: str) -> Path:
    toml = path / "study.toml" if path.is_dir() else path
    toml.write_text(toml.read_text(encoding="utf-8") + more, encoding="utf-8")
    return path


def test_levels_are_read_whatever_their_case_and_blanks(tmp_path: Path) -> None:
    rows = ["P1,J1,range finding,Met", "P2,J1,1,NOT-MET", "P1,J2,1,Borderline"]
    text = "\n".join(["person_id,judge,round,level", *rows])
    path = with_spec(study(tmp_path, judged_persons=text), LEVELS)
    assert not check_study(path).faults
    table = read_study(path).tables["judged_persons"]
    assert table["level"].tolist() == ["Met", "NOT-MET", "Borderline"]
    assert table["round"].tolist() == ["range finding", "1", "1"]


def test_a_border_of_a_cut_that_is_named_is_known(tmp_path: Path) -> None:
    path = with_spec(study(tmp_path, judged_persons="person_id,level\nP1,borderline met\n"), LEVELS)
    assert not check_study(path).faults


def test_a_level_that_is_not_declared_is_refused_with_those_that_are(tmp_path: Path) -> None:
    text = "person_id,level\nP1,met\nP2,splendid\n"
    path = with_spec(study(tmp_path, judged_persons=text), LEVELS)
    fault = check_study(path).faults[0]
    assert (fault.code, fault.row, fault.value) == ("unknown_level", 3, "splendid")
    assert "not_met, partially_met, met, borderline" in fault.expected
    with pytest.raises(DataRefused):
        read_study(path)


def test_a_waiver_sets_the_level_to_empty(tmp_path: Path) -> None:
    more = LEVELS + '[[waivers]]\ncode = "unknown_level"\nreason = "a slip"\n'
    path = with_spec(study(tmp_path, judged_persons="person_id,level\nP1,met\nP2,splendid\n"), more)
    assert read_study(path).tables["judged_persons"]["level"].tolist() == ["met", None]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("person_id,judge,level\nP1,J1,met\nP1,J1,not met\n", ["another level"]),
        ("person_id,judge,level\nP1,J1,met\nP1,J1,met\n", ["the same level"]),
        ("person_id,judge,level\nP1,J1,met\nP1,J2,not met\n", []),
        ("person_id,judge,round,level\nP1,J1,1,met\nP1,J1,2,not met\n", []),
        ("person_id,level\nP1,met\nP1,met\n", []),
        ("person_id,level\nP1,met\nP1,not met\n", ["another level"]),
    ],
)
def test_whoever_is_judged_twice_is_told(tmp_path: Path, text: str, told: list[str]) -> None:
    faults = check_study(study(tmp_path, judged_persons=text)).faults
    found = [fault.found for fault in faults if fault.code == "judged_twice"]
    assert len(found) == len(told)
    assert all(words in said for words, said in zip(told, found, strict=True))


def test_grades_are_looked_at_where_a_borderline_grade_is_declared(tmp_path: Path) -> None:
    text = "person_id,rater_id,mark,global_rating\nP1,R1,3,good\nP2,R1,3,4\n"
    path = study(tmp_path, marks=text)
    assert "grade_not_number" not in codes(path)
    assert "grade_not_number" in codes(
        with_spec(path, "\n[standard.grades]\nborderline = {met = 4}\n")
    )
