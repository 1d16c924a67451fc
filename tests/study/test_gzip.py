"""Text tables packed with gzip: read wherever a file may be named, and refused in words."""

from __future__ import annotations

import gzip
import shutil
import tracemalloc
from pathlib import Path

import pytest

from naas_psych.study.load import check_study, read_study
from naas_psych.study.unpack import Damaged, TooMuchInside, unpacked
from naas_psych.study.write import init_study

MINI = Path(__file__).resolve().parents[2] / "data" / "sample_responses" / "mini"
GOOD = "person_id,Q1,Q2,Q3\nA,1,0,1\nB,0,1,1\nC,1,1,0\nD,0,0,1\n"


def pack(folder: Path, name: str) -> None:
    """Replace a file by its packed copy."""
    path = folder / name
    path.with_name(f"{name}.gz").write_bytes(gzip.compress(path.read_bytes(), mtime=0))
    path.unlink()


@pytest.mark.parametrize("ending", ["csv", "tsv", "txt"])
def test_a_packed_file_is_the_same_study(tmp_path: Path, ending: str) -> None:
    text = GOOD.replace(",", "\t") if ending == "tsv" else GOOD
    (tmp_path / f"r.{ending}").write_text(text)
    plain = read_study(tmp_path / f"r.{ending}")
    pack(tmp_path, f"r.{ending}")
    packed = read_study(tmp_path / f"r.{ending}.gz")
    assert packed.fingerprint == plain.fingerprint
    assert packed.title == plain.title == "r"


def test_every_table_of_a_study_may_be_packed(tmp_path: Path) -> None:
    folder = tmp_path / "mini"
    shutil.copytree(MINI, folder)
    spec = (folder / "study.toml").read_text()
    for path in sorted(folder.glob("*.csv")):
        pack(folder, path.name)
        spec = spec.replace(f'"{path.name}"', f'"{path.name}.gz"')
    (folder / "study.toml").write_text(spec)
    study = read_study(folder)
    assert study.fingerprint == read_study(MINI).fingerprint
    assert {path.name for path in study.inputs} >= {"responses.csv.gz", "items.csv.gz"}


def test_packed_files_of_a_bare_folder_are_found_by_their_names(tmp_path: Path) -> None:
    (tmp_path / "responses.csv").write_text("person_id,Q1,Q2\nA,A,B\nB,B,B\nC,A,A\n")
    (tmp_path / "key.csv").write_text("item,key\nQ1,A\nQ2,B\n")
    (tmp_path / "zzz_notes.csv").write_text("a,b\n1,2\n")
    for name in ("responses.csv", "key.csv"):
        pack(tmp_path, name)
    assert read_study(tmp_path).responses.points.tolist() == [[1, 1], [0, 1], [1, 0]]
    init_study(tmp_path)
    assert 'key = "key.csv.gz"' in (tmp_path / "study.toml").read_text()
    assert read_study(tmp_path).kind == "raw"


def test_a_packed_key_on_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("person_id,Q1,Q2\nA,A,B\nB,B,B\nC,A,A\n")
    (tmp_path / "mykey.csv").write_text("item,key\nQ1,A\nQ2,B\n")
    pack(tmp_path, "mykey.csv")
    study = read_study(tmp_path / "r.csv", key=str(tmp_path / "mykey.csv.gz"))
    assert study.responses.points.tolist() == [[1, 1], [0, 1], [1, 0]]


PACKED = gzip.compress(GOOD.encode(), mtime=0)
#: name: bytes, code, words that the message must have
REFUSED = {
    "cut short": (PACKED[:-9], "damaged_file", "ends before"),
    "a changed byte": (PACKED[:-6] + b"\xff" + PACKED[-5:], "damaged_file", "unpacked"),
    "something after it": (PACKED + b"rest", "damaged_file", "gzip"),
    "the head alone": (PACKED[:2], "damaged_file", "ends before"),
    "plain text": (GOOD.encode(), "not_what_its_ending_says", "r.csv.gz"),
    "a picture inside": (
        gzip.compress(b"\x89PNG\r\n"),
        "not_what_its_ending_says",
        "content is a picture",
    ),
    "packed twice": (gzip.compress(PACKED), "not_what_its_ending_says", "gzip archive"),
    "nothing": (b"", "empty_file", "0 bytes"),
    "nothing inside": (gzip.compress(b""), "empty_file", "0 bytes"),
    "blanks inside": (gzip.compress(b"\n \n"), "empty_file", "blanks"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(tmp_path: Path, name: str) -> None:
    data, code, words = REFUSED[name]
    (tmp_path / "r.csv.gz").write_bytes(data)
    faults = check_study(tmp_path / "r.csv.gz").faults
    assert [fault.code for fault in faults] == [code]
    assert words in faults[0].sentence
    assert "None" not in faults[0].sentence


def test_a_packed_file_named_csv(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_bytes(PACKED)
    fault = check_study(tmp_path / "r.csv").faults[0]
    assert fault.code == "not_what_its_ending_says"
    assert "gzip archive" in fault.found


def test_members_in_a_row_and_zeros_at_the_end(tmp_path: Path) -> None:
    first, rest = GOOD[:30].encode(), GOOD[30:].encode()
    text = gzip.compress(first) + gzip.compress(rest) + bytes(512)
    (tmp_path / "r.csv.gz").write_bytes(text)
    (tmp_path / "r.csv").write_text(GOOD)
    packed = read_study(tmp_path / "r.csv.gz")
    assert packed.fingerprint == read_study(tmp_path / "r.csv").fingerprint


def test_a_small_archive_of_a_huge_text_does_not_fill_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """200 MB in 200 kB, on a machine that is said to have 12 MB."""
    (tmp_path / "r.csv.gz").write_bytes(gzip.compress(bytes(200_000_000), 1)[:2_000_000])
    monkeypatch.setattr("naas_psych.study.read._memory", lambda: 12e6)
    tracemalloc.start()
    faults = check_study(tmp_path / "r.csv.gz").faults
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [fault.code for fault in faults] == ["too_large_for_memory"]
    assert "0.0 GB of memory" in faults[0].sentence
    assert peak < 20_000_000


def test_unpacking_stops_at_the_limit() -> None:
    archive = gzip.compress(b"x" * 1000)
    assert unpacked(archive, most=1000) == b"x" * 1000
    with pytest.raises(TooMuchInside):
        unpacked(archive, most=999)
    with pytest.raises(Damaged):
        unpacked(b"x" * 50, most=1000)


@pytest.mark.parametrize("name", ["r.docx", "r.parquet.gz", "r"])
def test_an_ending_that_is_not_known_is_a_fault_of_study_toml(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(GOOD)
    (tmp_path / "study.toml").write_text(f'[tables]\nresponses = "{name}"\n')
    faults = check_study(tmp_path).faults
    assert [fault.code for fault in faults] == ["unknown_ending"]
    assert ".csv.gz" in faults[0].expected
