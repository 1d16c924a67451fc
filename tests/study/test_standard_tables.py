"""Tables of Ebel, Nedelsky, bookmark and the compromises: what is read, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from naas_psych.errors import DataRefused, Fault
from naas_psych.study.load import check_study, read_study

RAW = "person_id,Q1,Q2,Q3,Q4\nP1,A,B,1,A\nP2,B,B,2,B\nP3,A,C,0,A\nP4,C,D,3,C\n"
ITEMS = (
    "item_id,key,type,max_score,option_A,option_B,option_C,option_D\n"
    "Q1,A,single,1,a,b,c,d\nQ2,B,single,1,a,b,c,d\nQ3,,score,3,,,,\nQ4,A|B,single,1,a,b,c,d\n"
)


def study(folder: Path, toml: str = "", **files: str) -> Path:
    folder.mkdir(exist_ok=True)
    tables = {"responses": RAW, "items": ITEMS, **files}
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    names = "\n".join(f'{name} = "{name}.csv"' for name in tables)
    (folder / "study.toml").write_text(f"[tables]\n{names}\n{toml}\n", encoding="utf-8")
    return folder


def faults(path: Path) -> list[Fault]:
    return [fault for fault in check_study(path).faults if fault.severity == "error"]


def told(path: Path) -> list[tuple[str, int | None, str | None]]:
    return [(fault.code, fault.row, fault.value) for fault in faults(path)]


HOFSTEE = "judge_id,min_cut,max_cut,min_fail,max_fail\n"
BEUK = "judge_id,cut,pass_rate,cut_se,pass_rate_se\n"


def test_per_cent_and_proportions_are_told_apart_group_by_group(tmp_path: Path) -> None:
    percent = read_study(study(tmp_path / "a", compromise=HOFSTEE + "J1,55,65,2,10\n"))
    share = read_study(study(tmp_path / "b", compromise=HOFSTEE + "J1,55,65,.02,.1\n"))
    both = read_study(study(tmp_path / "c", compromise=HOFSTEE + "J1,.55,.65,.02,.1\n"))
    for one in (percent, share, both):
        row = one.tables["compromise"].iloc[0]
        assert row[["min_cut", "max_cut", "min_fail", "max_fail"]].tolist() == pytest.approx(
            [55, 65, 2, 10]
        )
    assert any("shares of persons from 0 to 1" in said for said in share.said)
    assert any("cuts in per cent" in said for said in share.said)


def test_errors_are_in_the_unit_of_what_they_are_about(tmp_path: Path) -> None:
    text = BEUK + "J1,.6,.8,.02,.05\nJ2,.58,.75,.03,.04\n"
    table = read_study(study(tmp_path, compromise=text)).tables["compromise"]
    assert table["cut_se"].tolist() == pytest.approx([2, 3])
    assert table["pass_rate_se"].tolist() == pytest.approx([5, 4])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (HOFSTEE + "J1,60,55,2,10\n", [("limits_out_of_order", 2, "60")]),
        (HOFSTEE + "J1,50,55,12,10\n", [("limits_out_of_order", 2, "12")]),
        (
            HOFSTEE + "J1,50,55,2,10\nJ2,.5,.6,2,10\n",
            [("percent_and_proportion_mixed", 3, "min_cut 0.5, max_cut 0.6")],
        ),
        (
            HOFSTEE + "J1,50,55,2,10\nJ2,50,60,.02,.1\n",
            [("percent_and_proportion_mixed", 3, "min_fail 0.02, max_fail 0.1")],
        ),
        (BEUK + "J1,.6,.8,2,.05\n", [("percent_and_proportion_mixed", 2, "cut_se 2")]),
        (
            HOFSTEE + "J1,50,55,2,10\nJ1,51,55,2,10\n",
            [("duplicate_rating", 3, "J1")],
        ),
        (HOFSTEE + "J1,-5,55,2,101\n", [("rating_outside_scale", 2, "-5"),
                                        ("rating_outside_scale", 2, "101")]),
        ("judge_id,min_cut,max_cut\nJ1,5,55\n", [("missing_column", 1, None)]),
    ],
)  # fmt: skip
def test_what_cannot_be_right_of_a_compromise(
    tmp_path: Path, text: str, expected: list[tuple[str, int, str | None]]
) -> None:
    path = study(tmp_path, compromise=text)
    assert told(path) == expected
    with pytest.raises(DataRefused):
        read_study(path)


def test_a_small_share_of_persons_in_per_cent_is_no_proportion(tmp_path: Path) -> None:
    path = study(tmp_path, compromise=HOFSTEE + "J1,50,55,.5,10\nJ2,50,55,0,1\n")
    assert not faults(path)
    table = read_study(path).tables["compromise"]
    assert table["min_fail"].tolist() == [0.5, 0]
    assert table["max_fail"].tolist() == [10, 1]


def test_a_waived_row_is_set_to_empty(tmp_path: Path) -> None:
    waiver = '[[waivers]]\ncode = "limits_out_of_order"\nreason = "the judge left"\n'
    text = HOFSTEE + "J1,60,55,2,10\nJ2,50,55,2,10\n"
    table = read_study(study(tmp_path, waiver, compromise=text)).tables["compromise"]
    assert table["min_cut"].isna().tolist() == [True, False]


CELLS = "judge_id,item_id,relevance,difficulty\n"
SUCCESS = "relevance,difficulty,success\nessential,easy,90\nImportant,hard,40\n"


def test_cells_are_the_same_whatever_their_letter_case(tmp_path: Path) -> None:
    cells = CELLS + "J1,Q1,Essential,EASY\nJ1,Q2,important, hard\n"
    found = read_study(study(tmp_path, ebel_items=cells, ebel_success=SUCCESS))
    assert found.tables["ebel_items"]["relevance"].tolist() == ["essential", "important"]
    assert found.tables["ebel_success"]["success"].tolist() == [0.9, 0.4]
    assert any("success in per cent" in said for said in found.said)


@pytest.mark.parametrize(
    ("cells", "success", "expected"),
    [
        (
            CELLS + "J1,Q1,essential,hard\n",
            SUCCESS,
            [("ebel_cell_without_success", 2, "essential hard")],
        ),
        (
            CELLS + "J1,Q1,essential,easy\nJ1,Q1,important,hard\n",
            SUCCESS,
            [("duplicate_rating", 3, "J1, Q1")],
        ),
        (CELLS + "J1,Q9,essential,easy\n", SUCCESS, [("unknown_item_in_table", 2, "Q9")]),
        (
            CELLS + "J1,Q1,essential,easy\n",
            SUCCESS + "essential,hard,.7\n",
            [("percent_and_proportion_mixed", 4, "success 0.7")],
        ),
        (
            CELLS + "J1,Q1,essential,easy\n",
            SUCCESS + "essential,easy,80\n",
            [("duplicate_rating", 4, "essential, easy")],
        ),
    ],
)
def test_what_cannot_be_right_of_a_grid(
    tmp_path: Path, cells: str, success: str, expected: list[tuple[str, int, str]]
) -> None:
    path = study(tmp_path, ebel_items=cells, ebel_success=success)
    assert told(path) == expected


def left(path: Path) -> list[float]:
    return [float(n) for n in read_study(path).tables["nedelsky"]["options_left"]]


def test_options_left_are_counted_from_those_crossed_out(tmp_path: Path) -> None:
    text = "judge_id,item_id,eliminated\nJ1,Q1,b|C\nJ1,Q2,ACD\nJ2,Q1,\nJ2,Q4,C\n"
    path = study(tmp_path, nedelsky=text)
    found = left(path)
    assert found[:3] == [2, 1, 4]
    # Two options earn marks: nothing can be counted.
    assert np.isnan(found[3])
    assert any("no option was crossed out" in said for said in read_study(path).said)


def test_options_left_may_be_given_as_numbers(tmp_path: Path) -> None:
    text = "judge_id,item_id,options_left\nJ1,Q1,2\nJ1,Q2,\n"
    found = left(study(tmp_path, nedelsky=text))
    assert found[0] == 2
    assert np.isnan(found[1])


@pytest.mark.parametrize(
    ("text", "expected", "words"),
    [
        ("judge_id,item_id,eliminated\nJ1,Q1,A|D\n", ("key_crossed_out", 2, "A|D"), "J1"),
        (
            "judge_id,item_id,eliminated\nJ1,Q1,B\nJ1,Q2,Z\n",
            ("unknown_option_crossed_out", 3, "Z"),
            "A, B, C, D",
        ),
        ("judge_id,item_id,options_left\nJ1,Q1,7\n", ("options_left_wrong", 2, "7"), "1 to 4"),
        ("judge_id,item_id,options_left\nJ1,Q1,1.5\n", ("options_left_wrong", 2, "1.5"), "whole"),
        (
            "judge_id,item_id,eliminated,options_left\nJ1,Q1,B|C,3\n",
            ("options_left_wrong", 2, "3"),
            "2",
        ),
        ("judge_id,item_id,kept\nJ1,Q1,B\n", ("missing_column", 1, None), "eliminated"),
        (
            "judge_id,item_id,eliminated\nJ1,Q1,B\nJ1,Q1,C\n",
            ("duplicate_rating", 3, "J1, Q1"),
            "",
        ),
    ],
)
def test_what_cannot_be_right_of_options(
    tmp_path: Path, text: str, expected: tuple[str, int, str | None], words: str
) -> None:
    path = study(tmp_path, nedelsky=text)
    assert told(path) == [expected]
    (fault,) = faults(path)
    assert words in f"{fault.found} {fault.expected}"


def test_bookmarks_by_item_and_by_place(tmp_path: Path) -> None:
    text = "judge_id,item_id,step,boundary\nJ1,Q1,,met\nJ1,Q3,2,part\nJ2,Q2,1,met\n"
    assert not faults(study(tmp_path / "a", bookmark=text))
    # Q1, Q2 and Q4 are one entry each, Q3 is three.
    assert not faults(study(tmp_path / "b", bookmark="judge_id,place\nJ1,1\nJ2,6\n"))


@pytest.mark.parametrize(
    ("text", "expected", "words"),
    [
        ("judge_id,place\nJ1,0\n", ("bookmark_outside", 2, "0"), "before the first"),
        ("judge_id,place\nJ1,7\n", ("bookmark_outside", 2, "7"), "after the last"),
        ("judge_id,place\nJ1,2.5\n", ("bookmark_outside", 2, "2.5"), "between two"),
        ("judge_id,item_id,step\nJ1,Q3,4\n", ("bookmark_step", 2, "4"), "1 to 3"),
        ("judge_id,item_id\nJ1,Q3\n", ("bookmark_step", 2, ""), "1 to 3"),
        ("judge_id,item_id\nJ1,Q9\n", ("unknown_item_in_table", 2, "Q9"), "Q9"),
        ("judge_id,place\nJ1,2\nJ1,3\n", ("duplicate_rating", 3, "J1"), "judge_id"),
        ("judge_id,rank\nJ1,2\n", ("missing_column", 1, None), "place"),
    ],
)
def test_what_cannot_be_right_of_bookmarks(
    tmp_path: Path, text: str, expected: tuple[str, int, str | None], words: str
) -> None:
    path = study(tmp_path, bookmark=text)
    assert told(path) == [expected]
    (fault,) = faults(path)
    assert words in f"{fault.found} {fault.expected}"


def test_scores_without_a_key_can_have_options_left(tmp_path: Path) -> None:
    folder = study(tmp_path, nedelsky="judge_id,item_id,options_left\nJ1,Q1,3\n")
    (folder / "responses.csv").write_text("person_id,Q1,Q2\nP1,1,0\nP2,0,1\n", encoding="utf-8")
    (folder / "study.toml").write_text(
        '[tables]\nresponses = "responses.csv"\nnedelsky = "nedelsky.csv"\n', encoding="utf-8"
    )
    assert left(folder) == [3]
