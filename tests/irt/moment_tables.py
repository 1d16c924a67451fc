"""M2 and its kin the long way: covariances written out, from all patterns or from products."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np

from naas_psych.irt.calibration import Calibration
from naas_psych.irt.engine.population import weights_at
from naas_psych.irt.fit import (
    booklet_moments,
    limited_information,
    moment_covariance,
    moment_slopes,
)
from naas_psych.irt.model import probabilities
from naas_psych.irt.persons import categories_of
from naas_psych.numerics.arrays import Floats

Edit = Callable[[Floats, Any], Floats]


def quadratic(residual: Floats, jacobian: Floats, covariance: Floats, n: int) -> float:
    """n e'C (C'GC)^-1 C'e, with C an orthogonal complement."""
    complement = np.linalg.qr(jacobian, mode="complete")[0][:, jacobian.shape[1] :]
    rest = complement.T @ residual
    return float(n * rest @ np.linalg.solve(complement.T @ covariance @ complement, rest))


def over_all_patterns(fit: Calibration, x: Floats, statistic: str) -> float:
    """From the probability of every pattern, and differences of these for the Jacobian."""
    sizes = fit.model.n_categories
    table = np.array(list(itertools.product(*[range(k) for k in sizes])))
    free = np.log(fit.group_sd[fit.population.free_sd])
    z = np.concatenate([fit.x, free])

    def pattern_probability(z: Floats) -> Floats:
        at = z[: fit.model.n_free], z[fit.model.n_free :]
        p = probabilities(fit.model, at[0], fit.grid.theta)
        weight = np.exp(weights_at(fit.population, at[1], fit.grid.theta))[0]
        each = np.prod([p[j, table[:, j]] for j in range(sizes.size)], axis=0)
        return np.asarray(each @ weight)

    moments = [table[:, i] * table[:, j] for i, j in itertools.combinations(range(sizes.size), 2)]
    for j, k in enumerate(sizes):
        columns = range(1, k) if statistic == "C2" else [None]
        moments += [table[:, j] if c is None else table[:, j] == c for c in columns]
    t = np.array(moments, dtype=float)
    expected = pattern_probability(z)
    place = np.ravel_multi_index(categories_of(fit, x).T.astype(int), tuple(sizes))
    observed = np.bincount(place, minlength=expected.size) / len(x)
    covariance = (t * expected) @ t.T - np.outer(t @ expected, t @ expected)
    step = 1e-5
    jacobian = [
        t @ (pattern_probability(z + h) - pattern_probability(z - h)) / (2 * step)
        for h in np.eye(z.size) * step
    ]
    return quadratic(t @ (observed - expected), np.array(jacobian).T, covariance, len(x))


def written_out(
    fit: Calibration, x: Floats, statistic: str, edit: Edit = lambda jacobian, expected: jacobian
) -> float:
    """From the same products as the package, with a Jacobian that may be spoilt on the way."""
    categories, weight = categories_of(fit, x), np.ones(len(x))
    kept = booklet_moments.booklets(categories, np.zeros(len(x), int), weight)
    (part,) = limited_information._parts(
        fit, kept, categories, weight, by_category=statistic == "C2"
    )
    e = part.expected
    slopes = moment_slopes.slopes_of(
        e,
        limited_information._gradients(fit, kept[0], limited_information._derivative(fit)),
        np.ones(e.n_moments),
    )
    jacobian = [moment_slopes.onto_moments(slopes, b) for b in np.eye(fit.n_parameters)]
    covariance = [moment_covariance.covariance_times(e, v) for v in np.eye(e.n_moments)]
    return quadratic(
        limited_information._residual(part),
        edit(np.array(jacobian).T, e),
        np.array(covariance),
        len(x),
    )
