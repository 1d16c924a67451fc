"""The M-step: Newton steps on the expected complete-data log-likelihood, one item at a time.

Items that share parameters are solved together. A step that does not raise the objective is halved.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.irt.model import LOG_ZERO, Batch, TestModel, by_batch
from naas_psych.irt.priors import density
from naas_psych.numerics.arrays import Floats

#: The longest step in one parameter, and how often a step is halved before it is given up.
_LONGEST, _HALVINGS = 1.0, 12


@dataclass(frozen=True)
class _Local:
    """Gradient (J, p) and curvature (J, p, p) of a batch in its own free parameters."""

    gradient: Floats
    curvature: Floats


def improved(model: TestModel, x: Floats, theta: Floats, counts: Floats, *, steps: int) -> Floats:
    """x after at most `steps` guarded Newton steps on counts (J, K, Q)."""
    now = _objective(model, x, theta, counts)
    for _ in range(steps):
        step = _shortened(model, newton_step(model, x, theta, counts))
        if not step.any():
            break
        x, now = _guarded(model, x, step, now, theta=theta, counts=counts)
    return x


def log_prior(model: TestModel, x: Floats) -> float:
    """Sum of the log-densities of all priors at x."""
    return float(sum(density(prior, x[at]).value.sum() for prior, at in model.priors))


def prior_curvature(model: TestModel, x: Floats) -> Floats:
    """Minus the second derivative of the log prior (P,), as it is."""
    bend = np.zeros(model.n_free)
    for prior, at in model.priors:
        bend[at] -= density(prior, x[at]).bend
    return bend


def _prior_slope(model: TestModel, x: Floats) -> Floats:
    slope = np.zeros(model.n_free)
    for prior, at in model.priors:
        slope[at] += density(prior, x[at]).slope
    return slope


def newton_step(model: TestModel, x: Floats, theta: Floats, counts: Floats) -> Floats:
    """The scoring step (P,) that counts (J, K, Q) ask for, of whatever length."""
    slope, bend = _prior_slope(model, x), np.maximum(prior_curvature(model, x), 0.0)
    locals_ = [(batch, _local(batch, v, theta, counts)) for batch, v in by_batch(model, x)]
    step = np.zeros(model.n_free)
    if model.shared:
        step[:] = _joint(locals_, slope, bend)
    else:
        for batch, local in locals_:
            gradient = local.gradient + slope[batch.where]
            diagonal = np.arange(gradient.shape[1])
            local.curvature[:, diagonal, diagonal] += bend[batch.where]
            step[batch.where] = _solved(local.curvature, gradient)
    return step


def _shortened(model: TestModel, step: Floats) -> Floats:
    """No longer than 1 in any parameter of an item; its direction stays, so that it goes uphill."""
    if model.shared:
        return np.asarray(step * min(1.0, _LONGEST / max(np.abs(step).max(), _LONGEST)))
    longest = np.where(model.where >= 0, np.abs(step)[model.where], 0.0).max(axis=1)
    factor = np.ones(model.n_free)
    rows, _ = np.nonzero(model.where >= 0)
    factor[model.where[model.where >= 0]] = (_LONGEST / np.maximum(longest, _LONGEST))[rows]
    return step * factor


def _local(batch: Batch, values: Floats, theta: Floats, counts: Floats) -> _Local:
    """Expected information stands for the curvature: it is never negative."""
    own = counts[batch.items, : batch.n_categories]
    family, basis = batch.design.family, batch.design.basis
    scores = np.einsum("vp,jvkq->jpkq", basis, family.scores(values, theta, batch.n_categories))
    n, p = scores.shape[:2]
    flat = scores.reshape(n, p, -1)
    gradient = (flat @ own.reshape(n, -1, 1))[:, :, 0]
    log_p = family.log_probabilities(values, theta, batch.n_categories)
    expected = np.exp(log_p) * own.sum(axis=1, keepdims=True)
    information = (flat * expected.reshape(n, 1, -1)) @ np.swapaxes(flat, 1, 2)
    return _Local(gradient, information)


def _solved(curvature: Floats, gradient: Floats) -> Floats:
    """Curvature^-1 gradient, with a ridge so small that it matters only where nothing else does."""
    diagonal = np.arange(gradient.shape[-1])
    size = curvature[..., diagonal, diagonal]
    ridged = curvature.copy()
    ridged[..., diagonal, diagonal] += 1e-10 * size + 1e-8
    return np.asarray(np.linalg.solve(ridged, gradient[..., None])[..., 0])


def _joint(locals_: list[tuple[Batch, _Local]], slope: Floats, bend: Floats) -> Floats:
    gradient, curvature = slope.copy(), np.diag(bend)
    for batch, local in locals_:
        np.add.at(gradient, batch.where, local.gradient)
        rows, columns = batch.where[:, :, None], batch.where[:, None, :]
        np.add.at(curvature, (rows, columns), local.curvature)
    return _solved(curvature, gradient)


def _guarded(
    model: TestModel, x: Floats, step: Floats, before: Floats, *, theta: Floats, counts: Floats
) -> tuple[Floats, Floats]:
    """x + step and the objective there, `before` being that at x.

    The step is halved for every item (or for all, if they share) that it does not improve.
    """
    for _ in range(_HALVINGS):
        after = _objective(model, x + step, theta, counts)
        worse = ~(after >= before - 1e-12 * np.abs(before))
        if not worse.any():
            return x + step, after
        step = np.where(_belongs(model, worse), step * 0.5, step)
    return x + np.where(_belongs(model, worse), 0.0, step), np.where(worse, before, after)


def _belongs(model: TestModel, worse: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The parameters (P,) of the items that got worse."""
    if model.shared:
        return np.ones(model.n_free, bool)
    hit = np.zeros(model.n_free, bool)
    own = model.where[worse]
    hit[own[own >= 0]] = True
    return hit


def _objective(model: TestModel, x: Floats, theta: Floats, counts: Floats) -> Floats:
    """Expected log-likelihood plus log prior by item (J,), or their sum (1,) where items share."""
    found = np.empty(model.n_categories.size)
    for batch, values in by_batch(model, x):
        family = batch.design.family
        log_p = family.log_probabilities(values, theta, batch.n_categories)
        own = counts[batch.items, : batch.n_categories]
        found[batch.items] = (own * np.maximum(log_p, LOG_ZERO)).sum(axis=(1, 2))
        found[batch.items[~family.feasible(values)]] = -np.inf
    if model.shared:
        return np.array([found.sum() + log_prior(model, x)])
    for prior, at in model.priors:
        value = np.zeros(model.n_free)
        value[at] = density(prior, x[at]).value
        found += np.where(model.where >= 0, value[model.where], 0.0).sum(axis=1)
    return found
