"""What users see: the public names, and the examples that teach them."""

from __future__ import annotations

import ast
import doctest
from pathlib import Path

import pytest

import naas_psych
from naas_psych import register
from naas_psych.analysis import sections
from tests.samples import read_once

ROOT = Path(__file__).resolve().parents[1]
PUBLIC = {
    "__version__",
    "read_study", "evidence", "diff_evidence", "pictures", "scorecard",
    "Study", "Responses", "Result", "Finding",
    "NaasPsychError", "UsageError", "DataRefused", "AnalysisImpossible",
    *register.names(),
}  # fmt: skip


def names_for_type_checkers() -> set[str]:
    """What the block under TYPE_CHECKING imports."""
    tree = ast.parse(Path(naas_psych.__file__).read_text(encoding="utf-8"))
    block = next(
        node
        for node in tree.body
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
    )
    imports = [node for node in block.body if isinstance(node, ast.ImportFrom)]
    return {alias.asname or alias.name for node in imports for alias in node.names}


def test_the_public_names() -> None:
    assert set(dir(naas_psych)) == PUBLIC
    for name in PUBLIC:
        assert getattr(naas_psych, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'item_statistic'"):
        naas_psych.item_statistic  # noqa: B018


def test_type_checkers_see_every_public_name() -> None:
    assert names_for_type_checkers() == PUBLIC - {"__version__"}


@pytest.mark.parametrize("name", [*register.names(), "scorecard"])
def test_its_examples_run(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(naas_psych, "read_study", read_once, raising=False)
    text = sections(getattr(naas_psych, name).__doc__)["Examples"]
    test = doctest.DocTestParser().get_doctest(text, {}, name, None, None)
    assert test.examples
    assert not any(example.options for example in test.examples)
    said: list[str] = []
    failed, _ = doctest.DocTestRunner().run(test, out=said.append)
    assert not failed, "".join(said)
