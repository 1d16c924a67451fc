"""Tables and settings for content and time: blueprint, judges, themes, times apart, extra time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from naas_psych.errors import DataRefused
from naas_psych.study.load import check_study, read_study

RESPONSES = "person_id,group,Q1,Q2,Q3\nP1,a,1,0,1\nP2,b,0,1,1\nP3,a,1,1,0\nP4,b,0,0,1\n"


def study(folder: Path, toml: str = "", **files: str) -> Path:
    folder.mkdir(exist_ok=True)
    tables = {"responses": RESPONSES, **files}
    names = "\n".join(f'{name} = "{name}.csv"' for name in tables)
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    (folder / "study.toml").write_text(f"[tables]\n{names}\n{toml}\n", encoding="utf-8")
    return folder


def codes(path: Path) -> set[str]:
    return {fault.code for fault in check_study(path).faults}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("domain,share\nlaw,0.25\ncare,0.75\n", ""),
        ("domain,weight\nlaw,25\ncare,75\n", "percent"),
        ("area,items\nlaw,5\ncare,15\n", "numbers of items"),
    ],
)
def test_a_plan_is_in_shares_however_it_was_written(tmp_path: Path, text: str, said: str) -> None:
    found = read_study(study(tmp_path, blueprint=text))
    assert found.tables["blueprint"]["share"].tolist() == [0.25, 0.75]
    assert list(found.tables["blueprint"]["domain"]) == ["law", "care"]
    assert any(said in one and "plan" in one for one in found.said) == bool(said)


def test_a_plan_by_form_adds_up_in_each_form(tmp_path: Path) -> None:
    text = "form,domain,percent\nx,law,40\nx,care,60\ny,law,50\ny,care,50\n"
    table = read_study(study(tmp_path, blueprint=text)).tables["blueprint"]
    assert table["share"].tolist() == [0.4, 0.6, 0.5, 0.5]


def test_a_plan_that_is_no_whole_is_refused(tmp_path: Path) -> None:
    path = study(tmp_path, blueprint="domain,share\nlaw,0.5\ncare,0.9\n")
    with pytest.raises(DataRefused) as refused:
        read_study(path)
    assert [f.code for f in refused.value.faults if f.severity == "error"] == ["blueprint_sum"]
    assert "1.4" in str(refused.value.faults[0].found)


def test_a_judge_is_described_once(tmp_path: Path) -> None:
    twice = "judge_id,background\nX1,law\nX1,care\n"
    assert "duplicate_judge" in codes(study(tmp_path, judges=twice))


def test_times_stand_in_a_table_of_their_own(tmp_path: Path) -> None:
    times = "person_id,Q3,Q1\nP2,20,10\nP1,21.5,0\nP9,1,1\nP4,,12\n"
    path = study(tmp_path, times=times)
    found = read_study(path).responses.times
    assert found is not None
    expected = [[np.nan, np.nan, 21.5], [10, np.nan, 20], [np.nan] * 3, [12, np.nan, np.nan]]
    np.testing.assert_array_equal(found, np.array(expected, dtype=np.float32))
    assert "bad_response_time" in codes(path)


def test_milliseconds_are_told_by_all_columns_together(tmp_path: Path) -> None:
    times = "person_id,Q1,Q2\nP1,900,41000\nP2,500,52000\nP3,30000,23000\n"
    found = read_study(study(tmp_path, times=times))
    assert found.responses.times is not None
    assert found.responses.times[0, 0] == np.float32(0.9)
    assert any("milliseconds" in said for said in found.said)


def test_times_of_nobody_known_are_refused(tmp_path: Path) -> None:
    assert "missing_column" in codes(study(tmp_path, times="Q1,Q2\n10,12\n"))
    assert "missing_column" in codes(study(tmp_path, times="person_id,X1\nP1,12\n"))


def test_extra_time_names_a_column_and_levels_that_exist(tmp_path: Path) -> None:
    extra = '[speed]\ntime_limit = 60\nextra_time = {{ column = "{}", levels = ["{}"] }}'
    assert not {"unknown_group_column", "unknown_extra_time"} & codes(
        study(tmp_path / "good", extra.format("group", "a"))
    )
    assert "unknown_group_column" in codes(study(tmp_path / "column", extra.format("grup", "a")))
    assert "unknown_extra_time" in codes(study(tmp_path / "level", extra.format("group", "c")))


def test_documents_are_those_that_are_expected(tmp_path: Path) -> None:
    known = '[documents]\nblueprint = { date = "2016-02-01", owner = "the board", public = true }'
    documents = read_study(study(tmp_path / "known", known)).spec.documents
    assert documents is not None
    assert documents["blueprint"].public
    fault = check_study(study(tmp_path / "unknown", "[documents]\nbluprint = {}")).faults[0]
    assert fault.code == "unknown_key"
    assert "Did you mean 'blueprint'?" in fault.found


ITEMS = "item_id,domain,form_id\nQ1,law,alpha\nQ2,law,alpha|beta\nQ3,care,beta\n"


@pytest.mark.parametrize(
    ("toml", "code"),
    [
        ('[content]\ndomain = "areas"', "unknown_setting_column"),
        ('[content]\ncognitive = "level"', "unknown_setting_column"),
        ('[content.levels]\ncolumn = "level"\norder = ["a", "b"]', "unknown_setting_column"),
        ("[speed]\ntime_limit = { alfa = 60, beta = 75 }", "unknown_form"),
        ('[speed]\ntime_limit = "long"', "bad_setting"),
    ],
)
def test_settings_that_name_nothing_are_told_once(tmp_path: Path, toml: str, code: str) -> None:
    faults = check_study(study(tmp_path, toml, items=ITEMS)).faults
    assert [fault.code for fault in faults if fault.severity == "error"] == [code]


def test_settings_that_name_what_is_there_are_no_fault(tmp_path: Path) -> None:
    toml = '[content]\ndomain = "domain"\n[speed]\ntime_limit = { alpha = 60, beta = 75 }'
    assert check_study(study(tmp_path, toml, items=ITEMS)).study is not None


def test_a_role_that_no_judge_names_is_told(tmp_path: Path) -> None:
    judged = "judge_id,item_id,relevance,role_owner\nX1,Q1,4,nurse\nX1,Q2,2,doctor\n"
    named = '[content]\nrole = "{}"'
    assert "unknown_role" in codes(
        study(tmp_path / "no", named.format("astronaut"), judgements=judged)
    )
    found = codes(study(tmp_path / "yes", named.format("nurse"), judgements=judged))
    assert "unknown_role" not in found


def test_true_is_no_number_of_minutes(tmp_path: Path) -> None:
    assert "bad_setting" in codes(study(tmp_path, "[speed]\ntime_limit = true"))
