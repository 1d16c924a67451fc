"""The small parts of the terminal view: numbers, bars, columns that give way."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from naas_psych.cli.bars import bar, gathered, sparkline
from naas_psych.cli.console import Terminal
from naas_psych.cli.grid import grid
from naas_psych.cli.numbers import figure, interval

WIDE = Terminal(width=200, unicode=True)


@pytest.mark.parametrize(
    ("value", "unicode", "drawn"),
    [
        (0.0, True, ""),
        (1.0, True, "████████"),
        (0.5, True, "████"),
        (0.55, True, "████▍"),
        (1.7, True, "████████"),
        (-0.2, True, "◂"),
        (None, True, ""),
        (math.nan, True, ""),
        (0.5, False, "####"),
        (-0.2, False, "<"),
    ],
)
def test_a_bar(value: float | None, unicode: bool, drawn: str) -> None:
    assert bar(value, unicode=unicode) == drawn


def test_a_sparkline_shows_every_count_above_nothing() -> None:
    assert sparkline([0, 1, 4, 8, 1000], unicode=True) == " ▁▁▁█"
    assert sparkline([], unicode=True) == ""
    assert sparkline([0, 0], unicode=True) == ""


def test_scores_are_gathered_to_fit() -> None:
    assert gathered([1, 2, 3, 4, 5], 3) == [3, 7, 5]
    assert gathered([1, 2], 10) == [1, 2]


def test_numbers_have_one_style() -> None:
    assert figure(None, "facility") == "–"
    assert figure(math.nan, "facility", dash="-") == "-"
    assert figure(True, "is_key") == "yes"
    assert figure(12345, "n") == "12345"
    assert figure("a\nb", "item_id") == "a b"
    assert figure(-0.0001, "item_rest_r") == ".00"
    assert figure(-0.25, "item_rest_r").startswith("-")
    assert interval(math.nan, math.nan, "facility") == "–"


def table() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "item_id": ["Q1", "Q2"],
            "facility": [0.5, None],
            "facility_low": [0.4, None],
            "facility_high": [0.6, None],
            "facility_reason": [None, "no_responses"],
            "n": [10, 0],
        }
    )


def lines(width: int) -> tuple[list[str], tuple[str, ...]]:
    made = grid(
        table(),
        full_name="a.b",
        level=0.9,
        flags={},
        terminal=Terminal(width=width, unicode=True),
    )
    return [line.plain for line in made.lines], made.dropped


def test_a_grid_puts_the_interval_beside_its_number_and_hides_reasons() -> None:
    text, dropped = lines(100)
    assert "90%" in text[0] + text[1]
    assert any(line.startswith("Q1") and line.count("[") == 1 for line in text)
    assert not any("no_responses" in line for line in text)
    assert dropped == ()


def test_what_does_not_fit_gives_way_and_is_named() -> None:
    text, dropped = lines(22)
    assert max(map(len, text)) <= 22
    assert dropped[0] == "facility interval"


def test_numbers_stand_to_the_right() -> None:
    text, _ = lines(100)
    rows = [line for line in text if line.startswith("Q")]
    assert len({line.rstrip().__len__() for line in rows}) == 1
