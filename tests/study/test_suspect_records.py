"""Records that are no error and still worth a look: one option throughout, too many, lost."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from naas_psych.errors import Fault
from naas_psych.study.load import check_study

SPEC = '[tables]\nresponses = "responses.csv"\nitems = "items.csv"\n'


def study_of(folder: Path, spec: str, **tables: str) -> Path:
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text)
    (folder / "study.toml").write_text(spec)
    return folder


def faults_of(folder: Path, code: str) -> list[Fault]:
    check = check_study(folder)
    assert check.study is not None, [fault.sentence for fault in check.faults]
    return [fault for fault in check.faults if fault.code == code]


SINGLES = [f"Q{k:02d}" for k in range(1, 13)]
ITEMS = "item_id,key,type,max_score,option_A,option_B,option_C,option_D\n" + "".join(
    f"{item},{'ABCD'[k % 4]},single,1,w,x,y,z\n" for k, item in enumerate(SINGLES)
)
#: by person: what was recorded on twelve items of A to D
RECORDED = {
    "mixed": "ABCDABCDABCD",
    "other": "ABCAABCDABDD",
    "all A": "AAAAAAAAAAAA",
    "all a in either case": "AaAaAaAAAAaA",
    "all B but two blanks": "BB.BBBBBB-BB",
    "nine only": "CCCCCCCCC...",
    "ten": "CCCCCCCCCC..",
    "all but one": "DDDDDDDDDDDC",
    "a blank and one": ".DDDDDDDDDDC",
    "nothing": "............",
}


def wide(recorded: dict[str, str]) -> str:
    header = ",".join(["person_id", *SINGLES])
    rows = (",".join([name, *text.replace(".", " ")]) for name, text in recorded.items())
    return "\n".join([header, *rows]) + "\n"


def test_one_option_throughout(tmp_path: Path) -> None:
    spec = SPEC + '[responses]\nraw = true\ncodes = { "-" = "technical_loss" }\n'
    found = faults_of(
        study_of(tmp_path, spec, responses=wide(RECORDED), items=ITEMS), "one_option_throughout"
    )
    assert [(fault.row, fault.value) for fault in found] == [(4, "A"), (5, "A"), (6, "B"), (8, "C")]
    assert {fault.severity for fault in found} == {"warning"}
    assert "all 12 single-choice items" in found[0].found
    assert "all 10 single-choice items" in found[3].found


def test_multiple_responses_are_not_asked_for_one_option(tmp_path: Path) -> None:
    """Ten items, of which one takes several options: nine single ones are too few."""
    items = ITEMS.replace("Q10,B,single", "Q10,AB,multiple")
    recorded = {"p1": "AAAAAAAAAA  ", "p2": "AAAAAAAAAAA ", "p3": "ABCDABCDABCD"}
    found = faults_of(
        study_of(tmp_path, SPEC, responses=wide(recorded), items=items), "one_option_throughout"
    )
    assert [(fault.row, fault.value) for fault in found] == [(3, "A")]


def test_scores_are_not_asked_for_one_option(tmp_path: Path) -> None:
    rows = "".join(f"p{k}," + ",".join("1" if k else "0" for _ in SINGLES) + "\n" for k in range(3))
    responses = ",".join(["person_id", *SINGLES]) + "\n" + rows
    items = "item_id,max_score\n" + "".join(f"{item},1\n" for item in SINGLES)
    found = faults_of(
        study_of(tmp_path, SPEC, responses=responses, items=items), "one_option_throughout"
    )
    assert found == []


def test_a_state_takes_a_response_out(tmp_path: Path) -> None:
    """Long data: the only other option stands in a row whose state says omitted."""
    rows = "".join(
        f"{person},{item},{option},{'omitted' if (person, item) == ('p1', 'Q01') else 'answered'}\n"
        for person, options in {"p1": "BAAAAAAAAAAA", "p2": "BAAAAAAAAAAA"}.items()
        for item, option in zip(SINGLES, options, strict=True)
    )
    folder = study_of(
        tmp_path, SPEC, responses="person_id,item_id,response,state\n" + rows, items=ITEMS
    )
    found = faults_of(folder, "one_option_throughout")
    assert [(fault.row, fault.value) for fault in found] == [(2, "A")]
    assert "all 11 single-choice items" in found[0].found


MULTIPLE = "item_id,key,type,max_score,scoring\nM1,ACF,multiple,3,{}\nM2,B,single,1,\n"


@pytest.mark.parametrize(("rule", "told"), [("", True), ("capped", True), ("plus_minus", False)])
def test_more_options_than_asked(tmp_path: Path, rule: str, told: bool) -> None:
    responses = "person_id,M1,M2\np1,ACF,B\np2,ACFG,A\np3,AC,B\np4,FCGA,B\np5,AAC,A\np6,ABCD,B\n"
    found = faults_of(
        study_of(tmp_path, SPEC, responses=responses, items=MULTIPLE.format(rule)),
        "more_options_than_asked",
    )
    rows = [(f.row, f.column, f.value) for f in sorted(found, key=lambda f: f.row or 0)]
    expected = [(3, "M1", "ACFG"), (5, "M1", "FCGA"), (7, "M1", "ABCD")]
    assert rows == (expected if told else [])
    if told:
        assert found[0].found == "4 options of item 'M1', which asks for 3: no marks."
        assert found[0].severity == "warning"


def test_responses_lost(tmp_path: Path) -> None:
    spec = SPEC + '[responses]\nraw = true\ncodes = { "X" = "technical_loss" }\n'
    recorded = {"p1": "XXXXABCDABCD", "p2": "ABCDABCDABCX", "p3": "ABCDABCDABCD"}
    folder = study_of(tmp_path, spec, responses=wide(recorded), items=ITEMS)
    found = faults_of(folder, "responses_lost")
    assert [(f.severity, f.found) for f in found] == [("info", "2 persons lost 5 responses.")]
    (folder / "responses.csv").write_text(wide({"p1": "XBCDABCDABCD", "p2": "ABCDABCDABCA"}))
    assert faults_of(folder, "responses_lost")[0].found == "1 person lost 1 response."


def test_nothing_is_said_of_clean_records(tmp_path: Path) -> None:
    generator = np.random.default_rng(3)
    recorded = {f"p{k}": "".join(generator.choice(list("ABCD"), 12)) for k in range(300)}
    folder = study_of(tmp_path, SPEC, responses=wide(recorded), items=ITEMS)
    codes = {fault.code for fault in check_study(folder).faults}
    assert not codes & {"one_option_throughout", "more_options_than_asked", "responses_lost"}
