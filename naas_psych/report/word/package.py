"""The file itself: page, header and footer, properties, and the same bytes every time."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from naas_psych.report.word.styles import drop_template_parts, house_settings, house_styles
from naas_psych.report.word.text import NAMESPACES, clean, field, runs

if TYPE_CHECKING:
    from docx.document import Document

#: The earliest time a zip file can hold; the clock is no part of a report.
_NO_TIME = (1980, 1, 1, 0, 0, 0)


def new_document(*, title: str, subject: str, marks: Sequence[str]) -> Document:
    """An empty A4 document of the house; `marks` stand in the header of every page."""
    import docx

    document = docx.Document()
    drop_template_parts(document)
    house_styles(document)
    house_settings(document)
    _page(document)
    _header_and_footer(document, title=title, marks=marks)
    _properties(document, title=title, subject=subject)
    return document


def save(document: Document, path: Path) -> None:
    """Write the file, its parts in one order and without times."""
    made = io.BytesIO()
    document.save(made)
    with zipfile.ZipFile(made) as given, zipfile.ZipFile(path, "w") as written:
        for name in given.namelist():
            entry = zipfile.ZipInfo(name, _NO_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            written.writestr(entry, given.read(name))


def _page(document: Document) -> None:
    from docx.shared import Mm

    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(20)
    section.top_margin, section.bottom_margin = Mm(24), Mm(20)
    section.header_distance = section.footer_distance = Mm(10)


def _header_and_footer(document: Document, *, title: str, marks: Sequence[str]) -> None:
    section = document.sections[0]
    said = "\t".join([_short(title), " ".join(marks)])
    _fill(section.header, "".join(_tabbed(said)))
    numbered = f"{runs(('Page ',))}{field('PAGE', '1')}{runs((' of ',))}{field('NUMPAGES', '1')}"
    _fill(section.footer, f"{runs(('Evidence report',))}<w:r><w:tab/></w:r>{numbered}")


def _short(title: str, most: int = 60) -> str:
    return title if len(title) <= most else f"{title[: most - 1]}\N{HORIZONTAL ELLIPSIS}"


def _tabbed(text: str) -> list[str]:
    first, *others = text.split("\t")
    return [runs((first,)), *(f"<w:r><w:tab/></w:r>{runs((one,))}" for one in others)]


def _fill(place: Any, inner: str) -> None:
    """Put runs into the one paragraph of a header or footer."""
    from docx.oxml.parser import parse_xml

    for child in parse_xml(f"<w:p {NAMESPACES}>{inner}</w:p>"):
        place.paragraphs[0]._p.append(child)


def _properties(document: Document, *, title: str, subject: str) -> None:
    """What a file manager shows; without dates, which would tell when and not what."""
    core = document.core_properties
    core.title, core.subject, core.language = clean(title)[:255], subject, "en-GB"
    core.author = core.last_modified_by = "naas_psych"
    core.comments = core.keywords = ""
    core.revision = 1
    element = core._element
    for child in list(element):
        if child.tag.endswith(("}created", "}modified")):
            element.remove(child)
