"""The table of endorsements: what is read, who may be in it, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from naas_psych.errors import DataRefused
from naas_psych.study.load import check_study, read_study
from tests.study.test_plans import codes, study

HEAD = "person_id,put_forward,la_id,supervisor_id,rating,decision,kss_1,evidence_n,note"


def rows(*lines: str) -> str:
    return "\n".join([HEAD, *lines]) + "\n"


def test_columns_have_their_kinds_and_canonical_names(tmp_path: Path) -> None:
    text = rows("P1,yes,7,3,6,endorsed,5,2,fine", "P2,yes,8,3,,deferred,4,,")
    table = read_study(study(tmp_path, endorsements=text)).tables["endorsements"]
    assert table["site"].tolist() == ["7", "8"]
    assert table["supervisor_id"].tolist() == ["3", "3"]
    assert [table[name].dtype.kind for name in ("rating", "kss_1", "evidence_n")] == ["f"] * 3
    assert table["decision"].tolist() == ["endorsed", "deferred"]
    assert table["note"].tolist() == ["fine", None]


def test_other_names_of_the_columns_are_known(tmp_path: Path) -> None:
    text = "candidate_id,Overall Rating,endorser\nP1,6,S1\nP2,5,S1\n"
    table = read_study(study(tmp_path, endorsements=text)).tables["endorsements"]
    assert list(table.columns) == ["person_id", "rating", "supervisor_id"]


def test_who_was_not_put_forward_has_no_responses_and_that_is_said_once(tmp_path: Path) -> None:
    text = rows("P1,yes,a,s,6,endorsed,5,2,", "Q1,no,a,s,3,deferred,3,1,", "Q2,No,a,s,4,,3,1,")
    path = study(tmp_path, endorsements=text)
    assert not check_study(path).faults
    said = [one for one in read_study(path).said if "put forward" in one]
    assert len(said) == 1
    assert "2 persons" in said[0]


def test_another_unknown_person_is_told_by_name(tmp_path: Path) -> None:
    text = rows("P1,yes,a,s,6,endorsed,5,2,", "P9,yes,a,s,3,deferred,3,1,")
    path = study(tmp_path, endorsements=text)
    told = [one for one in check_study(path).faults if one.code == "unknown_person_in_table"]
    assert [(one.value, one.row, one.severity) for one in told] == [("P9", 3, "warning")]
    assert len(read_study(path).tables["endorsements"]) == 2


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (rows("P1,yes,a,s,good,endorsed,5,2,"), "rating_outside_scale"),
        (rows("P1,yes,a,s,6,endorsed,5,2,", "P2,yes,a,s,6,endorsed,4,2,", "P3,yes,a,s,6,,?,2,"),
         "rating_outside_scale"),
        (rows("P1,perhaps,a,s,6,endorsed,5,2,"), "bad_category"),
        ("person_id,decision\nP1,endorsed\n", "missing_column"),
        ("rating\n6\n", "missing_column"),
        (rows("P1,yes,a,s,6,endorsed,5,2,", "P1,yes,b,s,5,endorsed,5,2,"),
         "duplicate_endorsement"),
    ],
)  # fmt: skip
def test_what_cannot_be_right_is_refused(tmp_path: Path, text: str, code: str) -> None:
    path = study(tmp_path, endorsements=text)
    assert code in codes(path)
    with pytest.raises(DataRefused):
        read_study(path)


def test_with_a_waiver_the_first_row_of_a_person_counts(tmp_path: Path) -> None:
    text = rows("P1,yes,a,s,6,endorsed,5,2,", "P1,yes,b,s,2,endorsed,5,2,")
    waiver = '[[waivers]]\ncode = "duplicate_endorsement"\nreason = "sent twice"\n'
    found = read_study(study(tmp_path, waiver, endorsements=text))
    assert len(found.tables["endorsements"]) == 2
    import naas_psych as nps

    overview = nps.endorsement(found).tables["overview"]
    assert overview["n"].tolist() == [1]
    assert overview["rating_mean"].tolist() == [6.0]


def test_the_pilot_names_its_table() -> None:
    path = Path(__file__).parents[2] / "data/sample_responses/naas_pilot"
    found = read_study(path).tables["endorsements"]
    assert (found["put_forward"] == "no").sum() == 210
    assert not {one.code for one in check_study(path).faults} & {"unknown_person_in_table"}
