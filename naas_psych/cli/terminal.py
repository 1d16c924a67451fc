"""Results as people read them on a terminal: the sentence, the table, the findings, the notes."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rich.cells import cell_len

from naas_psych.assurance.disclosure import persons_shown
from naas_psych.cli.console import Terminal, console, prose, terminal_of, visible
from naas_psych.cli.formats import Shown, tables_of
from naas_psych.cli.grid import Grid, grid
from naas_psych.cli.headline import headline
from naas_psych.cli.sketch import sketches
from naas_psych.finding import SEVERITIES
from naas_psych.finding_codes import label_of
from naas_psych.report.layouts.layouts import MAIN
from naas_psych.report.wording import count, in_a_sentence, reason_words, title_of

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

    from naas_psych.cli.perform import Answer, Request
    from naas_psych.finding import Finding
    from naas_psych.result import Result
    from naas_psych.study.study import Study

#: Rows of a table, and findings of one kind, that a terminal shows unless asked for all.
ROWS = 40
ALIKE = 5
MARKS = {"error": ("▲", "!"), "warning": ("●", "*"), "info": ("·", "-")}
STYLES = {"error": "bold red", "warning": "yellow", "info": "cyan"}
HEADINGS = {"error": "Errors", "warning": "Warnings", "info": "For information"}


@dataclass(frozen=True)
class View:
    """How much to show, and on what."""

    terminal: Terminal
    whole: bool
    request: Request

    def prose(self, text: str, *, indent: int = 0, style: str = "") -> Text:
        """Text wrapped to this terminal."""
        return prose(text, width=self.terminal.width, indent=indent, style=style)


def show_answer(request: Request, answer: Answer) -> None:
    """Print the answer on standard output."""
    whole = request.all_rows or not sys.stdout.isatty()
    view = View(terminal_of(sys.stdout), whole, request)
    out = console(sys.stdout)
    for part in list(parts(view, answer)):  # all made before the first is printed
        out.print(part)


def parts(view: View, answer: Answer) -> Iterator[RenderableType]:
    """Everything in order of importance."""
    yield from _header(view, answer.study)
    yield from _sentence(view, answer)
    yield from _tables(view, answer)
    findings = [f for result in answer.results for f in result.findings]
    yield from _findings(view, findings)
    yield from _notes(view, answer)


def _header(view: View, study: Study) -> Iterator[RenderableType]:
    from rich.text import Text

    dot = " · " if view.terminal.unicode else " | "
    by = "×" if view.terminal.unicode else "x"
    persons, items = persons_shown(study), study.responses.n_items
    size = f"{count(persons, 'person')} {by} {count(items, 'item')}"
    title = visible(study.title or view.request.study.name)
    digest = study.fingerprint.removeprefix("sha256:")[:12]
    line = dot.join([title, size, f"fingerprint {digest}"])
    yield Text(line, style="dim")
    if study.banner:
        yield Text(study.banner, style="reverse")


def _sentence(view: View, answer: Answer) -> Iterator[RenderableType]:
    from rich.text import Text

    yield Text("")
    gone = len(answer.not_examined)
    said = headline(answer.study, answer.results, not_examined=gone)
    yield view.prose(said, style="bold")
    yield Text("")


def _tables(view: View, answer: Answer) -> Iterator[RenderableType]:
    """A chapter shows the first table of each analysis; one analysis, or --all, shows all."""
    every = tables_of(view.request, answer)
    alone = len(view.request.analyses) == 1 or view.request.table or view.request.all_rows
    first = [one for one in every if one.name == _main(one.analysis, every)]
    chosen = every if alone else [first[0], *_flagged_only(first[1:], answer)]
    by_name = {result.analysis: result for result in answer.results}
    flags = _flags(view, [f for result in answer.results for f in result.findings])
    for one in chosen:
        if len(one.table) or alone:
            yield from _table(view, one, by_name[one.analysis], flags)
        yield from sketches(one, by_name[one.analysis], view.terminal)
    shown = {one.full_name for one in chosen if not one.whole}
    others = [one.full_name for one in every if one.full_name not in shown and len(one.table)]
    yield from _others(view, others, alone)


def _main(analysis: str, every: Sequence[Shown]) -> str:
    """The name of the table that stands for an analysis in its chapter."""
    names = [one.name for one in every if one.analysis == analysis]
    return MAIN[analysis] if MAIN.get(analysis) in names else names[0]


def _flagged_only(tables: Sequence[Shown], answer: Answer) -> list[Shown]:
    """Of tables about items, the items that a finding names; other tables whole."""
    flagged = {f.subject for r in answer.results for f in r.findings if f.severity != "info"}
    return [
        replace(one, table=one.table[one.table["item_id"].isin(flagged)], whole=len(one.table))
        if "item_id" in one.table
        else one
        for one in tables
    ]


def _others(view: View, names: Sequence[str], alone: object) -> Iterator[RenderableType]:
    from rich.text import Text

    if names and not alone:
        said = f"More with --table NAME, or --all: {', '.join(names)}."
        yield view.prose(said, style="dim")
        yield Text("")


def _table(
    view: View, one: Shown, result: Result, flags: Mapping[str, str]
) -> Iterator[RenderableType]:
    from rich.text import Text

    keep = _rows(one, set(flags), view.whole)
    level = result.options.get("level")
    made = grid(
        one.table.iloc[keep],
        full_name=one.full_name,
        level=level if isinstance(level, float) else None,
        flags=flags,
        terminal=view.terminal,
    )
    title = f"{title_of(one.analysis)}: {one.name.replace('_', ' ')}"
    yield Text(title, style="underline")
    yield from made.lines
    for line in _footnotes(view, one, made, rows=len(keep)):
        yield view.prose(line, style="dim")
    yield Text("")


def _rows(one: Shown, flagged: set[str], whole: bool) -> list[int]:
    """Rows in file order: all of them, or the flagged ones and the first of the others."""
    n = len(one.table)
    if whole or n <= ROWS:
        return list(range(n))
    names = [str(value) for value in one.table.iloc[:, 0]]
    marked = [k for k in range(n) if names[k] in flagged][:ROWS]
    others = [k for k in range(n) if k not in set(marked)]
    return sorted(marked + others[: ROWS - len(marked)])


def _footnotes(view: View, one: Shown, made: Grid, *, rows: int) -> Iterator[str]:
    n = len(one.table)
    if one.whole > n:
        yield f"Of the items named below: {n} of {one.whole} rows."
    if rows < n:
        yield f"{rows} of {n} rows: what is flagged, then the first ones; --all shows every row."
    yield from _undefined(view, one, made.shown)
    if made.dropped:
        yield f"Left out at {view.terminal.width} columns (--format csv has all): " + (
            f"{', '.join(made.dropped)}."
        )


def _undefined(view: View, one: Shown, shown: frozenset[str]) -> Iterator[str]:
    """Why there is a dash, once for each reason."""
    dash = "–" if view.terminal.unicode else "-"
    where: dict[str, list[str]] = {}
    for name in one.table.columns:
        if not str(name).endswith("_reason") or str(name).removesuffix("_reason") not in shown:
            continue
        for subject, reason in zip(one.table.iloc[:, 0], one.table[name], strict=True):
            if isinstance(reason, str) and str(subject) not in where.setdefault(reason, []):
                where[reason].append(str(subject))
    for reason, subjects in where.items():
        few = ", ".join(subjects[:ALIKE]) + (" ..." if len(subjects) > ALIKE else "")
        yield f"{dash} {reason_words(reason)}: {few}"


def _flags(view: View, findings: Iterable[Finding]) -> Mapping[str, str]:
    """What is said about each subject: a mark for the severity and the name of the finding."""
    flags: dict[str, list[str]] = {}
    for finding in sorted(findings, key=lambda f: SEVERITIES.index(f.severity), reverse=True):
        mark = MARKS[finding.severity][0 if view.terminal.unicode else 1]
        words = f"{mark} {in_a_sentence(label_of(finding.code))}"
        if words not in flags.setdefault(finding.subject, []):
            flags[finding.subject].append(words)
    return {subject: ", ".join(words) for subject, words in flags.items()}


def _findings(view: View, findings: Sequence[Finding]) -> Iterator[RenderableType]:
    from rich.text import Text

    for severity in ("error", "warning", "info"):
        kinds: dict[tuple[str, str, str], list[Finding]] = {}
        for finding in findings:
            if finding.severity == severity:
                kind = (finding.code, finding.meaning, finding.action)
                kinds.setdefault(kind, []).append(finding)
        if kinds:
            yield Text(HEADINGS[severity], style=STYLES[severity])
        for alike in kinds.values():
            yield from _kind(view, alike)
        if kinds:
            yield Text("")


def _kind(view: View, alike: Sequence[Finding]) -> Iterator[RenderableType]:
    """Findings of one code and meaning: each sentence once, then what it means and what to do."""
    from rich.text import Text

    first = alike[0]
    mark = MARKS[first.severity][0 if view.terminal.unicode else 1]
    # What is only for information never fills the screen.
    whole = view.request.all_rows if first.severity == "info" else view.whole
    said = list(dict.fromkeys(finding.sentence for finding in alike))
    shown = said if whole else said[:ALIKE]
    heading = Text(f"{mark} ", style=STYLES[first.severity])
    heading.append(label_of(first.code), style="bold")
    fits = cell_len(heading.plain) + len(first.code) + 2 <= view.terminal.width
    yield heading.append("  " if fits else "\n  ").append(first.code, style="dim not bold")
    for sentence in shown:
        yield view.prose(sentence, indent=2)
    if len(said) > len(shown):
        yield view.prose(f"and {len(said) - len(shown)} more (--all)", indent=2)
    advice = " ".join(text for text in (first.meaning, first.action) if text)
    if advice:
        yield view.prose(advice, indent=4, style="italic")


def _notes(view: View, answer: Answer) -> Iterator[RenderableType]:
    from rich.text import Text

    notes = list(dict.fromkeys(note for result in answer.results for note in result.notes))
    notes += [f"Not examined, {name}: {why}" for name, why in answer.not_examined.items()]
    if notes:
        yield Text("Notes", style="dim bold")
    for note in notes:
        yield view.prose(note, indent=2, style="dim")
