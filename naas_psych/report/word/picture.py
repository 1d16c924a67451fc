"""A PNG as a picture of a Word file, with few colours so that the file stays small."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from docx.document import Document

#: English Metric Units of a pixel of the figures, and of the room between the margins.
_PER_PIXEL, _WIDEST, _TALLEST = 914400 // 120, 6120000, 8000000
#: Enough for the few inks of a drawing and the greys between them.
_COLOURS = 64


@dataclass(frozen=True)
class Picture:
    """The drawing as XML; `{title}` and `{alt}` in it stand for its words."""

    xml: str


def picture(document: Document, path: Path, *, number: int) -> Picture:
    """Store the PNG at `path` in the document."""
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.opc.packuri import PackURI
    from docx.parts.image import ImagePart
    from PIL import Image

    with Image.open(path) as drawn:
        width, height = drawn.size
        # An octree takes a tenth of the time of the default, and draws lines as well.
        method, dither = Image.Quantize.FASTOCTREE, Image.Dither.NONE
        few = drawn.convert("RGB").quantize(_COLOURS, method, dither=dither)
    stored = io.BytesIO()
    few.save(stored, "PNG", compress_level=6)
    name = PackURI(f"/word/media/figure{number}.png")
    part = ImagePart(name, "image/png", stored.getvalue())
    place = document.part.relate_to(part, RELATIONSHIP_TYPE.IMAGE)
    return Picture(_xml(place, number, *_size(width, height)))


def _size(width: int, height: int) -> tuple[int, int]:
    """Width and height on paper: as drawn, or as large as the page allows."""
    wide, tall = width * _PER_PIXEL, height * _PER_PIXEL
    scale = min(1.0, _WIDEST / wide, _TALLEST / tall)
    return int(wide * scale), int(tall * scale)


def _xml(place: str, number: int, wide: int, tall: int) -> str:
    return (
        '<w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0">'
        f'<wp:extent cx="{wide}" cy="{tall}"/>'
        f'<wp:docPr id="{number}" name="Figure {number}" descr="{{alt}}" title="{{title}}"/>'
        '<wp:cNvGraphicFramePr><a:graphicFrameLocks noChangeAspect="1"/></wp:cNvGraphicFramePr>'
        '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture">'
        f'<pic:pic><pic:nvPicPr><pic:cNvPr id="{number}" name="Figure {number}"/><pic:cNvPicPr/>'
        f'</pic:nvPicPr><pic:blipFill><a:blip r:embed="{place}"/><a:stretch><a:fillRect/>'
        "</a:stretch></pic:blipFill><pic:spPr><a:xfrm>"
        f'<a:off x="0" y="0"/><a:ext cx="{wide}" cy="{tall}"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic>'
        "</a:graphicData></a:graphic></wp:inline></w:drawing>"
    )
