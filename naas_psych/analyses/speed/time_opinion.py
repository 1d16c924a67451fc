"""Time as it was felt: who says there was enough, and is that how they worked?"""

from __future__ import annotations

from typing import Annotated

import numpy as np
from pydantic import Field

from naas_psych.analyses.content.feedback_answers import Answers, read_feedback
from naas_psych.analyses.speed.behaviour import Behaviour, behaviour
from naas_psych.analyses.speed.opinion_drawings import opinion_drawings as drawings
from naas_psych.analyses.speed.opinion_findings import opinion_findings as findings
from naas_psych.analyses.speed.opinion_tables import (
    Opinions,
    answered_table,
    behaviour_table,
    shares_table,
)
from naas_psych.analyses.speed.options import Asked, Rule, Tail
from naas_psych.analysis import Level, analysis
from naas_psych.errors import AnalysisImpossible
from naas_psych.result import Result
from naas_psych.study.study import Study

__all__ = ["drawings", "findings", "time_opinion"]

#: What a question on time is called, best first.
_USUAL = ("time_enough", "enough_time", "time")

Question = Annotated[
    str | None,
    Field(description="feedback question on time; default: time_enough, or the one named like it"),
]


@analysis
def time_opinion(
    study: Study,
    *,
    question: Question = None,
    tail: Tail = 0.125,
    rule: Rule = "auto",
    level: Level = 0.95,
) -> Result:
    """Do people say there was enough time, and did those who say not work in haste?

    Formula
    -------
    enough = share of ratings of 4 or 5, short_time = share of 1 or 2 (Wilson limits), for each
    source and form. Behaviour is compared between the two: share who rushed in the tail (Newcombe's
    limits of the difference), mean share of rapid answers (Welch's). rank_r is Spearman's
    correlation of rating and behaviour over all who answered, with Bonett and Wright's limits.

    How to read it
    --------------
    Opinion and behaviour are two witnesses. difference above 0 says that those who complain did
    hurry more. Where nearly all hurried or nobody did, they cannot differ. Read `answered` first:
    where those who rushed answered less often, the shares who had enough are too high.

    When not to use it
    ------------------
    Not as evidence that time was enough: people who never met the last items do not know. Sources
    that choose themselves (an open call) speak for themselves only, so no mean over sources is
    formed. Answers without a person can be counted, not compared.

    Agrees with
    -----------
    scipy 1.13: spearmanr; Welch's interval of its ttest_ind to 1e-10.

    References
    ----------
    wilson_1927, newcombe_1998, welch_1947, bonett_wright_2000

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/naas_pilot")
    >>> table = nps.time_opinion(study).tables["behaviour"].set_index(["form", "measure"])
    >>> bool(table.loc[("alpha", "rushed_in_tail"), "difference"] > 0)
    True
    """
    said = _opinions(study, question)
    seen = behaviour(study, Asked(rule=rule))
    tables = {
        "shares": shares_table(study, seen, said, level=level),
        "behaviour": behaviour_table(study, seen, said, tail=tail, level=level),
        "answered": answered_table(seen, said, tail=tail, level=level),
    }
    return Result(tables=tables, notes=_notes(seen, said))


def _opinions(study: Study, question: str | None) -> Opinions:
    feedback = read_feedback(study)
    if feedback is None or not feedback.test.ratings:
        raise AnalysisImpossible(
            "Nobody was asked about time: there is no feedback with ratings of the test. Needed: a "
            "table feedback with a column time_enough, rated 1 to 5."
        )
    answers = feedback.test
    name = _question(answers, question)
    ratings = answers.ratings[name]
    known = np.isfinite(ratings)
    if not known.any():
        raise AnalysisImpossible(
            f"Nobody rated {name} from 1 to 5, so nothing is known of how people felt about time. "
            "Needed: answers to that question."
        )
    return Opinions(
        question=name,
        source=answers.source[known],
        person=answers.person[known],
        rating=ratings[known],
        notes=feedback.notes,
    )


def _question(answers: Answers, asked: str | None) -> str:
    names = list(answers.ratings)
    if asked is not None:
        if asked in names:
            return asked
        raise AnalysisImpossible(
            f"The feedback has no rated question {asked!r}. Its questions are: {', '.join(names)}."
        )
    found = [name for name in _USUAL if name in names]
    found += [name for name in names if "time" in name.casefold() or "timing" in name.casefold()]
    if not found:
        raise AnalysisImpossible(
            "No question of the feedback is about time by its name. Its questions are: "
            f"{', '.join(names)}. Needed: a column time_enough, or the option question."
        )
    return found[0]


def _notes(seen: Behaviour, said: Opinions) -> tuple[str, ...]:
    unknown = int((said.person < 0).sum())
    extra = int(seen.places.extra_time.sum())
    notes = [
        f"The question is {said.question}; 4 and 5 say there was enough time, 1 and 2 that there "
        "was not.",
        *said.notes,
    ]
    if unknown:
        notes.append(
            f"{unknown} answers name no person: they are counted, but nobody knows how they worked."
        )
    if extra:
        notes.append(
            "Persons with extra time are left out of the comparison with behaviour: their limit "
            "was another."
        )
    if not seen.has_times:
        notes.append("Without times there is no behaviour to compare opinion with.")
    return tuple(notes)
