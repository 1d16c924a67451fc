"""What critics said and asked, and what the data of a study say about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from naas_psych.assurance.documents import documents_verdict
from naas_psych.assurance.ledger import ledger_verdict
from naas_psych.assurance.measure import Measure, Measured, measured
from naas_psych.assurance.verdict import Polarity, Verdict, cannot_tell, worst
from naas_psych.packaged import toml_entries
from naas_psych.result import Result
from naas_psych.study.study import Study


@dataclass(frozen=True, kw_only=True)
class Claim:
    """One entry of claims.toml.

    Attributes
    ----------
    quote, who : what was said of the pilot, and by whom
    polarity : whether it praises, doubts, asks or demands (decides the words of the verdict)
    question : the same as a question that can be put to any test
    chapter : where the report has the numbers
    measures : the numbers that answer it; every one is necessary
    documents : documents of the scheme that answer it
    ledger : it asks whether each step of the argument has evidence
    unanswered : why no number of this version answers it in full
    remark : what a reader should know beside the verdict
    main_assumption, would_change_if, cannot_show : the caveats of the answer
    action : what to do, by the level of the verdict
    on_board : it stands among the verdicts on the first page
    """

    id: str
    quote: str
    who: str
    polarity: Polarity
    question: str
    cannot_show: str
    main_assumption: str
    would_change_if: str
    chapter: str = ""
    measures: tuple[Measure, ...] = ()
    documents: tuple[str, ...] = ()
    ledger: bool = False
    unanswered: str = ""
    remark: str = ""
    action: Mapping[str, str] = field(default_factory=dict)
    on_board: bool = False


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A claim with its verdict, the numbers it rests on, and the state of its documents."""

    claim: Claim
    verdict: Verdict
    measured: tuple[Measured, ...]
    documents: Verdict | None

    @property
    def deciding(self) -> Measured | None:
        """The number whose verdict is that of the claim."""
        same = [one for one in self.measured if one.verdict == self.verdict]
        return same[0] if same else None

    @property
    def action(self) -> str:
        """What to do now."""
        return self.claim.action.get(self.verdict.level, "")


@cache
def claims() -> tuple[Claim, ...]:
    """Every claim, in the order of its number."""
    entries = toml_entries("assurance/claims.toml")
    return tuple(_claim(name, entry) for name, entry in entries.items())


def _claim(name: str, entry: Mapping[str, Any]) -> Claim:
    made = {key: value for key, value in entry.items() if key not in ("measures", "documents")}
    return Claim(
        id=name,
        measures=tuple(Measure(**one) for one in entry.get("measures", ())),
        documents=tuple(entry.get("documents", ())),
        **made,
    )


def answers(
    study: Study, results: Mapping[str, Result], not_examined: Mapping[str, str]
) -> tuple[Answer, ...]:
    """What the results say about each claim.

    `not_examined` : analysis to the reason why these data cannot answer it.
    """
    return tuple(_answer(claim, study, results, not_examined) for claim in claims())


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
    return Answer(
        claim=claim,
        verdict=worst([*(one.verdict for one in found), *_others(claim, documents, results)]),
        measured=found,
        documents=documents,
    )


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
