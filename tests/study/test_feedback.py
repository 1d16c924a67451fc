"""The optional tables: ratings, and numbers that are none."""

from __future__ import annotations

from pathlib import Path

from naas_psych.study.load import StudyCheck, check_study


def feedback_of(tmp_path: Path, text: str) -> StudyCheck:
    (tmp_path / "responses.csv").write_text("person_id,Q1,Q2\nA,1,1\nB,1,0\nC,0,0\nD,0,1\n")
    (tmp_path / "feedback.csv").write_text(text)
    return check_study(tmp_path)


FEEDBACK = "person_id,fair,prep_hours,text\nA,4,12,good\nB,2,0,\nC,5,3.5,\nD,3,40,bad\n"


def test_numbers_off_the_scale_are_not_ratings(tmp_path: Path) -> None:
    """Hours of preparation mostly lie outside 1 to 5: numbers, and no fault."""
    check = feedback_of(tmp_path, FEEDBACK)
    assert check.study is not None
    assert check.faults == ()
    feedback = check.study.tables["feedback"]
    assert feedback["prep_hours"].tolist() == [12.0, 0.0, 3.5, 40.0]
    assert feedback["fair"].tolist() == [4, 2, 5, 3]
    assert any("prep_hours" in sentence for sentence in check.said)


def test_one_rating_off_the_scale_is_a_fault(tmp_path: Path) -> None:
    check = feedback_of(tmp_path, FEEDBACK.replace("C,5", "C,7"))
    assert check.study is None
    fault = check.faults[0]
    assert (fault.code, fault.row, fault.column) == ("rating_outside_scale", 4, "fair")
    assert (fault.value, fault.expected) == ("7", "a number from 1 to 5.")


def test_cells_are_counted_not_distinct_numbers(tmp_path: Path) -> None:
    """Six ratings of 4 against 7, 8 and 9: mostly ratings, and three slips."""
    rows = "".join(f"A,{mark}\n" for mark in (4, 4, 4, 4, 4, 4, 7, 8, 9))
    check = feedback_of(tmp_path, "person_id,fair\n" + rows)
    assert [fault.value for fault in check.faults] == ["7", "8", "9"]


def test_many_distinct_numbers_are_numbers(tmp_path: Path) -> None:
    rows = "".join(f"A,{hours / 10}\n" for hours in range(1, 120))
    check = feedback_of(tmp_path, "person_id,prep_hours\n" + rows)
    assert check.study is not None
    assert check.study.tables["feedback"]["prep_hours"].iloc[-1] == 11.9


def test_two_numbers_are_too_few_to_tell(tmp_path: Path) -> None:
    check = feedback_of(tmp_path, "person_id,fair\nA,9\nB,8\n")
    assert [fault.code for fault in check.faults] == ["rating_outside_scale"] * 2
    assert feedback_of(tmp_path, "person_id,fair\nA,9\nB,8\nC,40\n").faults == ()
