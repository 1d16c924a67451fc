"""[decision] in study.toml: every fault is told, with the rows that are missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from naas_psych.errors import DataRefused
from naas_psych.study.load import check_study, read_study
from tests.study.test_judged import with_spec
from tests.study.test_plans import codes, study

SCORES = "person_id,test,practice,remark\nP1,60,3,good\nP2,50,NA,\n"
PARTS = """
[decision]
outcomes = ["not_met", "met"]
[decision.components]
test = { column = "test", cuts = { met = 60 } }
practice = { column = "practice", cuts = { met = 3 } }
"""


def found(tmp_path: Path, spec: str, scores: str = SCORES) -> list[tuple[str, str]]:
    path = with_spec(study(tmp_path, components=scores), spec)
    return [(fault.code, fault.found) for fault in check_study(path).faults]


def with_rows(*rows: tuple[str, str, str]) -> str:
    lines = ", ".join(f'{{ test = "{t}", practice = "{p}", outcome = "{o}" }}' for t, p, o in rows)
    return PARTS.replace("[decision]\n", f'[decision]\nrule = "table"\nrows = [{lines}]\n')


def test_a_decision_that_fits_has_no_fault(tmp_path: Path) -> None:
    assert found(tmp_path, PARTS) == []


def test_a_whole_table_has_no_fault(tmp_path: Path) -> None:
    rows = [("met", "met", "met"), ("met", "not_met", "met")]
    rows += [("not_met", "met", "not_met"), ("not_met", "not_met", "not_met")]
    assert found(tmp_path, with_rows(*rows)) == []


def test_missing_rows_are_listed(tmp_path: Path) -> None:
    spec = with_rows(("met", "met", "met"), ("not_met", "not_met", "not_met"))
    [(code, said)] = found(tmp_path, spec)
    assert code == "decision_table_incomplete"
    assert "2 of 4" in said
    assert "test not_met, practice met; test met, practice not_met" in said


def test_a_table_without_rows_misses_all(tmp_path: Path) -> None:
    spec = PARTS.replace("[decision]\n", '[decision]\nrule = "table"\n')
    [(code, said)] = found(tmp_path, spec)
    assert code == "decision_table_incomplete"
    assert "4 of 4" in said


def test_a_table_that_falls_names_both_combinations(tmp_path: Path) -> None:
    rows = [("met", "met", "not_met"), ("met", "not_met", "met")]
    rows += [("not_met", "met", "not_met"), ("not_met", "not_met", "not_met")]
    [(code, said)] = found(tmp_path, with_rows(*rows))
    assert code == "decision_table_falls"
    assert said.startswith("test met, practice not_met is met")


def test_two_outcomes_of_one_combination(tmp_path: Path) -> None:
    rows = [("met", "met", "met"), ("met", "met", "not_met"), ("met", "not_met", "not_met")]
    rows += [("not_met", "met", "not_met"), ("not_met", "not_met", "not_met")]
    assert "decision_table_contradicts" in [c for c, _ in found(tmp_path, with_rows(*rows))]


@pytest.mark.parametrize(
    ("old", "new", "code", "said"),
    [
        ("met = 60", "mett = 60", "decision_word", "Did you mean 'met'"),
        ('column = "test"', 'column = "tests"', "decision_no_column", "Did you mean 'test'"),
        ('column = "test"', 'column = "remark"', "decision_no_column", "holds no numbers"),
        ("[decision.comp", "floors = { tst = 1 }\n[decision.comp", "decision_word", "'tst'"),
        (", cuts = { met = 3 }", "", "decision_cut_missing", "no cut of met"),
    ],
)
def test_words_columns_and_cuts(tmp_path: Path, old: str, new: str, code: str, said: str) -> None:
    faults = dict(found(tmp_path, PARTS.replace(old, new)))
    assert said in faults[code]


def test_cuts_out_of_order(tmp_path: Path) -> None:
    spec = PARTS.replace('["not_met", "met"]', '["not_met", "partly", "met"]')
    spec = spec.replace("met = 60", "met = 50, partly = 55").replace("met = 3", "met = 3, partly=2")
    [(code, said)] = found(tmp_path, spec)
    assert code == "decision_cuts_order"
    assert "met begins at 50, below partly at 55" in said


def test_a_reliability_outside_its_range(tmp_path: Path) -> None:
    spec = PARTS.replace("cuts = { met = 3 }", "cuts = { met = 3 }, reliability = 1.2")
    [(code, said)] = found(tmp_path, spec)
    assert code == "bad_setting"
    assert "1.2" in said


def test_no_table_of_components(tmp_path: Path) -> None:
    path = with_spec(study(tmp_path), PARTS)
    assert codes(path) == {"decision_no_column"}
    with pytest.raises(DataRefused):
        read_study(path)


def test_a_person_who_stands_twice(tmp_path: Path) -> None:
    scores = "person_id,test,practice\nP1,60,3\nP1,61,3\nP2,50,2\n"
    assert [code for code, _ in found(tmp_path, PARTS, scores)] == ["duplicate_component_scores"]
