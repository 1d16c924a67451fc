"""init writes what reading infers, never over a file that is there."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from naas_psych.errors import DataRefused, UsageError
from naas_psych.study.load import read_study
from naas_psych.study.write import init_study

RAW = "person_id,sex,Q1,Q2,Q3,total\np1,f,A,B,C,3\np2,m,B,B,C,2\np3,f,A,C,D,1\np4,m,C,B,A,1\n"


def test_a_single_file_with_a_key_string(tmp_path: Path) -> None:
    file = tmp_path / "answers.csv"
    file.write_text(RAW)
    bare = read_study(file, key="ABC")
    target = init_study(file, key="ABC")
    assert target == tmp_path / "study.toml"
    spec = tomllib.loads(target.read_text())
    assert spec["tables"] == {"responses": "answers.csv"}
    assert spec["responses"]["items"] == ["Q1", "Q2", "Q3"]
    assert spec["responses"]["leave_out"] == ["total"]
    assert spec["responses"]["key"] == "ABC"
    study = read_study(tmp_path)
    assert study.fingerprint == bare.fingerprint
    assert study.title == bare.title == "answers"


def test_what_was_guessed_is_listed(tmp_path: Path) -> None:
    (tmp_path / "responses.csv").write_text(RAW)
    text = init_study(tmp_path, key="ABC").read_text()
    for sentence in read_study(tmp_path / "responses.csv", key="ABC").said:
        assert f"# - {sentence}\n" in text or "was not used" in sentence


def test_never_overwrites(tmp_path: Path) -> None:
    (tmp_path / "responses.csv").write_text(RAW)
    (tmp_path / "study.toml").write_text("# mine\n")
    with pytest.raises(UsageError, match="--force"):
        init_study(tmp_path, key="ABC")
    assert (tmp_path / "study.toml").read_text() == "# mine\n"
    init_study(tmp_path, key="ABC", force=True)
    assert "[tables]" in (tmp_path / "study.toml").read_text()


def test_refused_data_leave_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "responses.csv").write_text("")
    with pytest.raises(DataRefused):
        init_study(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["responses.csv"]


def test_a_key_outside_the_folder_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "study"
    folder.mkdir()
    (folder / "responses.csv").write_text(RAW)
    (tmp_path / "key.csv").write_text("item,key\nQ1,A\nQ2,B\nQ3,C\n")
    with pytest.raises(UsageError, match="own folder"):
        init_study(folder, key=tmp_path / "key.csv")


def test_a_rating_scale_is_written_down(tmp_path: Path) -> None:
    rows = "".join(f"p{k},{k % 4 + 1},{k * 3 % 4 + 1}\n" for k in range(12))
    (tmp_path / "responses.csv").write_text("person_id,a,b\n" + rows)
    spec = tomllib.loads(init_study(tmp_path).read_text())["responses"]
    assert (spec["min_score"], spec["max_score"], spec["omitted"]) == (1, 4, "left_out")


def test_a_small_sample_keeps_items_whose_top_category_is_rare(tmp_path: Path) -> None:
    # Most items got to 5, two of them to 6: one scale all the same; age is not of it.
    file = tmp_path / "mood.csv"
    names = ("hope_1", "calm_1", "joy_1", "care_1", "rest_1")
    rows = ["5,6,5,5,6,11", "5,6,5,5,6,12", "2,2,3,1,1,11", "1,3,4,4,2,12"]
    lines = [f"p{k},{row}" for k, row in enumerate(rows)]
    file.write_text("\n".join([f"person_id,{','.join(names)},years_1", *lines, ""]))
    assert read_study(file).responses.item_ids == names
