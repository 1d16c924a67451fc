"""Folders that appear whole or not at all."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from naas_psych.aside import whole_folder


def test_an_empty_folder_keeps_its_mode_and_its_place(tmp_path: Path) -> None:
    place = tmp_path / "mine"
    place.mkdir(mode=0o700)
    before = place.stat()
    with whole_folder(place) as folder:
        (folder / "a.txt").write_text("a")
        (folder / "deep").mkdir()
    after = place.stat()
    assert stat.S_IMODE(after.st_mode) == 0o700
    assert after.st_ino == before.st_ino
    assert sorted(path.name for path in place.iterdir()) == ["a.txt", "deep"]


def test_the_folder_one_stands_in_is_filled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with whole_folder(".") as folder:
        (folder / "a.txt").write_text("a")
    assert [path.name for path in Path().iterdir()] == ["a.txt"]


@pytest.mark.parametrize("there", [True, False])
def test_nothing_is_left_of_a_failure(tmp_path: Path, there: bool) -> None:
    place = tmp_path / "out"
    if there:
        place.mkdir()
    with pytest.raises(ValueError, match="stop"), whole_folder(place) as folder:
        (folder / "a.txt").write_text("a")
        raise ValueError("stop")
    assert list(tmp_path.rglob("*")) == ([place] if there else [])


def test_a_long_name_leaves_room_for_the_name_beside(tmp_path: Path) -> None:
    with whole_folder(tmp_path / ("x" * 250)) as folder:
        (folder / "a.txt").write_text("a")
    assert (tmp_path / ("x" * 250) / "a.txt").is_file()
