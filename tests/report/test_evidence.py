"""The evidence folder: complete, repeatable, about nobody in particular, and checkable."""

from __future__ import annotations

import json
import re
import shutil
from itertools import pairwise
from pathlib import Path

import pytest

import naas_psych as nps
from naas_psych.assurance.manifest import digest
from naas_psych.errors import UsageError
from naas_psych.report.verify import verify
from tests.report.study_files import write_study


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small study in `study` and its evidence in `out`."""
    root = tmp_path_factory.mktemp("evidence")
    study = nps.read_study(write_study(root / "study"))
    nps.evidence(study, out=root / "out")
    return root


def _files(folder: Path) -> dict[str, str]:
    return {p.relative_to(folder).as_posix(): digest(p) for p in folder.rglob("*") if p.is_file()}


def test_everything_is_there(place: Path) -> None:
    names = set(_files(place / "out"))
    assert {"report.html", "results.json", "findings.json", "manifest.json"} <= names
    assert "tables/item_statistics__items.csv" in names
    assert "tables/item_statistics__items.parquet" in names
    svgs = {n.removesuffix(".svg") for n in names if n.endswith(".svg")}
    pngs = {n.removesuffix(".png") for n in names if n.endswith(".png")}
    assert svgs
    assert svgs == pngs


def test_no_text_of_the_data_steers_the_page(place: Path) -> None:
    page = (place / "out" / "report.html").read_text(encoding="utf-8")
    assert "=cmd() \N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}" in page
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", page)


def test_threads_and_time_change_no_byte(place: Path) -> None:
    steps: list[tuple[str, int, int]] = []
    nps.evidence(
        nps.read_study(place / "study"),
        out=place / "again",
        threads=2,
        progress=lambda *step: steps.append(step),
    )
    assert _files(place / "again") == _files(place / "out")
    assert steps


def test_no_output_names_a_person_or_a_place(place: Path) -> None:
    for path in (place / "out").rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert b"PERSON-" not in content, path.name
            assert str(place).encode() not in content, path.name
    import pyarrow.parquet as pq

    for path in (place / "out" / "tables").glob("*.parquet"):
        assert "person_id" not in pq.read_schema(path).names


def test_manifest_is_relative_sorted_and_true(place: Path) -> None:
    made = json.loads((place / "out" / "manifest.json").read_text())
    assert [e["path"] for e in made["inputs"]] == [
        "../study/items.csv", "../study/responses.csv", "../study/study.toml"
    ]  # fmt: skip
    paths = [e["path"] for e in made["outputs"]]
    assert paths == sorted(paths)
    for entry in [*made["inputs"], *made["outputs"]]:
        path = place / "out" / entry["path"]
        assert (path.stat().st_size, digest(path)) == (entry["bytes"], entry["sha256"])
    assert made["seed"] == 2017
    assert {"numpy", "scipy", "pandas", "matplotlib"} <= set(made["packages"])
    assert re.fullmatch(r"[0-9a-f]{64}", made["thresholds"]["sha256"])


def test_verify_finds_no_difference(place: Path) -> None:
    found = verify(place / "out")
    assert found.differences == ()
    assert found.information == ()
    assert found.checked > 10


def test_verify_says_which_number_was_changed(place: Path) -> None:
    copy = place / "tampered"
    shutil.copytree(place / "out", copy)
    made = json.loads((copy / "results.json").read_text())
    row = made["results"]["item_statistics"]["tables"]["items"][2]
    row["facility"] += 0.01
    (copy / "results.json").write_text(json.dumps(made))
    (copy / "report.html").write_text("<p>better</p>")
    (copy / "tables" / "item_statistics__items.parquet").unlink()
    (copy / "extra.txt").write_text("who put this here?")
    found = verify(copy).differences
    number = next(d for d in found if d.column == "facility")
    assert (number.file, number.analysis, number.table) == (
        "results.json", "item_statistics", "items"
    )  # fmt: skip
    assert "Q03" in number.sentence
    assert number.before != number.after
    assert {d.file for d in found} == {
        "results.json", "report.html", "tables/item_statistics__items.parquet", "extra.txt"
    }  # fmt: skip


def test_verify_notices_changed_and_missing_inputs(place: Path) -> None:
    shutil.copytree(place, place.parent / "moved", ignore=shutil.ignore_patterns("tampered"))
    moved = place.parent / "moved"
    path = moved / "study" / "responses.csv"
    path.write_text(path.read_text().replace("PERSON-00000,", "PERSON-99999,"))
    (changed,) = verify(moved / "out").differences[:1]
    assert "responses.csv is not what was read" in changed.sentence
    assert verify(moved / "out", study=place / "study").differences == ()
    shutil.rmtree(moved / "study")
    sentences = " ".join(d.sentence for d in verify(moved / "out").differences)
    assert "items.csv is missing" in sentences
    assert "could not be repeated" in sentences


def test_another_version_is_information(place: Path) -> None:
    copy = place / "older"
    shutil.copytree(place / "out", copy)
    made = json.loads((copy / "manifest.json").read_text())
    made["packages"]["numpy"] = "0.0.1"
    (copy / "manifest.json").write_text(json.dumps(made))
    found = verify(copy)
    assert found.differences == ()
    assert any("numpy" in line and "0.0.1" in line for line in found.versions)


def test_what_is_not_an_evidence_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not an evidence folder"):
        verify(tmp_path)
    (tmp_path / "manifest.json").write_text("{}")
    assert "damaged" in verify(tmp_path).differences[0].sentence


def test_an_occupied_folder_is_left_whole(place: Path) -> None:
    before = _files(place / "out")
    with pytest.raises(UsageError, match="not empty"):
        nps.evidence(nps.read_study(place / "study"), out=place / "out")
    assert _files(place / "out") == before


def test_report_escapes_what_the_study_says(place: Path) -> None:
    text = (place / "out" / "report.html").read_text()
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)" in text
    assert "<b>the first</b>" not in text
    assert "A small &lt;study&gt;" in text
    assert "Synthetic data" in text


def test_report_is_one_file_of_sound_structure(place: Path) -> None:
    text = (place / "out" / "report.html").read_text()
    assert not re.search(r'(?:src|href)="(?:https?:)?//', text)
    assert text.startswith("<!DOCTYPE html>")
    assert '<html lang="en">' in text
    levels = [int(level) for level in re.findall(r"<h([1-6])", text)]
    assert levels.count(1) == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))
    ids = re.findall(r'\sid="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    assert all(target in set(ids) for target in re.findall(r'href="#([^"]+)"', text))
    assert len(re.findall(r"<table", text)) == len(re.findall(r"<caption", text))
    assert not re.search(r"<th(?! ?[^>]*scope=)[ >]", text)
    assert "nan" not in re.findall(r">\s*(nan|NaN|None)\s*<", text)


def test_inline_figures_are_the_exported_ones(place: Path) -> None:
    text = (place / "out" / "report.html").read_text()
    for path in (place / "out" / "figures").glob("*.svg"):
        svg = path.read_text()
        assert svg.strip() in text
        assert 'role="img"' in svg
        assert "<title" in svg
        assert "<desc" in svg
