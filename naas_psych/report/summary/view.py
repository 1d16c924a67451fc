"""The summary as a whole: what a reader of four pages gets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from naas_psych.assurance.claims import Answer
from naas_psych.assurance.entry import Entry
from naas_psych.assurance.verdict import Verdict, severity
from naas_psych.report.cited import Words
from naas_psych.report.itemcards import ItemCard
from naas_psych.report.run import Run
from naas_psych.report.summary.first import LookFirst, look_first
from naas_psych.report.summary.limits import cannot_show
from naas_psych.report.summary.lines import Line, lines
from naas_psych.report.summary.outcomes import outcomes
from naas_psych.report.summary.tiles import Tile, tiles
from naas_psych.study.study import Study

_ANSWERS = ("top", "middle", "bottom")


@dataclass(frozen=True)
class Tally:
    """How many claims have one verdict; `example` is one of these verdicts, for shape and colour.

    A count of answers, not a mark: claims differ in weight.
    """

    example: Verdict
    n: int


@dataclass(frozen=True, kw_only=True)
class SummaryView:
    """The first layer of the report.

    lines : the verdict board
    outcomes : what each cut does to people, in natural frequencies
    limits : what these data cannot show, in general
    tally : of the verdicts on the register of claims
    """

    tiles: tuple[Tile, ...]
    lines: tuple[Line, ...]
    outcomes: tuple[Words, ...]
    look_first: LookFirst
    limits: tuple[str, ...]
    tally: tuple[Tally, ...]


def summary(
    study: Study,
    run: Run,
    *,
    cards: Sequence[ItemCard],
    board: Sequence[Entry],
    claims: Sequence[Answer],
) -> SummaryView:
    """The summary of a run."""
    return SummaryView(
        tiles=tiles(study, run),
        lines=lines(board),
        outcomes=outcomes(study, run),
        look_first=look_first(cards, run),
        limits=cannot_show(study, run),
        tally=_tally(claims),
    )


def _tally(claims: Sequence[Answer]) -> tuple[Tally, ...]:
    """By word: assurances, concerns, questions, demands, each from the best answer on."""
    counts = Counter(answer.verdict.word for answer in claims)
    ordered = sorted((a.verdict for a in claims), key=_place)
    examples = {verdict.word: verdict for verdict in ordered}
    return tuple(Tally(verdict, counts[word]) for word, verdict in examples.items())


def _place(verdict: Verdict) -> tuple[int, int, int]:
    answered = _ANSWERS.index(verdict.level) if verdict.level in _ANSWERS else len(_ANSWERS)
    open_ = answered == len(_ANSWERS)
    return (open_, severity(verdict) if open_ else "ACQD".index(verdict.polarity), answered)
