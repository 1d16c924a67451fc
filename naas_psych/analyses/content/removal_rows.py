"""Rows of `without_flagged`: one form with and without its flagged items, cut by cut."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.analyses.content.removal_cuts import (
    ALL_FORMS,
    CutRow,
    SeenAtCuts,
    cut_rows,
    no_item_left,
    together,
)
from naas_psych.analyses.forms import named_booklets
from naas_psych.errors import AnalysisImpossible
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.bootstrap import bca
from naas_psych.numerics.intervals import UNDEFINED, Interval
from naas_psych.numerics.ranks import midranks
from naas_psych.numerics.removal import (
    Changes,
    Marks,
    alphas,
    changes,
    correlation,
    outcomes,
    random_removals,
)
from naas_psych.study.responses import Counted
from naas_psych.study.study import Study

#: Percentile ranks that differ by more than this have moved.
_MOVED = 10.0


#: Of the name of a form the items that are taken out of it.
Gone = Callable[[str], frozenset[int]]
#: Of the items of a form its cuts by name, as shares of the marks that can be earned.
CutShares = Callable[[Study, NDArray[np.int64]], dict[str, float]]


@dataclass(frozen=True)
class Asked:
    """The options of the analysis."""

    replicates: int
    samples: int
    level: float
    seed: int
    threads: int


@dataclass(frozen=True)
class FormRow:
    """A form with and without the items taken out; scores are percentages of the marks.

    test, kept : marks of its persons, and the items that stay; persons : their rows in the study
    draws : the bootstrap; None if not made
    """

    form: str
    test: Marks
    kept: NDArray[np.bool_]
    persons: NDArray[np.int64]
    draws: Changes | None
    n: int
    items: int
    removed: int
    alpha: Floats
    change: Interval[float]
    random: Floats | None
    percent: Floats
    mean_change: Interval[float]
    cuts: tuple[CutRow, ...]

    def mean(self, k: int) -> float:
        """Mean percentage with all items (0) or without the flagged (1)."""
        return float(self.percent[:, k].mean())

    def sd(self, k: int) -> float:
        """Its standard deviation, with n - 1."""
        return float(self.percent[:, k].std(ddof=1)) if self.n > 1 else float("nan")

    @property
    def score_r(self) -> float:
        """Correlation of the two scores."""
        return correlation(*self.percent.T)

    @property
    def rank_order_r(self) -> float:
        """Correlation of the two ranks."""
        return correlation(*(midranks(score) for score in self.percent.T))

    @property
    def moved(self) -> float:
        """Share of persons whose percentile rank moves by more than ten."""
        old, new = (midranks(score) for score in self.percent.T)
        return float((np.abs(new - old) * 100 / self.n > _MOVED).mean())


def form_rows(
    study: Study,
    gone: Gone,
    asked: Asked,
    *,
    omitted: Counted,
    not_reached: Counted | None,
    cut_shares: CutShares | None = None,
) -> tuple[FormRow, ...]:
    """Every form, largest first; AnalysisImpossible where nobody has a total.

    gone : of the name of a form the items (columns of the study) that are taken out of it
    cut_shares : of the items of a form its cuts, as shares of the marks (default: those on scores)
    """
    found = named_booklets(study, omitted=omitted, not_reached=not_reached)
    if not found.booklets.kept:
        raise AnalysisImpossible(
            "No two persons have a mark on every one of the same items, so there is no total that "
            "could change. Needed: a set of items that many persons completed."
        )
    responses, rows = study.responses, []
    booklets = found.booklets.kept
    for booklet, name, seed in zip(
        booklets, found.names, _seeds(asked, len(booklets)), strict=True
    ):
        items = booklet.items
        lowest = responses.min_points[items]
        points = found.marks[booklet.rows][:, items].astype(np.int64) - lowest
        highest = responses.max_points[items] - lowest
        kept = np.array([int(j) not in gone(name) for j in items], dtype=bool)
        cuts = (cut_shares or shares_of_scores)(study, items)
        test = Marks(points, highest, np.array(list(cuts.values()), dtype=float))
        row = _form(name, test, kept, tuple(cuts), replace(asked, seed=seed))
        rows.append(replace(row, persons=np.arange(responses.n_persons)[booklet.rows]))
    return tuple(rows)


def _seeds(asked: Asked, forms: int) -> list[int]:
    """A seed for each form: draws of different forms have nothing to do with one another."""
    return np.random.SeedSequence(asked.seed).generate_state(forms, np.uint64).tolist()  # type: ignore[no-any-return]


def shares_of_scores(study: Study, items: NDArray[np.int64]) -> dict[str, float]:
    """Cuts on the score as shares of the marks that can be earned; those on theta have none."""
    responses = study.responses
    unit = responses.unit
    lowest = int(responses.min_points[items].sum())
    most = int(responses.max_points[items].sum()) - lowest
    found = {}
    for name, cut in study.spec.cuts.items():
        if cut.unit == "percent":
            found[name] = cut.value / 100
        elif cut.unit == "raw" and most:
            found[name] = (cut.value / unit - lowest) / most
    return found


def _form(
    name: str, test: Marks, kept: NDArray[np.bool_], cuts: tuple[str, ...], asked: Asked
) -> FormRow:
    masks = np.stack([np.ones_like(kept), kept])
    n = len(test.points)
    seen = outcomes(test, masks)
    alpha = alphas(test.points, masks) if n > 1 else np.full(2, np.nan)
    others, draws = _others(kept, asked), _draws(test, kept, asked)
    means = seen.shares.mean(axis=0)
    instead = None if others is None else outcomes(test, others).reached
    at_cuts = SeenAtCuts(name, cuts, seen.reached, instead, draws)
    return FormRow(
        form=name,
        test=test,
        kept=kept,
        persons=np.arange(n),
        draws=draws,
        n=n,
        items=kept.size,
        removed=int((~kept).sum()),
        alpha=alpha,
        change=_limits(alpha[1] - alpha[0], draws and draws.alpha, asked.level),
        random=None if others is None or n < 2 else alphas(test.points, others) - alpha[0],
        percent=100 * seen.shares,
        mean_change=_limits(means[1] - means[0], draws and draws.mean, asked.level),
        cuts=tuple(cut_rows(at_cuts) if kept.any() else no_item_left(at_cuts)),
    )


def _others(kept: NDArray[np.bool_], asked: Asked) -> NDArray[np.bool_] | None:
    """Random sets of as many of the items that stay, where there are as many."""
    removed = int((~kept).sum())
    if not removed or not asked.samples or kept.sum() < removed:
        return None
    return random_removals(kept, count=removed, samples=asked.samples, seed=asked.seed)


def _draws(test: Marks, kept: NDArray[np.bool_], asked: Asked) -> Changes | None:
    if kept.all() or not kept.any() or not asked.replicates or len(test.points) < 2:
        return None
    return changes(test, kept, replicates=asked.replicates, seed=asked.seed, threads=asked.threads)


def _limits(estimate: float, draws: Any, level: float) -> Interval[float]:
    if draws is None:
        return UNDEFINED
    return bca(float(estimate), draws, np.empty(0), level=level)


def over_forms(rows: tuple[FormRow, ...]) -> tuple[CutRow, ...]:
    """The cuts of every form, then of all forms together where there are several."""
    own = [cut for row in rows for cut in row.cuts]
    if len(rows) == 1:
        return tuple(own)
    pooled: dict[str, CutRow] = {}
    for cut in own:
        before = pooled.get(cut.cut)
        pooled[cut.cut] = replace(cut, form=ALL_FORMS) if before is None else together(before, cut)
    return (*pooled.values(), *own)
