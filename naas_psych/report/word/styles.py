"""The styles of the Word report, by name, so that an editor can change each in one place."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from docx.document import Document

#: Parts of python-docx's own template that say nothing here, or name its author's machine.
_NOT_WANTED = ("stylesWithEffects", "customXml", "thumbnail", "extended-properties")


def house_styles(document: Document) -> None:
    """Put the styles of the house in place of those of the template."""
    from docx.oxml.parser import parse_xml

    made = parse_xml(files("naas_psych").joinpath("report/word/styles.xml").read_bytes())
    kept = document.styles.element
    for child in list(kept):
        kept.remove(child)
    for child in list(made):
        kept.append(child)


def house_settings(document: Document) -> None:
    """The language, the present layout rules of Word, and contents that are made on opening."""
    from docx.oxml.ns import qn
    from docx.oxml.parser import OxmlElement

    settings = document.settings.element
    for name in ("w:rsids", "w:savePreviewPicture", "w:proofState", "w:zoom"):
        for child in settings.findall(qn(name)):
            settings.remove(child)
    update = OxmlElement("w:updateFields")
    update.set(qn("w:val"), "true")
    settings.find(qn("w:compat")).addprevious(update)
    mode = settings.find(f"{qn('w:compat')}/{qn('w:compatSetting')}")
    mode.set(qn("w:val"), "15")
    language = settings.find(qn("w:themeFontLang"))
    language.set(qn("w:val"), "en-GB")


def drop_template_parts(document: Document) -> None:
    """Leave out the parts of the template that are not part of this report."""
    for owner in (document.part, document.part.package):
        rels = owner.rels if owner is not None else {}
        for name in [k for k, rel in rels.items() if rel.reltype.endswith(_NOT_WANTED)]:
            del rels[name]
