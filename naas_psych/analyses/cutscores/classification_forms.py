"""Forms with their cuts in rising order, as every method of classification takes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.analyses.fairness.matched import matched_forms
from naas_psych.analyses.outcomes import FormTotals, cuts_asked, form_totals, total_at
from naas_psych.errors import AnalysisImpossible
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.classification.spread import Spread
from naas_psych.numerics.coefficients import alpha_from_sums
from naas_psych.study.responses import Counted
from naas_psych.study.spec import Cut
from naas_psych.study.study import Study

#: A total this near a cut stands on it.
_NEAR = 1e-9
#: What the rows on the outcome over all cuts are called.
ALL_CUTS = "all cuts"
ALL_FORMS = "all forms"


@dataclass(frozen=True)
class FormCut:
    """A cut as asked for, and where it stands on a form, in recorded units.

    total : exact; operational : the lowest total that can be had and reaches it
    reason : why it parts nobody from anybody; None where it can
    """

    name: str
    cut: Cut
    total: float
    operational: float
    reason: str | None


@dataclass(frozen=True, eq=False)
class CutForm:
    """The n persons of a form, their marks, and the cuts in rising order.

    marks : (n, j) points above the lowest; unit : what a point is worth
    binary : every item gives 0 or 1 point
    given : a reliability that was asked for; None means alpha
    """

    totals: FormTotals
    marks: NDArray[np.int64]
    unit: float
    binary: bool
    cuts: tuple[FormCut, ...]
    given: float | None

    @property
    def name(self) -> str:
        return self.totals.name

    @property
    def n(self) -> int:
        return int(self.totals.rows.size)

    @property
    def span(self) -> int:
        """Points between the lowest and the highest possible total."""
        return round((self.totals.high - self.totals.low) / self.unit)

    @cached_property
    def points(self) -> NDArray[np.int64]:
        """(n,) totals in points above the lowest possible."""
        return np.asarray(self.marks.sum(axis=1), dtype=np.int64)

    @cached_property
    def counts(self) -> Floats:
        """(span + 1,) persons at each total in points."""
        return np.bincount(self.points, minlength=self.span + 1).astype(float)

    @cached_property
    def deviations(self) -> Floats:
        """(n,) sum over items of squared distances from the item's mean: its mean is a variance."""
        mean = self.marks.mean(axis=0)
        return np.asarray(
            np.einsum("nj,nj->n", self.marks, self.marks, dtype=float)
            - 2 * np.einsum("nj,j->n", self.marks, mean)
            + mean @ mean
        )

    @cached_property
    def varying(self) -> int:
        """Items that do not have one mark for everybody."""
        return int((self.marks.min(axis=0) != self.marks.max(axis=0)).sum())

    @cached_property
    def spread(self) -> Spread:
        """Number, mean and variance of totals in points."""
        return Spread.of(np.arange(self.span + 1.0), self.counts)

    @cached_property
    def reliability(self) -> float:
        """The one asked for, else alpha over the items that vary; nan where there is none."""
        if self.given is not None:
            return self.given
        return alpha_of(float(self.deviations.sum()) / max(self.n, 1), self.spread, self.varying)

    @property
    def told(self) -> tuple[FormCut, ...]:
        """Cuts that part persons, each total once."""
        known = [cut for cut in self.cuts if cut.reason is None]
        return tuple(
            cut for k, cut in enumerate(known) if k == 0 or cut.total > known[k - 1].total + _NEAR
        )

    @property
    def places(self) -> Floats:
        """(C,) the told cuts in points above the lowest total."""
        return np.array([(cut.total - self.totals.low) / self.unit for cut in self.told])

    def place(self, cut: FormCut) -> int:
        """Which of the told cuts stands where this one does."""
        return next(k for k, own in enumerate(self.told) if abs(own.total - cut.total) <= _NEAR)

    @property
    def together(self) -> str | None:
        """Why the cuts make no outcomes together; None where they do."""
        first = next((cut.reason for cut in self.cuts if cut.reason is not None), None)
        return first or ("cuts_coincide" if len(self.told) < len(self.cuts) else None)

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Names of the outcomes, the lowest first."""
        names = [cut.name for cut in self.cuts]
        return (f"below {names[0]}", *names)


def alpha_of(item_variances: float, spread: Spread, items: int) -> float:
    """Alpha from the mean of `deviations` (variances with N) and the totals."""
    if not spread.population_variance > 0:
        return float("nan")
    return float(alpha_from_sums(item_variances, spread.population_variance, items))


@dataclass(frozen=True)
class Placed:
    """Forms with their cuts, and what is to be said about cuts that have no place."""

    forms: tuple[CutForm, ...]
    notes: tuple[str, ...]


def cut_forms(
    study: Study,
    asked: Sequence[str] | None,
    *,
    reliability: float | None,
    omitted: Counted | None,
) -> Placed:
    """Every form with the cuts asked for, else those of the study.

    Raises
    ------
    UsageError
        A cut has no unit, or lies outside the scale.
    AnalysisImpossible
        There is no cut that has a place on the totals.
    """
    cuts = cuts_asked(study, asked)
    totals = form_totals(study, omitted)
    placed, notes = _placed(study, totals, cuts, omitted=omitted, asked=bool(asked))
    forms = []
    for form, matched in zip(totals, matched_forms(study, omitted), strict=True):
        unit = study.responses.unit
        span = (study.responses.max_points - study.responses.min_points)[form.items]
        own = [_cut(form, name, cuts[name], at[form.name], unit=unit) for name, at in placed]
        forms.append(
            CutForm(
                totals=form,
                marks=matched.marks,
                unit=unit,
                binary=bool((span == 1).all()) and unit == 1,
                cuts=tuple(sorted(own, key=lambda cut: (cut.total, cut.name))),
                given=reliability,
            )
        )
    return Placed(tuple(forms), tuple(notes))


def _placed(
    study: Study,
    forms: Sequence[FormTotals],
    cuts: Mapping[str, Cut],
    *,
    omitted: Counted | None,
    asked: bool,
) -> tuple[list[tuple[str, dict[str, float]]], list[str]]:
    found: list[tuple[str, dict[str, float]]] = []
    notes: list[str] = []
    for name, cut in cuts.items():
        try:
            found.append((name, {f.name: total_at(study, f, cut, omitted) for f in forms}))
        except AnalysisImpossible as error:
            if asked or len(cuts) == 1:
                raise
            notes.append(f"The cut {name} is left out: {error}")
    if not found:
        raise AnalysisImpossible("No pass mark has a place on the totals. Needed: --cut 63%.")
    return found, notes


def _cut(form: FormTotals, name: str, cut: Cut, total: float, *, unit: float) -> FormCut:
    steps: Any = np.ceil((total - form.low) / unit - _NEAR)
    operational = form.low + unit * max(float(steps), 0.0)
    reason = None
    if total <= form.low + _NEAR:
        reason = "everybody_reaches"
    elif total > form.high + _NEAR:
        reason = "nobody_can_reach"
    return FormCut(name, cut, total, operational, reason)
