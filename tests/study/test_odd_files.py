"""Files that are sound but odd: very long headers, empty ends, UTF-16 without a mark."""

from __future__ import annotations

from pathlib import Path

import pytest

from naas_psych.errors import DataRefused
from naas_psych.study.load import check_study, read_study

GOOD = "person_id,Q1,Q2,Q3\nA,1,0,1\nB,0,1,1\nC,1,1,0\nD,0,0,1\n"
RAW = "person_id,Q1,Q2,Q3\np1,A,B,C\np2,B,B,C\np3,A,C,D\np4,C,B,A\n"


def test_a_header_longer_than_the_sample(tmp_path: Path) -> None:
    names = [f"Q{j:04d}{'x' * 60}" for j in range(5000)]
    rows = [f"p{i}," + ",".join(str((i + j) % 2) for j in range(5000)) for i in range(3)]
    path = tmp_path / "huge.csv"
    path.write_text("\n".join([",".join(["person_id", *names]), *rows]) + "\n", encoding="utf-8")
    study = read_study(path)
    assert study.responses.item_ids == tuple(names)
    assert study.responses.n_persons == 3


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf16_with_and_without_a_mark(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "r.csv"
    path.write_bytes(GOOD.encode(encoding))
    assert read_study(path).responses.n_persons == 4
    assert "r.csv is UTF-16 text." in check_study(path).said


@pytest.mark.parametrize("end", ["\n\n\n", ",,,\n,,,\n", "\n,,,\n\n,,,"])
def test_empty_rows_at_the_end_are_no_persons(tmp_path: Path, end: str) -> None:
    path = tmp_path / "r.csv"
    path.write_text(GOOD + end, encoding="utf-8")
    check = check_study(path)
    assert check.study is not None
    assert check.study.responses.n_persons == 4
    assert any("empty rows" in said for said in check.said) == ("," in end)


def test_an_empty_row_in_the_middle_is_told(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text(GOOD + ",,,\nE,1,1,0\n", encoding="utf-8")
    faults = check_study(path).faults
    assert [(f.code, f.row) for f in faults if f.severity == "error"] == [("person_id_blank", 6)]


def test_a_wrong_number_of_keys_says_which_file_and_which_keys(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text(RAW, encoding="utf-8")
    with pytest.raises(DataRefused) as refused:
        read_study(path, key="AB")
    fault = refused.value.faults[0]
    assert (fault.code, fault.file, fault.value) == ("key_length", "r.csv", "A,B")


def test_two_files_that_could_be_the_responses(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text(GOOD, encoding="utf-8")
    said = check_study(tmp_path).said
    assert "a.csv was taken as the table of responses, being the widest, not b.csv." in said


def test_a_file_beside_a_study_toml_says_so_and_what_was_inferred(tmp_path: Path) -> None:
    path = tmp_path / "responses.csv"
    path.write_text(GOOD, encoding="utf-8")
    inferred = "has one row a person (person_id): 3 items from Q1 to Q3, recorded as scores."
    assert f"responses.csv {inferred}" in check_study(path).said
    toml = tmp_path / "study.toml"
    toml.write_text('[tables]\nresponses = "responses.csv"\n[responses]\nlayout = "wide"\n')
    said = check_study(path).said
    assert "study.toml beside responses.csv was not used; give its folder to use it." in said
    assert f"responses.csv {inferred}" in said
    assert not any(inferred in sentence for sentence in check_study(tmp_path).said)


def test_mistakes_in_study_toml_say_their_line_and_value(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text(GOOD, encoding="utf-8")
    (tmp_path / "study.toml").write_text(
        '[tables]\nresponses = "r.csv"\n[respones]\nlayout = "wide"\n[study]\ntitel = "x"\n'
        '[cuts]\na = 63\nc = { value = "x", unit = "raw" }\n'
        '[disclosure]\nprofile = "ofquall"\n'
    )
    found = {f.column: (f.code, f.row, f.value) for f in check_study(tmp_path).faults}
    assert found == {
        "respones": ("unknown_key", 3, "{'layout': 'wide'}"),
        "study.titel": ("unknown_key", 6, "'x'"),
        "cuts.a": ("cut_without_unit", 8, "63"),
        "cuts.c.value": ("cut_without_unit", 9, "'x'"),
        "disclosure.profile": ("bad_setting", 11, "'ofquall'"),
    }


def test_many_empty_lines_before_a_single_field(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text('\n\n\n\n\n\n",', encoding="utf-8")
    assert check_study(path).faults
