"""What a file of claims may say: a claim, the numbers that answer it, the study that would."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from naas_psych.study.spec import DocumentName

#: A: assurance. C: concern. Q: question. D: demand.
PolarityLetter = Literal["A", "C", "Q", "D"]
Kind = Literal["psychometric", "simulation", "documentary", "outside"]
#: The five sources of evidence for a reading of scores.
Source = Literal["content", "response_process", "internal_structure", "relations", "consequences"]
#: desk: with what there is. small: weeks, people who are at hand. large: many people, or a trial.
Cost = Literal["desk", "small", "large"]
Said = Annotated[str, Field(min_length=1)]
_CLOSED = ConfigDict(extra="forbid")


@dataclass(frozen=True, kw_only=True, config=_CLOSED)
class Measure:
    """A number of a table, as a file of claims names it.

    Attributes
    ----------
    says : what the number is, as the report writes it
    analysis, table, where : the table, and the values by which its rows are chosen
    each : the column that names the rows when there are several; the worst row answers
    value, low, high : columns of the number and its limits (`<value>_low`, `<value>_high`)
    exact : the number was counted, not estimated: it is its own interval
    known_only : rows without a number are no answer, as long as another row has one
    best : the best row answers, because one of them is enough
    last : of the rows of one `each` the last answers, which has most taken into account
    rows : the number is how many rows there are
    total : the rows of one `each` are added up
    absent : the number where the table (or one `each` of it) has no such row; None where that
        says nothing
    size : its sign does not matter
    minimum, target, n_min : names of the thresholds of the one rule
    n, counted : column of how many it rests on, and what they are
    share : written as so many of 100, or of the number in the column `out_of`
    needs : what has to be recorded where the analysis could not run
    """

    says: Said
    analysis: str
    table: str
    value: str
    minimum: str
    target: str
    where: Mapping[str, Any] = Field(default_factory=dict)
    each: str = ""
    low: str = ""
    high: str = ""
    exact: bool = False
    known_only: bool = False
    best: bool = False
    last: bool = False
    rows: bool = False
    total: bool = False
    absent: float | None = None
    size: bool = False
    n: str = ""
    n_min: str = ""
    counted: str = "people"
    higher_is_better: bool = True
    share: bool = True
    out_of: str = ""
    needs: str = ""

    @property
    def limits(self) -> tuple[str, str]:
        """The columns of its limits."""
        return self.low or f"{self.value}_low", self.high or f"{self.value}_high"


@dataclass(frozen=True, kw_only=True, config=_CLOSED)
class Claim:
    """One entry of a file of claims.

    Attributes
    ----------
    quote, who, where : what was said, by whom (a role, no name), and in what publication and when
    polarity : whether it assures, doubts, asks or demands (decides the words of the verdict)
    kind : what can answer it: analysis of data, policy simulation, documents, or none of these
    source : the sources of evidence that it is about
    question : the same as a question that can be put to any test
    chapter, part : where the report has the numbers: a chapter of the register, a part of the
        report
    measures : the numbers that answer it; every one is necessary
    documents : documents of the scheme that answer it
    ledger : it asks whether each step of the argument has evidence
    unanswered : why no data of such a study can answer it in full
    not_yet : what an analysis that is not built yet would need
    who_decides : it is a question of values or policy, and whose
    remark : what a reader should know beside the verdict
    main_assumption, would_change_if, cannot_show : the caveats of the answer
    answer : of a question, what the verdict says in plain words, by its level
    action : what to do, by the level of the verdict
    on_board : it stands among the verdicts on the first page
    closing : name of the study that would answer it; or, in words of its own,
    design, size, cost : what it would be, with how many and why, and how dear it is
    """

    id: str
    quote: Said
    who: Said
    polarity: PolarityLetter
    question: Said
    cannot_show: Said
    main_assumption: Said
    would_change_if: Said
    where: str = ""
    kind: tuple[Kind, ...] = ()
    source: tuple[Source, ...] = ()
    chapter: str = ""
    part: str = ""
    measures: tuple[Measure, ...] = ()
    documents: tuple[DocumentName, ...] = ()
    ledger: bool = False
    unanswered: str = ""
    not_yet: str = ""
    who_decides: str = ""
    remark: str = ""
    answer: Mapping[str, str] = Field(default_factory=dict)
    action: Mapping[str, str] = Field(default_factory=dict)
    on_board: bool = False
    closing: str = ""
    design: str = ""
    size: str = ""
    cost: Cost = "small"

    @property
    def by(self) -> str:
        """Who said it, and where."""
        return f"{self.who}, {self.where}" if self.where else self.who

    @property
    def answered_by_something(self) -> bool:
        """It names a number, a document, or the reason why there is none."""
        named = (self.measures, self.documents, self.unanswered, self.not_yet, self.who_decides)
        return self.ledger or any(named)
