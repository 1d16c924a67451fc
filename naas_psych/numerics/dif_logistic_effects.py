"""What a group effect on the logit means in marks, and whether it is the same at every step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc, expit

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.dif_logistic_fit import (
    Fit,
    Flags,
    Information,
    Integers,
    Problems,
    information,
    inverted,
    local,
    logits,
)
from naas_psych.numerics.dif_logistic_newton import fitted, start
from naas_psych.numerics.dif_logistic_parts import Part
from naas_psych.numerics.dif_logistic_steps import chances


@dataclass(frozen=True, eq=False)
class Places:
    """Where a difference is averaged: r places, each in a segment, with z and a weight.

    Weights add up to 1 over a problem.
    """

    segment: Integers
    z: Floats
    weight: Floats


@dataclass(frozen=True, eq=False)
class ShareDifference:
    """Expected share of the marks, focal less reference; (P,) value and its standard error."""

    value: Floats
    se: Floats


def of_group(problems: Problems, level: int) -> Places:
    """The scores of the persons of a level of two (1 focal)."""
    persons = problems.persons * (problems.x[0] == level)
    total = problems.in_all(persons)
    weight = persons / np.where(total > 0, total, 1.0)[problems.row_problem]
    return Places(problems.segment, problems.z, weight)


def at_score(problems: Problems, z: float) -> Places:
    """One score in each form, forms weighted by their persons."""
    persons = problems.by_segment(problems.persons)
    weight = persons / problems.by_problem(persons)[problems.problem]
    return Places(np.arange(persons.size), np.full(persons.size, z), weight)


def share_difference(problems: Problems, fit: Fit, places: Places) -> ShareDifference:
    """Average over places of what being focal changes, with its error by the delta method."""
    t, own = problems.n_steps, problems.problem[places.segment]
    form, border = fit.parameters.form[places.segment], fit.parameters.border[own]
    focal = np.stack([np.ones_like(places.z), places.z], axis=1)[:, : border.shape[1] - t]
    base = form[:, 0] + form[:, 1] * places.z
    shifted = base + (focal * border[:, t:]).sum(axis=1)
    points = problems.points[:, own]
    scale = places.weight / (points[-1] - points[0])
    by_form, by_border = np.zeros(base.size), np.zeros(border.shape)
    value = np.zeros(base.size)
    for sign, eta in ((1.0, shifted), (-1.0, base)):
        found = chances(problems.family, eta, border[:, :t].T, points)
        slope = (points * found.slope).sum(axis=1) * (sign * scale)
        value += sign * scale * (points * found.probability).sum(axis=0)
        by_form += slope[0]
        by_border[:, :t] += slope[1:].T
        by_border[:, t:] += slope[0][:, None] * focal * (sign > 0)
    z = np.stack([np.ones_like(places.z), places.z], axis=1)
    variance = _variance(
        problems,
        fit.information,
        _sums(by_form[:, None] * z, places.segment, problems.problem.size),
        _sums(by_border, own, problems.n_problems),
    )
    total = _sums(value[:, None], own, problems.n_problems)[:, 0]
    return ShareDifference(total, np.sqrt(np.maximum(variance, 0.0)))


def _sums(values: Floats, index: Integers, size: int) -> Floats:
    return np.stack([np.bincount(index, each, minlength=size) for each in values.T], axis=1)


def _variance(problems: Problems, info: Information, form: Floats, border: Floats) -> Floats:
    """(P,) variance of a function with gradient form (S, 2) and border (P, D)."""
    own = problems.by_problem(np.einsum("sa,sab,sb->s", form, info.inverse, form))
    rest = border - problems.by_problem(np.einsum("sdb,sb->sd", info.lifted, form))
    return np.asarray(own + np.einsum("pa,pab,pb->p", rest, inverted(info.schur), rest))


def expected_share(part: Part, fit: Fit) -> Floats:
    """(r,) the expected share of the marks in each cell of a part."""
    problems = part.problems
    points = problems.row_points
    model = problems.with_columns(fit.parameters.border.shape[1] - problems.n_steps)
    tau = fit.parameters.border.T[: problems.n_steps, problems.row_problem]
    found = chances(problems.family, logits(model, fit.parameters), tau, points)
    earned = (points * found.probability).sum(axis=0) - points[0]
    return np.asarray(earned / (points[-1] - points[0]))


@dataclass(frozen=True, eq=False)
class SameAtEveryStep:
    """Brant's test that the group effect is one at all steps; (P,) nan where it has no answer."""

    chi_square: Floats
    df: int
    p: Floats


def same_at_every_step(problems: Problems) -> SameAtEveryStep:
    """Brant's (1990) test for the group effect of M2 with two groups.

    Each step is fitted as a logistic regression of its own. An effect is a sum over cells of
    residual times leverage r / sum(w r^2), where r is the group column less what score and form
    say of it, so that the covariance of two of them is a sum over the same cells.
    """
    steps = len(problems.counts) - 1
    n = problems.persons
    effects, leverages, shares, settled = [], [], [], np.ones(problems.n_problems, dtype=bool)
    for step in range(1, steps + 1):
        model = _split(problems, step)
        fit = fitted(model, start(model, 1))
        info = information(model, local(model, fit.parameters))
        leverages.append(_leverage(model, info))
        shares.append(expit(logits(model, fit.parameters)))
        effects.append(fit.parameters.border[:, 0])
        settled &= fit.settled
    covariance = np.empty((problems.n_problems, steps, steps))
    for a in range(steps):
        for b in range(steps):
            both = shares[max(a, b)] - shares[a] * shares[b]
            term = n * both * leverages[a] * leverages[b]
            covariance[:, a, b] = problems.in_all(term)
    contrast = np.eye(steps)[1:] - np.eye(steps)[:1]
    gap = np.stack(effects, axis=1) @ contrast.T
    spread = contrast @ covariance @ contrast.T
    chi_square = np.where(settled, _quadratic(gap, spread, settled), np.nan)
    return SameAtEveryStep(chi_square, steps - 1, chdtrc(steps - 1, chi_square))


def _split(problems: Problems, step: int) -> Problems:
    """Right from this category on, wrong below."""
    right = problems.counts[step:].sum(axis=0)
    return Problems(
        segment=problems.segment,
        problem=problems.problem,
        z=problems.z,
        x=problems.x[:1],
        counts=np.stack([problems.persons - right, right]),
        points=np.broadcast_to([[0.0], [1.0]], (2, problems.n_problems)),
        family=None,
    )


def _leverage(problems: Problems, info: Information) -> Floats:
    """(R,) what a residual in each cell does to the group effect."""
    z = np.stack([np.ones_like(problems.z), problems.z], axis=1)
    rest = problems.x[0] - (info.lifted[problems.segment, 0] * z).sum(axis=1)
    return np.asarray(rest * inverted(info.schur)[problems.row_problem, 0, 0])


def _quadratic(gap: Floats, spread: Floats, good: Flags) -> Floats:
    safe = np.where(good[:, None, None], spread, np.eye(spread.shape[-1]))
    return np.asarray(np.einsum("pa,pab,pb->p", gap, inverted(safe), gap))
