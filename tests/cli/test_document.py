"""Contract section 3: what other programs read. Keys, reasons beside null, schema, parsing."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest

from naas_psych import register
from tests.cli.command import Command, write_study
from tests.cli.test_bad_input import unexplained

CHAPTERS = [chapter.name for chapter in register.CHAPTERS]
SCORES = "person_id,Q1,Q2,Q3,Q4\n" + "".join(
    f"P{i},{i % 5},{(i * 3) % 5},{(i // 2) % 5},{'' if i == 7 else (i * 7 + 1) % 5}\n"
    for i in range(25)
)
CONSTANT = "person_id,Q1,Q2,Q3\n" + "".join(f"P{i},{i % 2},1,\n" for i in range(12))
TWO = "person_id,Q1,Q2\nA,1,0\nB,0,1\n"
FINDING = {
    *("code", "severity", "subject", "sentence", "value", "low", "high"),
    *("threshold", "threshold_value", "source"),
}
STUDIES = {"keyed": None, "scores": SCORES, "constant": CONSTANT, "two": TWO}


@pytest.fixture(params=STUDIES)
def study(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Studies with much, with little and with nothing to say."""
    text = STUDIES[request.param]
    if text is None:
        return write_study(tmp_path / "s")
    path = tmp_path / "scores.csv"
    path.write_text(text, encoding="utf-8")
    return path


def _document(command: Command, *args: str | Path) -> dict[str, Any] | None:
    """The document, or None when these data cannot answer (which is said)."""
    done = command(*args, "--format", "json", "--quiet")
    assert done.code in (0, 4)
    if done.code == 4:
        assert done.err
        return None
    return dict(json.loads(done.out, parse_constant=_not_json))


def _not_json(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_null_number_has_a_reason(command: Command, study: Path, name: str) -> None:
    made = _document(command, name, study)
    if made is None:
        return
    assert list(unexplained(made)) == []
    assert {"naas_psych", "command", "study", "results", "findings"} <= set(made)
    for result in made["results"].values():
        assert {"options", "tables", "notes", "provenance"} <= set(result)
    for finding in made["findings"]:
        assert set(finding) >= FINDING
        assert finding["severity"] in ("info", "warning", "error")


def _kind_of(value: Any) -> set[str]:
    if value is None:
        return {"null"}
    if isinstance(value, bool):
        return {"boolean"}
    if isinstance(value, str):
        return {"string"}
    return {"number", "integer"} if float(value).is_integer() else {"number"}


@pytest.mark.parametrize("name", CHAPTERS)
def test_the_document_is_what_the_schema_says(command: Command, study: Path, name: str) -> None:
    """Each cell of each table is of a type that the schema of its column allows."""
    made = _document(command, name, study)
    schema = command("schema").json["properties"]["results"]["properties"]
    wrong = {
        (analysis, table, column)
        for analysis, result in (made or {"results": {}})["results"].items()
        for table, rows in result["tables"].items()
        for row in rows
        for column, value in row.items()
        if not _kind_of(value) & _allowed(schema, analysis, table, column)
    }
    assert wrong == set()


def _allowed(schema: Any, analysis: str, table: str, column: str) -> set[str]:
    row = schema[analysis]["properties"]["tables"]["properties"][table]["items"]
    numbered = row.get("patternProperties", {}).items()
    found = [entry for pattern, entry in numbered if re.search(pattern, column)]
    found += [row["properties"][column]] if column in row["properties"] else []
    kinds = found[-1]["type"] if found else ["string", "null"]
    return {kinds} if isinstance(kinds, str) else set(kinds)


@pytest.mark.parametrize("name", register.names())
def test_csv_and_markdown_say_what_json_says(command: Command, tiny: Path, name: str) -> None:
    made = _document(command, "run", name, tiny)
    if made is None:
        pytest.skip("these data cannot answer it")
    for table, rows in made["results"][name]["tables"].items():
        text = command("run", name, tiny, "--format", "csv", "--table", table, "--quiet").out
        read = list(csv.DictReader(io.StringIO(text)))
        assert len(read) == len(rows)
        for given, row in zip(read, rows, strict=True):
            assert {k: _text(v) for k, v in row.items()} == {k: _text(v) for k, v in given.items()}
        lines = command("run", name, tiny, "--format", "markdown", "--table", table).out
        cells = [line for line in lines.splitlines() if line.startswith("| ")]
        assert len(cells) == len(rows) + 1
        header = next(csv.reader(io.StringIO(text)))
        assert cells[0] == "| " + " | ".join(header) + " |"


def _text(value: Any) -> str:
    """One spelling for the same cell: numbers by value, nothing as nothing."""
    if value is None:
        return ""
    try:
        return str(value) if isinstance(value, bool) else repr(float(value))
    except ValueError:
        return str(value)


@pytest.mark.parametrize("name", CHAPTERS)
def test_fail_on_is_one_and_only_then(command: Command, study: Path, name: str) -> None:
    made = _document(command, name, study)
    if made is None:
        return
    order = ["info", "warning", "error"]
    found = [order.index(finding["severity"]) for finding in made["findings"]]
    for least, level in enumerate(order):
        expected = int(any(severity >= least for severity in found))
        assert command(name, study, "--fail-on", level, "--quiet").code == expected
    assert command(name, study, "--quiet").code == 0
