"""The Word file while it is written: blocks in order, with numbered captions and bookmarks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from naas_psych.report.word import grid
from naas_psych.report.word.grid import Column, Item
from naas_psych.report.word.picture import Picture, picture
from naas_psych.report.word.text import (
    NAMESPACES,
    Link,
    Piece,
    attribute,
    bookmark_name,
    field,
    paragraph,
    runs,
)

if TYPE_CHECKING:
    from docx.document import Document

#: Levels of heading that the list of contents shows.
_IN_CONTENTS = 2


@dataclass(frozen=True)
class _Heading:
    level: int
    text: str
    anchor: str


class Paper:
    """Blocks of a Word file in the order in which they are added."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._blocks: list[str] = []
        self._headings: list[_Heading] = []
        self._contents_at: int | None = None
        self._bookmarks = 0
        self._tables = 0
        self._figures = 0

    def text(self, *pieces: Piece, style: str = "") -> None:
        """A paragraph."""
        self._blocks.append(paragraph(pieces, style=style))

    def heading(self, level: int, text: str, anchor: str) -> None:
        """A heading of level 1 to 4 that links lead to by `anchor`."""
        self._headings.append(_Heading(level, text, anchor))
        self._blocks.append(
            f'<w:p><w:pPr><w:pStyle w:val="Heading{level}"/></w:pPr>'
            f"{self._bookmarked(runs((text,)), anchor)}</w:p>"
        )

    def bullets(self, lines: Iterable[str | Sequence[Piece]]) -> None:
        """A list, one line an entry."""
        for line in lines:
            pieces = (line,) if isinstance(line, str) else line
            self._blocks.append(paragraph(pieces, style="ListBullet"))

    def contents(self) -> None:
        """A list of contents stands here."""
        self._contents_at = len(self._blocks)

    def table(
        self,
        caption: str,
        columns: Sequence[Column],
        rows: Sequence[Sequence[Item]],
    ) -> None:
        """A table below its caption."""
        self._tables += 1
        self._caption("Table", self._tables, caption)
        self._blocks.append(grid.table(columns, rows, description=caption))
        # Two tables without a paragraph between them are one table in Word.
        self._blocks.append(paragraph((), style="TableText"))

    def figure(self, path: Path, *, title: str, alt: str) -> None:
        """A PNG above its caption, with its text alternative."""
        self._figures += 1
        made: Picture = picture(self._document, path, number=self._figures)
        drawn = made.xml.replace("{title}", attribute(title)).replace("{alt}", attribute(alt))
        style = '<w:pPr><w:pStyle w:val="Figure"/></w:pPr>'
        self._blocks.append(f"<w:p>{style}<w:r>{drawn}</w:r></w:p>")
        self._caption("Figure", self._figures, title, style="FigureCaption")

    def close(self) -> None:
        """Put every block into the document."""
        from docx.oxml.parser import parse_xml

        if self._contents_at is not None:
            self._blocks[self._contents_at : self._contents_at] = self._contents()
        body: Any = parse_xml(f"<w:body {NAMESPACES}>{''.join(self._blocks)}</w:body>")
        self._unlink(body)
        end = self._document.element.body.sectPr
        for block in list(body):
            end.addprevious(block)

    def _unlink(self, body: Any) -> None:
        """What a link would lead to may not be in this report: its words stay as words."""
        from docx.oxml.ns import qn

        known = {bookmark_name(one.anchor) for one in self._headings}
        for link in list(body.iter(qn("w:hyperlink"))):
            if link.get(qn("w:anchor")) not in known:
                for run in link:
                    run.remove(run.find(qn("w:rPr")))
                    link.addprevious(run)
                link.getparent().remove(link)

    def _caption(self, kind: str, number: int, words: str, *, style: str = "Caption") -> None:
        counted = field(f"SEQ {kind} \\* ARABIC", str(number))
        self._blocks.append(
            f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{runs((f"{kind} ",))}{counted}'
            f"{runs((f'. {words}',))}</w:p>"
        )

    def _bookmarked(self, inner: str, anchor: str) -> str:
        self._bookmarks += 1
        return (
            f'<w:bookmarkStart w:id="{self._bookmarks}" w:name="{bookmark_name(anchor)}"/>{inner}'
            f'<w:bookmarkEnd w:id="{self._bookmarks}"/>'
        )

    def _contents(self) -> list[str]:
        """The field, filled with what is known before Word has made pages of it."""
        shown = [one for one in self._headings if one.level <= _IN_CONTENTS]
        begin = (
            '<w:r><w:fldChar w:fldCharType="begin" w:dirty="true"/></w:r><w:r>'
            f'<w:instrText xml:space="preserve"> TOC \\o "1-{_IN_CONTENTS}" \\h \\z \\u '
            '</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        )
        lines = []
        for k, one in enumerate(shown):
            link = runs((Link(one.text, one.anchor),))
            style = f'<w:pPr><w:pStyle w:val="TOC{one.level}"/></w:pPr>'
            lines.append(f"<w:p>{style}{'' if k else begin}{link}</w:p>")
        return [*lines, '<w:p><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'] if lines else []
