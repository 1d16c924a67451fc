"""A test's slopes in theta on a fine lattice, so that persons' equations are solved by look-up.

Between nodes six values make a polynomial. With the lattice at a tenth of the inverse of the
steepest slope, its derivative of a log-likelihood is good to about 1e-9 of the information.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from naas_psych.irt.calibration import Calibration
from naas_psych.irt.families.family import Slopes
from naas_psych.irt.model import LOG_ZERO, TestModel, by_batch
from naas_psych.numerics.arrays import Floats

#: Scores are looked for this far; beyond, a likelihood without a maximum is called infinite.
FAR = 20.0
#: Widest spacing, spacing times steepest slope, fine nodes to a coarse cell, bytes of tables.
_WIDEST, _STEEP, _EVERY, _MOST_BYTES = 0.05, 0.1, 8, 2**27
_MOST_COARSE = 801


@dataclass(frozen=True)
class Lattice:
    """theta : (F,) equally spaced; every `every`th node is a coarse one, (C,) of them.

    tables : (F, J, K + 3) slopes of the log-probabilities by category, 0 for absence (the category
        after the item's last), then the information and the sum of P' P'' / P
    log_p, slope, information, bend : (J, K, C) at the coarse nodes; the last two do not depend on
        the category
    """

    theta: Floats
    every: int
    tables: Floats
    log_p: Floats
    slope: Floats
    information: Floats
    bend: Floats

    @property
    def step(self) -> float:
        return float(self.theta[1] - self.theta[0])


def log_slopes(model: TestModel, x: Floats, theta: Floats) -> Slopes:
    """Log-probabilities (J, K, Q) and two derivatives in theta; 0 for categories there are not."""
    shape = (model.n_categories.size, int(model.n_categories.max()), theta.size)
    value, first, second = np.full(shape, LOG_ZERO), np.zeros(shape), np.zeros(shape)
    for batch, values in by_batch(model, x):
        found = batch.design.family.slopes(values, theta, batch.n_categories)
        at = (batch.items, slice(batch.n_categories))
        value[at] = np.maximum(found.value, LOG_ZERO)
        first[at], second[at] = found.first, found.second
    return Slopes(value, first, second)


def information_of(slopes: Slopes) -> Floats:
    """Sum over categories of P'^2 / P: (J, Q)."""
    return np.asarray((np.exp(slopes.value) * slopes.first**2).sum(axis=1))


def bend_of(slopes: Slopes) -> Floats:
    """Sum over categories of P' P'' / P: (J, Q), the J of Warm (1989)."""
    second = slopes.second + slopes.first**2
    return np.asarray((np.exp(slopes.value) * slopes.first * second).sum(axis=1))


def lattice_of(fit: Calibration) -> Lattice:
    """The lattice on which every pattern of responses to this test can be scored."""
    bound = max(FAR, float(np.abs(fit.grid.theta).max()))
    look = log_slopes(fit.model, fit.x, np.linspace(-bound, bound, 401))
    theta, every = _nodes(bound, float(np.abs(look.first).max()), fit.model)
    slopes = log_slopes(fit.model, fit.x, theta)
    n_items, n_categories = slopes.value.shape[:2]
    tables = np.zeros((theta.size, n_items, n_categories + 3))
    tables[:, :, :n_categories] = slopes.first.transpose(2, 0, 1)
    tables[:, :, -2], tables[:, :, -1] = information_of(slopes).T, bend_of(slopes).T
    coarse = np.s_[..., ::every]
    alike = np.ones((1, n_categories, 1))
    return Lattice(
        theta=theta,
        every=every,
        tables=tables,
        log_p=slopes.value[coarse],
        slope=slopes.first[coarse],
        information=information_of(slopes)[:, None, ::every] * alike,
        bend=bend_of(slopes)[:, None, ::every] * alike,
    )


def _nodes(bound: float, steepest: float, model: TestModel) -> tuple[Floats, int]:
    width = 8 * model.n_categories.size * (int(model.n_categories.max()) + 3)
    step = min(_WIDEST, _STEEP / max(steepest, 1e-6))
    cells = min(int(np.ceil(2 * bound / step)), max(_MOST_BYTES // width, 800))
    every = max(_EVERY, int(np.ceil(cells / (_MOST_COARSE - 1))))
    cells = every * int(np.ceil(cells / every / 2)) * 2
    return np.linspace(-bound, bound, cells + 1), every
