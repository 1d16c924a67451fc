"""What each source says of the test as a whole: shares that agree, plain and weighted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.analyses.content.feedback_answers import Answers, score_thirds
from naas_psych.numerics.intervals import Interval
from naas_psych.numerics.proportions import newcombe, wilson
from naas_psych.numerics.raking import Margin, collapsed, rake, weighted_shares
from naas_psych.study.groupings import level_values
from naas_psych.study.study import Study

#: Fewer answers than this in a group of a margin are put together with others.
_LEAST = 5
#: A rating up to here disagrees.
DISAGREE_TO = 2.0
NOT_STATED = "not stated"


@dataclass(frozen=True)
class Share:
    """One question to one source: who agrees (4 or 5), who disagrees (1 or 2), and the mean."""

    source: str
    question: str
    n: int
    n_given: int
    agreeing: int
    disagreeing: int
    mean: float
    weighted: Interval[float] | None
    weighted_share: float
    why_not: str

    @property
    def agree(self) -> float:
        """Share that agrees, of those who answered."""
        return self.agreeing / self.n if self.n else float("nan")


@dataclass(frozen=True)
class Frame:
    """Everybody who could have answered: N persons by third of the score and by group.

    `characteristics` maps the name of each to its values (N,), texts.
    """

    characteristics: Mapping[str, NDArray[np.object_]]

    @property
    def n(self) -> int:
        return len(next(iter(self.characteristics.values())))


THIRD_NAMES = {0: "low", 1: "middle", 2: "top", -1: "no total"}


def frame_of(study: Study) -> Frame:
    """Thirds of the score, then the person columns that the study compares groups by."""
    thirds = [THIRD_NAMES[int(third)] for third in score_thirds(study)]
    found = {"score_third": np.array(thirds, dtype=object)}
    for name in study.spec.groups:
        if name in study.persons:
            values = level_values(study, name)
            found[name] = np.array([NOT_STATED if v is None else v for v in values], dtype=object)
    return Frame(found)


def shares(
    answers: Answers, frame: Frame, *, agree_from: float, level: float, frame_share: float
) -> Iterator[Share]:
    """Every source and question that somebody of the source answered."""
    for source in answers.sources:
        own = answers.keep(answers.source == source)
        questions = [q for q in own.ratings if np.isfinite(own.ratings[q]).any()]
        weighted = _weighted(
            own, questions, frame, agree_from=agree_from, level=level, frame_share=frame_share
        )
        for question in questions:
            ratings = own.ratings[question]
            given = ratings[np.isfinite(ratings)]
            interval, share, why = weighted[question]
            yield Share(
                source=source,
                question=question,
                n=len(given),
                n_given=len(ratings),
                agreeing=int((given >= agree_from).sum()),
                disagreeing=int((given <= DISAGREE_TO).sum()),
                mean=float(given.mean()),
                weighted=interval,
                weighted_share=share,
                why_not=why,
            )


Weighted = tuple[Interval[float] | None, float, str]


def _weighted(
    own: Answers,
    questions: list[str],
    frame: Frame,
    *,
    agree_from: float,
    level: float,
    frame_share: float,
) -> dict[str, Weighted]:
    """Shares weighted to the frame, question by question, or why there are none."""
    if (own.person < 0).any():
        return dict.fromkeys(questions, (None, float("nan"), "persons_unknown"))
    if len(own.person) < frame_share * frame.n:
        return dict.fromkeys(questions, (None, float("nan"), "not_asked_of_all"))
    found: dict[str, Weighted] = {}
    masks: dict[bytes, list[str]] = {}
    for question in questions:
        masks.setdefault(np.isfinite(own.ratings[question]).tobytes(), []).append(question)
    for mask, same in masks.items():
        given = np.frombuffer(mask, dtype=bool)
        yes = np.stack([own.ratings[q][given] >= agree_from for q in same], axis=1)
        found |= _raked(own.person[given], yes, same, frame, level)
    return found


def _raked(
    persons: NDArray[np.int64], yes: NDArray[np.bool_], names: list[str], frame: Frame, level: float
) -> dict[str, Weighted]:
    answered = np.zeros(frame.n, dtype=bool)
    answered[persons] = True
    margins = []
    for values in frame.characteristics.values():
        codes = collapsed(values.astype(str), answered, least=_LEAST)
        margins.append(Margin(codes[persons], np.bincount(codes).astype(float)))
    made = weighted_shares(yes, rake(margins, len(persons)), margins)
    limits = wilson(made.share * made.n_effective, made.n_effective, level=level)
    return {
        name: (Interval(float(limits.low[k]), float(limits.high[k])), float(made.share[k]), "")
        for k, name in enumerate(names)
    }


@dataclass(frozen=True)
class Difference:
    """How much more of one source agree than of another, with Newcombe's interval."""

    question: str
    first: Share
    second: Share
    value: float
    limits: Interval[float]
    strict: Interval[float]


def differences(every: list[Share], *, level: float, least: int) -> list[Difference]:
    """Pairs of sources with enough answers; `strict` holds for all pairs and questions at once."""
    by_question: dict[str, list[Share]] = {}
    for share in every:
        if share.n >= least:
            by_question.setdefault(share.question, []).append(share)
    pairs = [
        (question, first, second)
        for question, those in by_question.items()
        for first, second in combinations(those, 2)
    ]
    together = 1 - (1 - level) / max(len(pairs), 1)
    found = []
    for question, first, second in pairs:
        counts = (first.agreeing, first.n), (second.agreeing, second.n)
        limits, strict = (newcombe(*counts, level=at) for at in (level, together))
        gap = first.agree - second.agree
        found.append(Difference(question, first, second, gap, limits, strict))
    return found


def majority(low: float, high: float, *, clear: float, half: float) -> str:
    """What an interval of the share that agrees allows to be said."""
    if low >= clear:
        return "clear majority"
    if low > half:
        return "most"
    return "minority" if high < half else "mixed"


def who_answered(own: Answers, frame: Frame) -> Iterator[dict[str, Any]]:
    """Persons and answers by characteristic, of a source whose persons are known."""
    heard = np.zeros(frame.n, dtype=bool)
    heard[own.person[own.person >= 0]] = True
    for name, values in frame.characteristics.items():
        known, codes = np.unique(values.astype(str), return_inverse=True)
        all_persons = np.bincount(codes, minlength=known.size)
        answered = np.bincount(codes[heard], minlength=known.size)
        for k, value in enumerate(known):
            yield {
                "characteristic": name,
                "characteristic_value": str(value),
                "persons": int(all_persons[k]),
                "persons_heard": int(answered[k]),
            }


def response_count(own: Answers) -> int:
    """Different persons of the frame who answered."""
    return int(np.unique(own.person[own.person >= 0]).size)
