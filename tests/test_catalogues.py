"""Every code has its words in one catalogue, and every word of a catalogue has a use."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import naas_psych
from naas_psych import register
from naas_psych.analysis import sections
from naas_psych.assurance.claims import claims
from naas_psych.assurance.ledger import entries
from naas_psych.finding import SEVERITIES
from naas_psych.finding_codes import finding_codes, found, label_of
from naas_psych.glossary import glossary
from naas_psych.packaged import toml_entries
from naas_psych.reason_codes import reason_codes, reason_label
from naas_psych.references import references
from naas_psych.thresholds import default_thresholds

ROOT = Path(naas_psych.__file__).parent
#: How the code of a reason begins.
REASON_SHAPES = ("no_", "not_", "too_", "all_", "only_", "several_", "rival_", "negative_")


@cache
def nodes(folder: str) -> tuple[ast.Constant | ast.Call, ...]:
    """Every constant and every call in the modules of a folder; reading them all takes seconds."""
    return tuple(
        node
        for path in sorted((ROOT / folder).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant | ast.Call)
    )


def texts(*folders: str) -> Iterator[str]:
    """Every literal text in the modules of these folders that is not a docstring."""
    for folder in folders:
        for node in nodes(folder):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def cited_by_analyses() -> set[str]:
    cited: set[str] = set()
    for name in register.names():
        text = sections(register.load(name).run.__doc__)["References"].replace("\n", ",")
        cited |= {key.strip() for key in text.split(",") if key.strip()}
    return cited


def test_every_finding_has_its_words_in_the_catalogue() -> None:
    said: set[str] = set()
    for node in calls("found"):
        words = {word.arg: word.value for word in node.keywords}
        assert "meaning" not in words
        assert "action" not in words
        if isinstance(words["code"], ast.Constant):
            said.add(str(words["code"].value))
    assert said
    assert said - set(finding_codes()) == set()
    assert list(calls("Finding")) == []


def calls(name: str) -> Iterator[ast.Call]:
    for node in nodes("analyses"):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == name:
            yield node


def test_every_code_of_a_finding_is_in_use() -> None:
    assert set(finding_codes()) - set(texts("analyses")) == set()


@pytest.mark.parametrize("code", finding_codes())
def test_a_code_of_a_finding_has_all_its_words(code: str) -> None:
    entry = finding_codes()[code]
    assert set(entry.analyses) <= set(register.names())
    assert any(severity in entry.severity for severity in SEVERITIES)
    cases = [words for case in entry.cases.values() for words in case.values()]
    assert all(text.endswith(".") for text in (entry.meaning, entry.action, *cases))
    assert entry.label == label_of(code)
    assert not entry.label.endswith(".")
    # A suffix such as _low must not turn a code into a limit of a column.
    assert "limit" not in entry.label.lower()


def test_a_finding_without_a_code_is_refused() -> None:
    with pytest.raises(KeyError):
        found(code="no_such_code", severity="info", subject="Q1", sentence="Nothing.")


def test_every_reason_in_an_analysis_is_in_the_catalogue() -> None:
    others = {*glossary(), *default_thresholds(), *finding_codes()}
    shaped = {
        text
        for text in texts("analyses", "numerics")
        if text.startswith(REASON_SHAPES) and text.replace("_", "").isalpha() and text.islower()
    }
    assert shaped - others - set(reason_codes()) == set()


def test_every_reason_in_the_catalogue_is_in_use() -> None:
    assert (
        set(reason_codes()) - set(texts("analyses", "irt", "numerics", "oracle", "assurance"))
        == set()
    )


def test_a_reason_has_words() -> None:
    for code, entry in reason_codes().items():
        assert entry.meaning.endswith(".")
        assert reason_label(code) == entry.label
        assert "_" not in entry.label
    assert reason_label("A should be keyed") == "A should be keyed"


def test_every_key_that_is_cited_is_in_the_bibliography_and_the_other_way_round() -> None:
    cited = cited_by_analyses() | {key for term in glossary().values() for key in term.sources}
    assert cited - set(references()) == set()
    assert set(references()) - cited == set()


def test_every_threshold_is_in_use() -> None:
    of_claims = {
        name
        for claim in claims()
        for one in claim.measures
        for name in (one.minimum, one.target, one.n_min)
    }
    of_ledger = {
        one[name]
        for step in entries().values()
        for line in step["lines"]
        for one in line.get("measures", ())
        for name in ("minimum", "target", "n_min")
        if name in one
    }
    unused = set(default_thresholds()) - set(texts("analyses", "assurance")) - of_claims - of_ledger
    assert unused == set()


def test_no_word_is_defined_twice() -> None:
    names = [
        name
        for path in sorted((ROOT / "terms").glob("*.toml"))
        for name in toml_entries(f"terms/{path.name}")
    ]
    assert sorted(name for name in set(names) if names.count(name) > 1) == []
