"""Contract section 5: every kind of bad input is told in words, and nothing else is raised."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from naas_psych.errors import DataRefused, UsageError
from naas_psych.study.checks import checks
from naas_psych.study.load import check_study, read_study

GOOD = "person_id,Q1,Q2,Q3\nA,1,0,1\nB,0,1,1\nC,1,1,0\nD,0,0,1\n"
RAW = "person_id,Q1,Q2,Q3\np1,A,B,C\np2,B,B,C\np3,A,C,D\np4,C,B,A\n"
KEY = "item,key\nQ1,A\nQ2,B\nQ3,C\n"
LONG = "person_id,item_id,score\n" + "".join(
    f"{p},{i},{(k + n) % 2}\n" for k, p in enumerate("ABCD") for n, i in enumerate(("Q1", "Q2"))
)
SPEC = '[tables]\nresponses = "responses.csv"\n'

Files = dict[str, str | bytes]

#: name: files of the folder, the code expected, and (row, column, value) where they are known
REFUSED: dict[str, tuple[Files, str, dict[str, object]]] = {
    "empty file": ({"responses.csv": ""}, "empty_file", {}),
    "blank file": ({"responses.csv": "\n \n"}, "empty_file", {}),
    "header only": ({"responses.csv": "person_id,Q1,Q2\n"}, "header_only", {}),
    "no numeric or keyed column": (
        {"responses.csv": "person_id,remark\nA,some words\nB,other words\nC,third thing\n"},
        "no_item_column",
        {},
    ),
    "duplicate person": (
        {"responses.csv": GOOD + "B,1,1,1\n"},
        "duplicate_person",
        {"row": 6, "column": "person_id", "value": "B"},
    ),
    "person without a name": ({"responses.csv": GOOD + ",1,1,1\n"}, "person_id_blank", {"row": 6}),
    "duplicate column": (
        {"responses.csv": "person_id,Q1,Q1\nA,1,0\nB,0,1\n"},
        "duplicate_column",
        {"row": 1, "column": "Q1"},
    ),
    "unknown item in key": (
        {"responses.csv": RAW, "key.csv": KEY + "Q9,A\n"},
        "unknown_item_in_key",
        {"row": 5, "value": "Q9"},
    ),
    "unknown item in long data": (
        {"responses.csv": LONG + "A,Q7,1\n", "items.csv": "item_id\nQ1\nQ2\n"},
        "unknown_item_in_responses",
        {"row": 10, "column": "item_id", "value": "Q7"},
    ),
    "key missing for a raw item": (
        {"responses.csv": RAW, "items.csv": "item_id,key\nQ1,A\nQ2,B\nQ3,\n"},
        "key_missing",
        {"row": 4, "value": "Q3"},
    ),
    "no key at all": ({"responses.csv": RAW}, "key_missing", {}),
    "too few nameless keys": ({"responses.csv": RAW, "key.csv": "key\nA\nB\n"}, "key_length", {}),
    "key that makes no sense": (
        {"responses.csv": RAW, "key.csv": KEY.replace("Q3,C", "Q3,C=x;D=1")},
        "bad_key",
        {"row": 4},
    ),
    "option outside the item's options": (
        {
            "responses.csv": RAW + "p5,E,B,C\n",
            "items.csv": "item_id,key,option_A,option_B,option_C,option_D\n"
            "Q1,A,w,x,y,z\nQ2,B,w,x,y,z\nQ3,C,w,x,y,z\n",
        },
        "option_outside_options",
        {"row": 6, "column": "Q1", "value": "E"},
    ),
    "stray option": (
        {"responses.csv": RAW + "p5,Z,B,C\n", "key.csv": KEY},
        "option_outside_options",
        {"row": 6, "column": "Q1", "value": "Z"},
    ),
    "score above the maximum": (
        {"responses.csv": GOOD + "E,1,7,1\n"},
        "score_above_max",
        {"row": 6, "column": "Q2", "value": "7"},
    ),
    "score above max_score": (
        {"responses.csv": GOOD + "E,1,2,1\n", "items.csv": "item_id,max_score\nQ1,1\nQ2,1\nQ3,1\n"},
        "score_above_max",
        {"row": 6, "column": "Q2", "value": "2"},
    ),
    "score below 0": (
        {"responses.csv": GOOD + "E,1,-1,1\n"},
        "score_below_min",
        {"row": 6, "column": "Q2", "value": "-1"},
    ),
    "text in a score column": (
        {"responses.csv": GOOD + "E,1,yes,1\n"},
        "text_in_score_column",
        {"row": 6, "column": "Q2", "value": "yes"},
    ),
    "wrong delimiter": (
        {"responses.csv": GOOD.replace(",", " : ")},
        "wrong_delimiter",
        {"row": 1},
    ),
    "ragged rows": ({"responses.csv": GOOD + "E,1\nF,1,1,1,1\n"}, "ragged_row", {"row": 6}),
    "all missing": ({"responses.csv": "person_id,Q1,Q2\nA,,\nB,NA,\n"}, "nothing_recorded", {}),
    "cut without a unit": (
        {"responses.csv": GOOD, "study.toml": SPEC + "[cuts]\nmet = 63\n"},
        "cut_without_unit",
        {"row": 4, "column": "cuts.met"},
    ),
    "unknown key in study.toml": (
        {"responses.csv": GOOD, "study.toml": SPEC + '[responses]\nlayuot = "wide"\n'},
        "unknown_key",
        {"row": 4, "column": "responses.layuot"},
    ),
    "path outside the folder": (
        {"responses.csv": GOOD, "study.toml": '[tables]\nresponses = "../x.csv"\n'},
        "path_outside_study",
        {"row": 2, "value": "../x.csv"},
    ),
    "path that does not exist": (
        {"responses.csv": GOOD, "study.toml": '[tables]\nresponses = "response.csv"\n'},
        "file_missing",
        {"row": 2, "value": "response.csv"},
    ),
    "not toml": ({"responses.csv": GOOD, "study.toml": "[tables\n"}, "not_toml", {}),
    "wrong value in study.toml": (
        {"responses.csv": GOOD, "study.toml": SPEC + '[responses]\nlayout = "tall"\n'},
        "bad_setting",
        {"row": 4},
    ),
    "unknown threshold": (
        {"responses.csv": GOOD, "study.toml": SPEC + "[thresholds]\nno_such_thing = 1\n"},
        "unknown_threshold",
        {"row": 4},
    ),
    "zip named csv": (
        {"responses.csv": b"PK\x03\x04" + b"\0" * 60},
        "not_what_its_ending_says",
        {},
    ),
    "parquet named csv": ({"responses.csv": b"PAR1" + b"\1" * 60}, "not_what_its_ending_says", {}),
    "text named xlsx": ({"responses.xlsx": GOOD}, "not_what_its_ending_says", {}),
    "text named parquet": ({"responses.parquet": GOOD}, "not_what_its_ending_says", {}),
    "text named sav": ({"responses.sav": GOOD}, "not_what_its_ending_says", {}),
    "damaged xlsx": ({"responses.xlsx": b"PK\x03\x04" + b"\7" * 90}, "damaged_file", {}),
    "damaged parquet": ({"responses.parquet": b"PAR1" + b"\7" * 90}, "damaged_file", {}),
    "same person and item twice": (
        {"responses.csv": LONG + "A,Q1,1\n"},
        "duplicate_response",
        {"row": 10, "value": "Q1"},
    ),
    "unknown reference group": (
        {
            "responses.csv": GOOD,
            "persons.csv": "person_id,sex\nA,female\nB,male\nC,female\nD,male\n",
            "study.toml": SPEC + 'persons = "persons.csv"\n[groups]\nsex = "femal"\n',
        },
        "unknown_reference_level",
        {"value": "femal"},
    ),
    "item column without a key": (
        {"responses.csv": RAW, "key.csv": "item,key\nQ1,A\nQ2,B\n"},
        "key_missing",
        {"column": "Q3"},
    ),
    "unknown group column": (
        {"responses.csv": GOOD, "study.toml": SPEC + '[groups]\nsex = "f"\n'},
        "unknown_group_column",
        {},
    ),
    "column that items.csv does not have": (
        {"responses.csv": GOOD, "items.csv": "item_id\nQ1\nQ2\n"},
        "item_not_in_items_table",
        {"column": "Q3"},
    ),
    "item named twice in items.csv": (
        {"responses.csv": GOOD, "items.csv": "item_id\nQ1\nQ2\nQ2\nQ3\n"},
        "duplicate_item",
        {"row": 4, "value": "Q2"},
    ),
    "max_score below min_score": (
        {"responses.csv": GOOD, "items.csv": "item_id,max_score\nQ1,0\nQ2,1\nQ3,1\n"},
        "bad_limits",
        {"row": 2},
    ),
    "rating outside its scale": (
        {
            "responses.csv": GOOD,
            "judgements.csv": "judge_id,item_id,relevance\nJ1,Q1,5\nJ1,Q2,4\n",
        },
        "rating_outside_scale",
        {"row": 2, "column": "relevance", "value": "5"},
    ),
    "judge rated an unknown item": (
        {"responses.csv": GOOD, "angoff.csv": "judge_id,item_id,probability\nJ1,Q8,0.5\n"},
        "unknown_item_in_table",
        {"row": 2, "value": "Q8"},
    ),
}

KEPT: dict[str, tuple[Files, str, dict[str, object]]] = {
    "one person": ({"responses.csv": "person_id,Q1,Q2\nA,1,0\n"}, "one_person", {}),
    "one item": ({"responses.csv": "person_id,Q1\nA,1\nB,0\n"}, "one_item", {}),
    "item with no variance": (
        {"responses.csv": GOOD.replace("Q3", "Q4\u00e4").replace(",0\n", ",1\n")},
        "item_without_variance",
        {"column": "Q4\u00e4"},
    ),
    "person with no responses": (
        {"responses.csv": GOOD + "E,,,\n"},
        "person_without_responses",
        {"row": 6},
    ),
    "item with no responses": (
        {
            "responses.csv": "person_id,Q1,Q2,Q3\nA,1,0,\nB,0,1,\n",
            "items.csv": "item_id\nQ1\nQ2\nQ3\n",
        },
        "item_all_missing",
        {"column": "Q3"},
    ),
    "negative response time": (
        {"responses.csv": "person_id,item_id,score,response_time\nA,Q1,1,-3\nA,Q2,0,5\nB,Q1,0,9\n"},
        "bad_response_time",
        {"row": 2, "column": "response_time", "value": "-3"},
    ),
    "absurd response time": (
        {"responses.csv": "person_id,item_id,score,rt\nA,Q1,1,9e9\nA,Q2,0,5\nB,Q1,0,9\n"},
        "bad_response_time",
        {"row": 2},
    ),
    "group with one level": (
        {
            "responses.csv": GOOD,
            "persons.csv": "person_id,sex\nA,f\nB,f\nC,f\nD,f\n",
            "study.toml": SPEC + 'persons = "persons.csv"\n[groups]\nsex = "f"\n',
        },
        "group_one_level",
        {},
    ),
    "focal group too small": (
        {
            "responses.csv": GOOD,
            "persons.csv": "person_id,sex\nA,f\nB,f\nC,f\nD,m\n",
            "study.toml": SPEC + 'persons = "persons.csv"\n[groups]\nsex = "f"\n',
        },
        "group_small",
        {"column": "groups.sex"},
    ),
    "cut outside the scale": (
        {
            "responses.csv": GOOD,
            "study.toml": SPEC + '[cuts]\nmet = { value = 9, unit = "raw" }\n',
        },
        "cut_outside_scale",
        {"value": "9"},
    ),
    "judge who rated nothing": (
        {
            "responses.csv": GOOD,
            "angoff.csv": "judge_id,item_id,probability\nJ1,Q1,0.5\nJ2,Q1,\nJ2,Q2,\n",
        },
        "judge_without_ratings",
        {"value": "J2"},
    ),
    "unused item in items.csv": (
        {"responses.csv": GOOD, "items.csv": "item_id\nQ1\nQ2\nQ3\nQ4\n"},
        "item_without_responses",
        {"row": 5, "value": "Q4"},
    ),
    "person missing from persons.csv": (
        {"responses.csv": GOOD, "persons.csv": "person_id,sex\nA,f\nB,f\nC,m\n"},
        "person_not_in_table",
        {"value": "D"},
    ),
    "option that looks like a code": (
        {"responses.csv": RAW + "".join(f"q{k},9,9,9\n" for k in range(5)), "key.csv": KEY},
        "suspected_absence_code",
        {"value": "9"},
    ),
}


def folder(tmp_path: Path, files: Files) -> Path:
    root = tmp_path / "study"
    root.mkdir()
    for name, content in files.items():
        data = content if isinstance(content, bytes) else content.encode()
        (root / name).write_bytes(data)
    return root


@pytest.mark.parametrize("name", REFUSED)
def test_refused(tmp_path: Path, name: str) -> None:
    files, code, where = REFUSED[name]
    root = folder(tmp_path, files)
    with pytest.raises(DataRefused) as refused:
        read_study(root)
    faults = [fault for fault in refused.value.faults if fault.code == code]
    assert faults, [fault.sentence for fault in refused.value.faults]
    for attribute, value in where.items():
        assert getattr(faults[0], attribute) == value, faults[0]
    assert faults[0].severity == "error"
    assert all(fault.found and fault.expected and fault.action for fault in faults)
    assert sorted(p.name for p in root.iterdir()) == sorted(files)


@pytest.mark.parametrize("name", KEPT)
def test_kept_with_a_warning(tmp_path: Path, name: str) -> None:
    files, code, where = KEPT[name]
    study = read_study(folder(tmp_path, files))
    faults = [fault for fault in study.faults if fault.code == code]
    assert faults, [fault.sentence for fault in study.faults]
    for attribute, value in where.items():
        assert getattr(faults[0], attribute) == value, faults[0]
    assert faults[0].severity == "warning"


def test_every_fault_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    text = "person_id,Q1,Q2,Q3\nA,1,x,1\nB,-1,1,1\nB,0,1,1\nC,1,1,5\nD,0,1,0\nE,0,1\n"
    check = check_study(folder(tmp_path, {"responses.csv": text}))
    codes = {fault.code for fault in check.faults}
    assert check.study is None
    assert codes >= {
        "text_in_score_column",
        "score_below_min",
        "score_above_max",
        "duplicate_person",
        "ragged_row",
    }


def test_many_faults_are_counted_not_listed(tmp_path: Path) -> None:
    text = "person_id,Q1,Q2\n" + "".join(f"p{k},x,{k % 2}\n" for k in range(1400))
    root = folder(tmp_path, {"responses.csv": text, "items.csv": "item_id,max_score\nQ1,1\nQ2,1\n"})
    check = check_study(root)
    faults = [fault for fault in check.faults if fault.code == "text_in_score_column"]
    assert len(faults) == 1001
    assert [fault.row for fault in faults[:3]] == [2, 3, 4]
    assert faults[-1].found == "and 400 more like it."


def test_nearest_key_is_named(tmp_path: Path) -> None:
    files: Files = {"responses.csv": GOOD, "study.toml": SPEC + "[respnses]\n"}
    check = check_study(folder(tmp_path, files))
    assert "Did you mean 'responses'?" in check.faults[0].sentence


def test_three_spellings_of_a_cut(tmp_path: Path) -> None:
    files: Files = {"responses.csv": GOOD, "study.toml": SPEC + "[cuts]\nmet = 63\n"}
    sentence = check_study(folder(tmp_path, files)).faults[0].sentence
    assert all(unit in sentence for unit in ('"percent"', '"raw"', '"theta"'))


@pytest.mark.parametrize(
    "make",
    [
        lambda p: p / "nothing_here",
        lambda p: p,
        lambda p: (p / "notes.md").write_text("x") and p / "notes.md",
    ],
)
def test_wrong_use(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    with pytest.raises(UsageError):
        read_study(make(tmp_path))


def test_a_key_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no key file"):
        read_study(folder(tmp_path, {"responses.csv": RAW}), key="nokey.csv")


def test_file_too_large_for_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("naas_psych.study.read._memory", lambda: 10.0)
    check = check_study(folder(tmp_path, {"responses.csv": GOOD}))
    assert [fault.code for fault in check.faults] == ["too_large_for_memory"]


def test_every_check_says_what_to_do() -> None:
    for check in checks().values():
        assert check.meaning.endswith(".")
        assert check.expected.endswith(".")
        assert check.action.endswith(".")
        assert check.severity in ("error", "warning", "info")
