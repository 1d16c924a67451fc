"""The test as those who sit it again meet it: chances of each outcome at each true score."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from naas_psych.analyses.irt.calibrated import Calibrated, calibrated
from naas_psych.analyses.irt.scored_forms import ScoredForm, scored_forms
from naas_psych.irt.model import probabilities
from naas_psych.irt.scores.score_distribution import Form, form_of, score_distribution
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.resits import Sittings
from naas_psych.study.responses import Counted
from naas_psych.study.spec import Cut
from naas_psych.study.study import Study

#: A sum this near a cut stands on it.
_NEAR = 1e-9
#: True scores within so many SD of the mean, in panels of one SD with so many nodes each.
_REACH, _NODES = 7, 8
#: Steps on which the true score of a cut is looked for, and within how many SD.
_FINE, _FAR = 4801, 20.0


@dataclass(frozen=True, eq=False)
class TestForm:
    """A form: its model, and the sum of points (above the lowest) from which each outcome begins.

    reach (B,) : the lowest outcome but one first; share : of the persons, who sat this form
    turns : theta at which the outcome that the true score deserves is another
    """

    made: Calibrated
    form: Form
    reach: Floats
    share: float
    turns: Floats

    def chances(self, theta: Floats) -> Floats:
        """(S + 1, Q) distribution of the sum of points."""
        p = probabilities(self.made.fit.model, self.made.fit.x, theta)[self.form.columns]
        return score_distribution(p, self.form.points)

    def expected(self, theta: Floats) -> Floats:
        """(Q,) the true score: the sum of points that is expected."""
        p = probabilities(self.made.fit.model, self.made.fit.x, theta)[self.form.columns]
        return np.asarray(np.einsum("jkq,jk->q", p, self.form.points.astype(float)))


@dataclass(frozen=True)
class Gains:
    """What changes between two sittings, in SD of ability: ability itself, and marks alone."""

    true: float
    practice: float


@dataclass(frozen=True, eq=False)
class Kinds:
    """Q kinds of persons: their ability before the first sitting, and the form that they sit.

    width (Q,) : what a density at theta is multiplied with
    """

    sittings: Sittings
    theta: Floats
    width: Floats

    def weights(self, mean: Floats, sd: Floats) -> Floats:
        """(G, Q) share of each kind among persons of normal ability; rows sum to 1."""
        z = (self.theta - mean[:, None]) / sd[:, None]
        found = np.exp(-0.5 * z * z) * self.width
        return np.asarray(found / found.sum(axis=1, keepdims=True))


@dataclass(frozen=True, eq=False)
class World:
    """The forms, the outcomes from the lowest to the highest, and the ability of those tested."""

    forms: tuple[TestForm, ...]
    outcomes: tuple[str, ...]
    mean: float
    sd: float
    reliability: float
    notes: tuple[str, ...]

    def kinds(self, sittings: int, gains: Gains) -> Kinds:
        """Chances and standings at so many sittings, at nodes between which no standing changes."""
        parts = [self._of_form(form, sittings, gains) for form in self.forms]
        return Kinds(
            Sittings(
                np.concatenate([p.sittings.below for p in parts], axis=2),
                np.concatenate([p.sittings.true for p in parts], axis=1),
            ),
            np.concatenate([p.theta for p in parts]),
            np.concatenate([p.width for p in parts]),
        )

    def _of_form(self, form: TestForm, sittings: int, gains: Gains) -> Kinds:
        learnt = gains.true * self.sd * np.arange(float(sittings))
        theta, width = _nodes(self._edges(form, learnt))
        shown = learnt + gains.practice * self.sd * np.arange(sittings)
        below = np.stack([_below(form, theta + shift) for shift in shown])
        truth = np.stack([form.expected(theta + shift) for shift in learnt])
        standing = (truth[:, None, :] >= form.reach[:, None] - _NEAR).sum(axis=1)
        return Kinds(Sittings(below, standing), theta, width * form.share)

    def _edges(self, form: TestForm, learnt: Floats) -> Floats:
        """Where panels end: at whole SD, and where somebody's standing changes at a sitting."""
        ends = self.mean + self.sd * np.arange(-_REACH, _REACH + 1)
        moved = (form.turns[:, None] - learnt).ravel()
        inside = moved[(moved > ends[0]) & (moved < ends[-1])]
        return np.unique(np.concatenate([ends, inside]))


def world_of(
    study: Study, cuts: Mapping[str, Cut], outcomes: str, omitted: Counted | None
) -> World:
    """The calibrated test with its cuts; `outcomes` is the name of what lies below all of them.

    Raises
    ------
    AnalysisImpossible
        The scores cannot be calibrated.
    """
    made = calibrated(study, omitted=omitted)
    forms = scored_forms(study, made, omitted)
    persons = np.array([max(form.rows.size, 1) for form in forms], dtype=float)
    first = _reach(made, forms[0], form_of(made.fit, forms[0].items), cuts)
    order = np.argsort(first, kind="stable")
    tests = tuple(
        _test_form(made, form, cuts, order, share)
        for form, share in zip(forms, persons / persons.sum(), strict=True)
    )
    group = made.fit.reference
    mean, sd = float(made.fit.group_mean[group]), float(made.fit.group_sd[group])
    names = list(cuts)
    return World(
        forms=tests,
        outcomes=(outcomes, *(names[k] for k in order)),
        mean=mean,
        sd=sd,
        reliability=_reliability(tests, mean, sd),
        notes=made.notes,
    )


def _test_form(
    made: Calibrated,
    form: ScoredForm,
    cuts: Mapping[str, Cut],
    order: NDArray[np.int64],
    share: float,
) -> TestForm:
    items = form_of(made.fit, form.items)
    # Cuts of several units may change places on a small form: a higher outcome is never easier.
    reach = np.maximum.accumulate(_reach(made, form, items, cuts)[order])
    bare = TestForm(made, items, reach, float(share), np.empty(0))
    return replace(bare, turns=_turns(bare))


def _turns(form: TestForm) -> Floats:
    """Found on a fine grid, and between its points by a straight line."""
    group = form.made.fit.reference
    mean, sd = form.made.fit.group_mean[group], form.made.fit.group_sd[group]
    fine = mean + sd * np.linspace(-_FAR, _FAR, _FINE)
    truth = form.expected(fine)
    at = []
    for reach in form.reach:
        over = truth >= reach - _NEAR
        for k in np.flatnonzero(over[1:] != over[:-1]):
            rise = (reach - truth[k]) / (truth[k + 1] - truth[k])
            at.append(float(fine[k] + rise * (fine[k + 1] - fine[k])))
    return np.array(at)


def _reach(made: Calibrated, form: ScoredForm, items: Form, cuts: Mapping[str, Cut]) -> Floats:
    """(B,) each cut as a sum of points of the calibrated items above their lowest."""
    bare = TestForm(made, items, np.empty(0), 1.0, np.empty(0))
    found = []
    for cut in cuts.values():
        if cut.unit == "theta":
            found.append(float(bare.expected(np.array([cut.value]))[0]))
            continue
        total = form.at_percent(cut.value) if cut.unit == "percent" else cut.value
        found.append(form.points(total) - items.lowest)
    return np.array(found)


def _nodes(edges: Floats) -> tuple[Floats, Floats]:
    x, w = np.polynomial.legendre.leggauss(_NODES)
    half, middle = np.diff(edges) / 2, (edges[1:] + edges[:-1]) / 2
    return (middle[:, None] + half[:, None] * x).ravel(), (half[:, None] * w).ravel()


def _below(form: TestForm, theta: Floats) -> Floats:
    """(B, Q) chance of a sum below each cut."""
    chances = form.chances(theta)
    none = np.zeros((1, theta.size))
    summed = np.minimum(np.concatenate([none, np.cumsum(chances, axis=0)]), 1.0)
    first = np.clip(np.ceil(form.reach - _NEAR), 0, len(chances)).astype(np.int64)
    return np.asarray(summed[first])


def _reliability(forms: tuple[TestForm, ...], mean: float, sd: float) -> float:
    """Share of the variance of totals that is of true scores, over forms by their persons."""
    theta, width = _nodes(mean + sd * np.arange(-_REACH, _REACH + 1.0))
    weight = np.exp(-0.5 * ((theta - mean) / sd) ** 2) * width
    weight /= weight.sum()
    shares = []
    for form in forms:
        p = probabilities(form.made.fit.model, form.made.fit.x, theta)[form.form.columns]
        points = form.form.points.astype(float)
        item = np.einsum("jkq,jk->jq", p, points)
        error = ((np.einsum("jkq,jk->jq", p, points**2) - item**2).sum(axis=0) * weight).sum()
        truth = item.sum(axis=0)
        true = ((truth - (truth * weight).sum()) ** 2 * weight).sum()
        shares.append(form.share * true / (true + error))
    return float(np.sum(shares))
