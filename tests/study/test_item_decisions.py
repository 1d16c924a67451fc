"""decisions.csv: what a panel decided of each item, and every fault of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from naas_psych.errors import DataRefused, Fault
from naas_psych.study.load import check_study, read_study
from naas_psych.study.write import init_study
from tests.study.test_plans import study

HEAD = "item_id,decision,who,when,why\n"
GOOD = HEAD + "Q1,keep,panel,2016-03-21,needed\nQ2,Drop,panel,2016-03-21,out of role\n"


def faults(tmp_path: Path, text: str) -> list[Fault]:
    return list(check_study(study(tmp_path, decisions=text)).faults)


def test_decisions_are_read_in_canonical_words(tmp_path: Path) -> None:
    path = study(tmp_path, decisions=GOOD)
    assert check_study(path).faults == ()
    found = read_study(path)
    assert found.tables["decisions"].to_dict("list") == {
        "item_id": ["Q1", "Q2"],
        "decision": ["keep", "drop"],
        "who": ["panel", "panel"],
        "when": ["2016-03-21", "2016-03-21"],
        "why": ["needed", "out of role"],
    }
    assert any(one.name == "decisions.csv" for one in found.inputs)


@pytest.mark.parametrize(
    ("row", "code", "place", "said"),
    [
        ("Q9,drop,panel,2016-03-21,x", "unknown_item_in_table", ("item_id", "Q9"), "Did you mean"),
        ("Q1,dropp,panel,2016-03-21,x", "decision_unknown", ("decision", "dropp"), "'drop'"),
        ("Q1,drop,panel,21/03/2016,x", "decision_date", ("when", "21/03/2016"), "21/03/2016"),
        ("Q1,drop,panel,2016-02-30,x", "decision_date", ("when", "2016-02-30"), "2016-02-30"),
    ],
)
def test_a_fault_says_where_and_what(
    tmp_path: Path, row: str, code: str, place: tuple[str, str], said: str
) -> None:
    [fault] = faults(tmp_path, HEAD + row + "\n")
    assert (fault.code, fault.severity) == (code, "error")
    assert (fault.file, fault.row) == ("decisions.csv", 2)
    assert (fault.column, fault.value) == place
    assert said in fault.found
    assert fault.expected
    assert fault.action
    with pytest.raises(DataRefused):
        read_study(tmp_path)


@pytest.mark.parametrize("name", ["who", "when", "why"])
def test_what_a_decision_needs_to_be_answered_for_is_asked(tmp_path: Path, name: str) -> None:
    row = {"who": "panel", "when": "2016-03-21", "why": "x"} | {name: ""}
    [fault] = faults(tmp_path, HEAD + f"Q1,drop,{row['who']},{row['when']},{row['why']}\n")
    assert (fault.code, fault.severity, fault.column, fault.row) == (
        "decision_without_reason", "warning", name, 2,
    )  # fmt: skip


def test_a_column_that_is_not_there_is_told_once(tmp_path: Path) -> None:
    found = faults(
        tmp_path, "item,decision,by,date\nQ1,keep,panel,2016-03-21\nQ2,keep,p,2016-03-21\n"
    )
    assert [(one.code, one.column, one.row) for one in found] == [
        ("decision_without_reason", "why", 1)
    ]


def test_the_latest_decision_holds_and_that_is_said(tmp_path: Path) -> None:
    rows = "Q1,drop,panel,2016-04-01,x\nQ1,hold,panel,2016-03-21,y\n"
    path = study(tmp_path, decisions=HEAD + rows)
    found = read_study(path)
    assert found.tables["decisions"]["decision"].tolist() == ["drop"]
    assert any("1 earlier decision was overtaken" in one for one in found.said)


@pytest.mark.parametrize("when", ["2016-03-21", ""])
def test_two_decisions_without_a_later_date_are_refused(tmp_path: Path, when: str) -> None:
    rows = f"Q1,drop,panel,2016-03-21,x\nQ1,hold,panel,{when},y\n"
    found = [one for one in faults(tmp_path, HEAD + rows) if one.severity == "error"]
    assert [(one.code, one.row) for one in found] == [("decision_twice", 3)]
    assert "row 2" in found[0].found


def test_rows_that_decide_nothing_are_left_out(tmp_path: Path) -> None:
    rows = "Q1,,panel,2016-03-21,x\n,drop,panel,2016-03-21,x\nQ2,keep,panel,2016-03-21,x\n"
    path = study(tmp_path, decisions=HEAD + rows)
    assert [(one.code, one.row) for one in check_study(path).faults] == [
        ("decision_empty", 3),
        ("decision_empty", 2),
    ]
    assert read_study(path).tables["decisions"]["item_id"].tolist() == ["Q2"]


def test_a_form_is_one_of_the_items(tmp_path: Path) -> None:
    items = "item_id,form_id\nQ1,a\nQ2,a|b\nQ3,b\n"
    text = "item_id,form_id,decision,who,when,why\nQ2,{},drop,panel,2016-03-21,x\n"
    for form, codes in (("a", set()), ("c", {"decision_form"})):
        path = study(tmp_path / f"form_{form}", items=items, decisions=text.format(form))
        assert {one.code for one in check_study(path).faults} & {"decision_form"} == codes


def test_a_folder_without_study_toml_finds_it_and_init_writes_it(tmp_path: Path) -> None:
    path = study(tmp_path, decisions=GOOD)
    (path / "study.toml").unlink()
    assert list(read_study(path).tables["decisions"]["decision"]) == ["keep", "drop"]
    written = init_study(path).read_text(encoding="utf-8")
    assert 'decisions = "decisions.csv"' in written
