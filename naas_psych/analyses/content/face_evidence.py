"""The evidence on how each item looks, by source and question, kept apart from how it works."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.analyses.content.expert_panel import Panel, read_panel
from naas_psych.analyses.content.feedback_answers import (
    EXPERTS,
    THIRDS,
    Answers,
    Feedback,
    is_candidate,
    is_expert,
    read_feedback,
    score_thirds,
)
from naas_psych.analyses.content.relevance_verdict import total, verdicts, votes_by_judge
from naas_psych.errors import AnalysisImpossible
from naas_psych.numerics.content_validity import critical_essential
from naas_psych.numerics.endorsement import (
    JEFFREYS,
    BetaPrior,
    moments_prior,
    posterior_below,
)
from naas_psych.study.study import Study
from naas_psych.thresholds import Thresholds

#: The middle third counts twice: those near a pass mark neither gain nor lose by liking the test.
THIRD_WEIGHTS = (1.0, 2.0, 1.0)
OK, WATCH, WEAK, INSUFFICIENT = "ok", "watch", "weak", "insufficient"
#: Kinds of source.
EXPERT, CANDIDATE, OUTSIDE = "expert", "candidate", "outside"


@dataclass(frozen=True)
class Tally:
    """What one source says on one question, by item (J,).

    Attributes
    ----------
    endorsing, n : (J,) raters who endorse the item, and all who rated it
    by_third : (3, J) raters who endorse, and all, by third of their score; None for other sources
    below : (J,) probability that endorsement is below the target
    verdict : (J,) ok, watch, weak or insufficient
    main : does the verdict on the item rest on this question of the source
    """

    source: str
    kind: str
    question: str
    endorsing: NDArray[np.int64]
    n: NDArray[np.int64]
    by_third: tuple[NDArray[np.int64], NDArray[np.int64]] | None
    prior: BetaPrior
    below: NDArray[np.float64]
    verdict: NDArray[np.object_]
    main: bool

    @property
    def share(self) -> NDArray[np.float64]:
        """Endorsement (J,), nan where nobody rated."""
        gap = np.full(self.n.size, np.nan)
        return np.asarray(np.divide(self.endorsing, self.n, out=gap, where=self.n > 0))


@dataclass(frozen=True)
class Evidence:
    """How the items look to all sources; `kept` (J,) says why the panel keeps an item, or ""."""

    feedback: Feedback | None
    tallies: tuple[Tally, ...]
    kept: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def main(self) -> tuple[Tally, ...]:
        """One tally a source: the question that its verdict rests on."""
        return tuple(tally for tally in self.tallies if tally.main)


@dataclass(frozen=True)
class Rule:
    """How endorsement becomes a verdict."""

    thresholds: Thresholds
    by_moments: bool = False

    def value(self, name: str) -> float:
        """The value of a threshold."""
        return self.thresholds[name].value

    def verdicts(
        self, below: NDArray[np.float64], n: NDArray[np.int64], kind: str
    ) -> NDArray[np.object_]:
        """Weak when it is probable, watch when it is likelier than not; too few say nothing."""
        name = "endorsement_experts_min" if kind == EXPERT else "endorsement_candidates_min"
        probable = np.nan_to_num(below)
        found = np.full(n.size, OK, dtype=object)
        found[probable >= self.value("endorsement_watch_probability")] = WATCH
        found[probable >= self.value("endorsement_weak_probability")] = WEAK
        found[n < self.value(name)] = INSUFFICIENT
        return found


def face_evidence(study: Study, *, by_moments: bool = False) -> Evidence:
    """Read what people said of items: feedback and, as a source of its own, the judges."""
    rule = Rule(study.thresholds, by_moments)
    feedback = read_feedback(study)
    panel, silent = _panel(study)
    tallies = [
        *(() if feedback is None else _of_feedback(study, feedback.items, rule, panel is not None)),
        *(() if panel is None else _of_judges(panel, rule)),
    ]
    notes = (
        *(feedback.notes if feedback else ()),
        *((silent,) if silent else ()),
        *_prior_notes(tallies, rule),
    )
    return Evidence(feedback, tuple(tallies), _kept(panel, study), notes)


def _of_feedback(study: Study, answers: Answers, rule: Rule, has_judges: bool) -> Iterator[Tally]:
    """One tally a source and question; thirds of the score where the raters are candidates."""
    thirds = score_thirds(study) if len(answers.item) else None
    n_items, least = study.responses.n_items, rule.value("endorsement_min_rating")
    for source in answers.sources:
        own = answers.keep(answers.source == source)
        given = [q for q in answers.ratings if np.isfinite(own.ratings[q]).any()]
        kind = EXPERT if is_expert(source) else CANDIDATE if is_candidate(source) else OUTSIDE
        # The judges of the study and experts who filled in a form are two sources.
        name = f"{source} (feedback)" if has_judges and source == EXPERTS else source
        for question in given:
            ratings = own.ratings[question]
            rated = np.isfinite(ratings)
            yes = rated & (ratings >= least)
            groups = None
            if kind == CANDIDATE and thirds is not None:
                third = np.where(own.person >= 0, thirds[own.person], -1)
                groups = (
                    _by_third(own.item, third, yes, n_items),
                    _by_third(own.item, third, rated, n_items),
                )
            yield _tally(
                (name, kind, question),
                _count(own.item[yes], n_items),
                _count(own.item[rated], n_items),
                by_third=groups,
                rule=rule,
                main=question == given[0],
            )


def _count(items: NDArray[np.int64], n_items: int) -> NDArray[np.int64]:
    return np.asarray(np.bincount(items, minlength=n_items), dtype=np.int64)


def _by_third(
    items: NDArray[np.int64], third: NDArray[np.int64], rows: NDArray[np.bool_], n_items: int
) -> NDArray[np.int64]:
    known = rows & (third >= 0)
    cells = third[known] * n_items + items[known]
    counts = np.bincount(cells, minlength=len(THIRDS) * n_items)
    return np.asarray(counts.reshape(len(THIRDS), n_items), dtype=np.int64)


def _tally(
    who: tuple[str, str, str],
    endorsing: NDArray[np.int64],
    n: NDArray[np.int64],
    *,
    by_third: tuple[NDArray[np.int64], NDArray[np.int64]] | None,
    rule: Rule,
    main: bool,
) -> Tally:
    prior = JEFFREYS
    if rule.by_moments and (n > 0).sum() >= rule.value("endorsement_prior_items_min"):
        prior = moments_prior(endorsing, n) or JEFFREYS
    below = posterior_below(endorsing, n, line=rule.value("endorsement_target"), prior=prior)
    verdict = rule.verdicts(below, n, who[1])
    return Tally(*who, endorsing, n, by_third, prior, below, verdict, main)


def _panel(study: Study) -> tuple[Panel | None, str]:
    """The judges, each with the last rating of an item; and why they do not count, if so."""
    if study.tables.get("judgements") is None:
        return None, ""
    try:
        return read_panel(study), ""
    except AnalysisImpossible as error:
        return None, f"The judges are left out: {error}"


def _of_judges(panel: Panel, rule: Rule) -> Iterator[Tally]:
    least = rule.value("expert_endorsement_min_rating")
    for question in ("relevance", "clarity"):
        ratings = getattr(panel, question)
        if not np.isfinite(ratings).any():
            continue
        yield _tally(
            (EXPERTS, EXPERT, question),
            np.asarray((ratings >= least).sum(axis=0), dtype=np.int64),
            np.asarray(np.isfinite(ratings).sum(axis=0), dtype=np.int64),
            by_third=None,
            rule=rule,
            main=question == "relevance",
        )


def _kept(panel: Panel | None, study: Study) -> tuple[str, ...]:
    """Why an item is kept whatever it looks like (J,): essential by CVR, or by half and in role."""
    if panel is None:
        return ("",) * study.responses.n_items
    votes = total(votes_by_judge(panel))
    divided = verdicts(votes, study.thresholds) == "keep_essential"
    return tuple(
        _essential(int(yes), int(n), bool(half))
        for yes, n, half in zip(votes.essential, votes.rated_essential, divided, strict=True)
    )


def _essential(yes: int, n: int, divided: bool) -> str:
    needed = critical_essential(n) if n else None
    if needed is not None and yes >= needed:
        return f"kept: judged essential by {yes} of {n}"
    return f"kept: experts are divided, but {yes} of {n} hold it essential" if divided else ""


def _prior_notes(tallies: list[Tally], rule: Rule) -> Iterator[str]:
    if not rule.by_moments:
        yield "Prior of every endorsement: Jeffreys, Beta(0.5, 0.5)."
        return
    for tally in tallies:
        why = f"Beta({tally.prior.a:.2f}, {tally.prior.b:.2f}) by the moments of the items"
        if tally.prior is JEFFREYS:
            why = "Jeffreys, because the items are too few or do not differ beyond chance"
        yield f"Prior for {tally.source}, {tally.question}: {why}."
