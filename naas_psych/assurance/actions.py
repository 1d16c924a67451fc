"""What to do now, by whom and how soon: the verdicts and findings of a run as a short list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from naas_psych.assurance.argument import Inference
from naas_psych.assurance.assured import Stated
from naas_psych.assurance.claims import Answer
from naas_psych.assurance.documents import Listed
from naas_psych.assurance.entry import named
from naas_psych.assurance.sources import came_out
from naas_psych.finding import Finding
from naas_psych.finding_codes import label_of
from naas_psych.packaged import toml_entries
from naas_psych.result import Result
from naas_psych.study.study import Study

OWNERS = ("test developer", "scheme owner", "assessment designer", "analyst")
#: The most urgent first.
URGENCIES = ("before the next use", "before the next form", "when convenient")
#: Lines of the list, and of one group of analyses.
_MOST, _OF_A_GROUP = 25, 2
_BY_LEVEL = {"bottom": 0, "middle": 1, "cannot_tell": 2}
_BY_SEVERITY = {"error": 0, "warning": 1}


@dataclass(frozen=True, kw_only=True)
class Action:
    """One line of the list.

    Attributes
    ----------
    owner, urgency : one of OWNERS, one of URGENCIES
    text : what to do, a sentence
    why : what it follows from, in a few words
    analysis : where the numbers stand; empty where no analysis has them, and then `part` names the
        part of the report
    claim : the claim that it answers, or empty
    """

    owner: str
    urgency: str
    text: str
    why: str
    analysis: str = ""
    part: str = ""
    claim: str = ""


@dataclass(frozen=True)
class ActionList:
    """The most urgent lines, and how many more there are."""

    actions: tuple[Action, ...]
    more: int

    def of(self, owner: str, urgency: str) -> tuple[Action, ...]:
        """The lines of an owner that are as urgent as this."""
        return tuple(one for one in self.actions if (one.owner, one.urgency) == (owner, urgency))


def action_list(
    study: Study,
    results: Mapping[str, Result],
    *,
    steps: Sequence[Inference],
    answered: Sequence[Answer],
    documents: Sequence[Listed],
    argument: Sequence[Stated],
) -> ActionList:
    """What follows from a run, the most urgent first; a group of analyses has two lines at most."""
    found = [
        *_of_scheme(study, documents, argument),
        *_of_steps(steps),
        *_of_claims(answered),
        *_of_findings(one for result in results.values() for one in _named(result)),
    ]
    kept = _few_of_each(_once(sorted(found, key=_order)))
    return ActionList(tuple(kept[:_MOST]), more=max(len(kept) - _MOST, 0))


def group_of(analysis: str) -> str:
    """The group of an analysis.

    Raises
    ------
    KeyError
        No group has it.
    """
    return _groups()[analysis]


def _entries() -> Mapping[str, Any]:
    return toml_entries("assurance/actions.toml")


@cache
def _groups() -> dict[str, str]:
    return {name: group for group, entry in _entries().items() for name in entry["analyses"]}


def _owner(analysis: str) -> str:
    return str(_entries()[group_of(analysis)]["owner"])


def _order(action: Action) -> tuple[int, int]:
    return URGENCIES.index(action.urgency), OWNERS.index(action.owner)


def _once(found: Sequence[Action]) -> list[Action]:
    """Each thing to do once, as urgent as it is anywhere."""
    first: dict[str, Action] = {}
    for one in found:
        first.setdefault(one.text, one)
    return list(first.values())


def _few_of_each(found: Sequence[Action]) -> list[Action]:
    """One line of an analysis, and of a group of analyses no more than two."""
    seen: dict[str, set[str]] = {}
    kept = []
    for one in found:
        group = group_of(one.analysis) if one.analysis else one.text
        analyses = seen.setdefault(group, set())
        if one.analysis not in analyses and len(analyses) < _OF_A_GROUP:
            analyses.add(one.analysis)
            kept.append(one)
    return kept


def _of_steps(steps: Sequence[Inference]) -> Iterator[Action]:
    """Entries of the verdict board that a step rests on."""
    for line in (line for step in steps for line in step.lines if line.entry is not None):
        level = _BY_LEVEL.get(line.verdict.level)
        if level is None or line.entry is None or not line.action:
            continue
        analysis = line.analyses[0]
        yield Action(
            owner=_owner(analysis),
            urgency=URGENCIES[level],
            text=line.action,
            why=f"{line.entry.question} {came_out(line.verdict)}",
            analysis=analysis,
        )


def _of_claims(answered: Sequence[Answer]) -> Iterator[Action]:
    for one in answered:
        level = _BY_LEVEL.get(one.verdict.level)
        # Documents have lines of their own.
        if level is None or not one.action or (one.documents and not one.measured):
            continue
        deciding = one.deciding or next(iter(one.measured), None)
        analysis = deciding.measure.analysis if deciding else ""
        yield Action(
            owner=_owner(analysis) if analysis else "scheme owner",
            urgency=URGENCIES[level],
            text=one.action,
            why=f"{one.claim.question} {came_out(one.verdict)}",
            analysis=analysis,
            part="" if analysis else "claims",
            claim=one.claim.id,
        )


def _named(result: Result) -> Iterator[tuple[str, Finding]]:
    for finding in result.findings:
        if finding.severity in _BY_SEVERITY and finding.action:
            yield result.analysis, finding


def _of_findings(found: Iterator[tuple[str, Finding]]) -> Iterator[Action]:
    """Findings of one kind are one line, which names what it is about."""
    kinds: dict[tuple[str, str, str], list[Finding]] = {}
    for analysis, one in found:
        kinds.setdefault((analysis, one.code, one.severity), []).append(one)
    for (analysis, code, severity), alike in kinds.items():
        subjects = list(dict.fromkeys(one.subject for one in alike))
        yield Action(
            owner=_owner(analysis),
            urgency=URGENCIES[_BY_SEVERITY[severity]],
            text=alike[0].action,
            why=f"{label_of(code)}: {named(subjects)}.",
            analysis=analysis,
        )


def _of_scheme(
    study: Study, documents: Sequence[Listed], argument: Sequence[Stated]
) -> Iterator[Action]:
    """What nobody wrote down."""
    unsaid = [one.to_write for one in argument if not one.said]
    if unsaid:
        yield Action(
            owner="scheme owner",
            urgency=URGENCIES[0],
            text=f"Write down {unsaid[0] if len(unsaid) == 1 else ', '.join(unsaid)}.",
            why="A test is right or wrong for a use, and the use is not stated in full.",
            part="argument",
        )
    if not study.spec.assurance.assurer:
        yield Action(
            owner="analyst",
            urgency=URGENCIES[0],
            text="Have somebody check the analysis who did not make it, and name them.",
            why="Nobody is named who checked it.",
            part="annexes",
        )
    yield from _of_documents(study, documents)
    if any(one.severity != "info" and one.waived is None for one in study.faults):
        yield Action(
            owner="analyst",
            urgency=URGENCIES[1],
            text="Mend the faults in the files, or accept each with a reason ([[waivers]]).",
            why="The files raise warnings.",
            part="data",
        )


def _of_documents(study: Study, documents: Sequence[Listed]) -> Iterator[Action]:
    if study.spec.documents is None:
        yield Action(
            owner="scheme owner",
            urgency=URGENCIES[1],
            text="Record which documents of the scheme there are ([documents] in study.toml).",
            why="No document is on record.",
            part="annexes",
        )
        return
    for level, what in (("bottom", "Write"), ("middle", "Date, name an owner of, or publish")):
        for owner in OWNERS:
            hit = [one for one in documents if one.owner_is == owner and one.verdict.level == level]
            if hit:
                titles = ", ".join(one.title[:1].lower() + one.title[1:] for one in hit)
                yield Action(
                    owner=owner,
                    urgency=URGENCIES[1],
                    text=f"{what}: {titles}.",
                    why=f"Documents of the scheme: {hit[0].state}.",
                    part="annexes",
                )
