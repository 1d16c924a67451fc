"""`verify` compares what a file says where its bytes depend on who wrote it."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from naas_psych.report.compare import differences, same_content


def word(path: Path, text: str, title: str) -> Path:
    from docx import Document

    made = Document()
    made.core_properties.title = title
    made.add_paragraph(text)
    made.save(str(path))
    return path


@pytest.mark.parametrize(("text", "same"), [("as it was", True), ("as it was not", False)])
def test_word_by_its_words(tmp_path: Path, text: str, same: bool) -> None:
    kept = word(tmp_path / "a.docx", "as it was", "one")
    fresh = word(tmp_path / "b.docx", text, "another")
    assert kept.read_bytes() != fresh.read_bytes()
    assert (differences("report.docx", kept, fresh) == []) == same


@pytest.mark.parametrize(("value", "same"), [(2.0, True), (2.0 + 1e-12, False)])
def test_parquet_by_its_cells(tmp_path: Path, value: float, same: bool) -> None:
    kept, fresh = tmp_path / "a.parquet", tmp_path / "b.parquet"
    pd.DataFrame({"a": [1.0, 2.0]}).to_parquet(kept, compression="gzip")
    pd.DataFrame({"a": [1.0, value]}).to_parquet(fresh)
    assert (differences("t.parquet", kept, fresh) == []) == same


def crated(path: Path, *, version: str, name: str = "report") -> Path:
    graph = [{"@id": "./", "name": name}, {"@id": "#software/numpy", "softwareVersion": version}]
    path.write_text(json.dumps({"@graph": graph}))
    return path


@pytest.mark.parametrize(("name", "same"), [("report", True), ("better report", False)])
def test_the_crate_without_versions(tmp_path: Path, name: str, same: bool) -> None:
    kept = crated(tmp_path / "a.json", version="1")
    fresh = crated(tmp_path / "b.json", version="2", name=name)
    found = differences("ro-crate-metadata.json", kept, fresh)
    assert (found == []) == same


@pytest.mark.parametrize("name", ["a.docx", "a.parquet", "ro-crate-metadata.json"])
def test_what_cannot_be_read_is_not_the_same(tmp_path: Path, name: str) -> None:
    (tmp_path / "a").write_bytes(b"garbage")
    (tmp_path / "b").write_bytes(b"other garbage")
    assert not same_content(name, tmp_path / "a", tmp_path / "b")
    assert differences(name, tmp_path / "a", tmp_path / "b")
