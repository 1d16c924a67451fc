"""The pages that are made for the site: nothing is left out, and a dead link is noticed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from naas_psych import register
from naas_psych.cli.app import ORDER
from naas_psych.cli.columns import columns_of
from naas_psych.finding_codes import finding_codes
from naas_psych.glossary import glossary
from naas_psych.reason_codes import reason_codes
from naas_psych.references import references
from naas_psych.study.checks import checks
from naas_psych.study.spec import StudySpec
from naas_psych.thresholds import default_thresholds

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    patch = pytest.MonkeyPatch()
    patch.syspath_prepend(str(ROOT / "docs"))
    from sitemaker.reference import pages

    return pages()


def anchors(text: str) -> set[str]:
    return set(flat(text))


def flat(text: str) -> list[str]:
    """What can be pointed at, in the order of the page."""
    return [a or b for a, b in re.findall(r'\{ #([^ }]+) \}|<span id="([^"]+)"', text)]


def test_every_analysis_has_its_place_with_all_its_columns(made: dict[str, str]) -> None:
    for chapter in register.CHAPTERS:
        page = made[f"{chapter.name}.md"]
        assert list(chapter.analyses) == [a for a in flat(page) if a in register.names()]
        for name in chapter.analyses:
            for columns in columns_of(name).values():
                assert all(f"`{c}`" in page for c in columns if not c.endswith("_reason"))


def test_every_catalogue_is_whole(made: dict[str, str]) -> None:
    terms = {a for name, text in made.items() if name.startswith("glossary") for a in flat(text)}
    assert terms == set(glossary())
    assert anchors(made["findings.md"]) == set(finding_codes())
    assert anchors(made["thresholds.md"]) == set(default_thresholds())
    assert anchors(made["references.md"]) == set(references())
    assert all(f"`{code}`" in made["reasons.md"] for code in reason_codes())
    assert all(f"`{code}`" in made["faults.md"] for code in checks())
    assert anchors(made["commands.md"]) == set(ORDER)
    assert set(StudySpec.model_fields) <= {a.split("-")[0] for a in anchors(made["study_toml.md"])}


def test_pages_point_at_each_other_and_nowhere_else(made: dict[str, str]) -> None:
    places = {name: anchors(text) for name, text in made.items()}
    for name, text in made.items():
        for page, anchor in re.findall(r"\]\(([\w./-]*)#([^)]+)\)", text):
            assert anchor in places[page or name], f"{name} points at {page}#{anchor}"


def test_every_page_is_in_the_navigation(made: dict[str, str]) -> None:
    listed = set(re.findall(r"[\w/-]+\.md", (ROOT / "mkdocs.yml").read_text(encoding="utf-8")))
    written = {path.name for path in (ROOT / "docs").glob("*.md")}
    notebooks = {f"notebooks/{p.stem}.md" for p in (ROOT / "notebooks").glob("*.ipynb")}
    assert listed == written | notebooks | {f"reference/{n}" for n in made} | {"changelog.md"}


def test_text_is_no_markup(made: dict[str, str]) -> None:
    from sitemaker.words import cell, escaped

    assert escaped("a*b_c <i> [x](y) `p_value*`") == (r"a\*b\_c &lt;i&gt; \[x\](y) `p_value*`")
    assert cell("P(a|b)\nc") == "P(a&#124;b) c"
    assert made


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ('<a href="gone.html">x</a>', "points at gone.html"),
        ('<a href="#gone">x</a>', "points at #gone"),
        ('<img src="gone.png">', "points at gone.png"),
        ('<script src="https://example.org/x.js"></script>', "asks the network"),
        ('<link rel="stylesheet" href="//example.org/x.css">', "asks the network"),
    ],
)
def test_a_fault_of_the_site_is_noticed(
    page: str, said: str, tmp_path: Path, made: dict[str, str]
) -> None:
    from sitemaker.checked import faults

    assert made
    sound = '<p id="here"><a href="#here">x</a><a href="https://example.org/">y</a></p>'
    (tmp_path / "index.html").write_text(sound, encoding="utf-8")
    assert faults(tmp_path) == []
    (tmp_path / "index.html").write_text(sound + page, encoding="utf-8")
    assert [said in fault for fault in faults(tmp_path)] == [True]
