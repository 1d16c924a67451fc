"""Synthetic data say so on every output, inside it where the format has room."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from PIL import Image

from naas_psych.report.word.content import word_content
from naas_psych.study.study import SYNTHETIC
from tests.cli.command import Command, write_study


def study_in(folder: Path, *, synthetic: bool) -> Path:
    write_study(folder)
    spec = folder / "study.toml"
    flag = f"[study]\nsynthetic = {str(synthetic).lower()}\n"
    spec.write_text(spec.read_text().replace("[study]\n", flag))
    return folder


@pytest.fixture(scope="module")
def invented(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return study_in(tmp_path_factory.mktemp("studies") / "invented", synthetic=True)


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return study_in(tmp_path_factory.mktemp("studies") / "real", synthetic=False)


@pytest.mark.parametrize("command_name", ["items", "check"])
@pytest.mark.parametrize("form", ["terminal", "json", "csv", "markdown"])
def test_every_format_says_it(
    command: Command, invented: Path, real: Path, command_name: str, form: str
) -> None:
    done = command(command_name, invented, "--format", form, "--quiet")
    assert done.code == 0, done.err
    if form == "json":
        assert done.json["study"]["synthetic"] is True
    else:
        out, err = ("", SYNTHETIC) if form == "csv" else (SYNTHETIC, "")
        assert (SYNTHETIC in done.out) == (SYNTHETIC in out)
        assert (SYNTHETIC in done.err) == (SYNTHETIC in err)
    other = command(command_name, real, "--format", form, "--quiet")
    assert "synthetic data" not in (other.out + other.err).casefold()


def test_one_analysis_and_one_table_say_it(command: Command, invented: Path) -> None:
    done = command("run", "distractors", invented, "--table", "options", "--format", "csv")
    assert SYNTHETIC in done.err
    assert SYNTHETIC in command("run", "distractors", invented, "--table", "options").out


def test_refused_data_say_it(command: Command, tmp_path: Path) -> None:
    folder = study_in(tmp_path / "bad", synthetic=True)
    responses = folder / "responses.csv"
    responses.write_text(responses.read_text() + "P01,A,A,A,A,A,A,A,A\n")
    done = command("check", folder)
    assert done.code == 3
    assert SYNTHETIC in done.out
    assert command("check", folder, "--format", "json").json["study"]["synthetic"] is True


def all_say_it(folder: Path) -> None:
    """Every file of the folder, by its kind."""
    seen = set()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        seen.add(path.suffix)
        if path.suffix == ".csv":
            assert SYNTHETIC in (path.parent / "SYNTHETIC.txt").read_text()
        elif path.suffix == ".parquet":
            assert pq.read_schema(path).metadata[b"notice"].decode() == SYNTHETIC, path
        elif path.suffix == ".svg":
            assert re.search(r"<text[^>]*>Synthetic data</text>", path.read_text()), path
        elif path.suffix == ".docx":
            assert "synthetic data" in " ".join(word_content(path)).casefold()
        elif path.stem == "references":
            continue  # works cited, not data
        elif path.name == "ro-crate-metadata.json":
            assert "synthetic" in path.read_text().casefold()
        elif path.suffix == ".json":
            made = json.loads(path.read_text())
            assert made.get("synthetic", made.get("study", {}).get("synthetic")) is True, path
        else:
            assert path.suffix == ".png" or "synthetic data" in path.read_text().casefold(), path
    assert seen >= {".csv", ".parquet", ".svg", ".png", ".json", ".txt"}


def nothing_says_it(folder: Path) -> None:
    assert not list(folder.rglob("SYNTHETIC.txt"))
    for path in folder.rglob("*.parquet"):
        assert pq.read_schema(path).metadata is None
    for path in (*folder.rglob("*.svg"), *folder.rglob("*.html")):
        assert "Synthetic data" not in path.read_text()


def test_out_folder_says_it(command: Command, invented: Path, real: Path, tmp_path: Path) -> None:
    assert command("items", invented, "--out", tmp_path / "a").code == 0
    all_say_it(tmp_path / "a")
    assert command("items", real, "--out", tmp_path / "b").code == 0
    nothing_says_it(tmp_path / "b")
    for path in (tmp_path / "a").rglob("*.png"):
        assert _differ_below(path, tmp_path / "b" / path.relative_to(tmp_path / "a"))


def _differ_below(marked: Path, plain: Path) -> bool:
    """The two pictures differ in the lower right corner and nowhere else."""
    with Image.open(marked) as a, Image.open(plain) as b:
        from PIL import ImageChops

        box = ImageChops.difference(a.convert("RGB"), b.convert("RGB")).getbbox()
        assert box is not None
        return box[0] > 0.75 * a.width and box[1] > 0.93 * a.height


def test_evidence_and_verify_say_it(
    command: Command, invented: Path, real: Path, tmp_path: Path
) -> None:
    done = command("evidence", invented, "--out", tmp_path / "a", "--quiet")
    assert done.code == 0
    assert done.err.strip() == SYNTHETIC
    all_say_it(tmp_path / "a")
    assert json.loads((tmp_path / "a" / "manifest.json").read_text())["synthetic"] is True
    verified = command("verify", tmp_path / "a", "--quiet")
    assert verified.code == 0
    assert verified.out.splitlines()[0] == SYNTHETIC
    done = command("evidence", real, "--out", tmp_path / "b", "--quiet")
    assert done.err == ""
    nothing_says_it(tmp_path / "b")
    assert SYNTHETIC not in command("verify", tmp_path / "b").out
