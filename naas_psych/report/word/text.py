"""Words as WordprocessingML: text is data, whatever stands in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias
from xml.sax.saxutils import escape

NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"'
)
#: What XML 1.0 does not take, escaped or not.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Run:
    """Words in a character style: `Strong`, `Emphasis`, `Quiet`, `Code`, `Sign...`."""

    text: str
    style: str


@dataclass(frozen=True)
class Link:
    """Words that lead to a bookmark of the same file."""

    text: str
    anchor: str


Piece: TypeAlias = str | Run | Link


def strong(text: str) -> Run:
    return Run(text, "Strong")


def quiet(text: str) -> Run:
    return Run(text, "Quiet")


def clean(text: str) -> str:
    """`text` without what no XML file can hold; a replacement character stands in its place."""
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)


def attribute(text: str) -> str:
    """`text` as the value of an attribute, on one line."""
    return escape(" ".join(clean(text).split()), {'"': "&quot;"})


def bookmark_name(anchor: str) -> str:
    """A name that Word takes: letters, digits and underscores, at most 40 of them."""
    safe = re.sub(r"\W", "_", anchor, flags=re.ASCII)
    if safe == anchor.replace("-", "_") and len(safe) <= 40:
        return safe
    import hashlib

    return f"{safe[:32]}_{hashlib.sha256(anchor.encode()).hexdigest()[:6]}"


def runs(pieces: Sequence[Piece]) -> str:
    """The pieces of a paragraph as XML."""
    return "".join(map(_piece, pieces))


def paragraph(pieces: Sequence[Piece], *, style: str = "", properties: str = "") -> str:
    """A paragraph as XML; `properties` go beside its style."""
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    about = f"<w:pPr>{named}{properties}</w:pPr>" if named or properties else ""
    return f"<w:p>{about}{runs(pieces)}</w:p>"


def field(code: str, shown: str, *, dirty: bool = False) -> str:
    """A field that Word works out anew; `shown` is what stands there until it does."""
    begin = ' w:dirty="true"' if dirty else ""
    return (
        f'<w:r><w:fldChar w:fldCharType="begin"{begin}/></w:r>'
        f'<w:r><w:instrText xml:space="preserve"> {code} </w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{_run(shown)}'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def _piece(piece: Piece) -> str:
    if isinstance(piece, Link):
        inner = _run(piece.text, "Hyperlink")
        return (
            f'<w:hyperlink w:anchor="{bookmark_name(piece.anchor)}" w:history="1">{inner}'
            "</w:hyperlink>"
        )
    return _run(piece) if isinstance(piece, str) else _run(piece.text, piece.style)


def _run(text: str, style: str = "") -> str:
    about = f'<w:rPr><w:rStyle w:val="{style}"/></w:rPr>' if style else ""
    lines = clean(text).replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").split("\n")
    inner = "<w:br/>".join(f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in lines)
    return f"<w:r>{about}{inner}</w:r>"
