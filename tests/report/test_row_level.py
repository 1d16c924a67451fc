"""Nothing that is published holds a row about a person; the internal twin says what it is."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

import naas_psych as nps
from naas_psych import register
from naas_psych.report.internal import BESIDE, NOTICE
from naas_psych.report.run import Run
from tests.report.study_files import write_study

#: Of every table that names persons; nothing else in the study is written so.
MARK = "PERSON-"
ABOUT_PEOPLE = (
    *("item_statistics", "distractors", "key_check", "item_decisions", "reliability"),
    *("person_fit", "person_scores", "feedback_summary", "comments", "group_sizes"),
    *("score_gaps", "adverse_impact", "rater_groups", "endorsement"),
)
MORE = """
persons = "persons.csv"
feedback = "feedback.csv"
marks = "marks.csv"
endorsements = "endorsements.csv"
decisions = "decisions.csv"
[groups]
post = "new"
[cuts]
met = { value = 50, unit = "percent" }
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Evidence of a study whose persons stand in every table, to publish and internal."""
    root = tmp_path_factory.mktemp("rows")
    study = nps.read_study(with_people(write_study(root / "study", persons=60, more=MORE)))
    # Both twins are made of one run, of what has to do with people; test_evidence runs the rest.
    with pytest.MonkeyPatch.context() as patch:
        run = Run(tuple(register.load(name).run(study) for name in ABOUT_PEOPLE), {})
        patch.setattr("naas_psych.report.folder.run_all", lambda *_, **__: run)
        return {
            name: nps.evidence(study, out=root / name, internal=name == "internal")
            for name in ("published", "internal")
        }


def with_people(folder: Path) -> Path:
    ids = [f"{MARK}{k:05d}" for k in range(60)]
    told = [f"{ids[-1 - k]} sat beside me and had no time." for k in range(60)]
    tables = {
        "feedback": {"person_id": ids, "source": "exit", "fair": [1 + k % 5 for k in range(60)],
                     "text": told},
        "marks": {"person_id": ids * 2, "rater_id": ["R1"] * 60 + ["R2"] * 60,
                  "mark": [1 + k % 4 for k in range(120)]},
        "endorsements": {"person_id": ids, "rating": [1 + k % 7 for k in range(60)]},
        "decisions": {"item_id": ["Q06", "Q05"], "decision": ["drop", "hold"], "who": "panel",
                      "when": "2016-03-21", "why": [f"{ids[7]} complained", "unclear"]},
    }  # fmt: skip
    for name, columns in tables.items():
        pd.DataFrame(columns).to_csv(folder / f"{name}.csv", index=False)
    return folder


def contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file as it can be read: what is packed is unpacked."""
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".docx":
            with zipfile.ZipFile(path) as packed:
                yield from (
                    (f"{path.name}/{name}", packed.read(name)) for name in packed.namelist()
                )
        elif path.suffix == ".parquet":
            yield path.name, pd.read_parquet(path).to_csv().encode()
        elif path.is_file():
            yield path.name, path.read_bytes()


def test_nothing_that_is_published_names_a_person(made: dict[str, Path]) -> None:
    found = [name for name, text in contents(made["published"]) if MARK.encode() in text]
    assert found == []
    assert {path.suffix for path in made["published"].rglob("*")} >= {
        ".docx", ".html", ".json", ".csv", ".parquet", ".svg", ".md",
    }  # fmt: skip


def test_no_table_that_is_published_has_a_row_a_person(made: dict[str, Path]) -> None:
    for path in (made["published"] / "tables").glob("*.csv"):
        assert "person_id" not in path.read_text(encoding="utf-8").split("\n", 1)[0]


def test_the_search_would_find_one(made: dict[str, Path]) -> None:
    found = {name for name, text in contents(made["internal"]) if MARK.encode() in text}
    assert "person_scores__persons.csv" in found
    assert "person_scores__persons.parquet" in found


def test_the_internal_twin_says_so_everywhere(made: dict[str, Path]) -> None:
    folder = made["internal"]
    for name in ("results.json", "findings.json", "claims.json"):
        said = json.loads((folder / name).read_text(encoding="utf-8"))
        assert (said["internal"], said["notice"]) == (True, NOTICE)
        assert "internal" not in json.loads((made["published"] / name).read_text(encoding="utf-8"))
    assert json.loads((folder / "manifest.json").read_text())["options"]["internal"] is True
    assert (folder / "methods.md").read_text(encoding="utf-8").startswith(f"**{NOTICE}**")
    for name in ("tables", "figures"):
        assert (folder / name / BESIDE).read_text(encoding="utf-8") == f"{NOTICE}\n"
        assert not (made["published"] / name / BESIDE).exists()
    packed = dict(contents(folder))
    assert b"Not for publication" in packed["report.html"]
    assert b"Not for publication" in packed["report.docx/word/document.xml"]
    listed = json.loads((folder / "manifest.json").read_text())["outputs"]
    assert f"tables/{BESIDE}" in {one["path"] for one in listed}
