"""`diff` finds what changed between two evidence folders, and why."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pandas as pd
import pytest

import naas_psych as nps
from naas_psych.errors import UsageError
from naas_psych.report.changes.compare import EvidenceDiff, diff_evidence
from tests.report.folders import CLAIMS, FINDINGS, ITEMS, MANIFEST, SCORES, write_folder


def between(tmp_path: Path, **changes: object) -> EvidenceDiff:
    write_folder(tmp_path / "a")
    write_folder(tmp_path / "b", **changes)
    return diff_evidence(tmp_path / "a", tmp_path / "b")


def test_nothing_changed(tmp_path: Path) -> None:
    found = between(tmp_path)
    assert found.same
    assert (found.causes, found.verdicts, found.tables) == ((), (), ())
    assert "rounding" in found.notes[0]
    assert nps.diff_evidence is diff_evidence


def test_verdicts_and_the_numbers_behind_them(tmp_path: Path) -> None:
    claims = copy.deepcopy(CLAIMS)
    claims["claims"][0] |= {"verdict": "ANSWERED"}
    claims["claims"][0]["measures"][0] |= {"value": 0.9, "low": 0.86}
    claims["board"][0] |= {"value": 0.82}
    found = between(tmp_path, claims=claims)
    (turned,) = found.verdicts
    assert (turned.claim, turned.before, turned.after) == ("E01", "PARTLY ANSWERED", "ANSWERED")
    # The number behind a verdict that turned comes before that of the board, which did not.
    assert [one.claim for one in found.numbers] == ["E01", "board 1"]
    assert found.numbers[0].before == (0.8, 0.75, 0.85)
    assert found.numbers[0].after == (0.9, 0.86, 0.85)


def test_a_claim_that_came(tmp_path: Path) -> None:
    more = {"id": "E03", "question": "New?", "verdict": "MET", "measures": []}
    found = between(tmp_path, claims={**CLAIMS, "claims": [*CLAIMS["claims"], more]})
    assert [(v.claim, v.before, v.after) for v in found.verdicts] == [("E03", None, "MET")]


def test_rows_are_matched_by_name_and_not_by_place(tmp_path: Path) -> None:
    shuffled = ITEMS.iloc[::-1].reset_index(drop=True)
    found = between(tmp_path, tables={"item_statistics__items": shuffled})
    assert found.tables == ()


def test_cells_rows_and_columns(tmp_path: Path) -> None:
    table = ITEMS.copy()
    table.loc[0, "facility"] = 0.55
    table.loc[2, "status"] = "ok"
    table.loc[2, "facility_reason"] = "too_few_persons"
    table = pd.concat([table.drop(index=1), table.iloc[[1]].assign(item_id="Q9")])
    table["extra"] = 1.0
    (found,) = between(tmp_path, tables={"item_statistics__items": table}).tables
    assert (found.rows_added, found.rows_removed) == (1, 1)
    assert (found.changed, found.cells, found.columns_added) == (3, 10, ("extra",))
    # Words first, then numbers; a reason is no result.
    assert [cell.column for cell in found.largest] == ["status", "facility", "facility_reason"]
    assert found.largest[1].row == "item_id Q1"
    assert found.largest[1].relative == pytest.approx(0.05 / 0.55)


def test_a_number_can_be_part_of_a_name(tmp_path: Path) -> None:
    table = SCORES.copy()
    table.loc[3, "csem"] = 0.6
    found = between(tmp_path, tables={"measurement_error__scores": table})
    (cell,) = found.tables[0].largest
    assert (cell.row, cell.before, cell.after) == ("method keats, score 1.0", 0.51, 0.6)
    assert (found.tables[0].rows_added, found.tables[0].rows_removed) == (0, 0)


def test_the_tenth_digit_is_counted_apart(tmp_path: Path) -> None:
    found = between(
        tmp_path,
        tables={"item_statistics__items": ITEMS.assign(facility=[0.5 + 1e-13, 0.25, None])},
    )
    assert (found.tables[0].changed, found.tables[0].tiny) == (1, 1)


def test_tables_of_one_side_and_findings(tmp_path: Path) -> None:
    one = {"code": "easy", "subject": "Q1", "severity": "info", "sentence": "Easy.", "value": 1}
    found = between(
        tmp_path,
        tables={"measurement_error__scores": None, "reliability__forms": ITEMS},
        findings={"findings": [one]},
    )
    assert (found.only_before, found.only_after) == (
        ("measurement_error/scores",),
        ("reliability/forms",),
    )
    assert [(f.code, f.came) for f in found.findings] == [("easy", True), ("hard", False)]
    assert FINDINGS["findings"][0]["code"] == "hard"


CAUSES: dict[str, tuple[dict[str, object], tuple[str, str]]] = {
    "data": (
        {"inputs": [{"path": "../study/responses.csv", "bytes": 10, "sha256": "2"}]},
        ("data", "responses.csv"),
    ),
    "seed": ({"seed": 5}, ("options", "seed")),
    "an option": (
        {"options": {"internal": False, "study": "../study", "audience": "designer"}},
        ("options", "audience"),
    ),
    "a key of study.toml": (
        {"settings": {"cuts.met.value": 55, "disclosure.profile": "ofqual"}},
        ("options", "study.toml cuts.met.value"),
    ),
    "a threshold": (
        {"thresholds": {"sha256": "b", "values": {"alpha_min": 0.9}}},
        ("thresholds", "alpha_min"),
    ),
    "a package": ({"packages": {"numpy": "2.1"}}, ("version", "numpy")),
    "the toolkit": ({"naas_psych": "0.2.0"}, ("version", "naas_psych")),
    "python": ({"python": "3.12.0"}, ("version", "python")),
}


@pytest.mark.parametrize("name", CAUSES)
def test_a_cause_is_named(tmp_path: Path, name: str) -> None:
    changes, expected = CAUSES[name]
    found = between(tmp_path, **changes)
    assert [(one.kind, one.what) for one in found.causes] == [expected]
    assert found.same


def test_a_folder_elsewhere_is_no_cause(tmp_path: Path) -> None:
    found = between(
        tmp_path,
        options={"internal": False, "study": "../../x/study/study.toml"},
        inputs=[{"path": "../../x/study/responses.csv", "bytes": 10, "sha256": "1"}],
    )
    assert found.causes == ()


def test_older_manifests_have_no_settings(tmp_path: Path) -> None:
    old = {name: value for name, value in MANIFEST.items() if name != "settings"}
    assert "settings" in MANIFEST
    write_folder(tmp_path / "a")
    made = json.loads((write_folder(tmp_path / "b") / "manifest.json").read_text())
    changed = {**old, "outputs": made["outputs"], "thresholds": {"sha256": "b"}}
    (tmp_path / "b" / "manifest.json").write_text(json.dumps(changed))
    found = diff_evidence(tmp_path / "a", tmp_path / "b")
    assert ("thresholds", "sha256") in [(one.kind, one.what) for one in found.causes]


def test_rounded_and_exact_folders_are_not_alike(tmp_path: Path) -> None:
    found = between(tmp_path, options={"internal": True, "study": "../study"})
    assert "different disclosure rules (ofqual before, none after)" in found.notes[0]


def test_a_file_that_was_changed_afterwards_is_said(tmp_path: Path) -> None:
    write_folder(tmp_path / "a")
    table = write_folder(tmp_path / "b") / "tables" / "item_statistics__items.csv"
    table.write_text(table.read_text().replace("0.25", "0.35"))
    found = diff_evidence(tmp_path / "a", tmp_path / "b")
    assert any("after it was written: tables/item" in note for note in found.notes)


@pytest.mark.parametrize("content", [None, "garbage", "[]", "{}"])
def test_what_is_no_evidence_folder_is_refused(tmp_path: Path, content: str | None) -> None:
    write_folder(tmp_path / "a")
    (tmp_path / "b").mkdir()
    if content is not None:
        (tmp_path / "b" / "manifest.json").write_text(content)
    with pytest.raises(UsageError, match=r"manifest\.json"):
        diff_evidence(tmp_path / "a", tmp_path / "b")


def test_an_older_register_of_claims_lacks_parts(tmp_path: Path) -> None:
    older = {"board": [{"verdict": "MET"}], "claims": [{"id": "E01", "measures": [{"value": 1}]}]}
    found = between(tmp_path, claims=older)
    assert {one.claim for one in found.verdicts} == {"board 1", "E01", "E02"}


@pytest.mark.parametrize("claims", [{"E01": 3}, [3], [{"question": "Whose?"}]])
def test_a_register_that_is_none_is_refused(tmp_path: Path, claims: object) -> None:
    with pytest.raises(UsageError, match=r"claims\.json is damaged"):
        between(tmp_path, claims={"claims": claims})
