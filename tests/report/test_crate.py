"""The evidence folder as an RO-Crate: whole, true, the same twice, and naming no place."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from naas_psych.assurance.manifest import manifest
from naas_psych.report.crate import NAME, crate
from naas_psych.report.document import dumps
from naas_psych.study.load import read_study
from naas_psych.study.scheme import Assured, Reported
from naas_psych.study.study import Study
from naas_psych.thresholds import fixed

MINI = Path(__file__).resolve().parents[2] / "data" / "sample_responses" / "mini"


@pytest.fixture(scope="module")
def study() -> Study:
    return read_study(MINI)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Some files of an evidence folder."""
    (tmp_path / "tables").mkdir()
    (tmp_path / "figures").mkdir()
    (tmp_path / "report.html").write_text("<p>report</p>")
    (tmp_path / "tables" / "item_statistics__items.csv").write_text("item_id\n")
    (tmp_path / "figures" / "a figure with blanks.svg").write_text("<svg/>")
    (tmp_path / "manifest.json").write_text("{}")
    return tmp_path


def made_of(study: Study, folder: Path, *, internal: bool = False) -> dict[str, Any]:
    options = {"internal": internal, "study": str(MINI)}
    out = manifest(
        command="evidence", options=options, seed=3, study=study, written=folder, out=folder
    )
    return crate(study, out)


def entities(made: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["@id"]: one for one in made["@graph"]}


def with_report(study: Study, **parts: Any) -> Study:
    return dataclasses.replace(study, spec=study.spec.model_copy(update=parts))


def test_it_has_what_the_specification_requires(study: Study, folder: Path) -> None:
    study = with_report(
        study, report=Reported.model_validate({"published": "2026-05-01", "licence": "CC-BY-4.0"})
    )
    made = made_of(study, folder)
    found = entities(made)
    descriptor, root = found[NAME], found["./"]
    assert made["@context"][0] == "https://w3id.org/ro/crate/1.1/context"
    assert descriptor["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.1"}
    assert descriptor["about"] == {"@id": "./"}
    assert (root["@type"], root["datePublished"], root["license"]) == (
        "Dataset", "2026-05-01", "CC-BY-4.0"
    )  # fmt: skip
    assert root["name"] == "Evidence base of Mini study (invented)"
    assert root["description"].startswith("SYNTHETIC DATA")
    assert all(one.get("@type") for one in made["@graph"])


def test_every_file_is_there_with_its_digest(study: Study, folder: Path) -> None:
    found = entities(made_of(study, folder))
    from urllib.parse import unquote

    parts = [one["@id"] for one in found["./"]["hasPart"]]
    there = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert {unquote(part) for part in parts} == there
    for part in parts:
        entity = found[part]
        assert entity["@type"] == "File"
        assert entity["encodingFormat"] != "application/octet-stream"
        assert entity["description"].endswith((".", "?"))
        if part != "manifest.json":
            assert len(entity["sha256"]) == 64
            assert int(entity["contentSize"]) == (folder / unquote(part)).stat().st_size
    table = found["tables/item_statistics__items.csv"]["description"]
    assert table.startswith("Table items of the analysis Item statistics: How hard")


def test_inputs_are_named_and_not_packed(study: Study, folder: Path) -> None:
    found = entities(made_of(study, folder))
    inputs = {key: one for key, one in found.items() if key.startswith("#input/")}
    assert {one["name"] for one in inputs.values()} == {
        "items.csv", "persons.csv", "responses.csv", "study.toml"
    }  # fmt: skip
    assert all(len(one["sha256"]) == 64 for one in inputs.values())
    assert not any("input" in one["@id"] for one in found["./"]["hasPart"])


def test_the_run_ties_it_together(study: Study, folder: Path) -> None:
    found = entities(made_of(study, folder))
    run = found["#run"]
    assert run["@type"] == "CreateAction"
    assert found[run["instrument"]["@id"]]["softwareVersion"]
    objects = [found[one["@id"]] for one in run["object"]]
    assert {"seed", "internal", "thresholds"} <= {one["name"] for one in objects}
    assert next(one for one in objects if one["name"] == "seed")["value"] == 3
    assert run["result"] == found["./"]["hasPart"]
    for one in found.values():
        for value in one.values():
            for ref in value if isinstance(value, list) else [value]:
                if isinstance(ref, dict) and not ref["@id"].startswith("http"):
                    assert ref["@id"] in found


def test_the_same_bytes_twice_and_no_place(study: Study, folder: Path) -> None:
    texts = [dumps(made_of(study, folder)) for _ in range(2)]
    assert texts[0] == texts[1]
    assert str(folder) not in texts[0]
    assert str(MINI) not in texts[0]


def test_the_library_reads_it_again(study: Study, folder: Path) -> None:
    from rocrate.rocrate import ROCrate

    (folder / NAME).write_text(dumps(made_of(study, folder)), encoding="utf-8")
    again = ROCrate(folder)
    assert again.name == "Evidence base of Mini study (invented)"
    assert len(again.data_entities) == 4
    assert again.get("#run").type == "CreateAction"


def test_a_date_is_never_the_clock(study: Study, folder: Path) -> None:
    root = entities(made_of(study, folder))["./"]
    assert root["datePublished"] == str(fixed().date)
    assert "Not published yet" in root["description"]
    collected = with_report(study, assurance=Assured(collected="2016-05 to 2016-09"))
    root = entities(made_of(collected, folder))["./"]
    assert (root["datePublished"], root["temporalCoverage"]) == ("2016-05", "2016-05 to 2016-09")


def test_the_internal_twin_says_so(study: Study, folder: Path) -> None:
    root = entities(made_of(study, folder, internal=True))["./"]
    assert "NOT FOR PUBLICATION" in root["description"]
    assert root["name"].endswith("(internal)")
    assert "not for publication" in root["conditionsOfAccess"]
    assert json.dumps(root).count("PUBLICATION") == 1
