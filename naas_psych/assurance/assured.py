"""Who answers for an analysis and what stands behind it, in facts: no word of praise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from naas_psych.assurance.argument import Inference
from naas_psych.assurance.claims import Answer
from naas_psych.assurance.disclosure import persons_shown
from naas_psych.assurance.entry import Entry
from naas_psych.study.scheme import Argument, Assumption, Assured
from naas_psych.study.study import Study
from naas_psych.thresholds import Fixed, Threshold, fixed

#: What the letters of an assumption mean.
GRADES = {
    "A": "measured in these data",
    "B": "published elsewhere",
    "C": "a judgement",
    "D": "no support yet",
}
#: The parts of an argument that study.toml may state, with what to write there.
_TO_WRITE = {
    "interpretation": "what a score is taken to say about a person",
    "use": "what is decided from it, about whom",
    "population": "for whom the test is meant",
    "decision_rule": "how scores become outcomes",
    "not_for": "uses that are not meant",
    "would_count_against": "what would make you give up this reading",
}
_CALLED = {
    "interpretation": "What a score is taken to say",
    "use": "What is decided from it",
    "population": "For whom it is meant",
    "decision_rule": "How scores become outcomes",
    "not_for": "What it is not for",
    "would_count_against": "What would count against this reading",
}


@dataclass(frozen=True, kw_only=True)
class Stated:
    """One part of the intended interpretation and use: its heading, and what was written down.

    said : sentences; empty where nobody wrote it down, and then `to_write` says what belongs there
    """

    name: str
    heading: str
    said: tuple[str, ...]
    to_write: str


@dataclass(frozen=True, kw_only=True)
class Heading:
    """One heading of the statement of assurance, with the facts below it."""

    title: str
    facts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Assurance:
    """Who answers for what, the log of assumptions, and the statement.

    people : role to name; the name is empty where study.toml has none
    fixed : when the thresholds of the package were fixed, with their digest
    own : thresholds that the study set itself, and `own_fixed` when it says that it did
    """

    people: Mapping[str, str]
    phase: str
    collected: str
    assumptions: tuple[Assumption, ...]
    statement: tuple[Heading, ...]
    fixed: Fixed
    own: tuple[Threshold, ...]
    own_fixed: str


def stated(argument: Argument) -> tuple[Stated, ...]:
    """How scores are meant to be read and used, as far as study.toml says it."""
    return tuple(
        Stated(
            name=name, heading=heading, said=_sentences(argument, name), to_write=_TO_WRITE[name]
        )
        for name, heading in _CALLED.items()
    )


def _sentences(argument: Argument, name: str) -> tuple[str, ...]:
    given = getattr(argument, name)
    return tuple(given) if isinstance(given, list) else ((given,) if given else ())


def assurance(
    study: Study,
    *,
    seed: int,
    version: str,
    board: Sequence[Entry],
    claims: Sequence[Answer],
    steps: Sequence[Inference],
    not_examined: Mapping[str, str],
) -> Assurance:
    """What stands behind a report, from facts of the run and of study.toml."""
    said = study.spec.assurance
    return Assurance(
        people={
            "commissioner": said.commissioner,
            "analyst": said.analyst,
            "assurer": said.assurer,
        },
        phase=said.phase,
        collected=said.collected,
        assumptions=tuple(said.assumptions),
        statement=(
            Heading(title="Repeatable", facts=tuple(_repeatable(study, seed, version))),
            Heading(title="Independent", facts=tuple(_independent(said))),
            Heading(title="Grounded in reality", facts=tuple(_grounded(study))),
            Heading(title="Objective", facts=tuple(_objective(study, not_examined))),
            Heading(title="Uncertainty understood", facts=tuple(_uncertain(board, claims))),
            Heading(title="Robust", facts=tuple(_robust(said, steps))),
        ),
        fixed=fixed(),
        own=study.thresholds.overridden,
        own_fixed=said.thresholds_fixed,
    )


def _repeatable(study: Study, seed: int, version: str) -> Iterator[str]:
    yield (
        f"Made by naas_psych {version} with the seed {seed}, from "
        f"{_count(len(study.inputs), 'file')} whose digests are in manifest.json."
    )
    yield "The command `naas-psych verify FOLDER` repeats the run and compares every number."
    yield "Nothing in the report was typed in by hand after the run."


def _independent(said: Assured) -> Iterator[str]:
    if not said.assurer:
        yield "Nobody is named who checked this analysis ([assurance] assurer in study.toml)."
    elif said.assurer in (said.analyst, said.commissioner):
        yield "Whoever checked the analysis also made it or asked for it."
    else:
        yield f"Checked by {said.assurer}, who neither made it nor asked for it."
    if not said.analyst:
        yield "Nobody is named who made it ([assurance] analyst)."


def _grounded(study: Study) -> Iterator[str]:
    if study.synthetic:
        yield "The data are synthetic: nothing here was observed of any person."
    yield (
        f"It rests on the answers of {_count(persons_shown(study), 'person', 'people')} to "
        f"{_count(study.responses.n_items, 'item')}."
    )
    open_faults = [one for one in study.faults if one.severity != "info" and one.waived is None]
    waived = {one.code for one in study.faults if one.waived is not None}
    kinds = len({one.code for one in open_faults})
    yield (
        f"The files raised {_count(kinds, 'kind')} of warning; {_count(len(waived), 'kind')} more "
        "of fault was looked at and accepted, with a reason."
        if waived
        else f"The files raised {_count(kinds, 'kind')} of warning."
    )


def _objective(study: Study, not_examined: Mapping[str, str]) -> Iterator[str]:
    said, own = study.spec.assurance, study.thresholds.overridden
    yield f"One rule gives every verdict, from thresholds that were last changed on {fixed().date}."
    if own:
        names = ", ".join(one.name for one in own)
        when = (
            f"on {said.thresholds_fixed}" if said.thresholds_fixed else "on a day it does not say"
        )
        yield f"The study set {_count(len(own), 'threshold')} of its own, {when}: {names}."
    else:
        yield "The study set no threshold of its own."
    if said.collected:
        yield f"The data were collected {said.collected}."
    else:
        yield "When the data were collected is not recorded, so nobody can tell which came first."
    if not_examined:
        yield (
            f"{_count(len(not_examined), 'analysis', 'analyses')} could not be run; "
            "each is listed with the reason."
        )


def _uncertain(board: Sequence[Entry], claims: Sequence[Answer]) -> Iterator[str]:
    numbers = [one for one in board if one.estimate is not None]
    ranged = [one for one in numbers if one.low is not None]
    yield (
        f"{len(ranged)} of {len(numbers)} numbers on the verdict board have a range of plausible "
        "values; the others are counts, or errors without one."
    )
    untold = [one for one in claims if one.verdict.level == "cannot_tell"]
    later = [one for one in claims if one.verdict.level == "not_yet_examined"]
    yield (
        f"Of {_count(len(claims), 'claim')}, these data cannot tell about {len(untold)}; "
        f"{len(later)} are not examined by this version."
    )
    yield "Ranges are about drawing people, and judges or places where the data have them."


def _robust(said: Assured, steps: Sequence[Inference]) -> Iterator[str]:
    lines = [line for step in steps for line in step.needs]
    against = sum(line.backing == "against" for line in lines)
    yield (
        f"The argument needs {_count(len(lines), 'thing')}; evidence speaks against {against} "
        "of them."
    )
    yield "Each verdict says what it assumes and what would change it."
    if not said.assumptions:
        yield "No log of assumptions was given ([[assurance.assumptions]] in study.toml)."
        return
    bare = [one for one in said.assumptions if one.grade == "D"]
    owned = [one for one in said.assumptions if one.owner]
    yield (
        f"The log has {_count(len(said.assumptions), 'assumption')}: {len(owned)} with an owner, "
        f"{len(bare)} without any support yet."
    )


def _count(n: int, one: str, many: str = "") -> str:
    return f"{n:,} {one if n == 1 else many or one + 's'}"
