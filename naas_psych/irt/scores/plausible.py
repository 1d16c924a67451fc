"""Plausible values: draws from persons' posteriors, and how analyses of them are combined."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.irt.calibration import Calibration
from naas_psych.irt.engine.compiled import compiled
from naas_psych.irt.engine.population import Moments, free_part, moments_at, weights_at
from naas_psych.irt.grid import Grid
from naas_psych.irt.model import feasible
from naas_psych.irt.persons import categories_of, posteriors
from naas_psych.irt.refusal import Refused
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.one_thread import one_blas_thread

_TRIES = 100


def plausible_values(
    fit: Calibration,
    scores: Any,
    *,
    draws: int = 10,
    seed: int = 2017,
    groups: NDArray[np.int64] | None = None,
    places: NDArray[np.int64] | None = None,
    uncertain_items: bool = False,
) -> Floats:
    """Draws (N, M) of theta from each person's posterior on the grid; NaN without a response.

    One uniform number u a person and draw: the node is where the cumulative posterior passes u, and
    what is left of u places the value within the node's cell.

    Parameters
    ----------
    scores : (N, J) raw scores, negative where absent
    draws : M
    seed : each draw m has the stream PCG64(SeedSequence((seed, m)))
    groups : (N,) places of the persons' groups in `fit.group_labels`
    places : (N,) the place of each person in every stream, so that a person's values do not depend
        on who else is there; default: the row
    uncertain_items : draw the calibration's parameters anew from their sampling distribution for
        every m; it must have been estimated with standard errors

    Raises
    ------
    Refused
        Fewer than one draw, or parameters to be drawn without a covariance.
    """
    if draws < 1:
        raise Refused("too_few_draws", f"{draws} draws were asked for", "ask for at least 1")
    categories = categories_of(fit, scores, groups=groups)
    places = np.arange(categories.shape[0]) if places is None else np.asarray(places, np.int64)
    found = np.empty((categories.shape[0], draws))
    uniform = [_uniform(seed, m, places) for m in range(draws)]
    for ms, drawn in _calibrations(fit, draws, seed, uncertain_items):
        u = np.column_stack([uniform[m] for m in ms])
        found[:, ms] = _drawn(drawn, categories, groups, u)
    found[(categories < 0).all(axis=1)] = np.nan
    return found


def _uniform(seed: int, m: int, places: NDArray[np.int64]) -> Floats:
    stream = np.random.Generator(np.random.PCG64(np.random.SeedSequence((seed, m))))
    return stream.random(int(places.max(initial=-1)) + 1)[places]


def _drawn(
    fit: Calibration,
    categories: NDArray[np.int8],
    groups: NDArray[np.int64] | None,
    uniform: Floats,
) -> Floats:
    found = np.empty(uniform.shape)
    theta = fit.grid.theta
    for some in posteriors(fit, categories, groups=groups):
        compiled(_invert)(
            np.ascontiguousarray(some.posterior),
            np.ascontiguousarray(uniform[some.rows]),
            theta[0],
            theta[1] - theta[0],
            found[some.rows],
        )
    return found


def _invert(posterior: Any, uniform: Any, first: float, step: float, found: Any) -> None:
    """The cumulative posterior inverted; each node's mass is spread evenly over its cell."""
    last = posterior.shape[1] - 1
    for n in range(uniform.shape[0]):
        for m in range(uniform.shape[1]):
            u, q = uniform[n, m], 0
            while q < last and u > posterior[n, q]:
                u -= posterior[n, q]
                q += 1
            share = min(u / posterior[n, q], 1.0) if posterior[n, q] > 0.0 else 0.5
            found[n, m] = first + step * (q - 0.5 + share)


def _calibrations(
    fit: Calibration, draws: int, seed: int, uncertain: bool
) -> Iterator[tuple[list[int], Calibration]]:
    """The calibration itself for all draws, or one of its own for each."""
    if not uncertain:
        yield list(range(draws)), fit
        return
    if fit.covariance is None:
        raise Refused(
            "no_covariance",
            "the calibration has no sampling distribution to draw parameters from",
            "calibrate with standard_errors",
        )
    # One thread, so that the same seed draws the same on every machine.
    with one_blas_thread():
        values, vectors = np.linalg.eigh(fit.covariance)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    for m in range(draws):
        yield [m], _redrawn(fit, root, np.random.SeedSequence((seed, m, 1)))


def _redrawn(fit: Calibration, root: Floats, seed: np.random.SeedSequence) -> Calibration:
    """Another calibration that the data would bear; draws that make no distribution are dropped."""
    stream = np.random.Generator(np.random.PCG64(seed))
    n = fit.model.n_free
    centre = np.concatenate(
        [fit.x, free_part(fit.population, Moments(fit.group_mean, fit.group_sd))]
    )
    for _ in range(_TRIES):
        z = centre + np.einsum("pr,r->p", root, stream.standard_normal(centre.size))
        if feasible(fit.model, z[:n]):
            moments = moments_at(fit.population, z[n:])
            grid = Grid(fit.grid.theta, weights_at(fit.population, z[n:], fit.grid.theta))
            return replace(fit, x=z[:n], grid=grid, group_mean=moments.mean, group_sd=moments.sd)
    raise Refused(
        "no_feasible_draw",
        f"none of {_TRIES} draws of the parameters makes a model",
        "leave uncertain_items off: the errors are too large for normal draws",
    )


@dataclass(frozen=True)
class Combined:
    """One statistic over M completed data sets (Rubin 1987); each of the shape of the statistic.

    within : mean of the M sampling variances; between : variance (M - 1) of the M estimates
    total : within + (1 + 1 / M) between; se : its root
    missing_share : the part of the total that comes from not knowing theta
    df : degrees of freedom of the t distribution for intervals
    """

    estimate: Floats
    within: Floats
    between: Floats
    total: Floats
    se: Floats
    missing_share: Floats
    df: Floats


def combine(estimates: Any, variances: Any) -> Combined:
    """Rubin's rules: estimates and their sampling variances, each (M, ...), one row a draw.

    Raises
    ------
    Refused
        Fewer than two draws.
    """
    estimates, variances = np.asarray(estimates, float), np.asarray(variances, float)
    m = estimates.shape[0]
    if m < 2:
        raise Refused("too_few_draws", "one draw has no variance between draws", "use two or more")
    within, between = variances.mean(axis=0), estimates.var(axis=0, ddof=1)
    added = (1 + 1 / m) * between
    total = within + added
    with np.errstate(divide="ignore", invalid="ignore"):
        share = added / total
        df = (m - 1) / share**2
    return Combined(estimates.mean(axis=0), within, between, total, np.sqrt(total), share, df)
