"""Scores of persons that solve an equation: ML, MAP and Warm's weighted likelihood."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from naas_psych.irt.calibration import Calibration
from naas_psych.irt.engine.compiled import compiled
from naas_psych.irt.engine.expectation import padded, pseudo_tables
from naas_psych.irt.engine.packing import Packed
from naas_psych.irt.engine.unpacking import categories_in
from naas_psych.irt.scores.lattice import Lattice, lattice_of
from naas_psych.irt.scores.score_loops import add_at, choose_cells, sum_tables
from naas_psych.numerics.arrays import Floats

Likelihood = Literal["map", "ml", "wle"]
_BLOCK = 2048
#: Offsets, from the node before the root, of the six whose values make the polynomial.
_OFFSETS = np.arange(-2, 4)
_NEWTON_STEPS = 5


@dataclass(frozen=True)
class Solved:
    """theta, se : (R,) of each row; infinite with an undefined error where there is no maximum."""

    theta: Floats
    se: Floats


@dataclass(frozen=True)
class _Test:
    """What all blocks share: tables (B, 256, C) of sums at the coarse nodes, one a quantity."""

    fit: Calibration
    lattice: Lattice
    packed: Packed
    log_p: Floats
    slope: Floats
    information: Floats
    bend: Floats


@dataclass(frozen=True)
class _Block:
    """Persons of one block at the coarse nodes (n or 1, C), and their categories (n, J)."""

    digits: NDArray[np.uint8]
    group: NDArray[np.int64]
    log_p: Floats
    slope: Floats
    bias: Floats


@dataclass(frozen=True)
class _Sums:
    """Of each person at a fine node: derivative of what is maximised, and information (n,)."""

    slope: Floats
    information: Floats


def likelihood_scores(
    fit: Calibration, packed: Packed, methods: tuple[Likelihood, ...], *, threads: int = 1
) -> dict[Likelihood, Solved]:
    """Scores of packed rows (R,) by each method.

    ml : l' = 0, error I^-1/2
    map : l' - (theta - mean) / sd^2 = 0, error (I + 1 / sd^2)^-1/2, with the normal of the group
    wle : l' + J / (2 I) = 0, error I^-1/2 (Warm 1989)

    I is the sum over items of P'^2 / P and J that of P' P'' / P. Of several maxima the highest is
    taken; without one the score is infinite.
    """
    test = _test(fit, packed)
    n_rows = packed.codes.shape[0]
    found = {m: Solved(np.empty(n_rows), np.empty(n_rows)) for m in methods}

    def one(start: int) -> None:
        rows = slice(start, min(start + _BLOCK, n_rows))
        block = _block(test, rows)
        for method in methods:
            solved = _solve(test, block, method)
            found[method].theta[rows], found[method].se[rows] = solved.theta, solved.se

    # Every person is on their own, so that blocks and threads cannot change a score.
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(one, range(0, n_rows, _BLOCK)))
    return found


def _test(fit: Calibration, packed: Packed) -> _Test:
    lattice = lattice_of(fit)
    by_code = [
        np.ascontiguousarray(pseudo_tables(packed, padded(part, 0.0))[:, :, : part.shape[2]])
        for part in (lattice.log_p, lattice.slope, lattice.information, lattice.bend)
    ]
    return _Test(fit, lattice, packed, *by_code)


def _block(test: _Test, rows: slice) -> _Block:
    packed, layout = test.packed, test.packed.layout
    codes = packed.codes[rows]
    categories = categories_in(packed, rows)
    digits = np.where(categories < 0, layout.n_categories, categories).astype(np.uint8)
    # Where nothing is absent, all have the same information.
    some = codes if (layout.radix > layout.n_categories).any() else codes[:1]
    return _Block(
        digits,
        packed.group[rows],
        _summed(codes, test.log_p),
        _summed(codes, test.slope),
        warm_bias(_summed(some, test.information), _summed(some, test.bend)),
    )


def _summed(codes: NDArray[np.uint8], tables: Floats) -> Floats:
    found = np.empty((codes.shape[0], tables.shape[2]))
    compiled(sum_tables)(codes, tables, found)
    return found


def warm_bias(information: Floats, bend: Floats) -> Floats:
    """J / (2 I), taken from the nearest node with information where there is none (n, C)."""
    known = information > 1e-290
    if known.all():
        return bend / (2 * information)
    bias = np.where(known, bend / (2 * np.where(known, information, 1.0)), 0.0)
    for row in np.flatnonzero(~known.all(axis=1)):
        have = np.flatnonzero(known[row])
        if have.size:
            place = np.arange(known.shape[1]).clip(have[0], have[-1])
            bias[row] = bias[row, place]
    return bias


def _solve(test: _Test, block: _Block, method: Likelihood) -> Solved:
    lattice = test.lattice
    coarse = lattice.theta[:: lattice.every]
    mean, precision = _prior(test.fit, block.group, method)
    if method == "wle":
        weight, height = block.bias, _integral(block.bias, lattice.step * lattice.every)
    else:
        weight = -(coarse - mean[:, None]) * precision[:, None]
        height = -0.5 * (coarse - mean[:, None]) ** 2 * precision[:, None]
    cell = np.empty(block.group.size, np.int64)
    compiled(choose_cells)(
        block.slope, block.log_p, weight, height, lattice.step * lattice.every, cell
    )
    solved = _refined(test, block, method, cell)
    last = coarse.size - 1
    nowhere = (cell < 0) | (cell >= last)
    theta = np.where(cell == -1, -np.inf, np.where(cell >= last, np.inf, solved.theta))
    theta[cell < -1] = np.nan
    return Solved(theta, np.where(nowhere, np.nan, solved.se))


def _prior(fit: Calibration, group: NDArray[np.int64], method: Likelihood) -> tuple[Floats, Floats]:
    mean = fit.group_mean[group]
    precision = 1 / fit.group_sd[group] ** 2 if method == "map" else np.zeros(group.size)
    return mean, precision


def _integral(slope: Floats, step: float) -> Floats:
    """Of (n, C) along the nodes, by trapezoids with their end correction."""
    whole = np.zeros_like(slope)
    whole[:, 1:] = np.cumsum(0.5 * step * (slope[:, 1:] + slope[:, :-1]), axis=1)
    return np.asarray(whole - step / 12 * np.gradient(slope, axis=1))


def _refined(test: _Test, block: _Block, method: Likelihood, cell: NDArray[np.int64]) -> Solved:
    """Halve the coarse cell down to a fine one, then solve the polynomial through six nodes."""
    lattice = test.lattice
    n_nodes = lattice.theta.size
    low = cell.clip(0, n_nodes // lattice.every - 1) * lattice.every
    high = low + lattice.every
    while (high - low).max() > 1:
        middle = (low + high) // 2
        above = _at(test, block, method, middle).slope > 0
        split = high - low > 1
        low, high = np.where(above & split, middle, low), np.where(~above & split, middle, high)
    base = low.clip(2, n_nodes - 4)
    sums = [_at(test, block, method, base + offset) for offset in _OFFSETS]
    slopes = np.stack([s.slope for s in sums])
    root = _root(slopes, (low - base).astype(float))
    information = np.exp(_value(_coefficients(np.log([s.information for s in sums])), root))
    _, precision = _prior(test.fit, block.group, method)
    theta = lattice.theta[base] + root * lattice.step
    return Solved(theta, 1 / np.sqrt(information + precision))


def _at(test: _Test, block: _Block, method: Likelihood, node: NDArray[np.int64]) -> _Sums:
    slope, information, bend = (np.empty(node.size) for _ in range(3))
    compiled(add_at)(
        block.digits,
        test.packed.layout.n_categories,
        node,
        test.lattice.tables,
        slope,
        information,
        bend,
    )
    information = np.maximum(information, 1e-300)
    if method == "wle":
        return _Sums(slope + bend / (2 * information), information)
    mean, precision = _prior(test.fit, block.group, method)
    return _Sums(slope - (test.lattice.theta[node] - mean) * precision, information)


def _coefficients(values: Floats) -> Floats:
    """Of the polynomial through values (6, n) at the offsets: (6, n), the constant first."""
    powers = np.vander(_OFFSETS.astype(float), increasing=True)
    return np.asarray(np.linalg.solve(powers, values), float)


def _value(coefficients: Floats, at: Floats) -> Floats:
    """Horner's rule."""
    found: Floats = coefficients[-1].copy()
    for row in coefficients[-2::-1]:
        found = found * at + row
    return found


def _root(values: Floats, low: Floats) -> Floats:
    """Where the polynomial is 0, between low and low + 1: it is all but straight there."""
    coefficients = _coefficients(values)
    change = coefficients[1:] * np.arange(1, 6)[:, None]
    at = low + 0.5
    for _ in range(_NEWTON_STEPS):
        bend = _value(change, at)
        step = np.where(bend < 0, _value(coefficients, at) / np.where(bend < 0, bend, -1.0), 0.0)
        at = (at - step).clip(low, low + 1)
    return np.asarray(at)
