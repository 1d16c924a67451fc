"""The one verdict rule, on both sides of every boundary."""

from __future__ import annotations

import math
from typing import Any

import pytest

from naas_psych.assurance.verdict import (
    Verdict,
    cannot_tell,
    not_a_measurement_question,
    verdict,
    worst,
)


def given(low: float | None, high: float | None, **other: Any) -> Verdict:
    options: dict[str, Any] = {"n": 200, "minimum": 0.80, "target": 0.90, "n_min": 200}
    estimate = None if low is None or high is None else (low + high) / 2
    return verdict(estimate=estimate, low=low, high=high, **{**options, **other})


@pytest.mark.parametrize(
    ("low", "high", "level"),
    [
        (0.90, 0.95, "top"),
        (0.8999, 0.95, "middle"),
        (0.80, 0.95, "middle"),
        (0.80, 0.85, "middle"),
        (0.7999, 0.85, "cannot_tell"),
        (0.70, 0.80, "cannot_tell"),
        (0.70, 0.7999, "bottom"),
        (0.10, 0.99, "cannot_tell"),
    ],
)
def test_an_interval_is_held_to_minimum_and_target(low: float, high: float, level: str) -> None:
    assert given(low, high).level == level


@pytest.mark.parametrize(
    ("low", "high", "level"),
    [
        (0.01, 0.10, "top"),
        (0.01, 0.1001, "middle"),
        (0.01, 0.20, "middle"),
        (0.01, 0.2001, "cannot_tell"),
        (0.20, 0.30, "cannot_tell"),
        (0.2001, 0.30, "bottom"),
    ],
)
def test_lower_may_be_better(low: float, high: float, level: str) -> None:
    made = given(low, high, minimum=0.20, target=0.10, higher_is_better=False)
    assert made.level == level


def test_too_few_observations_cannot_tell_and_say_how_many_are_needed() -> None:
    assert given(0.95, 0.99, n=199).level == "cannot_tell"
    assert "at least 200" in given(0.95, 0.99, n=199).sentence
    assert given(0.95, 0.99, n=200).level == "top"


@pytest.mark.parametrize("gap", [None, math.nan, math.inf])
def test_an_undefined_number_cannot_tell_and_says_why(gap: float | None) -> None:
    made = verdict(
        estimate=0.9, low=gap, high=0.95, n=500, minimum=0.8, target=0.9, n_min=200,
        reason="nobody varied",
    )  # fmt: skip
    assert made.level == "cannot_tell"
    assert "nobody varied" in made.sentence


def test_words_follow_the_claim_and_colours_the_consequence() -> None:
    words = {p: [given(*x, polarity=p).word for x in _INTERVALS] for p in "ACD"}
    assert words["A"] == ["SUPPORTED", "PARTLY SUPPORTED", "NOT SUPPORTED"]
    assert words["C"] == ["NOT BORNE OUT", "PARTLY BORNE OUT", "BORNE OUT"]
    assert words["D"] == ["MET", "PARTLY MET", "NOT MET"]
    for polarity in "ACD":
        made = [given(*x, polarity=polarity) for x in _INTERVALS]
        assert [m.colour for m in made] == ["green", "amber", "red"]
        assert [m.shape for m in made] == ["[#]", "[=]", "[x]"]


_INTERVALS = [(0.91, 0.95), (0.81, 0.95), (0.5, 0.6)]


def test_a_failed_metric_beats_cannot_tell_and_that_beats_partly() -> None:
    top, middle, bottom = (given(*x) for x in _INTERVALS)
    unknown = cannot_tell("there are no data")
    assert worst([top, middle]).level == "middle"
    assert worst([top, middle, unknown]).level == "cannot_tell"
    assert worst([top, unknown, bottom]).level == "bottom"
    with pytest.raises(ValueError, match="empty"):
        worst([])


def test_what_no_data_settle_says_who_decides() -> None:
    made = not_a_measurement_question("the regulator")
    assert made.word == "NOT A MEASUREMENT QUESTION"
    assert "the regulator" in made.sentence
