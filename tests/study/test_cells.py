"""Texts as numbers, and lines of records: many at once as one by one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from naas_psych.study.audit import Audit
from naas_psych.study.cells import number, numbers
from naas_psych.study.fingerprint import _text, _texts
from naas_psych.study.read import read_table

TEXTS = ("1", "1.5", "-3", "1_0", "nan", "inf", "x", "", " 2 ", "1e3", "0x1", "-0", "1,5")


def test_many_texts_are_the_numbers_that_each_is() -> None:
    expected = [np.nan if (value := number(text)) is None else value for text in TEXTS]
    np.testing.assert_array_equal(numbers(TEXTS), expected)
    np.testing.assert_array_equal(numbers(TEXTS[:3]), expected[:3])


@pytest.mark.parametrize(
    "column",
    [
        pd.Series([0.0, -0.0, np.nan, 1 / 3, 1e300, 2.0, 2.0]),
        pd.Series(["a", None, "a", "b", pd.NA], dtype=object),
        pd.Series([1, 1.0, True, "1", None], dtype=object),
        pd.Series([3, 1, 3]),
    ],
)
def test_the_texts_of_a_column_are_those_of_its_cells(column: pd.Series) -> None:
    assert _texts(column) == [_text(value) for value in column]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a,b\n1,2\n3,4\n", (2, 3)),
        ("a,b\r\n1,2\r\n3,4", (2, 3)),
        ("\na,b\n1,2\n\n3,4\n", (3, 5)),
        ('a,b\n"x\ny",2\n3,4\n', (2, 4)),
        ("a,b\n1,2\n1,2,3\n3,4\n", (2, 4)),
    ],
)
def test_the_line_of_a_record_is_that_of_the_file(
    tmp_path: Path, text: str, lines: tuple[int, int]
) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(text.encode())
    table = read_table(path, Audit())
    assert table is not None
    assert (table.line(0), table.line(1)) == lines
