"""Feedback on the test as a whole: what each source says, and who was heard."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.content.feedback_answers import Answers, ordered_questions, read_feedback
from naas_psych.analyses.content.feedback_drawings import feedback_drawings as drawings
from naas_psych.analyses.content.feedback_findings import feedback_findings as findings
from naas_psych.analyses.content.feedback_shares import (
    Difference,
    Frame,
    Share,
    differences,
    frame_of,
    majority,
    response_count,
    shares,
    who_answered,
)
from naas_psych.analysis import Level, analysis
from naas_psych.errors import AnalysisImpossible
from naas_psych.numerics.proportions import wilson
from naas_psych.result import Result, tidy
from naas_psych.study.study import Study
from naas_psych.thresholds import Thresholds

__all__ = ["drawings", "feedback_summary", "findings"]


@analysis
def feedback_summary(study: Study, *, level: Level = 0.95) -> Result:
    """What do those who were asked say of the test, source by source, and who was not heard?

    Formula
    -------
    agree = share of ratings 4 or 5, Wilson's interval. agree_weighted: the same after raking those
    who answered to everybody, by third of the score and by the groups of the study; error of the
    residuals on these margins, with what is left unheard (Deming and Stephan; Deville and Sarndal).
    agree_difference: between two sources, Newcombe's interval. In words, by the interval: clear
    majority from .70, most above .50, minority below .50, else mixed.

    How to read it
    --------------
    Each source answers for those it heard: a form at the exit, a phone call later and an open call
    hear different people at different times, and none of them is the answer. Where they differ,
    say so with all of them. Weighting repairs what the score and the groups explain of who kept
    silent, and nothing else.

    When not to use it
    ------------------
    Not to pick the source that suits. Not as evidence that the test measures the job. An open
    call has no response rate: nobody knows whom it reached.

    Agrees with
    -----------
    One margin is post-stratification with its finite population error. Wilson's limits are those of
    R's prop.test without correction.

    References
    ----------
    wilson_1927, newcombe_1998, deming_stephan_1940, deville_sarndal_1992

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/naas_pilot")
    >>> answers = nps.feedback_summary(study).tables["answers"]
    >>> asked = answers[answers["question"] == "relevant_overall"].set_index("source")
    >>> asked["mean_rating"].round(1).to_dict()
    {'exit': 3.7, 'phone': 3.1, 'open_call': 2.0}
    """
    feedback = read_feedback(study)
    if feedback is None or not any(np.isfinite(v).any() for v in feedback.test.ratings.values()):
        raise AnalysisImpossible(_NEEDED)
    frame, rule = frame_of(study), study.thresholds
    frame_share = rule["feedback_frame_min"].value
    every = sorted(
        shares(
            feedback.test,
            frame,
            agree_from=rule["endorsement_min_rating"].value,
            level=level,
            frame_share=frame_share,
        ),
        key=_order(feedback.test),
    )
    least = int(rule["feedback_answers_min"].value)
    pairs = differences(every, level=level, least=least)
    return Result(
        tables={
            "answers": _answers(every, rule, level),
            "sources": _sources(feedback.test, frame, level),
            "differences": _differences(pairs),
            "who_answered": _who_answered(feedback.test, frame, level, frame_share),
        },
        notes=(*feedback.notes, *_NOTES),
        provenance={"frame_share": frame_share},
    )


_NEEDED = (
    "Nobody said anything of the test as a whole: there is no table feedback with a question that "
    "was rated from 1 to 5. Needed: one row a form with source, a column a question and, where it "
    "is known, person_id; rows with an item_id are about that item and belong to face_validity."
)
_NOTES = (
    "Agreeing is a rating of 4 or 5 of 5, disagreeing 1 or 2.",
    "Sources are compared as if different people had answered; those whom two sources heard make "
    "the intervals of differences a little too wide or too narrow.",
    "Response rates are shares of the persons with responses; a source that few of them answered "
    "was not put to all, and its rate says how far it reached, not how many refused.",
)


def _order(answers: Answers) -> Any:
    questions, sources = ordered_questions(answers.ratings), answers.sources
    return lambda share: (questions.index(share.question), sources.index(share.source))


def _answers(every: list[Share], rule: Thresholds, level: float) -> pd.DataFrame:
    n = np.array([share.n for share in every])
    limits = wilson([share.agreeing for share in every], n, level=level)
    ends = zip(limits.low, limits.high, strict=True)
    clear, half = (rule[name].value for name in ("feedback_clear_majority", "feedback_majority"))
    least = rule["feedback_answers_min"].value
    words = [
        majority(low, high, clear=clear, half=half) if share.n >= least else "too few"
        for share, (low, high) in zip(every, ends, strict=True)
    ]
    weighted = [share.weighted for share in every]
    return tidy(
        {
            "question": [share.question for share in every],
            "source": [share.source for share in every],
            "n": n,
            "n_given": [share.n_given for share in every],
            "agree": [share.agree for share in every],
            "agree_low": limits.low,
            "agree_high": limits.high,
            "in_words": words,
            "disagree": [share.disagreeing / share.n for share in every],
            "mean_rating": [share.mean for share in every],
            "agree_weighted": [share.weighted_share for share in every],
            "agree_weighted_low": [np.nan if w is None else w.low for w in weighted],
            "agree_weighted_high": [np.nan if w is None else w.high for w in weighted],
        },
        {"agree_weighted": [share.why_not for share in every]},
    )


def _sources(answers: Answers, frame: Frame, level: float) -> pd.DataFrame:
    parts = [answers.keep(answers.source == source) for source in answers.sources]
    known = [bool((part.person >= 0).all()) for part in parts]
    heard = [response_count(part) for part in parts]
    limits = wilson(heard, frame.n, level=level)
    rate = np.where(known, np.array(heard) / frame.n, np.nan)
    return tidy(
        {
            "source": list(answers.sources),
            "n": [len(part.person) for part in parts],
            "persons_heard": heard,
            "persons": [frame.n] * len(parts),
            "response_rate": rate,
            "response_rate_low": np.where(known, limits.low, np.nan),
            "response_rate_high": np.where(known, limits.high, np.nan),
        },
        {"response_rate": ["persons_unknown"] * len(parts)},
    )


def _differences(pairs: list[Difference]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "question": pd.Series([pair.question for pair in pairs], dtype=object),
            "source": pd.Series([pair.first.source for pair in pairs], dtype=object),
            "other_source": pd.Series([pair.second.source for pair in pairs], dtype=object),
            "agree_difference": np.array([pair.value for pair in pairs], dtype=float),
            "agree_difference_low": np.array([p.limits.low for p in pairs], dtype=float),
            "agree_difference_high": np.array([p.limits.high for p in pairs], dtype=float),
            "sources_differ": np.array(
                [pair.strict.low > 0 or pair.strict.high < 0 for pair in pairs], dtype=bool
            ),
        }
    )


def _who_answered(answers: Answers, frame: Frame, level: float, frame_share: float) -> pd.DataFrame:
    """Response by group, of forms that were put to all; the ratio is to all persons' rate."""
    rows: list[dict[str, Any]] = []
    for source in answers.sources:
        own = answers.keep(answers.source == source)
        overall = response_count(own) / frame.n
        if (own.person >= 0).all() and overall >= frame_share:
            rows += [{"source": source, "all": overall, **r} for r in who_answered(own, frame)]
    names = ("source", "characteristic", "characteristic_value", "persons", "persons_heard")
    table = pd.DataFrame({name: [row[name] for row in rows] for name in names})
    persons, heard = (table[name].to_numpy(dtype=float) for name in names[3:])
    limits = wilson(heard, persons, level=level)
    everybody = np.array([row["all"] for row in rows], dtype=float)
    for name, values in (("", heard / persons), ("_low", limits.low), ("_high", limits.high)):
        table[f"response_rate{name}"] = values
        table[f"response_ratio{name}"] = values / everybody
    return table
