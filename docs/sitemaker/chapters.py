"""A page for every chapter of the register: its analyses with all that their code says of them."""

from __future__ import annotations

from collections.abc import Iterator

from naas_psych import register
from naas_psych.analysis import Analysis, sections
from naas_psych.cli.columns import columns_of
from naas_psych.cli.options import describe
from naas_psych.finding_codes import finding_codes
from naas_psych.glossary import term
from sitemaker.places import cited, to_analysis, to_term
from sitemaker.words import code, escaped, inline, page, prose, table

#: Told elsewhere on the page, or in another form.
_APART = ("", "Formula", "References", "Examples")


def chapters() -> Iterator[tuple[str, str]]:
    """Name and text of every page."""
    for chapter in register.CHAPTERS:
        yield f"{chapter.name}.md", _chapter(chapter)


def _chapter(chapter: register.Chapter) -> str:
    loaded = [register.load(name) for name in chapter.analyses]
    return page(
        f"# {escaped(chapter.title)}",
        f"{escaped(chapter.summary[:1].upper() + chapter.summary[1:])}.",
        code(f"naas-psych {chapter.name} STUDY", "sh"),
        table(
            ["Analysis", "The question it answers"],
            [[to_analysis(one.name), escaped(one.question)] for one in loaded],
        ),
        *(_analysis(one) for one in loaded),
    )


def _analysis(one: Analysis) -> str:
    said = sections(one.run.__doc__)
    return page(
        f"## {one.name} {{ #{one.name} }}",
        f"**{escaped(one.question)}**",
        _titled("Formula", code(said["Formula"]) if said.get("Formula") else ""),
        *(_titled(head, prose(text)) for head, text in said.items() if head not in _APART),
        _titled("Options", _options(one)),
        _titled("Tables", _tables(one.name)),
        _titled("Findings", _findings(one.name)),
        _titled("References", cited(said.get("References", ""))),
        _titled("Example", code(said["Examples"], "pycon") if said.get("Examples") else ""),
    ).rstrip()


def _titled(heading: str, text: str) -> str:
    # Not a heading: forty of one name would fill the table of contents.
    return f"**{heading}**\n\n{text}" if text.strip() else ""


def _options(one: Analysis) -> str:
    rows = [
        [inline(f"--{name.replace('_', '-')}"), escaped(describe(field))]
        for name, field in one.options.model_fields.items()
    ]
    return table(["Option", "What it does"], rows) if rows else "None."


def _tables(name: str) -> str:
    return "\n\n".join(_columns(shown, columns) for shown, columns in columns_of(name).items())


def _columns(shown: str, columns: dict[str, str]) -> str:
    """One table of results, folded: most readers want one of its forty columns."""
    rows = [
        [inline(column), to_term(column), escaped(term(column).meaning)]
        for column in columns
        if not column.endswith("_reason")
    ]
    body = table(["Column", "Called", "Meaning"], rows)
    indented = "\n".join(f"    {line}" for line in body.splitlines())
    return f'??? abstract "Table {shown}: {len(rows)} columns"\n\n{indented}'


def _findings(name: str) -> str:
    rows = [
        [f"[`{found.code}`](findings.md#{found.code})", escaped(found.label)]
        for found in finding_codes().values()
        if name in found.analyses
    ]
    return table(["Code", "Says"], rows) if rows else ""
