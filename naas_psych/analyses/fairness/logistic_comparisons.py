"""Every comparison of a study by logistic regression, all of them fitted together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from naas_psych.analyses.fairness.judged import Integers, group_codes
from naas_psych.analyses.fairness.matched import forms_compared, matched_forms
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.dif_cells import MatchedForm, dif_cells
from naas_psych.numerics.dif_logistic import KINDS, LogisticTests, logistic_tests
from naas_psych.numerics.dif_logistic_cells import MatchedRows, matched_rows, with_several_levels
from naas_psych.numerics.dif_logistic_steps import Family, adjacent, cumulative
from naas_psych.numerics.purification import Flags, Purified, purified
from naas_psych.study.groupings import Comparison, Groups
from naas_psych.study.responses import Counted
from naas_psych.study.study import Study

Graded = Literal["cumulative", "adjacent"]
FAMILIES: dict[Graded, Family] = {"cumulative": cumulative, "adjacent": adjacent}


@dataclass(frozen=True)
class How:
    """The options of the analysis that a fit needs."""

    match: Literal["total", "rest"]
    criterion: Literal["lr", "wald"]
    graded: Graded
    purify: bool
    omitted: Counted | None


@dataclass(frozen=True, eq=False)
class Pure:
    """Answers (J,) of one kind in one comparison with flagged items left out of the score."""

    chi_square: Floats
    p: Floats
    delta_r2: Floats


@dataclass(frozen=True, eq=False)
class LogisticComparisons:
    """K comparisons of J items; problem k * J + j is item j in comparison k.

    tested : the cells that were fitted
    n (K, J, 2) : persons of each group with a response, in forms that both groups were given
    rounds, pure : by (comparison, kind), where purification was asked for and possible
    """

    comparisons: Sequence[Comparison]
    tested: MatchedRows
    tests: LogisticTests
    n: Integers
    rounds: dict[tuple[int, int], Purified]
    pure: dict[tuple[int, int], Pure]


def compared(study: Study, comparisons: Sequence[Comparison], how: How) -> LogisticComparisons:
    """Every comparison with all items in the matching score, and then purified."""
    work = _Work(study, comparisons, how)
    everything = [(k, None) for k in range(len(comparisons))]
    cells = work.enough(work.cells(everything))
    tests = work.tests(cells, len(comparisons), KINDS)
    n = work.persons()
    few = (n.min(axis=2) < work.limits["dif_compute_min"].value).ravel()
    tests.reason[few] = "group_too_few"
    tests.reason[n.min(axis=2).ravel() == 0] = "no_focal_response"
    rounds, pure = work.purified(tests) if how.purify else ({}, {})
    return LogisticComparisons(comparisons, cells, tests, n, rounds, pure)


class _Work:
    """What every round needs; comparisons that purify are fitted together, round by round."""

    def __init__(self, study: Study, comparisons: Sequence[Comparison], how: How) -> None:
        self.how, self.limits = how, study.thresholds
        self.forms: Sequence[MatchedForm] = matched_forms(study, how.omitted)
        self.forms_of = [forms_compared(study, one, self.forms) for one in comparisons]
        self.n_items = study.responses.n_items
        self.codes = [group_codes(one) for one in comparisons]

    def cells(self, wanted: Sequence[tuple[int, Flags | None]]) -> MatchedRows:
        """The cells of comparisons, each with its own anchor; items of too few persons are out."""
        made = [
            dif_cells(
                self.forms_of[k],
                self.codes[k],
                n_items=self.n_items,
                n_groups=2,
                anchor=anchor,
                include_studied=self.how.match == "total",
            )
            for k, anchor in wanted
        ]
        return with_several_levels(matched_rows(made), n_levels=2)

    def persons(self) -> Integers:
        """(K, J, 2) persons of each group with a response to the item."""
        found = np.zeros((len(self.codes), self.n_items, 2), dtype=np.int64)
        for k, codes in enumerate(self.codes):
            for form in self.forms_of[k]:
                own = codes[form.rows]
                for level in range(2):
                    found[k, form.items, level] += (form.studied[own == level] >= 0).sum(axis=0)
        return found

    def enough(self, cells: MatchedRows) -> MatchedRows:
        """The cells of items with persons enough of both groups."""
        n = np.bincount(cells.problem * 2 + cells.level, cells.counts.sum(axis=1))
        n = np.pad(n, (0, n.size % 2)).reshape(-1, 2)
        kept: Flags = np.asarray(n.min(axis=1) >= self.limits["dif_compute_min"].value)
        return cells.of(kept[cells.problem])

    def tests(self, cells: MatchedRows, k: int, kinds: tuple[str, ...]) -> LogisticTests:
        """Tests of k comparisons."""
        return logistic_tests(
            cells,
            n_problems=k * self.n_items,
            n_levels=2,
            family=FAMILIES[self.how.graded],
            kinds=kinds,
        )

    def p_of(self, tests: LogisticTests) -> Floats:
        return tests.p if self.how.criterion == "lr" else tests.wald_p

    def purified(
        self, plain: LogisticTests
    ) -> tuple[dict[tuple[int, int], Purified], dict[tuple[int, int], Pure]]:
        """Purification of each comparison and kind by its own flags."""
        first = self.p_of(plain).reshape(-1, self.n_items, 3)
        possible: Flags = np.asarray(np.isfinite(first).any(axis=2))
        seen: dict[tuple[int, int], dict[bytes, Pure]] = {}
        for k, kind in np.argwhere(np.isfinite(first).any(axis=1)):
            own = _column(plain, self.p_of(plain), int(k), int(kind), self.n_items)
            seen[int(k), int(kind)] = {np.ones(self.n_items, dtype=bool).tobytes(): own}
        rounds: dict[tuple[int, int], Purified] = {}
        pure: dict[tuple[int, int], Pure] = {}
        left = list(seen)
        while left:
            missing: dict[tuple[int, int], Flags] = {}
            for chain in left:
                known = seen[chain]
                try:
                    run = self._run(first[chain[0], :, chain[1]], possible[chain[0]], known)
                    rounds[chain], pure[chain] = run, known[self._anchor(run, known).tobytes()]
                except _Missing as wanted:
                    missing[chain] = wanted.anchor
            self._answer(missing, seen)
            left = list(missing)
        return rounds, pure

    def _run(self, p: Floats, possible: Flags, known: dict[bytes, Pure]) -> Purified:
        """The purification so far, as far as the anchors it needs are known."""

        def flags(anchor: Flags) -> Flags:
            return self._flagged(_found(anchor, known).p)

        return purified(flags, self._flagged(p), possible=possible)

    def _flagged(self, p: Floats) -> Flags:
        return np.asarray(p < self.limits["dif_alpha"].value)

    def _anchor(self, run: Purified, known: dict[bytes, Pure]) -> Flags:
        """The anchor purification came to, or the last one before with enough items to match on."""
        least = self.limits["dif_anchor_min"].value
        for out in (run.flagged, *run.history[::-1]):
            kept = [~out[form.items] for form in self.forms]
            if all(one.all() or one.sum() >= least for one in kept):
                _found(~out, known)
                return np.asarray(~out)
        return np.ones(self.n_items, dtype=bool)

    def _answer(
        self, missing: dict[tuple[int, int], Flags], seen: dict[tuple[int, int], dict[bytes, Pure]]
    ) -> None:
        """Fit what the chains of each kind wait for, in one go a kind."""
        for kind, name in enumerate(KINDS):
            chains = [chain for chain in missing if chain[1] == kind]
            if not chains:
                continue
            cells = self.enough(self.cells([(chain[0], missing[chain]) for chain in chains]))
            tests = self.tests(cells, len(chains), (name,))
            for place, chain in enumerate(chains):
                own = _column(tests, self.p_of(tests), place, kind, self.n_items)
                seen[chain][missing[chain].tobytes()] = own


class _Missing(Exception):
    """An anchor whose tests are not made yet."""

    def __init__(self, anchor: Flags) -> None:
        super().__init__()
        self.anchor = anchor


def _found(anchor: Flags, known: dict[bytes, Pure]) -> Pure:
    if anchor.tobytes() not in known:
        raise _Missing(anchor)
    return known[anchor.tobytes()]


def _column(tests: LogisticTests, p: Floats, k: int, kind: int, n_items: int) -> Pure:
    """One kind of one comparison."""
    rows = slice(k * n_items, (k + 1) * n_items)
    return Pure(
        chi_square=(tests.wald if p is tests.wald_p else tests.chi_square)[rows, kind],
        p=p[rows, kind],
        delta_r2=tests.delta_r2[rows, kind],
    )


def joint_tests(study: Study, groups: Groups, how: How) -> LogisticTests:
    """All levels of a group column at once, those with persons enough of an item."""
    codes = groups.codes()
    n_items, n_levels = study.responses.n_items, int(codes.max()) + 1
    cells = dif_cells(
        matched_forms(study, how.omitted),
        codes,
        n_items=n_items,
        n_groups=n_levels,
        include_studied=how.match == "total",
    )
    few = cells.counts.sum(axis=(1, 3)) < study.thresholds["dif_compute_min"].value
    cells.counts[np.broadcast_to(few[:, None, :, None], cells.counts.shape)] = 0
    tests = logistic_tests(
        with_several_levels(matched_rows([cells]), n_levels=n_levels),
        n_problems=n_items,
        n_levels=n_levels,
        family=FAMILIES[how.graded],
    )
    tests.reason[(~few).sum(axis=1) < 2] = "group_too_few"
    return tests
