"""Every notebook runs, says what it said when it was saved, and mentions no number of its own."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
#: A figure is drawn anew, but its text may be laid out a hair apart by another matplotlib.
TEXT = ("text/plain", "text/html")
#: The digits of a word of prose, not those of a name (P1, A11) or a heading (1. Look).
NUMBER = re.compile(r"(?<![\w.-])\d[\d,]*(?:\.\d+)?(?![\w-])")


def saved(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def text_of(cell: Any) -> list[str]:
    """What a reader sees of a cell's outputs, in words."""
    found = []
    for output in cell["outputs"]:
        held = {"stream": output.get("text", ""), **output.get("data", {})}
        found += ["".join(held[kind]) for kind in ("stream", *TEXT) if held.get(kind)]
    return found


def cells(notebook: Any, kind: str) -> list[Any]:
    return [cell for cell in notebook["cells"] if cell["cell_type"] == kind]


def test_there_are_notebooks() -> None:
    assert len(NOTEBOOKS) >= 5


@pytest.mark.filterwarnings("default")  # the kernel's own warnings are not ours
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_it_says_what_it_said_when_it_was_saved(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("nbclient")
    monkeypatch.syspath_prepend(str(ROOT / "notebooks"))
    from run import executed

    fresh = [text_of(cell) for cell in executed(path).cells if cell.cell_type == "code"]
    assert any(fresh)
    kept = [text_of(cell) for cell in cells(saved(path), "code")]
    assert fresh == kept, f"run: {Path(sys.executable).name} notebooks/run.py {path.stem}"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_nothing_in_it_depends_on_who_saved_it(path: Path) -> None:
    notebook = saved(path)
    assert set(notebook["metadata"]) == {"kernelspec", "language_info"}
    for cell in notebook["cells"]:
        assert cell["metadata"] == {}
        assert cell.get("execution_count") is None
    shown = "\n".join(text for cell in cells(notebook, "code") for text in text_of(cell))
    assert not re.search(r"(?<!\w)/(home|root|tmp|work|opt|usr|Users)/| at 0x", shown)
    assert "Error" not in shown.replace("NaasPsychError", "")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_it_asks_one_question_and_says_that_data_are_invented(path: Path) -> None:
    words = "\n".join("".join(cell["source"]) for cell in cells(saved(path), "markdown"))
    assert words.count("**Question.**") == 1
    assert len(re.findall(r"^# ", words, flags=re.MULTILINE)) == 1
    code = "\n".join("".join(cell["source"]) for cell in cells(saved(path), "code"))
    assert ("sample_responses" in code) == ("> **Synthetic data.**" in words)
    assert "def " not in code
    assert not re.search(r"import .*\b_\w|nps\._", code)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_its_words_hold_no_number_that_was_not_computed(path: Path) -> None:
    notebook = saved(path)
    shown = "\n".join(text for cell in cells(notebook, "code") for text in text_of(cell))
    shown += "\n".join("".join(cell["source"]) for cell in cells(notebook, "code"))
    for cell in cells(notebook, "markdown"):
        # A line that begins with > names a source; code and links are no statements.
        lines = [line for line in "".join(cell["source"]).splitlines() if line[:1] not in ">#"]
        prose = re.sub(r"`[^`]*`|\]\([^)]*\)", "", "\n".join(lines))
        unknown = [n for n in NUMBER.findall(prose) if n.rstrip(",") not in shown]
        assert not unknown, f"{unknown} in: {prose}"


def test_what_is_quoted_of_another_program_is_what_it_says(shared: Path) -> None:
    path = ROOT / "notebooks" / "reproducing_a_published_result.ipynb"
    quoted = next(
        "".join(cell["source"])
        for cell in cells(saved(path), "code")
        if "".join(cell["source"]).startswith("MIRT = ")
    )
    held: dict[str, Any] = {}
    exec(quoted.split("}\nbeside")[0] + "}", held)
    golden = json.loads((shared / "golden/lsat7__irt_mirt_dich.json").read_text())
    assert golden["packages"]["mirt"] in quoted_version(path)
    results = golden["results"]
    two, one = (results[f"{m}.coef_irt"]["items"]["values"] for m in ("2pl", "rasch"))
    assert held["MIRT"]["slope"] == pytest.approx([row[0] for row in two], abs=6e-7)
    assert held["MIRT"]["location"] == pytest.approx([row[1] for row in two], abs=6e-7)
    assert held["MIRT"]["rasch_location"] == pytest.approx([row[1] for row in one], abs=6e-7)
    for model, value in held["MIRT"]["log_likelihood"].items():
        assert value == pytest.approx(results[f"{model}.fit"]["logLik"], abs=6e-7)


def quoted_version(path: Path) -> str:
    return "\n".join("".join(cell["source"]) for cell in cells(saved(path), "markdown"))


def test_the_printed_table_is_the_published_one(shared: Path) -> None:
    path = ROOT / "notebooks" / "reproducing_a_published_result.ipynb"
    source = "".join(cells(saved(path), "code")[0]["source"])
    printed = {p: int(n) for p, n in re.findall(r'"([01]{5})": (\d+)', source)}
    rows = (shared / "data/lsat7/responses.csv").read_text().split()[1:]
    counted = {row.replace(",", ""): rows.count(row) for row in rows}
    assert printed == counted
