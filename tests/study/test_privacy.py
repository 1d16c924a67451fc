"""Columns that name persons are refused, what merely looks a little like it is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from naas_psych.errors import DataRefused, Fault
from naas_psych.study.checks import checks
from naas_psych.study.identifiers import LOOKS
from naas_psych.study.load import check_study, read_study
from naas_psych.study.privacy import masked
from naas_psych.study.write import init_study
from tests.cli.command import Command

N = 12
NAMES = (
    *("Jane Smith", "Ann O'Neill", "Tom McDonald", "Ravi Patel", "Mary-Jane Watson", "Li Wei Chen"),
    *("Dr Omar Hassan", "Kate Brown", "J. P. Morgan", "Siân Evans", "Eve Black", "Otto Kahn"),
)
RESPONSES = "person_id,Q1,Q2,Q3\n" + "".join(
    f"P{k:02d},{k % 2},{k // 2 % 2},{k // 4 % 2}\n" for k in range(N)
)


def folder(tmp_path: Path, toml: str = "", **tables: str) -> Path:
    files = {"responses": RESPONSES, **tables}
    for name, text in files.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    named = "\n".join(f'{name} = "{name}.csv"' for name in files)
    (tmp_path / "study.toml").write_text(f"[tables]\n{named}\n{toml}\n", encoding="utf-8")
    return tmp_path


def with_column(name: str, cells: list[str]) -> str:
    rows = (f'P{k:02d},"{cells[k % len(cells)]}"\n' for k in range(N))
    return f"person_id,{name}\n" + "".join(rows)


def told(path: Path) -> list[Fault]:
    codes = ("identif", "special")
    return [fault for fault in check_study(path).faults if fault.code.startswith(codes)]


IDENTIFYING = [
    ("contact", [f"worker{k}@council.example.org" for k in range(N)], "e-mail"),
    ("reach", [f"020 7946 0{k:03d}" for k in range(N)], "telephone"),
    ("reach", [f"+44 7700 900{k:03d}" for k in range(N)], "telephone"),
    ("code", [f"QQ 12 34 {k + 10} C".replace("QQ", "AB") for k in range(N)], "National Insurance"),
    ("code", ["943 476 5919", "401 023 2137", "450 557 7104"], "NHS"),
    ("code", [f"SW{12345 + k}" for k in range(N)], "registration"),
    ("home", [f"LS{k + 1} 4AB" for k in range(N)], "postcodes"),
    ("who_it_is", list(NAMES), "names of people"),
    ("began", [f"{1955 + 3 * k}-0{k % 9 + 1}-17" for k in range(N)], "dates of birth"),
    # By name alone.
    ("Surname", ["smith", "jones"], "names of people"),
    ("DOB", ["17 May 1971", "3 June 1980"], "dates of birth"),
    ("staff number", ["100234", "100235"], "registration or staff"),
    ("Postcode", ["LS1", "LS2"], "postcodes"),
    ("mobile", ["(0113) 496-0000 x1"], "telephone"),
    ("Candidate Full Name", ["jo smith", "al fox"], "names of people"),
    ("candidate_dob", ["17 May 1971", "3 June 1980"], "dates of birth"),
]


@pytest.mark.parametrize(("name", "cells", "look"), IDENTIFYING)
def test_a_column_that_names_persons_is_refused(
    tmp_path: Path, name: str, cells: list[str], look: str
) -> None:
    path = folder(tmp_path, persons=with_column(name, cells))
    [fault] = told(path)
    assert (fault.code, fault.severity) == ("identifying_column", "error")
    assert (fault.file, fault.column, fault.row) == ("persons.csv", name, 2)
    assert look in fault.found
    assert name in fault.found
    with pytest.raises(DataRefused) as refused:
        read_study(path)
    said = " ".join(one.sentence for one in refused.value.faults)
    assert not any(cell in said for cell in cells)
    assert repr(cells[0][:1])[:2] in fault.found


INNOCENT = [
    ("site", ["North East", "South West"]),
    ("employer", ["Leeds City Council", "Kent County Council", "Essex Council"]),
    ("name", [f"C{k:03d}" for k in range(N)]),
    ("nhs", ["yes", "no"]),
    ("email", ["yes", "no"]),
    ("years", [str(k) for k in range(N)]),
    ("started", [f"20{k + 10}-03-0{k % 9 + 1}" for k in range(N)]),
    ("hours", [f"{1234567800 + 37 * k}" for k in range(N)]),
    ("seconds", [f"0.{12345678901 + k}" for k in range(N)]),
    ("form", ["A1", "B2"]),
    ("school name", ["north", "south"]),
    ("induction_status", ["done", "open"]),
    ("band", ["1985-1990", "1991-2000"]),
    ("seat", [f"SW{k}" for k in range(N)]),
    ("view", ["Strongly Agree", "Neither", "Agree", "Disagree"]),
]


@pytest.mark.parametrize(("name", "cells"), INNOCENT)
def test_what_names_nobody_is_left_alone(tmp_path: Path, name: str, cells: list[str]) -> None:
    assert told(folder(tmp_path, persons=with_column(name, cells))) == []


@pytest.mark.parametrize(
    "ids",
    [
        list(NAMES),
        [f"a.b{k}@example.org" for k in range(N)],
        [f"SW{50000 + k}" for k in range(N)],
    ],
)
def test_persons_are_not_named_by_what_identifies_them(tmp_path: Path, ids: list[str]) -> None:
    rows = "".join(f'"{one}",{k % 2},{k // 2 % 2}\n' for k, one in enumerate(ids))
    # A person twice: the fault that would print the name is not shown either.
    text = "person_id,Q1,Q2\n" + rows + f'"{ids[0]}",1,1\n'
    for path in (folder(tmp_path, responses=text), tmp_path / "responses.csv"):
        check = check_study(path)
        assert [fault.code for fault in check.faults] == ["identifying_column"]
        everything = f"{check.faults} {check.said}"
        assert not any(one in everything for one in ids)


def test_people_of_every_table_are_looked_at(tmp_path: Path) -> None:
    ratings = "judge_id,item_id,relevance\n" + "".join(
        f"{judge},Q{q},4\n" for judge in NAMES[:4] for q in (1, 2, 3)
    )
    [fault] = told(folder(tmp_path, judgements=ratings))
    assert (fault.file, fault.column) == ("judgements.csv", "judge_id")
    fine = ratings
    for k, judge in enumerate(NAMES[:4]):
        fine = fine.replace(judge, f"J{k:02d}")
    assert told(folder(tmp_path, judgements=fine)) == []


def test_item_texts_are_content(tmp_path: Path) -> None:
    items = "item_id,name,text,domain\n" + "".join(
        f'Q{k},{NAMES[k]},"{NAMES[k]} rings 020 7946 0123. What now?",Child Care\n'
        for k in (1, 2, 3)
    )
    assert told(folder(tmp_path, items=items)) == []


def test_addresses_inside_a_text_are_warned_of(tmp_path: Path) -> None:
    rows = "P01,exit,Write to me: jane.smith@example.org please\nP02,exit,Good\n"
    text = "person_id,source,text\n" + rows
    path = folder(tmp_path, feedback=text)
    [fault] = told(path)
    assert (fault.code, fault.severity, fault.row) == ("identifier_in_text", "warning", 2)
    assert "jane" not in fault.found
    assert read_study(path).tables["feedback"] is not None


def test_study_toml_can_say_that_a_column_names_nobody(tmp_path: Path) -> None:
    toml = '[privacy]\nallow = ["Surname"]'
    path = folder(tmp_path, toml, persons=with_column("surname", ["smith", "jones"]))
    assert told(path) == []
    assert "surname" in read_study(path).persons


def test_init_shows_the_way_out_of_a_bare_file(tmp_path: Path) -> None:
    text = RESPONSES.replace("person_id", "staff_number")
    (tmp_path / "responses.csv").write_text(text.replace("\nP", "\n10"), encoding="utf-8")
    said: list[str] = []
    written = init_study(tmp_path, tell=said.append)
    assert any("cannot be scored yet" in one for one in said)
    assert "[privacy]" in written.read_text(encoding="utf-8")
    with written.open("a", encoding="utf-8") as file:
        file.write('\n[privacy]\nallow = ["staff_number"]\n')
    assert told(tmp_path) == []
    assert read_study(tmp_path).responses.n_persons == N


SPECIAL = [
    *("ethnicity", "Religion or Belief", "disability", "sexual_orientation", "Trade Union"),
    *("ethnicity_code", "Disability?", "disabled flag"),
]


@pytest.mark.parametrize("name", SPECIAL)
def test_protected_columns_belong_to_the_persons_table(tmp_path: Path, name: str) -> None:
    text = RESPONSES.replace("\n", ",a\n").replace(",a\n", f",{name}\n", 1)
    [fault] = told(folder(tmp_path, responses=text))
    assert (fault.code, fault.severity, fault.column) == ("special_category_here", "error", name)
    assert "persons.csv" in fault.action
    marks = f"person_id,rater_id,mark,{name}\nP01,R1,3,a\n"
    other = tmp_path / "marks"
    other.mkdir()
    assert [one.code for one in told(folder(other, marks=marks))] == ["special_category_here"]


@pytest.mark.parametrize("name", SPECIAL)
def test_protected_columns_need_a_condition(tmp_path: Path, name: str) -> None:
    persons = with_column(name, ["a", "b"])
    path = folder(tmp_path, persons=persons)
    [fault] = told(path)
    assert (fault.code, fault.severity) == ("special_without_condition", "warning")
    assert "article 9" in checks()["special_without_condition"].meaning
    assert read_study(path)
    stated = folder(tmp_path, '[privacy]\ncondition = "equality monitoring"', persons=persons)
    assert told(stated) == []
    waived = folder(
        tmp_path,
        '[[waivers]]\ncode = "special_without_condition"\nreason = "asked for"',
        persons=persons,
    )
    assert [(one.severity, one.waived) for one in told(waived)] == [("info", "asked for")]


def test_a_study_may_name_more_columns_to_protect(tmp_path: Path) -> None:
    toml = '[privacy]\nspecial = ["caste"]'
    [fault] = told(folder(tmp_path, toml, persons=with_column("caste", ["a", "b"])))
    assert fault.code == "special_without_condition"


def test_every_command_ends_with_code_3_and_prints_no_cell(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder(tmp_path, persons=with_column("email", [f"w{k}@example.org" for k in range(N)]))
    for command in ("check", "items", "evidence"):
        more = ["--out", str(tmp_path / "out")] if command == "evidence" else []
        found = Command(capsys)(command, str(tmp_path), *more)
        assert found.code == 3
        assert "example.org" not in found.out + found.err
        assert "email" in found.out + found.err
    assert not (tmp_path / "out").exists()


def test_a_mask_shows_one_letter() -> None:
    assert masked("jane@example.org") == "'j************'"
    assert masked("Al") == "'A***'"


def test_every_look_has_words() -> None:
    assert len({look.what for look in LOOKS}) == len(LOOKS)
