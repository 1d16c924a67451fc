"""Works cited as files that reference managers read: BibTeX and CSL-JSON."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from naas_psych import __version__
from naas_psych.references import Reference

#: The key under which the software itself is cited.
SOFTWARE = "naas_psych"
SOFTWARE_TITLE = "naas_psych: psychometric analysis of test items"
SOFTWARE_AUTHOR = "naas_psych maintainers"

_BIBTEX = {
    "article": "article",
    "book": "book",
    "chapter": "incollection",
    "report": "techreport",
    "paper": "misc",
}
_CSL = {
    "article": "article-journal",
    "book": "book",
    "chapter": "chapter",
    "report": "report",
    "paper": "paper-conference",
}
_SPECIAL = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{mark: f"\\{mark}" for mark in "&%$#_{}"},
}
#: Combining accents, and the commands that set them.
_ACCENTS = {
    "\u0300": "`", "\u0301": "'", "\u0302": "^", "\u0303": "~", "\u0308": '"', "\u030c": "v ",
    "\u0327": "c ",
}  # fmt: skip


def software_text() -> str:
    """How the software is cited; no date or address is made up for it."""
    return f"{SOFTWARE_AUTHOR}. {SOFTWARE_TITLE} (version {__version__}) [Computer software]."


def bibtex(cited: Iterable[Reference]) -> str:
    """The works as a BibTeX file, in order of their keys, and the software."""
    software = {
        "author": f"{{{_latex(SOFTWARE_AUTHOR)}}}",
        "title": f"{{{_latex(SOFTWARE_TITLE)}}}",
        "note": f"Computer software, version {_latex(__version__)}",
    }
    entries = [_entry(_BIBTEX[one.type], one.key, _bibtex_fields(one)) for one in _sorted(cited)]
    return "\n".join([*entries, _entry("misc", SOFTWARE, software)])


def csl(cited: Iterable[Reference]) -> list[dict[str, Any]]:
    """The works as CSL-JSON, in order of their keys, and the software."""
    software = {
        "id": SOFTWARE,
        "type": "software",
        "author": [{"literal": SOFTWARE_AUTHOR}],
        "title": SOFTWARE_TITLE,
        "version": __version__,
    }
    return [*(_csl_item(one) for one in _sorted(cited)), software]


def _sorted(cited: Iterable[Reference]) -> list[Reference]:
    return sorted(cited, key=lambda one: one.key)


def _entry(kind: str, key: str, fields: Mapping[str, str]) -> str:
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items() if value)
    return f"@{kind}{{{key},\n{lines}}}\n"


def _bibtex_fields(one: Reference) -> dict[str, str]:
    where = {"article": "journal", "chapter": "booktitle"}.get(one.type, "series")
    publisher = "institution" if one.type == "report" else "publisher"
    fields = {
        "author": _bibtex_names(one.authors),
        "title": _title(one.title),
        where: _title(one.container) if one.type == "chapter" else _latex(one.container),
        "editor": _bibtex_names(one.editors),
        "edition": _latex(one.edition),
        "volume": _latex(one.volume),
        "number": _latex(one.issue or one.number or (one.series if one.publisher else "")),
        "pages": _latex(one.pages).replace("-", "--"),
        publisher: _latex(one.publisher or (one.series if one.type == "report" else "")),
        "howpublished": _latex(f"Paper presented at {one.event}" if one.event else ""),
        "year": str(one.year),
        "doi": one.doi or "",
    }
    if one.book_authors:
        fields["bookauthor"] = _bibtex_names(one.book_authors)
    return fields


def _bibtex_names(names: Iterable[str]) -> str:
    """Institutions stand in braces, so that no part of them is taken for a family name."""
    return " and ".join(_latex(name) if ", " in name else f"{{{_latex(name)}}}" for name in names)


def _title(text: str) -> str:
    """Words whose capitals must stay (names, acronyms) in braces."""
    first, *others = text.split(" ")
    words = [_kept(first) if re.search(r"[A-Z]", first[1:]) else _latex(first)]
    words += [_kept(word) if re.search(r"[A-Z]", word) else _latex(word) for word in others]
    return " ".join(words)


def _kept(word: str) -> str:
    return f"{{{_latex(word)}}}"


def _latex(text: str) -> str:
    """Text that LaTeX prints as it stands."""
    return "".join(_letter(mark) for mark in text)


def _letter(mark: str) -> str:
    parts = unicodedata.normalize("NFD", mark)
    if len(parts) == 2 and parts[1] in _ACCENTS:
        return f"{{\\{_ACCENTS[parts[1]]}{parts[0]}}}"
    return _SPECIAL.get(mark, mark)


def _csl_item(one: Reference) -> dict[str, Any]:
    item: dict[str, Any] = {
        "id": one.key,
        "type": _CSL[one.type],
        "author": [_csl_name(name) for name in one.authors],
        "issued": {"date-parts": [[one.year]]},
        "title": one.title,
        "container-title": one.container,
        "container-author": [_csl_name(name) for name in one.book_authors],
        "editor": [_csl_name(name) for name in one.editors],
        "edition": one.edition,
        "volume": one.volume,
        "issue": one.issue,
        "page": one.pages,
        "number": one.number,
        "collection-title": one.series,
        "publisher": one.publisher,
        "event-title": one.event,
        "DOI": one.doi,
    }
    return {name: value for name, value in item.items() if value}


def _csl_name(name: str) -> dict[str, str]:
    family, _, given = name.partition(", ")
    return {"family": family, "given": given} if given else {"literal": name}
