"""The whole reference: every generated page by its name."""

from __future__ import annotations

from naas_psych import register
from sitemaker.catalogues import catalogues
from sitemaker.chapters import chapters
from sitemaker.commands import commands
from sitemaker.places import LETTERS
from sitemaker.python_names import python_names
from sitemaker.study_keys import study_keys
from sitemaker.words import escaped, page, table

#: Title and what is on it, of the pages that are not chapters.
_OTHERS = (
    ("commands.md", "Commands", "every command with its options"),
    ("python.md", "Python", "every public name"),
    ("study_toml.md", "Keys of study.toml", "every key, its values and what holds without it"),
    (f"glossary-{LETTERS[0]}.md", "Glossary", "what every column and word means"),
    ("findings.md", "Findings", "what an analysis may say, and what to do then"),
    ("reasons.md", "Reasons", "why a number is not there"),
    ("faults.md", "Faults in the data", "what `check` looks for"),
    ("thresholds.md", "Thresholds", "every limit, its source and standing"),
    ("references.md", "References", "the bibliography"),
)


def pages() -> dict[str, str]:
    """Markdown of every page of the reference, by its file name."""
    return {
        "index.md": _index(),
        **dict(chapters()),
        **dict(catalogues()),
        "commands.md": commands(),
        "python.md": python_names(),
        "study_toml.md": study_keys(),
    }


def _index() -> str:
    shown = [
        [f"[{escaped(one.title)}]({one.name}.md)", escaped(one.summary), str(len(one.analyses))]
        for one in register.CHAPTERS
    ]
    return page(
        "# Reference",
        "These pages are made from the program itself when the site is built, so they cannot "
        "differ from what it does. `naas-psych explain NAME` shows any of it in a terminal.",
        "## Analyses",
        table(["Chapter", "About", "Analyses"], shown),
        "## Everything else",
        table(["Page", "What is on it"], [[f"[{t}]({n})", text] for n, t, text in _OTHERS]),
    )
