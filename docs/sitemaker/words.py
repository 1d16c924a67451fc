"""Plain text as Markdown: what is data must not turn into markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

#: What Markdown would read as markup outside of code.
_MARKUP = re.compile(r"([\\*_\[\]#])")


def escaped(text: str) -> str:
    """Text with its `code` kept as code and everything else taken literally."""
    parts = re.split(r"(`[^`\n]+`)", text)
    return "".join(part if part.startswith("`") else _literal(part) for part in parts)


def _literal(text: str) -> str:
    for plain, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("`", "&#96;")):
        text = text.replace(plain, entity)
    # An entity keeps its number sign: it is written before the signs are escaped.
    return re.sub(r"&\\#96;", "&#96;", _MARKUP.sub(r"\\\1", text))


def prose(text: str) -> str:
    """Paragraphs of a docstring; a list stays a list."""
    blocks = [block for block in text.split("\n\n") if block.strip()]
    return "\n\n".join(_block(block) for block in blocks)


def _block(block: str) -> str:
    if re.match(r"\s*- ", block):
        items = re.split(r"\n\s*- ", "\n" + block.strip("\n"))[1:]
        return "\n".join(f"- {escaped(' '.join(item.split()))}" for item in items)
    return escaped(" ".join(block.split()))


def code(text: str, language: str = "text") -> str:
    """A block whose lines stay as they are."""
    return f"```{language}\n{text.rstrip()}\n```"


def inline(text: str) -> str:
    """A word as code, wherever it stands."""
    return f"`{text}`" if text else ""


def cell(text: str) -> str:
    """A cell of a table: one line, no bars of its own."""
    return " ".join(text.split()).replace("|", "&#124;") or "&nbsp;"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose cells are Markdown already."""
    lines = [list(heads), ["---"] * len(heads), *([cell(each) for each in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def page(*parts: str) -> str:
    """Parts of a page with a blank line between them; empty parts are left out."""
    return "\n\n".join(part for part in parts if part.strip()) + "\n"
