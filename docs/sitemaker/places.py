"""Where the generated pages put things, so that they can point at each other."""

from __future__ import annotations

from naas_psych.glossary import SUFFIXES, glossary, term
from naas_psych.references import references
from naas_psych.register import chapter_of
from sitemaker.words import escaped

#: The pages of the glossary by the first letter of a term.
LETTERS = ("a-b", "c", "d-f", "g-l", "m-o", "p-r", "s-z")


def letters_of(name: str) -> str:
    """The page of the glossary that holds a term."""
    first = name[0].lower()
    return next(part for part in LETTERS if first <= part[-1])


def base(name: str) -> str:
    """The glossary's own name of a column: item_rest_r of item_rest_r_low_reason."""
    known = glossary()
    while name not in known:
        stem = next((name.removesuffix(s) for s in SUFFIXES if name.endswith(s)), None)
        if stem is None:
            return f"{name.rstrip('0123456789')}k"
        name = stem
    return name


def to_term(column: str) -> str:
    """A link to the term behind a column, from a page of the reference."""
    name = base(column)
    return f"[{escaped(term(column).label)}](glossary-{letters_of(name)}.md#{name})"


def to_analysis(name: str) -> str:
    """A link to an analysis, from a page of the reference."""
    if name == "scorecard":
        return f"[`{name}`](commands.md#{name})"
    return f"[`{name}`]({chapter_of(name).name}.md#{name})"


def cited(keys: str) -> str:
    """Keys of the bibliography as a list of links; other words stay as they are."""
    lines = []
    for key in (part.strip().lstrip("- ") for part in keys.replace("\n", ",").split(",")):
        if key in references():
            lines.append(f"- {escaped(references()[key].text)} [{key}](references.md#{key})")
        elif key:
            lines.append(f"- {escaped(key)}")
    return "\n".join(lines)
