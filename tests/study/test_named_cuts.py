"""Names of cuts and strata in study.toml that are about nothing are told, with the nearest."""

from __future__ import annotations

from pathlib import Path

import pytest

import naas_psych as nps
from naas_psych.study.load import check_study
from tests.report.study_files import write_study

CUTS = """persons = "persons.csv"
frame = "frame.csv"
[cuts]
partially_met = { value = 40, unit = "percent" }
met = { value = 60, unit = "percent" }
"""


def told(folder: Path, more: str, *, cuts: str = CUTS) -> dict[str, str]:
    study = write_study(folder / "study", more=cuts + more)
    (study / "frame.csv").write_text("post,site\nnew,north\nold,south\n", encoding="utf-8")
    return {fault.code: fault.found for fault in check_study(study).faults}


@pytest.mark.parametrize(
    "more",
    [
        "[standard]\nadjustment = { mett = { shift = 1.0 } }\n",
        '[standard]\nboundaries = { probability = "mett" }\n',
        "[standard]\ngrades = { borderline = { mett = 3.0 } }\n",
    ],
)
def test_a_name_that_no_cut_has(tmp_path: Path, more: str) -> None:
    assert "Did you mean 'met'?" in told(tmp_path, more)["unknown_cut_name"]


def test_a_method_that_there_is_not(tmp_path: Path) -> None:
    more = '[standard]\nadjustment = { met = { method = "angof" } }\n'
    assert "bad_setting" in told(tmp_path, more)


def test_cuts_that_fall(tmp_path: Path) -> None:
    swapped = CUTS.replace("value = 60", "value = 30")
    said = told(tmp_path, "", cuts=swapped)["cuts_out_of_order"]
    assert said == "the cut for met (30) is not above that for partially_met (40)."


def test_a_column_that_persons_and_frame_do_not_share(tmp_path: Path) -> None:
    said = told(tmp_path, '[population]\nstrata = ["pots", "site"]\n')
    assert "unknown_stratum_column" in said


def test_right_names_are_taken(tmp_path: Path) -> None:
    more = '[standard]\nadjustment = { met = { shift = 1.0 } }\n[population]\nstrata = ["post"]\n'
    assert not set(told(tmp_path, more)) & {
        "unknown_cut_name", "cuts_out_of_order", "unknown_stratum_column", "bad_setting",
    }  # fmt: skip
    nps.read_study(tmp_path / "study")
