"""`explain` knows every name that the program uses; `schema` describes every output."""

from __future__ import annotations

from pathlib import Path

import pytest

import naas_psych
from naas_psych import register
from naas_psych.assurance.verdict import _OTHER_WORDS, _WORDS
from naas_psych.cli.explain import entries_for, known_names
from naas_psych.thresholds import default_thresholds
from tests.cli.command import Command

ROOT = Path(naas_psych.__file__).parent


@pytest.mark.parametrize("name", known_names())
def test_everything_can_be_explained(name: str) -> None:
    entries = entries_for(name)
    assert entries
    for entry in entries:
        assert entry.title.strip()
        assert any(text.strip() for _, text in entry.parts)


def test_a_number_is_taught(command: Command) -> None:
    text = " ".join(command("explain", "item_rest_r").out.split())
    for heading in ("Meaning", "Formula", "How to read it", "Range", "Appears in", "References"):
        assert heading in text
    assert "item_statistics, table items" in text


def test_an_analysis_is_taught(command: Command) -> None:
    text = command("explain", "item_statistics").out
    for heading in ("Formula", "How to read it", "When not to use it", "Options", "References"):
        assert f"\n{heading}\n" in text
    assert "--upper-lower-share" in text


def test_words_with_dashes_and_near_names(command: Command) -> None:
    assert command("explain", "item-rest-r").code == 0
    done = command("explain", "facilty")
    assert done.code == 2
    assert "facility" in done.err


def test_every_threshold_has_a_source() -> None:
    for threshold in default_thresholds().values():
        assert threshold.meaning.strip()
        assert threshold.standing in ("standard", "our choice")
        assert threshold.source.strip()


@pytest.mark.parametrize("name", register.names())
def test_schema(command: Command, name: str) -> None:
    made = command("schema", name).json
    assert made["title"] == name
    assert made["properties"]["tables"]["properties"]


def test_schema_of_the_document_has_every_key(command: Command, tiny: Path) -> None:
    made = command("schema").json
    document = command("items", tiny, "--format", "json").json
    assert set(document) <= set(made["properties"])
    assert set(document["study"]) == set(made["properties"]["study"]["properties"])
    finding = set(made["properties"]["findings"]["items"]["properties"])
    assert all(set(found) == finding for found in document["findings"])


@pytest.mark.parametrize("name", ["ITEM_REST_R", "Item rest r", "item-rest-r", " item_rest_r "])
def test_a_name_may_be_spelled_loosely(command: Command, name: str) -> None:
    assert command("explain", name).out == command("explain", "item_rest_r").out


def test_every_word_of_a_verdict_is_explained() -> None:
    words = {word for by_level in _WORDS.values() for word in by_level.values()}
    for word in words | set(_OTHER_WORDS.values()):
        assert word in [entry.title for entry in entries_for(word)]
