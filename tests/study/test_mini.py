"""The mini study against answers worked out by hand from its two sheets of paper."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from naas_psych.study.load import read_study
from naas_psych.study.responses import NOT_REACHED, OMITTED
from naas_psych.study.study import Study

MINI = Path(__file__).resolve().parents[2] / "data" / "sample_responses" / "mini"

NUMBER_RIGHT = [8, 8, 7, 7, 7, 8, 6, 6, 4, 6, 5, 4, 5, 3, 3, 3, 2, 1, 2, 0]
#: Marks earned over marks possible, among those who reached the item (omitted counts as wrong).
FACILITIES = [
    Fraction(17, 20),
    Fraction(15, 20),
    Fraction(13, 19),
    Fraction(3, 19),
    Fraction(9, 19),
    Fraction(12, 18),
    Fraction(9, 16),
    Fraction(17, 30),
]


@pytest.fixture(scope="module")
def mini() -> Study:
    return read_study(MINI)


def test_number_right(mini: Study) -> None:
    marks = mini.responses.marks(omitted="wrong", not_reached="wrong")
    assert marks.sum(axis=1).tolist() == NUMBER_RIGHT


def test_facilities(mini: Study) -> None:
    marks = mini.responses.marks(omitted="wrong", not_reached="left_out").astype(float)
    there = np.where(marks < 0, np.nan, marks)
    facilities = np.nanmean(there, axis=0) / mini.responses.max_points
    assert facilities == pytest.approx([float(f) for f in FACILITIES], abs=1e-15)


def test_absences(mini: Study) -> None:
    assert mini.responses.count(OMITTED).tolist() == [0, 0, 1, 0, 1, 0, 0, 0]
    assert mini.responses.count(NOT_REACHED).tolist() == [0, 0, 1, 1, 1, 2, 4, 5]


def test_the_rest_of_the_study(mini: Study) -> None:
    assert mini.synthetic
    assert mini.kind == "raw"
    assert mini.omitted == "wrong"
    assert mini.responses.max_points.tolist() == [1, 1, 1, 1, 1, 1, 1, 2]
    assert mini.persons["route"].value_counts().to_dict() == {"degree": 10, "fast_track": 10}
    assert mini.items["domain"].tolist() == ["law"] * 3 + ["practice"] * 5
    assert [fault.code for fault in mini.faults] == []
    assert mini.responses.options is not None
    assert mini.responses.options[6] == ("A", "ABC", "AC", "AD", "B", "BD", "C", "E")
