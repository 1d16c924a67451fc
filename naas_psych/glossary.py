"""The glossary: what every column and word means, for tables, help, schemas and the report."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from naas_psych.errors import UsageError
from naas_psych.packaged import toml_entries


@dataclass(frozen=True)
class Term:
    """One word, one meaning.

    Attributes
    ----------
    label : column heading for people
    meaning : what it is, in words an assessment designer follows
    symbol : as in the literature (r_iR), where there is one
    formula : readable in a terminal
    reading : how to read it, and when not to use it
    range : possible values, in words ("-1 to 1", "0 to 1", "count")
    decimals : digits shown to people (data files keep all)
    sources : keys of references.toml
    """

    name: str
    label: str
    meaning: str
    symbol: str = ""
    formula: str = ""
    reading: str = ""
    range: str = ""
    decimals: int | None = None
    sources: tuple[str, ...] = ()


#: A column x_low, x_high, x_se or x_reason is read off the term x.
SUFFIXES = {
    "_low": ("lower limit", "Lower limit of the confidence interval of "),
    "_high": ("upper limit", "Upper limit of the confidence interval of "),
    "_se": ("standard error", "Standard error of "),
    "_reason": ("why undefined", "Short code that says why there is no value of "),
}


@cache
def glossary() -> dict[str, Term]:
    """Every term by name, from the files in `terms/`."""
    terms: dict[str, Term] = {}
    for path in sorted(files("naas_psych").joinpath("terms").iterdir(), key=lambda p: p.name):
        if path.name.endswith(".toml"):
            for name, entry in toml_entries(f"terms/{path.name}").items():
                sources = tuple(entry.get("sources", ()))
                terms[name] = Term(name=name, **{**entry, "sources": sources})
    return terms


def term(name: str) -> Term:
    """The term `name`, or the one derived from it by a suffix; unknown names are refused."""
    found = known_term(name)
    if found:
        return found
    near = difflib.get_close_matches(name, glossary(), n=3)
    hint = f" Near it: {', '.join(near)}." if near else ""
    raise UsageError(f"There is no term {name!r} in the glossary.{hint}")


def known_term(name: str) -> Term | None:
    """The same, or nothing for an unknown name: to find names near it takes long."""
    plain = _plain(name)
    if plain:
        return plain
    for suffix, (label, meaning) in SUFFIXES.items():
        base = _base(name, suffix)
        if base:
            return Term(
                name=name,
                label=f"{base.label}, {label}",
                meaning=f"{meaning}{base.label}.",
                range="" if suffix == "_reason" else base.range,
                decimals=None if suffix == "_reason" else base.decimals,
                sources=base.sources,
            )
    return None


def _base(name: str, suffix: str) -> Term | None:
    """The term that `name` is derived from: item_rest_r_low_reason from item_rest_r_low."""
    if not name.endswith(suffix):
        return None
    stem = name.removesuffix(suffix)
    if stem.endswith(tuple(SUFFIXES)):
        return term(stem)
    return _plain(stem)


def _plain(name: str) -> Term | None:
    """The term of that name; b1, b2, ... are read off the term bk, whose texts hold {k}."""
    known = glossary()
    if name in known:
        return known[name]
    numbered = re.fullmatch(r"([a-z]+)(\d+)", name)
    general = known.get(f"{numbered[1]}k") if numbered else None
    if not numbered or not general:
        return None
    label, meaning = (text.format(k=numbered[2]) for text in (general.label, general.meaning))
    return replace(general, name=name, label=label, meaning=meaning)
