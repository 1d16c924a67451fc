"""What is needed to check the report: findings, limits, words, sources, reproduction."""

from __future__ import annotations

from naas_psych.finding_codes import label_of
from naas_psych.report.alike import Alike, alike
from naas_psych.report.view import ReportView
from naas_psych.report.word.grid import Box, Column
from naas_psych.report.word.paper import Paper
from naas_psych.report.word.signs import URGENCY
from naas_psych.report.word.text import Link, Run, strong
from naas_psych.report.wording import ended, title_of

#: Findings that are told one by one; the file has them all.
_FINDINGS = 100
#: Subjects of findings of one kind that are named.
_NAMED = 12
#: Lines of what is withheld.
_WITHHELD = 15


def add_data(paper: Paper, view: ReportView) -> None:
    """What was assumed, what was wrong in the files, what is withheld."""
    paper.heading(2, "What was assumed when the files were read", "said")
    if view.said:
        paper.bullets(one.replace("`", "") for one in view.said)
    else:
        paper.text("Nothing had to be guessed.")
    paper.heading(2, "Faults in the data", "faults")
    _faults(paper, view)
    paper.heading(2, "Disclosure", "disclosure")
    paper.text(
        "Profile in force: ", strong(view.disclosure.profile), f". {view.disclosure.statement}"
    )
    _withheld(paper, view)


def _faults(paper: Paper, view: ReportView) -> None:
    if not view.faults:
        paper.text("None.")
        return
    columns = (
        Column("Kind"), Column("Urgency"), Column("Count", numeric=True),
        Column("What was found"), Column("What was expected, and what to do"),
    )  # fmt: skip
    rows = [
        (
            one.code.replace("_", " "),
            URGENCY[one.severity] + (" (waived)" if one.waived else ""),
            one.n,
            one.found,
            f"Expected: {one.expected} {one.action.replace('`', '')}",
        )
        for one in view.faults
    ]
    paper.table("Faults that were found and did not stop the analysis, by kind", columns, rows)
    paper.text(
        "Single rows are not shown here, because a row may point to a person; "
        "“naas-psych check” lists them.",
        style="Note",
    )


def _withheld(paper: Paper, view: ReportView) -> None:
    withheld = view.disclosure.withheld
    if not len(withheld):
        return
    columns = (Column("Table"), Column("Rule"), Column("Cells", numeric=True))
    rows = [
        (
            f"{title_of(row['analysis'])}: {str(row['table']).replace('_', ' ')}",
            str(row["rule"]),
            f"{row['cells']:,}",
        )
        for row in withheld.to_dict("records")
    ]
    shown = rows[:_WITHHELD]
    more = f" (first {len(shown)} of {len(rows)} rows)" if len(rows) > len(shown) else ""
    paper.table(f"Cells that are withheld, by table and rule{more}", columns, shown)
    paper.text("As a file: ", Run("tables/withheld.csv", "Code"), style="Note")


def add_findings(paper: Paper, view: ReportView) -> None:
    """Everything found that asks for somebody's attention, most urgent first."""
    told = alike([f for f in view.findings if f.severity != "info"])
    if not told:
        return
    paper.heading(2, "Findings", "findings")
    paper.text(
        "“Act” means a likely fault and “Look” means somebody should check. Findings for "
        "information only are in the file ",
        Run("findings.json", "Code"),
        ".",
    )
    columns = (
        Column("Urgency"), Column("About"), Column("What was found"), Column("What to do"),
    )  # fmt: skip
    shown = told[:_FINDINGS]
    more = f" (first {len(shown)} of {len(told)})" if len(told) > len(shown) else ""
    paper.table(f"Findings that ask for attention{more}", columns, [_row(one) for one in shown])


def _row(told: Alike) -> tuple[str, str, Box, str]:
    finding = told.first
    found = Box((strong(ended(label_of(finding.code))), f" {finding.sentence}"))
    names = ", ".join(one.subject for one in told.findings[:_NAMED])
    more = f" and {len(told.findings) - _NAMED} more" if len(told.findings) > _NAMED else ""
    return URGENCY[finding.severity], f"{names}{more}", found, finding.action


def add_thresholds(paper: Paper, view: ReportView) -> None:
    """Every limit with its source."""
    paper.heading(2, "Thresholds", "thresholds")
    paper.text(
        "Every limit that a finding or verdict was held to. They were fixed before the data were "
        "read; the digest of names and values is ",
        Run(view.study.thresholds.sha256, "Code"),
        ".",
    )
    columns = (
        Column("Name"), Column("Value", numeric=True), Column("Meaning"), Column("Source"),
        Column("Standing"),
    )  # fmt: skip
    rows = [
        (one.name.replace("_", " "), f"{one.value:g}", one.meaning, one.source, one.standing)
        for one in view.thresholds
    ]
    paper.table("Thresholds in force", columns, rows)


def add_glossary(paper: Paper, view: ReportView) -> None:
    """Words and sources."""
    paper.heading(2, "Glossary", "glossary")
    for term in view.terms:
        symbol = f" ({term.symbol})" if term.symbol else ""
        reading = f" {term.reading}" if term.reading else ""
        formula = [Run(f" {term.formula}", "Code")] if term.formula else []
        paper.text(
            strong(f"{term.label}{symbol}. "),
            f"{term.meaning}{reading}",
            *formula,
            style="Glossary",
        )
    if view.references:
        paper.heading(2, "Sources", "sources")
        paper.bullets(
            f"{one.text}{f' doi:{one.doi}' if one.doi else ''}" for one in view.references
        )


def add_methods(paper: Paper, view: ReportView) -> None:
    """What was done, in words that fit a paper."""
    paper.heading(2, "Methods", "methods")
    for k, section in enumerate(view.methods.printed):
        paper.heading(3, section.heading, f"methods_{k + 1}")
        for text in section.paragraphs:
            paper.text(text.replace("`", ""))
    paper.text("To cite: ", Run("methods.md", "Code"), style="Note")


def add_reproduction(paper: Paper, view: ReportView) -> None:
    """What a stranger needs to get the same bytes."""
    paper.heading(2, "Reproduction", "reproduction")
    paper.text(
        "The same files, options, seed and versions give this report again. To repeat the run and "
        "compare every number: ",
        Run("naas-psych verify FOLDER", "Code"),
        ", where FOLDER is the one that holds this report.",
    )
    facts = [
        ("Program", f"naas_psych {view.version}"),
        ("Seed", str(view.seed)),
        ("Study fingerprint", view.study.fingerprint),
        ("Thresholds", f"sha256:{view.study.thresholds.sha256}"),
        *(
            (f"Read: {one['path'].split('/')[-1]}", _digest(one["bytes"], one["sha256"]))
            for one in view.inputs
        ),
        ("Packages", ", ".join(f"{name} {v}" for name, v in view.packages.items())),
    ]
    paper.table("What this report was made from", (Column("What"), Column("Which")), facts)
    paper.text(Link("Back to the summary", "summary"), style="Note")


def _digest(size: int, sha256: str) -> str:
    return f"{size:,} bytes, sha256:{sha256}"
