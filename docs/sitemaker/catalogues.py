"""Pages made of the catalogues: glossary, codes, thresholds, bibliography."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from naas_psych.finding_codes import FindingCode, finding_codes
from naas_psych.glossary import Term, glossary
from naas_psych.reason_codes import reason_codes
from naas_psych.references import references
from naas_psych.study.checks import checks
from naas_psych.thresholds import default_thresholds
from sitemaker.places import LETTERS, cited, letters_of, to_analysis
from sitemaker.words import code, escaped, inline, page, table


def catalogues() -> Iterator[tuple[str, str]]:
    """Name and text of every page."""
    for part in LETTERS:
        yield f"glossary-{part}.md", _glossary(part)
    yield "findings.md", _findings()
    yield "reasons.md", _reasons()
    yield "faults.md", _faults()
    yield "thresholds.md", _thresholds()
    yield "references.md", _references()


def _glossary(part: str) -> str:
    shown = sorted(t.name for t in glossary().values() if letters_of(t.name) == part)
    return page(
        f"# Glossary, {part}",
        "One word, one meaning: every column of every table is a term of this glossary. A column "
        "that ends in `_low` or `_high` is a limit of the interval of the term before it, `_se` "
        "its standard error, `_reason` the short code that says why there is no value.",
        "Other parts: " + " · ".join(f"[{p}](glossary-{p}.md)" for p in LETTERS if p != part),
        *(_term(glossary()[name]) for name in shown),
    )


def _term(one: Term) -> str:
    symbol = f" ({escaped(one.symbol)})" if one.symbol else ""
    said = [
        escaped(one.meaning),
        code(one.formula) if one.formula else "",
        f"*How to read it.* {escaped(one.reading)}" if one.reading else "",
        f"*Range.* {escaped(one.range)}" if one.range else "",
        cited("\n".join(one.sources)),
    ]
    return page(f"### {one.name} {{ #{one.name} }}", f"**{escaped(one.label)}**{symbol}", *said)


def _findings() -> str:
    return page(
        "# Findings",
        "What an analysis may say, by the stable code that it says it with. `naas-psych explain "
        "CODE` shows the same in a terminal.",
        *(_finding(one) for one in finding_codes().values()),
    )


def _finding(one: FindingCode) -> str:
    said = [(one.meaning, one.action), *((c["meaning"], c["action"]) for c in one.cases.values())]
    words = [
        part
        for meaning, action in said
        for part in (escaped(meaning), f"*What to do.* {escaped(action)}" if action else "")
    ]
    return page(
        f"### {one.code} {{ #{one.code} }}",
        f"**{escaped(one.label)}**, {one.severity}, from {_by(one.analyses)}.",
        *words,
    )


def _by(analyses: Iterable[str]) -> str:
    return ", ".join(to_analysis(name) for name in analyses)


def _reasons() -> str:
    return page(
        "# Reasons",
        "Why a number is not there. A cell without a value has one of these codes in the column "
        "`..._reason` beside it; nothing is ever shown as 0 instead.",
        table(
            ["Code", "Shown as", "Meaning"],
            [
                [inline(one.code), escaped(one.label), escaped(one.meaning)]
                for one in reason_codes().values()
            ],
        ),
    )


def _faults() -> str:
    rows = [
        [
            f"`{one.code}`",
            one.severity,
            escaped(one.meaning),
            escaped(one.expected),
            escaped(one.action),
        ]
        for one in checks().values()
    ]
    return page(
        "# Faults in the data",
        "What `naas-psych check` looks for. An error ends in exit code 3; a warning is told and "
        "the analysis goes on. A fault that was looked at and is sound may be waived in "
        "study.toml, with a reason.",
        table(["Code", "Severity", "Meaning", "Expected", "What to do"], rows),
    )


def _thresholds() -> str:
    rows = [
        [
            f'<span id="{one.name}"></span>`{one.name}`',
            f"{one.value:g}",
            escaped(one.meaning),
            escaped(one.source),
            escaped(one.standing),
        ]
        for one in default_thresholds().values()
    ]
    return page(
        "# Thresholds",
        "Every limit that a finding is held to. `standard` is a published rule, `our choice` a "
        "convention of this project. A study sets its own in `[thresholds]` of study.toml; the "
        "report prints the values used, and their digest shows that they were fixed beforehand.",
        f"Digest of the values below: `{default_thresholds().sha256}`.",
        table(["Name", "Value", "Meaning", "Source", "Standing"], rows),
    )


def _references() -> str:
    rows = [
        f"### {one.key} {{ #{one.key} }}\n\n{escaped(one.text)}"
        + (f" [doi:{one.doi}](https://doi.org/{one.doi})" if one.doi else "")
        for one in sorted(references().values(), key=lambda each: each.key)
    ]
    return page("# References", "Every work that a formula, a rule or a limit is from.", *rows)
