"""Files of a result: whole or not at all, safe in a spreadsheet, every digit kept."""

from __future__ import annotations

import errno
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from naas_psych.errors import UsageError
from naas_psych.report import export as export_module
from naas_psych.report.export import csv_text, export
from tests.report.by_hand import item_result, small_study


def test_tables_and_document_are_written(tmp_path: Path) -> None:
    out = export("items", small_study(), [item_result()], tmp_path / "a" / "b", drawings=False)
    files = sorted(p.relative_to(out).as_posix() for p in out.rglob("*") if p.is_file())
    assert files == [
        "results.json", "tables/item_statistics__items.csv", "tables/item_statistics__items.parquet"
    ]  # fmt: skip
    back = pd.read_parquet(out / "tables/item_statistics__items.parquet")
    assert back["facility"][0] == 0.123456789012345
    assert "0.123456789012345" in (out / "tables/item_statistics__items.csv").read_text()
    assert json.loads((out / "results.json").read_text())["command"] == "items"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_cell_that_a_spreadsheet_would_run_is_neutralised(start: str) -> None:
    text = csv_text(pd.DataFrame({"item_id": [f"{start}cmd()"], "x": [-0.5], "y": ["plain"]}))
    back = pd.read_csv(__import__("io").StringIO(text))
    assert back["item_id"][0].startswith(f"'{start}") or start == "\r"
    assert f"'{start}cmd()" in text
    assert ",-0.5,plain" in text


def test_an_occupied_folder_is_refused_and_left_whole(tmp_path: Path) -> None:
    (tmp_path / "kept.txt").write_text("kept")
    with pytest.raises(UsageError, match="not empty"):
        export("items", small_study(), [item_result()], tmp_path, drawings=False)
    assert [p.name for p in tmp_path.iterdir()] == ["kept.txt"]


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    export("items", small_study(), [item_result()], tmp_path / "out", drawings=False)
    assert [p.name for p in tmp_path.iterdir()] == ["out"]
    assert (tmp_path / "out" / "results.json").exists()


def test_a_file_in_the_way_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("kept")
    with pytest.raises(UsageError, match="is a file"):
        export("items", small_study(), [], tmp_path / "out", drawings=False)
    assert (tmp_path / "out").read_text() == "kept"


@pytest.mark.parametrize(
    "failure", [KeyboardInterrupt(), OSError(errno.ENOSPC, "No space left on device"), ValueError()]
)
def test_a_failure_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: BaseException
) -> None:
    def fail(*_: object) -> None:
        raise failure

    monkeypatch.setattr(export_module, "dumps", fail)
    expected = UsageError if isinstance(failure, OSError) else type(failure)
    with pytest.raises(expected):
        export("items", small_study(), [item_result()], tmp_path / "deep" / "out", drawings=False)
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_one_sentence() -> None:
    with pytest.raises(UsageError, match="Cannot write to /proc"):
        export("items", small_study(), [item_result()], "/proc/nowhere/out", drawings=False)


def test_mixed_and_empty_columns_reach_parquet(tmp_path: Path) -> None:
    from dataclasses import replace

    table = pd.DataFrame(
        {"option": ["A", 1], "empty": [None, None], "gap": [1.0, np.nan], "yes": [True, None]}
    )
    result = replace(item_result(), tables={"t": table})
    out = export("items", small_study(), [result], tmp_path / "o", drawings=False)
    back = pd.read_parquet(out / "tables/item_statistics__t.parquet")
    assert list(back["option"]) == ["A", "1"]
    assert back["yes"][0] is True or back["yes"][0] == True  # noqa: E712
