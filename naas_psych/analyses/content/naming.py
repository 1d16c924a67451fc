"""Items that people name as the most irrelevant, against what blind naming would give."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.analyses.content.face_evidence import INSUFFICIENT, OK, WATCH, WEAK
from naas_psych.analyses.content.feedback_answers import Feedback, is_expert
from naas_psych.numerics.adjusted_p import benjamini_hochberg
from naas_psych.numerics.endorsement import naming_tail
from naas_psych.numerics.proportions import wilson
from naas_psych.study.responses import NOT_ADMINISTERED
from naas_psych.study.study import Study


@dataclass(frozen=True)
class Naming:
    """One source and column of names, by item (J,).

    Attributes
    ----------
    given : (J,) persons who named an item of their form, and were given this one
    named : (J,) those of them who named it
    chance : (J,) the share that would name it blindly, the mean of one over the items given
    """

    source: str
    question: str
    given: NDArray[np.int64]
    named: NDArray[np.int64]
    chance: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    p: NDArray[np.float64]
    p_adjusted: NDArray[np.float64]
    verdict: NDArray[np.object_]

    @property
    def share(self) -> NDArray[np.float64]:
        """(J,) the share that named the item; nan where nobody who named one was given it."""
        gap = np.full(self.given.size, np.nan)
        return np.asarray(np.divide(self.named, self.given, out=gap, where=self.given > 0))

    @property
    def what(self) -> str:
        """`most irrelevant` of `most_irrelevant_item`."""
        return self.question.removesuffix("_item").replace("_", " ")


@dataclass(frozen=True)
class Namings:
    """Every source and column, and what was set aside."""

    every: tuple[Naming, ...]
    notes: tuple[str, ...]

    def largest(self, size: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Of the sources with enough persons, the share (J,) that is surest above its chance."""
        share, chance = np.full(size, np.nan), np.full(size, np.nan)
        least = np.full(size, np.inf)
        for naming in self.every:
            surer = (naming.verdict != INSUFFICIENT) & (np.nan_to_num(naming.p, nan=2.0) < least)
            least = np.where(surer, naming.p, least)
            share = np.where(surer, naming.share, share)
            chance = np.where(surer, naming.chance, chance)
        return share, chance


def namings(study: Study, feedback: Feedback | None, *, level: float) -> Namings:
    """Count the names that people gave, source by source; experts do not sit the test."""
    if feedback is None or not feedback.named:
        return Namings((), ())
    notes: list[str] = []
    found = list(_each(study, feedback, level, notes))
    return Namings(tuple(found), tuple(notes))


def _each(study: Study, feedback: Feedback, level: float, notes: list[str]) -> Iterator[Naming]:
    given = study.responses.points != NOT_ADMINISTERED
    same = bool(given.all())
    for column, items in feedback.named.items():
        for source in feedback.test.sources:
            own = (feedback.test.source == source) & (items >= 0)
            if is_expert(source) or not own.any():
                continue
            person = feedback.test.person[own]
            known = (person >= 0) | same
            if not known.all():
                notes.append(
                    f"{int((~known).sum())} names by {source} are not counted: who gave them, and "
                    "so which items they had, is unknown."
                )
            had = np.ones((int(known.sum()), given.shape[1]), dtype=bool)
            if not same:
                had = given[person[known]]
            yield _naming((source, column), items[own][known], had, study=study, level=level)


def _naming(
    who: tuple[str, str],
    items: NDArray[np.int64],
    had: NDArray[np.bool_],
    *,
    study: Study,
    level: float,
) -> Naming:
    """`items` (M,) named by persons who had the items `had` (M, J)."""
    theirs = had[np.arange(len(items)), items]
    items, had = items[theirs], had[theirs]
    size = had.shape[1]
    given = had.sum(axis=0)
    named = np.bincount(items, minlength=size)
    blind = (had / np.maximum(had.sum(axis=1, keepdims=True), 1)).sum(axis=0)
    chance = np.divide(blind, given, out=np.full(size, np.nan), where=given > 0)
    p = naming_tail(named, given, chance=chance)
    adjusted = benjamini_hochberg(p)
    limits = wilson(named, given, level=level)
    # Too rare to be named is nothing against an item: only the lower limit matters.
    rule = study.thresholds
    sure = adjusted < rule["naming_p_max"].value
    often = limits.low > rule["naming_ratio_min"].value * np.nan_to_num(chance)
    verdict = np.full(size, OK, dtype=object)
    verdict[sure] = WATCH
    verdict[sure & often] = WEAK
    verdict[given < rule["endorsement_candidates_min"].value] = INSUFFICIENT
    return Naming(*who, given, named, chance, limits.low, limits.high, p, adjusted, verdict)
