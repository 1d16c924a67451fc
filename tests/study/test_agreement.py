"""The same data in another format, layout, order or coding are the same study."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyreadstat
import pytest

from naas_psych.study.load import read_study
from naas_psych.study.study import Study
from naas_psych.study.write import init_study

MINI = Path(__file__).resolve().parents[2] / "data" / "sample_responses" / "mini"


def scored_frame() -> pd.DataFrame:
    """The mini study as scores, by person, with its route."""
    study = read_study(MINI)
    points = study.responses.points.astype(float)
    frame = pd.DataFrame(np.where(points < 0, np.nan, points), columns=study.responses.item_ids)
    frame.insert(0, "person_id", study.responses.person_ids)
    frame.insert(1, "route", study.persons["route"])
    return frame


def write(frame: pd.DataFrame, path: Path) -> Path:
    """The table in the format that the name says."""
    ending = path.suffix
    if ending in (".csv", ".txt"):
        frame.to_csv(path, index=False)
    elif ending == ".tsv":
        frame.to_csv(path, index=False, sep="\t")
    elif ending == ".parquet":
        frame.to_parquet(path)
    elif ending == ".xlsx":
        book = openpyxl.Workbook()
        sheet = book.active
        assert sheet is not None
        sheet.append(list(frame.columns))
        for row in frame.itertuples(index=False):
            sheet.append([None if isinstance(v, float) and np.isnan(v) else v for v in row])
        book.save(path)
    else:
        pyreadstat.write_sav(frame, str(path))
    return path


@pytest.mark.parametrize("ending", ["csv", "tsv", "txt", "parquet", "xlsx", "sav"])
def test_formats_agree(tmp_path: Path, ending: str) -> None:
    frame = scored_frame()
    reference = read_study(write(frame, tmp_path / "reference.csv"))
    study = read_study(write(frame, tmp_path / f"scores.{ending}"))
    assert study.fingerprint == reference.fingerprint
    assert (study.responses.points == reference.responses.points).all()


@pytest.mark.parametrize("ending", ["csv", "parquet", "xlsx", "sav"])
def test_raw_formats_agree(tmp_path: Path, ending: str) -> None:
    folder = tmp_path / "mini"
    shutil.copytree(MINI, folder)
    raw = pd.read_csv(MINI / "responses.csv", dtype={f"Q{k}": object for k in range(1, 8)})
    (folder / "responses.csv").unlink()
    write(raw, folder / f"responses.{ending}")
    spec = (folder / "study.toml").read_text()
    (folder / "study.toml").write_text(spec.replace("responses.csv", f"responses.{ending}"))
    assert read_study(folder).fingerprint == read_study(MINI).fingerprint


def test_raw_and_scored_agree(tmp_path: Path) -> None:
    """The scored copy has no keys, and domain and persons as the raw one has."""
    folder = tmp_path / "scored"
    shutil.copytree(MINI, folder)
    frame = scored_frame().drop(columns="route")
    frame.to_csv(folder / "responses.csv", index=False)
    items = pd.read_csv(folder / "items.csv")
    items[["item_id", "max_score", "domain"]].to_csv(folder / "items.csv", index=False)
    spec = (folder / "study.toml").read_text()
    (folder / "study.toml").write_text(spec.replace("raw = true", "raw = false"))
    scored, raw = read_study(folder), read_study(MINI)
    assert (scored.kind, raw.kind) == ("scored", "raw")
    assert scored.fingerprint == raw.fingerprint


def test_long_and_wide_agree(tmp_path: Path) -> None:
    wide = scored_frame()
    long = wide.melt(["person_id", "route"], var_name="item_id", value_name="score")
    # Shuffled rows say nothing about the order of presentation, so the position does.
    long["position"] = long["item_id"].str[1:].astype(int)
    a = read_study(write(wide, tmp_path / "wide.csv"))
    b = read_study(write(long.sample(frac=1, random_state=1), tmp_path / "long.csv"))
    assert b.spec.responses.layout == "long"
    assert a.fingerprint == b.fingerprint


def test_order_does_not_matter(tmp_path: Path) -> None:
    frame = scored_frame()
    a = read_study(write(frame, tmp_path / "a.csv"))
    mixed = frame.sample(frac=1, random_state=3)[[*frame.columns[::-1]]]
    # Which blanks are trailing depends on the order of the items, so state them.
    full_a = write(frame.fillna(0), tmp_path / "full_a.csv")
    full_b = write(mixed.fillna(0), tmp_path / "full_b.csv")
    assert read_study(full_a).fingerprint == read_study(full_b).fingerprint
    rows = read_study(write(frame.sample(frac=1, random_state=4), tmp_path / "rows.csv"))
    assert rows.fingerprint == a.fingerprint


def test_anonymous_rows_are_a_set(tmp_path: Path) -> None:
    frame = scored_frame().drop(columns="person_id").fillna(0)
    a = read_study(write(frame, tmp_path / "a.csv"))
    b = read_study(write(frame.sample(frac=1, random_state=5), tmp_path / "b.csv"))
    assert a.responses.anonymous
    assert a.fingerprint == b.fingerprint


def test_one_cell_changes_the_fingerprint(tmp_path: Path) -> None:
    frame = scored_frame()
    a = read_study(write(frame, tmp_path / "a.csv")).fingerprint
    for column, value in (("Q1", 0.0), ("route", "other"), ("person_id", "P99")):
        changed = frame.copy()
        changed.loc[0, column] = value
        assert read_study(write(changed, tmp_path / "b.csv")).fingerprint != a


FACILITIES = {
    "sat12": ("sat12_scored__ctt", "difficulty"),
    "science": ("science__ctt", "difficulty"),
    "lsat7": ("lsat7__ctt", "difficulty"),
    "verbal": ("verbal_dich__ctt", "difficulty"),
    "verbal_three_categories": ("verbal_poly__ctt", "difficulty"),
}


def golden(shared: Path, data: str) -> dict[str, float]:
    if data == "hci_raw":
        text = (shared / "golden" / "hcitest__distractors.json").read_text()
        return dict(json.loads(text)["results"]["scored"]["difficulty"])
    name, entry = FACILITIES[data]
    results = json.loads((shared / "golden" / f"{name}.json").read_text())["results"]
    return dict(results[entry])


def item_means(study: Study) -> dict[str, float]:
    marks = study.responses.marks(omitted="wrong", not_reached="wrong")
    return dict(zip(study.responses.item_ids, marks.mean(axis=0), strict=True))


@pytest.mark.parametrize("data", [*FACILITIES, "hci_raw"])
def test_real_data_load_untouched(shared: Path, tmp_path: Path, data: str) -> None:
    """Item means agree with R; study.toml as init writes it says the same."""
    folder = tmp_path / data
    shutil.copytree(shared / "data" / data, folder)
    study = read_study(folder)
    theirs = golden(shared, data)
    ours = item_means(study)
    assert list(ours) == list(theirs)
    assert list(ours.values()) == pytest.approx(list(theirs.values()), abs=1e-12)
    init_study(folder)
    again = read_study(folder)
    assert again.fingerprint == study.fingerprint
    assert again.omitted == study.omitted


def test_sat12_keeps_8_as_an_option_and_says_so(shared: Path) -> None:
    study = read_study(shared / "data" / "sat12")
    assert [fault.code for fault in study.faults] == ["suspected_absence_code"]
    assert '"8" = "omitted"' in study.faults[0].action
    assert study.responses.options is not None
    assert "8" in study.responses.options[1]


def test_person_columns_of_real_data(shared: Path) -> None:
    verbal = read_study(shared / "data" / "verbal")
    assert list(verbal.persons.columns) == ["person_id", "gender", "anger"]
    hci = read_study(shared / "data" / "hci_raw")
    assert list(hci.persons.columns) == ["person_id", "gender", "major"]
    assert any("total" in sentence for sentence in hci.said)


@pytest.mark.parametrize("key", ["DBADBCCCDAADAACACCCD", ",".join("DBADBCCCDAADAACACCCD"), "file"])
def test_key_forms(shared: Path, key: str) -> None:
    folder = shared / "data" / "hci_raw"
    given = str(folder / "key.csv") if key == "file" else key
    alone = read_study(folder / "responses.csv", key=given)
    assert alone.fingerprint == read_study(folder).fingerprint


def test_response_warehouse_names(tmp_path: Path) -> None:
    text = "id,item,resp,rt,cov_age\n" + "".join(
        f"p{p},i{i},{(p * i) % 2},{3.5 + i},{20 + p}\n" for p in range(1, 5) for i in range(1, 4)
    )
    (tmp_path / "irw.csv").write_text(text)
    study = read_study(tmp_path / "irw.csv")
    assert study.responses.item_ids == ("i1", "i2", "i3")
    assert study.responses.points[:, 0].tolist() == [1, 0, 1, 0]
    assert study.responses.times is not None
    assert study.responses.times[0].tolist() == [4.5, 5.5, 6.5]
    assert study.persons["cov_age"].tolist() == ["21", "22", "23", "24"]


ENCODINGS = {
    "utf-8 with a mark": lambda text: text.encode("utf-8-sig"),
    "utf-16": lambda text: text.encode("utf-16"),
    "utf-16 big end first": lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
    "windows": lambda text: text.encode("cp1252"),
    "carriage returns": lambda text: text.replace("\n", "\r\n").encode(),
    "semicolons": lambda text: text.replace(",", ";").encode(),
    "tabs": lambda text: text.replace(",", "\t").encode(),
    "bars": lambda text: text.replace(",", "|").encode(),
    "quotes": lambda text: "\n".join(
        ",".join(f'"{cell}"' for cell in line.split(",")) for line in text.splitlines()
    ).encode(),
    "blank lines at the end": lambda text: (text + "\n\n").encode(),
}


@pytest.mark.parametrize("name", ENCODINGS)
def test_encodings_and_delimiters(tmp_path: Path, name: str) -> None:
    text = "person_id,größe,Q1,Q2,Q3\nZoë,klein,1,0,1\nÅsa,groß,0,1,1\nJosé,groß,1,1,0\n"
    (tmp_path / "plain.csv").write_text(text, encoding="utf-8")
    (tmp_path / "other.csv").write_bytes(ENCODINGS[name](text))
    plain, other = read_study(tmp_path / "plain.csv"), read_study(tmp_path / "other.csv")
    assert other.persons["größe"].tolist() == ["klein", "groß", "groß"]
    assert other.responses.person_ids.tolist() == ["Zoë", "Åsa", "José"]
    assert other.fingerprint == plain.fingerprint
    if name == "windows":
        assert any("cp1252" in sentence for sentence in other.said)


def test_decimal_commas(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("person_id;Q1;Q2\nA;0,5;1\nB;1,0;0\nC;0;0,5\n")
    study = read_study(tmp_path / "r.csv")
    assert study.responses.unit == 0.5
    assert (study.responses.points * study.responses.unit).tolist() == [[0.5, 1], [1, 0], [0, 0.5]]


def test_line_numbers_count_lines_of_the_file(tmp_path: Path) -> None:
    text = 'person_id,note,Q1,Q2\nA,"two\nlines",1,0\n\nB,one,x,1\nC,one,0,1\nD,one,1,1\nE,e,0,0\n'
    (tmp_path / "r.csv").write_text(text)
    (tmp_path / "study.toml").write_text(
        '[tables]\nresponses = "r.csv"\n[responses]\nitems = "Q*"\nraw = false\n'
    )
    from naas_psych.study.load import check_study

    faults = check_study(tmp_path).faults
    assert [(f.code, f.row, f.column) for f in faults] == [("text_in_score_column", 5, "Q1")]
