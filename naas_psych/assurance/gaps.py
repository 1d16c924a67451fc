"""What the data of a study cannot show, and the studies that would: the most important first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from naas_psych import register
from naas_psych.assurance.board import own_entries
from naas_psych.assurance.claims import Answer
from naas_psych.assurance.closing import (
    Closing,
    closing_of,
    enough,
    enough_to_clear,
    named_study,
)
from naas_psych.assurance.entry import Entry, table_of
from naas_psych.assurance.measure import FAILED
from naas_psych.result import Result
from naas_psych.study.claimed import Cost
from naas_psych.study.study import Study

Why = Literal["cannot tell", "not yet examined", "data not collected"]
#: The study that would answer a question of the board which is no claim.
_OF_BOARD = {
    "precision": "larger_sitting",
    "item_quality": "larger_sitting",
    "key_quality": "expert_panel",
    "items_alike": "more_of_groups",
}
_RECORD = Closing(
    name="record",
    title="Record what further analyses need",
    design="Collect what is named beside each question, when it is wanted at all.",
    size="As each analysis says.",
    cost="small",
)


@dataclass(frozen=True, kw_only=True)
class Open:
    """A question that these data leave open.

    why, because : of what kind the reason is, and the reason
    enough : how many would be enough, where that can be worked out from these data
    claim : the number of the claim that asks it, or nothing
    """

    question: str
    why: Why
    because: str
    enough: str = ""
    claim: str = ""
    on_board: bool = False


@dataclass(frozen=True, kw_only=True)
class Gap:
    """A study that is needed, how large it must be, how dear it is, and what it would answer."""

    title: str
    design: str
    size: str
    cost: Cost
    open: tuple[Open, ...]

    @property
    def claims(self) -> tuple[str, ...]:
        """The claims that it would answer."""
        return tuple(one.claim for one in self.open if one.claim)

    @property
    def on_board(self) -> bool:
        return any(one.on_board for one in self.open)


def gaps(
    study: Study,
    results: Mapping[str, Result],
    answers: Sequence[Answer],
    not_examined: Mapping[str, str],
) -> tuple[Gap, ...]:
    """The studies that would answer what these data leave open.

    First those that answer a verdict of the first page; of those the one that answers most.
    """
    found: dict[str, tuple[Closing, list[Open]]] = {}
    for closing, one in (
        *_of_board(study, results, not_examined),
        *_of_claims(study, answers),
        *_of_analyses(answers, not_examined),
    ):
        found.setdefault(closing.name, (closing, []))[1].append(one)
    made = [
        Gap(
            title=closing.title,
            design=closing.design,
            size=closing.size,
            cost=closing.cost,
            open=tuple(sorted(asked, key=lambda one: not one.on_board)),
        )
        for closing, asked in found.values()
    ]
    return tuple(sorted(made, key=_place))


def _place(gap: Gap) -> tuple[bool, bool, int]:
    """What no claim asks for comes last."""
    return (not gap.on_board, not gap.claims, -len(gap.open))


def _of_board(
    study: Study, results: Mapping[str, Result], not_examined: Mapping[str, str]
) -> Iterator[tuple[Closing, Open]]:
    for name, entry in own_entries(study, results, not_examined).items():
        if entry.verdict.level == "cannot_tell":
            yield (
                named_study(_OF_BOARD[name], study.thresholds),
                Open(
                    question=entry.question,
                    why="cannot tell" if entry.estimate is not None else "data not collected",
                    because=entry.verdict.sentence,
                    enough=_enough_for(name, entry, study, results),
                    on_board=True,
                ),
            )


def _enough_for(name: str, entry: Entry, study: Study, results: Mapping[str, Result]) -> str:
    """Of the board's own questions only precision is held to a range that narrows with people."""
    if name != "precision" or not entry.source:
        return ""
    analysis, table, row, _ = entry.source[0].split("/")
    made = table_of(results, analysis, table)
    n = made["n"].iloc[int(row)] if made is not None and "n" in made else None
    if n is None or entry.estimate is None or entry.low is None or entry.high is None:
        return ""
    least = int(study.thresholds["pass_fail_reliability_n"].value)
    if n < least:
        return f"At least {least:,} people; there are {int(n):,}."
    line = study.thresholds["pass_fail_reliability_min"].value
    return enough_to_clear(entry.estimate, (entry.low, entry.high), line=line, n=int(n))


def _of_claims(study: Study, answers: Sequence[Answer]) -> Iterator[tuple[Closing, Open]]:
    for answer in answers:
        why = _why(answer, study)
        if why is None:
            continue
        sizes = [enough(one, study.thresholds) for one in answer.measured]
        yield (
            closing_of(answer.claim, study.thresholds),
            Open(
                question=answer.claim.question,
                why=why,
                because=_because(answer),
                enough=" ".join(dict.fromkeys(size for size in sizes if size)),
                claim=answer.claim.id,
                on_board=answer.claim.on_board,
            ),
        )


def _why(answer: Answer, study: Study) -> Why | None:
    """The kind of gap that a claim leaves, if any."""
    if answer.verdict.level == "cannot_tell":
        deciding = answer.deciding
        undocumented = answer.verdict == answer.documents and study.spec.documents is None
        missing = deciding is not None and not deciding.recorded
        return "data not collected" if missing or undocumented else "cannot tell"
    return "not yet examined" if answer.not_yet else None


def _because(answer: Answer) -> str:
    told = answer.verdict if answer.verdict.level == "cannot_tell" else answer.not_yet
    return told.sentence if told else ""


def _of_analyses(
    answers: Sequence[Answer], not_examined: Mapping[str, str]
) -> Iterator[tuple[Closing, Open]]:
    """Analyses that could not run and that no claim above speaks of."""
    spoken = {m.measure.analysis for one in answers for m in one.measured if not m.recorded}
    for name, reason in not_examined.items():
        if name not in spoken and not reason.startswith(FAILED):
            yield (
                _RECORD,
                Open(
                    question=register.load(name).question,
                    why="data not collected",
                    because=reason,
                ),
            )
