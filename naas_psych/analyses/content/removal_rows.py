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
    n = len(test.points)
    seen = outcomes(test, masks)
    alpha = alphas(test.points, masks) if n > 1 else np.full(2, np.nan)
    others, draws = _others(kept, asked), _draws(test, kept, asked)
    means = seen.shares.mean(axis=0)
    instead = None if others is None else outcomes(test, others).reached
    at_cuts = _Seen(name, cuts, seen.reached, instead, draws)
    return FormRow(
        form=name,
        n=n,
        items=kept.size,
        removed=int((~kept).sum()),
        alpha=alpha,
        change=_limits(alpha[1] - alpha[0], draws and draws.alpha, asked.level),
        random=None if others is None or n < 2 else alphas(test.points, others) - alpha[0],
        percent=100 * seen.shares,
        mean_change=_limits(means[1] - means[0], draws and draws.mean, asked.level),
        cuts=tuple(_cuts(at_cuts) if kept.any() else _no_item_left(at_cuts)),
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


@dataclass(frozen=True)
class _Seen:
    """Of C cuts and n persons: `reached` (C, n, 2) with all items and without the flagged.

    instead : (C, n, S) reached when as many other items go; draws : the bootstrap; None if not made
    """

    form: str
    names: tuple[str, ...]
    reached: NDArray[np.bool_]
    instead: NDArray[np.bool_] | None
    draws: Changes | None

    @property
    def n(self) -> int:
        return int(self.reached.shape[1])


def _cuts(seen: _Seen) -> Iterator[CutRow]:
    """Each cut, and with several of them whether the outcome changes at any."""
    for c, name in enumerate(seen.names):
        old, new = seen.reached[c, :, 0], seen.reached[c, :, 1]
        instead = seen.instead
        yield CutRow(
            form=seen.form,
            cut=name,
            n=seen.n,
            reached=int(old.sum()),
            up=int((new & ~old).sum()),
            down=int((old & ~new).sum()),
            random=None if instead is None else (instead[c] != old[:, None]).sum(axis=0),
            rates=None if seen.draws is None else seen.draws.pass_rate[:, c] * seen.n,
        )
    if len(seen.names) > 1:
        yield _any_cut(seen)


def _any_cut(seen: _Seen) -> CutRow:
    """Outcomes as the number of cuts that are reached."""
    old, new = seen.reached.sum(axis=0).T
    random = None
    if seen.instead is not None:
        random = (seen.instead.sum(axis=0) != old[:, None]).sum(axis=0)
    up, down = int((new > old).sum()), int((new < old).sum())
    return CutRow(seen.form, ANY_CUT, seen.n, 0, up, down, random, None)


def _no_item_left(seen: _Seen) -> Iterator[CutRow]:
    for name in seen.names:
        yield CutRow(seen.form, name, 0, 0, 0, 0, None, None, "no_item_left")


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
        why_not=first.why_not and second.why_not,
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
