"""`explain`: what an analysis, number, threshold, claim or code means, in words for designers."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from naas_psych import register
from naas_psych.cli.columns import SCORECARD, columns_of
from naas_psych.cli.console import console, prose, terminal_of
from naas_psych.cli.explain_claims import claim_names, claim_parts, verdict_names, verdict_parts
from naas_psych.errors import UsageError
from naas_psych.finding_codes import finding_codes
from naas_psych.glossary import SUFFIXES, glossary, term
from naas_psych.reason_codes import reason_codes
from naas_psych.references import references
from naas_psych.study.checks import CHECKS
from naas_psych.thresholds import default_thresholds

if TYPE_CHECKING:
    from pydantic import BaseModel
    from rich.console import RenderableType

MAX_WIDTH = 100


@dataclass(frozen=True)
class Entry:
    """One explanation: a title, and paragraphs each under a short heading."""

    kind: str
    title: str
    parts: tuple[tuple[str, str], ...]


def explain_name(name: str) -> int:
    """Explain everything that goes by this name."""
    entries = entries_for(name)
    if not entries:
        raise UsageError(_unknown(name))
    out = console(sys.stdout, width=min(terminal_of(sys.stdout).width, MAX_WIDTH))
    for entry in entries:
        for part in _laid_out(entry, out.width):
            out.print(part)
    return 0


def entries_for(name: str) -> list[Entry]:
    """Whatever the name stands for; one word may be an analysis and a column."""
    spelled = name.strip().replace("-", "_")
    folded = "_".join(spelled.casefold().split())
    wanted = next((each for each in (spelled, folded) if each in known_names()), folded)
    found = (make(wanted) for make in _KINDS)
    return [entry for entry in found if entry is not None]


def known_names() -> tuple[str, ...]:
    """Every name that can be explained."""
    chapters = (chapter.name for chapter in register.CHAPTERS)
    sources: Iterable[Iterable[str]] = (
        register.names(),
        (SCORECARD,),
        chapters,
        glossary(),
        default_thresholds(),
        finding_codes(),
        reason_codes(),
        CHECKS,
        references(),
        claim_names(),
        verdict_names(),
    )
    return tuple(dict.fromkeys(name for source in sources for name in source))


def _analysis(name: str) -> Entry | None:
    if name not in register.names():
        return None
    from naas_psych.analysis import sections

    one = register.load(name)
    found = sections(one.run.__doc__)
    found.pop("", None)
    cited = found.pop("References", "")
    found.pop("Examples", None)
    parts = [*found.items(), ("Options", _options(name)), ("References", _cited(cited))]
    parts.append(("Try", f"naas-psych run {name} STUDY"))
    return Entry(f"analysis of the chapter {one.chapter}", one.question, tuple(parts))


def _scorecard(name: str) -> Entry | None:
    if name != SCORECARD:
        return None
    from naas_psych.analysis import sections
    from naas_psych.oracle.scorecard import OPTIONS, QUESTION, scorecard

    found = sections(scorecard.__doc__)
    found.pop("", None)
    cited = found.pop("References", "")
    parts = [*found.items(), ("Options", _described(OPTIONS)), ("References", _cited(cited))]
    parts.append(("Try", "naas-psych scorecard --replicates 20"))
    return Entry("command", QUESTION, tuple(parts))


def _options(name: str) -> str:
    return _described(register.load(name).options)


def _described(options: type[BaseModel]) -> str:
    from naas_psych.cli.options import describe

    fields = options.model_fields
    return "\n".join(
        f"--{key.replace('_', '-')}  {describe(field)}" for key, field in fields.items()
    )


def _chapter(name: str) -> Entry | None:
    chapter = next((one for one in register.CHAPTERS if one.name == name), None)
    if chapter is None:
        return None
    lines = [f"{each}: {register.load(each).question}" for each in chapter.analyses]
    return Entry(
        "chapter",
        f"{chapter.title}: {chapter.summary}",
        (("Analyses", "\n".join(lines)), ("Try", f"naas-psych {name} STUDY")),
    )


def _term(name: str) -> Entry | None:
    try:
        found = term(name)
    except UsageError:
        return None
    base = next((name.removesuffix(s) for s in SUFFIXES if name.endswith(s)), name)
    symbol = f" ({found.symbol})" if found.symbol else ""
    parts = (
        ("Meaning", found.meaning),
        ("Formula", found.formula),
        ("How to read it", found.reading),
        ("Range", found.range),
        ("Column", found.name),
        ("Appears in", _where(found.name)),
        ("Thresholds", _thresholds_about(base)),
        ("References", _cited("\n".join(found.sources))),
    )
    return Entry("column", f"{found.label}{symbol}", parts)


def _where(column: str) -> str:
    places = [
        f"{analysis}, table {table}"
        for analysis in (*register.names(), SCORECARD)
        for table, columns in columns_of(analysis).items()
        if column in columns
    ]
    return "\n".join(places)


def _thresholds_about(column: str) -> str:
    entries = default_thresholds().values()
    about = [entry for entry in entries if entry.name.startswith(column)]
    return "\n".join(f"{entry.name} = {entry.value:g}: {entry.meaning}" for entry in about)


def _threshold(name: str) -> Entry | None:
    entry = default_thresholds().get(name)
    if entry is None:
        return None
    parts = (
        ("Value", f"{entry.value:g} ({entry.standing})"),
        ("Meaning", entry.meaning),
        ("To change it", f"in study.toml:\n[thresholds]\n{name} = {entry.value:g}"),
        ("Source", entry.source),
    )
    return Entry("threshold", name, parts)


def _finding(name: str) -> Entry | None:
    code = finding_codes().get(name)
    if code is None:
        return None
    parts = (
        ("Meaning", code.meaning),
        ("What to do", code.action),
        ("Severity", code.severity),
        ("Found by", ", ".join(code.analyses)),
    )
    return Entry("code of a finding", code.label, parts)


def _reason(name: str) -> Entry | None:
    code = reason_codes().get(name)
    if code is None:
        return None
    parts = (("Meaning", code.meaning), ("Shown as", code.label))
    return Entry("code of a reason", name, parts)


def _check(name: str) -> Entry | None:
    check = CHECKS.get(name)
    if check is None:
        return None
    parts = (
        ("Meaning", check.meaning),
        ("Expected", check.expected),
        ("What to do", check.action),
        ("Severity", check.severity),
        ("To accept it", _waiver(name) if check.waivable else "This fault cannot be waived."),
    )
    return Entry("code of a fault in the data", name, parts)


def _waiver(code: str) -> str:
    return f'in study.toml:\n[[waivers]]\ncode = "{code}"\nreason = "why it is sound here"'


def _reference(name: str) -> Entry | None:
    found = references().get(name)
    return Entry("reference", name, (("", _cited(name)),)) if found else None


def _claim(name: str) -> Entry | None:
    found = claim_parts(name)
    return Entry(f"claim {name.upper()}", *found) if found else None


def _verdict(name: str) -> Entry | None:
    found = verdict_parts(name)
    return Entry("verdict", *found) if found else None


_KINDS: tuple[Callable[[str], Entry | None], ...] = (
    _analysis,
    _scorecard,
    _chapter,
    _term,
    _threshold,
    _finding,
    _reason,
    _check,
    _reference,
    _claim,
    _verdict,
)


def _cited(keys: str) -> str:
    """Keys of the bibliography as full references; other words stay as they are."""
    lines = []
    for key in (part.strip().lstrip("- ") for part in keys.replace("\n", ",").split(",")):
        found = references().get(key)
        doi = f" https://doi.org/{found.doi}" if found and found.doi else ""
        lines.append(f"{found.text}{doi}" if found else key)
    return "\n".join(line for line in lines if line)


def _unknown(name: str) -> str:
    near = difflib.get_close_matches(name.replace("-", "_"), known_names(), n=4, cutoff=0.5)
    hint = f" Near it: {', '.join(near)}." if near else ""
    return (
        f"Nothing is called {name!r}.{hint} `naas-psych list` shows the analyses; columns, "
        "thresholds and codes can be explained by name too."
    )


def _laid_out(entry: Entry, width: int) -> list[RenderableType]:
    from rich.text import Text

    parts: list[RenderableType] = [
        Text(entry.title, style="bold").append(f"  [{entry.kind}]", style="dim not bold")
    ]
    for heading, text in entry.parts:
        if not text.strip():
            continue
        if heading:
            parts.append(Text(f"\n{heading}", style="cyan"))
        parts += [prose(line, width=width, indent=2) for line in _paragraphs(text, heading)]
    parts.append(Text(""))
    return parts


#: Sections whose line breaks mean something.
LINE_BY_LINE = ("Formula", "Options", "References", "Source", "Appears in", "Analyses",
                "Thresholds", "To change it", "To accept it", "Numbers that answer it")  # fmt: skip


def _paragraphs(text: str, heading: str) -> list[str]:
    """Prose is joined and wrapped again; formulas and lists keep their lines."""
    if heading in LINE_BY_LINE:
        return text.splitlines()
    return [" ".join(block.split()) for block in text.split("\n\n")]
