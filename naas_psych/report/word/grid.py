"""Tables as WordprocessingML, no wider than the page, with a heading row that repeats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from naas_psych.report.word.text import Piece, attribute, paragraph

#: Twentieths of a point between the margins of an A4 page held upright.
PAGE_WIDTH = 9638
#: What letters of the table style take: narrow ones, wide ones, all others; and the room beside
#: the text of a cell.
_NARROW, _WIDE, _LETTER, _ROOM = 50, 128, 96, 160
_NARROW_ONES, _WIDE_ONES = frozenset("iljtfr.,:;|!'()[] -"), frozenset("mwMWOQGCDHNUABERKSPVXY%@")
#: A column asks for no more than this, and breaks no word that takes less than this.
_WISH, _WORD = 4300, 1500
#: Longer texts are measured by their number of letters.
_LONG = 40

Pieces: TypeAlias = Sequence[Piece]


@dataclass(frozen=True)
class Column:
    """A heading, and whether numbers stand below it."""

    label: str
    numeric: bool = False


@dataclass(frozen=True)
class Box:
    """A cell of words in several styles; `fill` is its background, as six hexadecimal digits."""

    pieces: Pieces
    fill: str = ""
    anchor: str = ""


Item: TypeAlias = str | Box


def fits(columns: Sequence[Column], rows: Sequence[Sequence[Item]]) -> bool:
    """Every column can have the width it asks for."""
    return sum(_wishes(columns, rows)) <= PAGE_WIDTH


def table(
    columns: Sequence[Column],
    rows: Sequence[Sequence[Item]],
    *,
    description: str,
) -> str:
    """A table as XML; `description` is its text alternative."""
    widths = _widths(columns, rows)
    head = "".join(
        _cell(_paragraph(column.label, column, head=True), width)
        for column, width in zip(columns, widths, strict=True)
    )
    body = "".join(_row(columns, row, widths) for row in rows)
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return (
        '<w:tbl><w:tblPr><w:tblStyle w:val="EvidenceTable"/>'
        f'<w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblLayout w:type="fixed"/>'
        '<w:tblLook w:val="0420" w:firstRow="1" w:lastRow="0" w:firstColumn="0" '
        'w:lastColumn="0" w:noHBand="0" w:noVBand="1"/>'
        f'<w:tblCaption w:val="{attribute(description)}"/></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>"
        f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{head}</w:tr>{body}</w:tbl>"
    )


def _row(columns: Sequence[Column], row: Sequence[Item], widths: Sequence[int]) -> str:
    cells = "".join(
        _cell(_paragraph(item, column), width, fill=item.fill if isinstance(item, Box) else "")
        for column, item, width in zip(columns, row, widths, strict=True)
    )
    return f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{cells}</w:tr>"


def _cell(inner: str, width: int, *, fill: str = "") -> str:
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{fill}"/>' if fill else ""
    return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{shade}</w:tcPr>{inner}</w:tc>'


def _paragraph(item: Item, column: Column, *, head: bool = False) -> str:
    style = "TableHead" if head else "TableText"
    if column.numeric:
        style = "TableHeadNumber" if head else "TableNumber"
    return paragraph(pieces_of(item), style=style)


def pieces_of(item: Item) -> Pieces:
    """What stands in a cell."""
    return item.pieces if isinstance(item, Box) else (item,)


def _text(item: Item) -> str:
    return "".join(p if isinstance(p, str) else p.text for p in pieces_of(item))


def _widths(columns: Sequence[Column], rows: Sequence[Sequence[Item]]) -> list[int]:
    """What each column asks for; on a table that is too wide, more than its longest word if it
    can be had, shared out by what is asked."""
    wishes = _wishes(columns, rows)
    over = sum(wishes) - PAGE_WIDTH
    if over <= 0:
        return wishes
    least = [min(w, n) for w, n in zip(wishes, _needs(columns, rows), strict=True)]
    spare = PAGE_WIDTH - sum(least)
    if spare <= 0:
        return [PAGE_WIDTH * one // sum(least) for one in least]
    asked = [w - n for w, n in zip(wishes, least, strict=True)]
    return [n + spare * a // (sum(asked) or 1) for n, a in zip(least, asked, strict=True)]


def _wishes(columns: Sequence[Column], rows: Sequence[Sequence[Item]]) -> list[int]:
    """The longest cell of each column, or of its heading on two lines."""
    return [
        _ROOM + min(_WISH, max([_head(column), *(_length(_text(row[k])) for row in rows)]))
        for k, column in enumerate(columns)
    ]


def _head(column: Column) -> int:
    """Headings are bold."""
    longest = max(map(_length, column.label.split()), default=0)
    return int(1.1 * max(longest, 0.6 * _length(column.label)))


def _length(text: str) -> int:
    """About what a text takes on one line."""
    if len(text) > _LONG:
        return 88 * len(text)
    narrow = sum(letter in _NARROW_ONES for letter in text)
    wide = sum(letter in _WIDE_ONES for letter in text)
    return _NARROW * narrow + _WIDE * wide + _LETTER * (len(text) - narrow - wide)


def _needs(columns: Sequence[Column], rows: Sequence[Sequence[Item]]) -> list[int]:
    """The longest word of each column."""
    made = []
    for k, column in enumerate(columns):
        words = {word for row in rows for word in _text(row[k]).split()}
        longest = max(map(_length, words), default=0)
        head = int(1.1 * max(map(_length, column.label.split()), default=0))
        made.append(_ROOM + min(max(longest, head), _WORD))
    return made
