"""Rows of `without_flagged`: one form with and without its flagged items, cut by cut."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.analyses.forms import named_booklets
from naas_psych.errors import AnalysisImpossible
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.bootstrap import bca
from naas_psych.numerics.intervals import UNDEFINED, Interval
from naas_psych.numerics.removal import (
    Changes,
    Marks,
    alphas,
    changes,
    correlation,
    midranks,
    outcomes,
    random_removals,
)
from naas_psych.study.responses import Counted
from naas_psych.study.study import Study

ALL_FORMS, ANY_CUT = "all forms", "any cut"
#: Percentile ranks that differ by more than this have moved.
_MOVED = 10.0


@dataclass(frozen=True)
class Asked:
    """The options of the analysis."""

    replicates: int
    samples: int
    level: float
    seed: int
    threads: int


@dataclass(frozen=True)
class CutRow:
    """Outcomes at one cut: who reaches it with all items, and who without the flagged ones.

    random : (S,) how many outcomes change when as many other items go instead
    rates : (B,) bootstrap replicates of the change of the pass rate, as sums over persons
    """

    form: str
    cut: str
    n: int
    reached: int
    up: int
    down: int
    random: NDArray[np.int64] | None
    rates: Floats | None
    why_not: str = ""


@dataclass(frozen=True)
class FormRow:
    """A form with and without its flagged items; scores are percentages of the marks."""

    form: str
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
    gone: frozenset[int],
    asked: Asked,
    *,
    omitted: Counted,
    not_reached: Counted | None,
) -> tuple[FormRow, ...]:
    """Every form, largest first; AnalysisImpossible where nobody has a total."""
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
        kept = np.array([int(j) not in gone for j in items], dtype=bool)
        cuts = _cut_shares(study, int(lowest.sum()), int(highest.sum()))
        test = Marks(points, highest, np.array(list(cuts.values()), dtype=float))
        rows.append(_form(name, test, kept, tuple(cuts), replace(asked, seed=seed)))
    return tuple(rows)


def _seeds(asked: Asked, forms: int) -> list[int]:
    """A seed for each form: draws of different forms have nothing to do with one another."""
    return np.random.SeedSequence(asked.seed).generate_state(forms, np.uint64).tolist()  # type: ignore[no-any-return]


def _cut_shares(study: Study, lowest: int, most: int) -> dict[str, float]:
    """Cuts on the score as shares of the marks that can be earned; those on theta have none."""
    unit = study.responses.unit
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
    n, removed = len(test.points), int((~kept).sum())
    seen = outcomes(test, masks)
    alpha = alphas(test.points, masks) if n > 1 else np.full(2, np.nan)
    possible = 0 < removed and kept.sum() >= max(removed, 1) and kept.any()
    others = (
        random_removals(kept, count=removed, samples=asked.samples, seed=asked.seed)
        if possible and asked.samples
        else None
    )
    draws = None
    if removed and kept.any() and asked.replicates and n > 1:
        draws = changes(
            test, kept, replicates=asked.replicates, seed=asked.seed, threads=asked.threads
        )
    means = seen.shares.mean(axis=0)
    return FormRow(
        form=name,
        n=n,
        items=kept.size,
        removed=removed,
        alpha=alpha,
        change=_limits(alpha[1] - alpha[0], draws and draws.alpha, asked.level),
        random=None if others is None or n < 2 else alphas(test.points, others) - alpha[0],
        percent=100 * seen.shares,
        mean_change=_limits(means[1] - means[0], draws and draws.mean, asked.level),
        cuts=tuple(_cuts(name, test, seen.reached, others, draws, cuts)),
    )


def _limits(estimate: float, draws: Any, level: float) -> Interval[float]:
    if draws is None:
        return UNDEFINED
    return bca(float(estimate), draws, np.empty(0), level=level)


def _cuts(
    form: str,
    test: Marks,
    reached: NDArray[np.bool_],
    others: NDArray[np.bool_] | None,
    draws: Changes | None,
    names: tuple[str, ...],
) -> Iterator[CutRow]:
    """Each cut, and with several of them whether the outcome changes at any."""
    n = len(test.points)
    instead = None if others is None else outcomes(test, others).reached
    for c, name in enumerate(names):
        old, new = reached[c, :, 0], reached[c, :, 1]
        yield CutRow(
            form=form,
            cut=name,
            n=n,
            reached=int(old.sum()),
            up=int((new & ~old).sum()),
            down=int((old & ~new).sum()),
            random=None if instead is None else (instead[c] != old[:, None]).sum(axis=0),
            rates=None if draws is None else draws.pass_rate[:, c] * n,
        )
    if len(names) > 1:
        level = reached.sum(axis=0)
        random = None
        if instead is not None:
            random = (instead.sum(axis=0) != level[:, :1]).sum(axis=0)
        up, down = level[:, 1] > level[:, 0], level[:, 1] < level[:, 0]
        yield CutRow(form, ANY_CUT, n, 0, int(up.sum()), int(down.sum()), random, None)


def over_forms(rows: tuple[FormRow, ...]) -> tuple[CutRow, ...]:
    """The cuts of every form, then of all forms together where there are several."""
    own = [cut for row in rows for cut in row.cuts]
    if len(rows) == 1:
        return tuple(own)
    pooled: dict[str, CutRow] = {}
    for cut in own:
        before = pooled.get(cut.cut)
        pooled[cut.cut] = replace(cut, form=ALL_FORMS) if before is None else _sum(before, cut)
    return (*pooled.values(), *own)


def _sum(first: CutRow, second: CutRow) -> CutRow:
    """Persons of two forms; a form without flagged items changes for nobody, whatever is drawn."""
    return replace(
        first,
        n=first.n + second.n,
        reached=first.reached + second.reached,
        up=first.up + second.up,
        down=first.down + second.down,
        random=_plus(first.random, second.random),
        rates=_plus(first.rates, second.rates),
    )


def _plus(first: Any, second: Any) -> Any:
    if first is None or second is None:
        return first if second is None else second
    return first + second
