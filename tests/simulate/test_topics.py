"""What the invented items ask: enough lines, all different, plain and short."""

from __future__ import annotations

import re
from itertools import chain

import pytest

from naas_psych.packaged import toml_entries

TOPICS = toml_entries("simulate/topics.toml")
STRANGE = list(chain.from_iterable(TOPICS["out_of_role"].values()))
ASKED = [*chain.from_iterable(TOPICS["topics"].values()), *STRANGE]


def test_ten_areas_of_fourteen_lines() -> None:
    assert list(TOPICS["areas"]) == list(TOPICS["topics"]) == [str(k) for k in range(1, 11)]
    assert len(set(TOPICS["areas"].values())) == 10
    assert {len(lines) for lines in TOPICS["topics"].values()} == {14}


def test_lines_for_other_professions() -> None:
    assert {owner: len(lines) for owner, lines in TOPICS["out_of_role"].items()} == {
        "health": 5,
        "ed_psych": 5,
    }


def test_no_line_twice() -> None:
    folded = [re.sub(r"\W+", " ", line).casefold() for line in ASKED]
    assert len(set(folded)) == len(folded) == 150


@pytest.mark.parametrize("line", ASKED)
def test_a_topic_is_eight_to_fourteen_words(line: str) -> None:
    assert 8 <= len(line.split()) <= 14
    assert re.fullmatch(r"(How|What|Which|When|Who) [a-z].*[a-z]", line)


@pytest.mark.parametrize("line", ASKED)
def test_no_names_and_no_numbers(line: str) -> None:
    """Capitals only at the beginning (days and languages apart), no digits, no statutes."""
    inside = re.findall(r"\b[A-Z][a-z]*", line)[1:]
    assert set(inside) <= {"Monday", "English"}
    assert not re.search(r"\d|\bAct\b|section", line)
