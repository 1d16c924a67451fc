"""Numbers as people read them."""

from __future__ import annotations

import pytest

from naas_psych.report.wording import coefficients, plausible, spoken_name


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0.05, 0.28, "5 to 28 of 100"),
        (0.0, 0.0, "0 to 0 of 100"),
        (0.0, 0.0031, "0 to 4 of 1,000"),
        (0.9961, 0.9999, "996 to 1,000 of 1,000"),
        (0.991, 1.0, "99 to 100 of 100"),
    ],
)
def test_limits_of_what_is_rare_are_told_of_a_thousand(low: float, high: float, words: str) -> None:
    assert plausible(low, high) == words


def test_an_estimate_and_its_limits_are_written_alike() -> None:
    assert coefficients((0.77, 0.7361, 0.8)) == [".770", ".736", ".800"]
    assert coefficients((1.6243, 0.5867, -1.5)) == ["1.62", "0.587", "\N{MINUS SIGN}1.5"]


def test_names_of_the_data_are_said_as_words() -> None:
    assert spoken_name("fostering_adoption") == "fostering adoption"
    assert spoken_name("30_39") == "30 to 39"
