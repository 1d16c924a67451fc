"""What critics said and asked, and what the data of a study say about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from pydantic import TypeAdapter

from naas_psych import register
from naas_psych.assurance.documents import documents_verdict
from naas_psych.assurance.entry import Caveat, people_and_items
from naas_psych.assurance.ledger import ledger_verdict
from naas_psych.assurance.measure import Measured, measured
from naas_psych.assurance.verdict import (
    Verdict,
    cannot_tell,
    not_a_measurement_question,
    not_yet_examined,
    worst,
)
from naas_psych.packaged import toml_entries
from naas_psych.result import Result
from naas_psych.study.claimed import Claim
from naas_psych.study.study import Study

_NO_ANALYSIS = "no analysis: no number of these data is read as an answer"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A claim with its verdict, the numbers it rests on, and the state of its documents.

    `not_yet` says what this version does not examine, where that is part of the claim.
    """

    claim: Claim
    verdict: Verdict
    measured: tuple[Measured, ...]
    documents: Verdict | None
    not_yet: Verdict | None
    caveat: Caveat

    @property
    def deciding(self) -> Measured | None:
        """The number whose verdict is that of the claim."""
        return _deciding(self.measured, self.verdict)

    @property
    def words(self) -> str:
        """The answer to a question, in plain words; empty where the verdict says enough."""
        return self.claim.answer.get(self.verdict.level, "")

    @property
    def action(self) -> str:
        """What to do now."""
        return self.claim.action.get(self.verdict.level, "")


@cache
def claims() -> tuple[Claim, ...]:
    """Every claim of the register that ships with the package, in the order of its number."""
    read = TypeAdapter(Claim).validate_python
    entries = toml_entries("assurance/claims.toml")
    return tuple(read({"id": name, **entry}) for name, entry in entries.items())


@cache
def heard() -> tuple[str, ...]:
    """What was said and cannot be measured, so that nobody is dropped without a word."""
    return tuple(entry["text"] for entry in toml_entries("assurance/heard.toml").values())


def answers(
    study: Study, results: Mapping[str, Result], not_examined: Mapping[str, str]
) -> tuple[Answer, ...]:
    """What the results say about each claim, those of the register before the study's own.

    `not_examined` : analysis to the reason why these data cannot answer it.
    """
    own = (_placed(claim) for claim in study.claims)
    return tuple(_answer(claim, study, results, not_examined) for claim in (*claims(), *own))


def _placed(claim: Claim) -> Claim:
    """A claim of a study stands in the chapter of the first number that answers it."""
    if not claim.measures:
        return claim
    return replace(claim, chapter=register.chapter_of(claim.measures[0].analysis).name)


def _answer(
    claim: Claim, study: Study, results: Mapping[str, Result], not_examined: Mapping[str, str]
) -> Answer:
    found = tuple(
        measured(
            one,
            results,
            not_examined,
            thresholds=study.thresholds,
            polarity=claim.polarity,
        )
        for one in claim.measures
    )
    documents = documents_verdict(study, claim.documents, polarity="D") if claim.documents else None
    not_yet = not_yet_examined(claim.not_yet, polarity=claim.polarity) if claim.not_yet else None
    others = _others(claim, documents, results)
    made = worst([*(one.verdict for one in found), *others, *([not_yet] if not_yet else [])])
    return Answer(
        claim=claim,
        verdict=made,
        measured=found,
        documents=documents,
        not_yet=not_yet,
        caveat=Caveat(
            based_on=_based_on(claim, study, found, made),
            main_assumption=claim.main_assumption,
            would_change_if=claim.would_change_if,
            does_not_show=claim.cannot_show,
        ),
    )


def _deciding(found: Sequence[Measured], made: Verdict) -> Measured | None:
    return next((one for one in found if one.verdict == made), None)


def _based_on(claim: Claim, study: Study, found: Sequence[Measured], made: Verdict) -> str:
    """How many people or judges a verdict rests on, and of which phase of the scheme."""
    if claim.measures or claim.ledger:
        said = people_and_items(study)
        if claim.measures and all(one.estimate is None for one in found):
            said = f"no number, because none could be worked out; {said}"
        deciding = _deciding(found, made)
        counted = deciding.measure.counted.strip(", ") if deciding else ""
        if deciding and deciding.n and not counted.startswith("people,"):
            said = f"{deciding.n:,} {counted} behind the number that decides; {said}"
    elif claim.documents:
        said = "the documents that study.toml names"
    else:
        return _NO_ANALYSIS
    return f"{said}{_when(study)}"


def _when(study: Study) -> str:
    """`; phase: alpha and beta, collected: winter 2015`, as far as it is recorded."""
    made = study.spec.assurance
    parts = [f"phase: {made.phase}"] if made.phase else []
    parts += [f"collected: {made.collected}"] if made.collected else []
    return f"; {', '.join(parts)}" if parts else ""


def _others(
    claim: Claim, documents: Verdict | None, results: Mapping[str, Result]
) -> Iterator[Verdict]:
    """What counts besides numbers. A missing document meets no demand, and is no evidence for a
    concern."""
    if documents is not None and claim.polarity == "D":
        yield documents
    if claim.ledger:
        yield ledger_verdict(results, polarity=claim.polarity)
    if claim.unanswered:
        yield cannot_tell(claim.unanswered, polarity=claim.polarity)
    if claim.who_decides:
        yield not_a_measurement_question(claim.who_decides)
