"""What a Word file says, in reading order: two files with the same words are the same report."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator
from typing import Any

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PICTURE = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"


def word_content(path: str | os.PathLike[str]) -> list[str]:
    """Every paragraph, table cell and alternative text of the body of a .docx file, in order.

    The list of contents is left out: Word writes it anew, with page numbers, when a file is opened.

    Raises
    ------
    ValueError
        It is not a Word file that can be read.
    """
    from lxml import etree  # type: ignore[import-untyped]

    try:
        with zipfile.ZipFile(path) as package:
            root = etree.fromstring(package.read("word/document.xml"), _parser())
    except (zipfile.BadZipFile, KeyError, etree.XMLSyntaxError) as fault:
        raise ValueError(f"{os.fspath(path)} is not a Word file that can be read") from fault
    return [text for text in _texts(root) if text]


def _parser() -> Any:
    """No entity of the file is looked up, on this machine or elsewhere."""
    from lxml import etree

    return etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)


def _texts(root: Any) -> Iterator[str]:
    for one in root.iter(f"{_WORD}p", _PICTURE):
        if one.tag == _PICTURE:
            yield str(one.get("descr", ""))
        elif not _is_contents(one):
            yield _text(one)


def _is_contents(paragraph: Any) -> bool:
    style = paragraph.find(f"{_WORD}pPr/{_WORD}pStyle")
    return style is not None and str(style.get(f"{_WORD}val")).startswith("TOC")


def _text(paragraph: Any) -> str:
    pieces = {f"{_WORD}br": "\n", f"{_WORD}tab": "\t"}
    found = paragraph.iter(f"{_WORD}t", *pieces)
    return "".join(pieces.get(one.tag) or one.text or "" for one in found).strip()
