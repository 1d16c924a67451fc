"""Forms as two groups meet them: the same items for both, but for those that were freed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from naas_psych.analyses.fairness.group_calibration import (
    FOCAL,
    REFERENCE,
    TwoGroupData,
    TwoGroupFit,
    two_group_fit,
)
from naas_psych.analyses.outcomes import FormTotals, form_totals
from naas_psych.irt.model import probabilities
from naas_psych.irt.scores.drawn_curves import drawn_parameters, drawn_probabilities
from naas_psych.irt.scores.information import information
from naas_psych.irt.scores.score_distribution import Form, form_of, score_distribution
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.functioning import chance_to_reach, where_it_reaches
from naas_psych.study.groupings import Comparison
from naas_psych.study.responses import Counted
from naas_psych.study.study import Study

#: Rounding of sums: a total this near a cut stands on it.
_NEAR = 1e-9


@dataclass(frozen=True, eq=False)
class FreedForm:
    """A form under the estimates, first, and R draws of the parameters of its freed items.

    freed : its items with parameters of each group's own
    draws : (R + 1, P); what both groups share stays at its estimates
    fixed : raw points that items without variance add, by group
    """

    totals: FormTotals
    made: TwoGroupFit
    freed: tuple[int, ...]
    draws: Floats
    fixed: dict[int, float]
    unit: float

    @property
    def theta(self) -> Floats:
        return self.made.fit.grid.theta

    def weight(self, group: int) -> Floats:
        """(Q,) share of a group at each node of theta."""
        return np.asarray(np.exp(self.made.fit.grid.log_weight[group]))

    def estimated(self, group: int, theta: Floats) -> Floats:
        """(Q,) expected total in recorded units under the estimates alone."""
        return np.asarray(replace(self, draws=self.draws[:1]).expected(group, theta)[0])

    def expected(self, group: int, theta: Floats) -> Floats:
        """(R + 1, Q) expected total in recorded units."""
        form, own = self._parts(group)
        p = drawn_probabilities(self.made.fit, self.draws, theta, form.columns[own])
        earned = np.einsum("jk,rjkq->rq", form.points[own].astype(float), p)
        rest = probabilities(self.made.fit.model, self.made.fit.x, theta)[form.columns[~own]]
        shared = np.einsum("jk,jkq->q", form.points[~own].astype(float), rest)
        return np.asarray((earned + shared + form.lowest + self.fixed[group]) * self.unit)

    def chance(self, group: int, theta: Floats, total: float) -> Floats:
        """(R + 1, Q) chance of a total of at least `total`, in recorded units."""
        form, own = self._parts(group)
        fit = self.made.fit
        rest = probabilities(fit.model, fit.x, theta)[form.columns[~own]]
        shared = score_distribution(rest, form.points[~own])
        p = drawn_probabilities(fit, self.draws, theta, form.columns[own])
        flat = np.moveaxis(p, 0, 2).reshape(*p.shape[1:3], -1)
        freed = score_distribution(flat, form.points[own])
        needed = total / self.unit - form.lowest - self.fixed[group]
        shape = (freed.shape[0], p.shape[0], theta.size)
        return chance_to_reach(shared, freed.reshape(shape), int(np.ceil(needed - _NEAR)))

    def theta_at(self, total: float) -> float:
        """Where the reference group's expected total is `total`; nan if that is nowhere."""
        return where_it_reaches(lambda theta: self.estimated(REFERENCE, theta), total)

    def sem(self, theta: float) -> float:
        """SD of the reference group's total at theta, in recorded units."""
        found = information(self.made.fit, [theta], items=self._items, group=REFERENCE)
        return float(found.score_csem[0]) * self.unit

    @property
    def _items(self) -> list[int]:
        return [int(j) for j in self.totals.items]

    def _parts(self, group: int) -> tuple[Form, NDArray[np.bool_]]:
        form = form_of(self.made.fit, self._items, group)
        return form, np.isin(form.items, self.freed)


def freed_forms(
    study: Study,
    comparison: Comparison,
    freed: frozenset[int],
    *,
    omitted: Counted | None,
    draws: int,
    seed: int,
    threads: int,
) -> Iterator[FreedForm]:
    """Every form that has one of the freed items.

    Raises
    ------
    AnalysisImpossible
        The two groups cannot be calibrated together.
    """
    made = two_group_fit(study, comparison, omitted, freed, threads=threads)
    drawn = drawn_parameters(made.fit, draws, seed=seed)
    split = {c.item for c in made.fit.columns if c.group == FOCAL}
    split &= {c.item for c in made.fit.columns if c.group == REFERENCE}
    for totals in form_totals(study, omitted):
        own = tuple(int(j) for j in totals.items if int(j) in split)
        if own:
            fixed = {group: _fixed(made, totals, group) for group in (FOCAL, REFERENCE)}
            yield FreedForm(totals, made, own, drawn, fixed, study.responses.unit)


def freeable(data: TwoGroupData, freed: frozenset[int]) -> frozenset[int]:
    """Those of the items that vary in both groups; others cannot have parameters of their own."""
    found = set()
    for j in freed:
        own = [data.points[data.group == group, j] for group in (FOCAL, REFERENCE)]
        if all(np.unique(points[points >= 0]).size > 1 for points in own):
            found.add(j)
    return frozenset(found)


def _fixed(made: TwoGroupFit, totals: FormTotals, group: int) -> float:
    """Points on items of the form that have no curve: everybody earns the same."""
    there = {c.item for c in made.fit.columns if c.group in (-1, group)}
    lost = [int(j) for j in totals.items if int(j) not in there]
    return float(sum(int(made.data.points[:, j].max(initial=0)) for j in lost))
