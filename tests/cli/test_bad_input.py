"""Contract section 5, every row, on the real command: one message, its code, nothing written."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from naas_psych.cli.app import run
from tests.cli.command import Command, Done, in_process_of_its_own
from tests.study.test_bad_input import GOOD, KEPT, LONG, REFUSED, SPEC, Files
from tests.study.test_broken_files import BYTES, ENDINGS, TOML

#: What section 5 names and the tests of the study wing do not, in the same form.
MORE_REFUSED: dict[str, tuple[Files, str, dict[str, object]]] = {
    "semicolons under a comma header": (
        {"responses.csv": "person_id,Q1,Q2\nA;1;0\nB;0;1\nC;1;1\n"},
        "wrong_delimiter",
        {"row": 2, "value": "A;1;0"},
    ),
    "cut with an unknown unit": (
        {"responses.csv": GOOD, "study.toml": SPEC + '[cuts]\nmet = { value = 6, unit = "pt" }\n'},
        "cut_without_unit",
        {"row": 4, "column": "cuts.met.unit", "value": "'pt'"},
    ),
    "near miss of a table": (
        {"responses.csv": GOOD, "study.toml": SPEC + 'persosn = "p.csv"\n'},
        "unknown_key",
        {"row": 3, "column": "tables.persosn", "value": "'p.csv'"},
    ),
    "absolute path": (
        {"responses.csv": GOOD, "study.toml": '[tables]\nresponses = "/etc/passwd"\n'},
        "path_outside_study",
        {"row": 2, "value": "/etc/passwd"},
    ),
    "truncated UTF-16": (
        {"responses.csv": GOOD.encode("utf-16")[:-1]},
        "not_text",
        {},
    ),
    "score above 1 in long data": (
        {"responses.csv": LONG + "E,Q1,7\n", "items.csv": "item_id,max_score\nQ1,1\nQ2,1\n"},
        "score_above_max",
        {"row": 10, "column": "score", "value": "7"},
    ),
    "unknown state": (
        {"responses.csv": "person_id,item_id,score,state\nA,Q1,1,maybe\nA,Q2,0,\nB,Q1,0,\n"},
        "unknown_state",
        {"row": 2, "column": "state", "value": "maybe"},
    ),
    "endorsement outside its scale": (
        {"responses.csv": GOOD, "feedback.csv": "person_id,source,Q1\nA,candidate,9\n"},
        "rating_outside_scale",
        {"row": 2, "value": "9"},
    ),
    "probability above 100": (
        {"responses.csv": GOOD, "angoff.csv": "judge_id,item_id,probability\nJ1,Q1,140\n"},
        "rating_outside_scale",
        {"row": 2, "column": "probability", "value": "140"},
    ),
}
ALL_REFUSED = {**REFUSED, **MORE_REFUSED}

MORE_KEPT: dict[str, tuple[Files, str, dict[str, object]]] = {
    "a time of text": (
        {"responses.csv": "person_id,item_id,score,rt\nA,Q1,1,soon\nA,Q2,0,5\nB,Q1,0,9\n"},
        "bad_response_time",
        {"row": 2, "value": "soon"},
    ),
    "cut below the scale": (
        {
            "responses.csv": GOOD,
            "study.toml": SPEC + '[cuts]\nmet = { value = -4, unit = "percent" }\n',
        },
        "cut_outside_scale",
        {"value": "-4"},
    ),
}
ALL_KEPT = {**KEPT, **MORE_KEPT}

READ: dict[str, Files] = {
    "UTF-16": {"responses.csv": GOOD.encode("utf-16")},
    "UTF-16 without a mark": {"responses.csv": GOOD.encode("utf-16-le")},
    "UTF-8 with a mark": {"responses.csv": GOOD.encode("utf-8-sig")},
    "Latin-1": {"responses.csv": GOOD.replace("A,", "\u00c9mile,").encode("latin-1")},
    "semicolons": {"responses.csv": GOOD.replace(",", ";")},
    "semicolons and decimal commas": {
        "responses.csv": "person_id;Q1;Q2\nA;0,5;1\nB;1;0\nC;0;0,5\nD;1;1\n"
    },
    "tabs in .txt": {"responses.txt": GOOD.replace(",", "\t")},
    "Windows line ends": {"responses.csv": GOOD.replace("\n", "\r\n") + "\r\n\r\n"},
    "old Mac line ends": {"responses.csv": GOOD.replace("\n", "\r")},
    "empty rows at the end": {"responses.csv": GOOD + "\n,,,\n,,,\n"},
    "a name of two lines": {"responses.csv": GOOD.replace("A,", '"A\nB",')},
    "persons that are numbers": {"responses.csv": "person_id,Q1,Q2\n1,1,0\n2,0,1\n3,1,1\n"},
    "blanks in the file's name": {"my own responses.csv": GOOD},
}


def _folder(place: Path, files: Files) -> Path:
    place.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        data = content if isinstance(content, bytes) else content.encode("utf-8")
        (place / name).write_bytes(data)
    return place


def _found(done: Done) -> list[dict[str, Any]]:
    return list(done.json["faults"])


def _matching(faults: list[dict[str, Any]], code: str, place: dict[str, object]) -> bool:
    wanted = {"code": code, **place}
    return any(all(fault[k] == v for k, v in wanted.items()) for fault in faults)


@pytest.mark.parametrize("name", ALL_REFUSED)
def test_refused(command: Command, tmp_path: Path, name: str) -> None:
    """Three doors: a table of faults, a message on standard error, and no folder."""
    files, code, place = ALL_REFUSED[name]
    study = _folder(tmp_path / "study", files)
    checked = command("check", study, "--format", "json")
    assert checked.code == 3
    assert _matching(_found(checked), code, place), checked.out
    refused = command("items", study, "--out", tmp_path / "out", "--format", "json")
    assert (refused.code, refused.out) == (3, "")
    said = " ".join(refused.err.split())
    assert "The data cannot be used as they are" in said
    assert code in said
    assert "Expected: " in said
    assert "What to do: " in said
    for known in ("row", "value"):
        if known in place:
            assert str(place[known]) in said
    assert "Traceback" not in refused.err
    assert [path.name for path in tmp_path.iterdir()] == ["study"]


@pytest.mark.parametrize("name", ALL_KEPT)
def test_analysed_with_a_word_of_warning(command: Command, tmp_path: Path, name: str) -> None:
    files, code, place = ALL_KEPT[name]
    study = _folder(tmp_path / "study", files)
    checked = command("check", study, "--format", "json")
    assert checked.code == 0
    assert _matching(_found(checked), code, place), checked.out
    done = command("items", study, "--format", "json")
    assert (done.code, "Traceback" in done.err) == (0, False)
    assert list(unexplained(done.json)) == []


@pytest.mark.parametrize("name", READ)
def test_read_as_it_is(command: Command, tmp_path: Path, name: str) -> None:
    study = _folder(tmp_path / "study", READ[name])
    done = command("check", study, "--format", "json")
    assert (done.code, done.json["summary"]["error"]) == (0, 0)
    assert done.json["study"]["persons"] in (3, 4)
    assert command("items", study, "--quiet").code == 0


def unexplained(document: dict[str, Any]) -> Iterator[str]:
    """Every undefined number of a document that has no reason beside it."""
    for analysis, result in document["results"].items():
        for table, rows in result["tables"].items():
            numeric = {
                name
                for row in rows
                for name, value in row.items()
                if isinstance(value, int | float) and not isinstance(value, bool)
            }
            for row in rows:
                for name, value in row.items():
                    reason = row.get(f"{name}_reason")
                    if name in numeric and value is None and not reason:
                        yield f"{analysis}.{table}.{name}"


NO_VARIANCE = KEPT["item with no variance"][0]


def test_what_has_no_value_has_a_reason_and_a_finding(command: Command, tmp_path: Path) -> None:
    made = command("items", _folder(tmp_path / "s", NO_VARIANCE), "--format", "json").json
    row = made["results"]["item_statistics"]["tables"]["items"][-1]
    assert (row["item_rest_r"], row["item_rest_r_reason"]) == (None, "no_variance")
    assert {f["subject"] for f in made["findings"] if f["code"] == "no_variance"} == {"Q4\u00e4"}


@pytest.mark.parametrize(
    "text",
    ["person_id,Q1,Q2\nA,1,0\n", "person_id,Q1\nA,1\nB,0\n", "person_id,Q1,Q2\nA,1,1\nB,1,1\n"],
)
@pytest.mark.parametrize("name", ["items", "reliability"])
def test_too_little_is_told(command: Command, tmp_path: Path, text: str, name: str) -> None:
    done = command(name, _folder(tmp_path / "s", {"responses.csv": text}), "--format", "json")
    assert done.code in (0, 4)
    if done.code == 4:
        assert done.out == ""
        assert done.err
    else:
        assert list(unexplained(done.json)) == []
    assert "Traceback" not in done.err


def test_evidence_of_very_little_is_whole(command: Command, tmp_path: Path) -> None:
    study = _folder(tmp_path / "s", {"responses.csv": "person_id,Q1,Q2\nA,1,0\nB,1,1\nC,,\n"})
    out = tmp_path / "out"
    assert command("evidence", study, "--out", out).code == 0
    assert command("verify", out).code == 0


def test_all_faults_are_told_at_once(command: Command, tmp_path: Path) -> None:
    text = GOOD + "B,1,1,1\nE,1,7,1\nF,yes,1,1\n"
    faults = _found(
        command("check", _folder(tmp_path / "s", {"responses.csv": text}), "--format", "json")
    )
    found = {(f["code"], f["row"]) for f in faults}
    assert found >= {
        ("duplicate_person", 6),
        ("score_above_max", 7),
        ("text_in_score_column", 8),
    }


def test_every_one_of_many_faults_is_listed(command: Command, tmp_path: Path) -> None:
    rows = "".join(f"B,{k % 2},1,1\n" for k in range(60))
    study = _folder(tmp_path / "s", {"responses.csv": GOOD + rows})
    faults = _found(command("check", study, "--format", "json"))
    assert [f["row"] for f in faults if f["code"] == "duplicate_person"] == list(range(6, 66))
    shown = command("check", study)
    assert "60 errors" in shown.out.splitlines()[0]
    assert "and 40 more" in shown.out
    assert "--format csv" in shown.out


def test_a_file_too_large_for_memory(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("naas_psych.study.read._memory", lambda: 10.0)
    done = command("items", _folder(tmp_path / "s", {"responses.csv": GOOD}))
    assert done.code == 3
    assert "too_large_for_memory" in done.err


@pytest.mark.parametrize("name", ["items", "evidence"])
def test_a_folder_that_cannot_be_written(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    study = _folder(tmp_path / "s", {"responses.csv": GOOD})

    def refuse(**_: object) -> str:
        raise PermissionError(13, "Permission denied", str(tmp_path))

    monkeypatch.setattr("tempfile.mkdtemp", refuse)
    done = command(name, study, "--out", tmp_path / "a" / "b")
    assert (done.code, done.out) == (2, "")
    assert "Permission denied" in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["s"]


@pytest.mark.parametrize("name", ["items", "evidence"])
def test_a_full_disk_leaves_nothing(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    study = _folder(tmp_path / "s", {"responses.csv": GOOD})

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("naas_psych.report.export._write_parquet", full)
    done = command(name, study, "--out", tmp_path / "a" / "b")
    assert (done.code, done.out) == (2, "")
    assert "No space left on device" in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["s"]


def test_out_may_not_be_the_study(command: Command, tmp_path: Path) -> None:
    study = _folder(tmp_path / "s", {"responses.csv": GOOD})
    for name in ("items", "evidence"):
        done = command(name, study, "--out", study)
        assert (done.code, done.out) == (2, "")
        assert "not empty" in done.err
    assert [path.name for path in study.iterdir()] == ["responses.csv"]


@pytest.mark.parametrize(
    "name", ["empty file", "duplicate person", "unknown key in study.toml", "damaged parquet"]
)
def test_the_same_in_a_process_of_its_own(tmp_path: Path, name: str) -> None:
    study = _folder(tmp_path / "study", ALL_REFUSED[name][0])
    done = in_process_of_its_own("evidence", study, "--out", tmp_path / "out")
    assert (done.code, done.out) == (3, "")
    assert ALL_REFUSED[name][1] in done.err
    assert "Traceback" not in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["study"]


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(responses=BYTES, ending=ENDINGS, toml=TOML)
def test_whatever_is_in_a_file(
    capsys: pytest.CaptureFixture[str], responses: bytes, ending: str, toml: bytes | None
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / f"r.{ending}").write_bytes(responses)
        if toml is not None:
            (folder / "study.toml").write_bytes(toml)
        for command in ("check", "items"):
            code = run([command, name, "--format", "json"])
            done = Done(code, *capsys.readouterr())
            assert code in (0, 1, 2, 3, 4), done
            assert "Traceback" not in done.err
            if command == "items":
                assert (done.out == "") == (code != 0)
            if done.out:
                made = json.loads(done.out, parse_constant=_not_json)
                assert command == "check" or list(unexplained(made)) == []


def _not_json(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")
