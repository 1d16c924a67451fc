"""Thousands of small regressions at once: a score category on a matching score and groups.

A problem (an item in a comparison) has the logit eta = c + s z + x beta of each of its cells. Every
form has its own c and s, so that persons are matched within their form; steps tau between the
categories and the group effects beta are common. The information is therefore a 2 x 2 block a form
with a border of T + Q rows, and a step of Newton's method takes no matrix larger than the border.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.dif_logistic_steps import Family, Local, binary, graded

Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

#: A parameter can be told where this share of its information is left once the others are known.
_TOLD = 1e-9


@dataclass(frozen=True, eq=False)
class Problems:
    """P problems of S segments (forms) and R cells, sorted by problem and segment.

    segment (R,) and problem (S,) : where a cell and a segment belong, from 0 without gaps
    z (R,) matching score, x (Q, R) group columns, counts (C, R) persons
    points (C, P) : the categories as recorded
    family : None for two categories
    """

    segment: Integers
    problem: Integers
    z: Floats
    x: Floats
    counts: Floats
    points: Floats
    family: Family | None

    @cached_property
    def segment_starts(self) -> Integers:
        return np.flatnonzero(np.diff(self.segment, prepend=-1))

    @cached_property
    def problem_starts(self) -> Integers:
        return np.flatnonzero(np.diff(self.problem, prepend=-1))

    @cached_property
    def row_problem(self) -> Integers:
        return self.problem[self.segment]

    @property
    def n_problems(self) -> int:
        return int(self.points.shape[1])

    @property
    def n_steps(self) -> int:
        return len(self.counts) - 2

    @cached_property
    def persons(self) -> Floats:
        """(R,) of each cell."""
        return np.asarray(self.counts.sum(axis=0))

    @cached_property
    def row_points(self) -> Floats:
        """(C, R) the categories of each cell."""
        return np.asarray(self.points[:, self.row_problem])

    @cached_property
    def columns_meet(self) -> Flags:
        """(Q, Q) whether some cell has both group columns; those of two levels have none."""
        if len(self.x) <= 2:
            return np.ones((len(self.x), len(self.x)), dtype=bool)
        there = (self.x != 0).astype(np.float32)
        return np.asarray(there @ there.T > 0)

    def by_segment(self, values: Floats) -> Floats:
        """Sums (..., S) of row values (..., R)."""
        return np.add.reduceat(values, self.segment_starts, axis=-1)

    def by_problem(self, values: Floats) -> Floats:
        """Sums (P, ...) of segment values (S, ...)."""
        return np.add.reduceat(values, self.problem_starts, axis=0)

    def in_all(self, values: Floats) -> Floats:
        """(P,) sums of row values (R,)."""
        return self.by_problem(self.by_segment(values))

    def some(self, kept: Flags) -> Problems:
        """The problems that `kept` (P,) says."""
        segments = kept[self.problem]
        rows = segments[self.segment]
        return Problems(
            segment=(np.cumsum(segments) - 1)[self.segment[rows]],
            problem=(np.cumsum(kept) - 1)[self.problem[segments]],
            z=self.z[rows],
            x=self.x[:, rows],
            counts=self.counts[:, rows],
            points=self.points[:, kept],
            family=self.family,
        )

    def twice(self, other: Problems) -> Problems:
        """These problems, and then some more of the same kind."""
        return Problems(
            segment=np.concatenate([self.segment, other.segment + self.problem.size]),
            problem=np.concatenate([self.problem, other.problem + self.n_problems]),
            z=np.concatenate([self.z, other.z]),
            x=np.concatenate([self.x, other.x], axis=1),
            counts=np.concatenate([self.counts, other.counts], axis=1),
            points=np.concatenate([self.points, other.points], axis=1),
            family=self.family,
        )

    def with_columns(self, n: int) -> Problems:
        """Only the first n group columns."""
        return Problems(
            self.segment, self.problem, self.z, self.x[:n], self.counts, self.points, self.family
        )


@dataclass(frozen=True, eq=False)
class Parameters:
    """form (S, 2) c and s of each segment; border (P, T + Q) steps, then group effects."""

    form: Floats
    border: Floats


@dataclass(frozen=True, eq=False)
class Information:
    """Its parts by segment and problem, and what solving with it needs again and again.

    inverse (S, 2, 2) of the form blocks; across (S, 2, D); schur (P, D, D) of the border
    """

    inverse: Floats
    across: Floats
    schur: Floats
    log_det_forms: Floats

    @cached_property
    def lifted(self) -> Floats:
        """(S, D, 2) across' inverse."""
        return np.asarray((self.across[:, :, :, None] * self.inverse[:, :, None, :]).sum(axis=1))


@dataclass(frozen=True, eq=False)
class Fit:
    """What a fit of P problems found; where it did not settle, nothing but `settled` is of use.

    value (P,) : the log-likelihood, with its penalty where the fit had one
    """

    parameters: Parameters
    log_likelihood: Floats
    value: Floats
    settled: Flags
    information: Information


def logits(problems: Problems, parameters: Parameters) -> Floats:
    """(R,) eta."""
    effects = parameters.border[problems.problem, problems.n_steps :]
    eta = parameters.form[problems.segment, 0] + parameters.form[problems.segment, 1] * problems.z
    for column, x in enumerate(problems.x):
        eta += x * effects[problems.segment, column]
    return np.asarray(eta)


def local(problems: Problems, parameters: Parameters) -> Local:
    """Likelihood and derivatives of every cell."""
    eta = logits(problems, parameters)
    if problems.family is None:
        return binary(eta, problems.counts)
    tau = parameters.border.T[: problems.n_steps, problems.row_problem]
    return graded(problems.family, eta, tau, problems.row_points, problems.counts)


def information(problems: Problems, found: Local) -> Information:
    """The information in the form its solution takes."""
    w = found.information[0, 0]
    wz = w * problems.z
    a, b, d = problems.by_segment(np.stack([w, wz, wz * problems.z]))
    # A form in which everybody has one score has no slope; its place is held by a 1.
    flat = a * d - b * b <= 1e-12 * a * np.maximum(d, 1e-300)
    b, d = np.where(flat, 0.0, b), np.where(flat, 1.0, d)
    a = np.maximum(a, 1e-200)
    det = a * d - b * b
    inverse = np.stack([d, -b, -b, a], axis=1).reshape(-1, 2, 2) / det[:, None, None]
    inverse[flat, 1, 1] = 0.0
    side = np.concatenate([found.information[0, 1:], w * problems.x])
    across = problems.by_segment(np.stack([side, side * problems.z])).transpose(2, 0, 1)
    lifted = (across[:, :, :, None] * inverse[:, :, None, :]).sum(axis=1)
    own = _border(problems, found, side) - lifted @ across
    return Information(inverse, across, problems.by_problem(own), np.log(det))


def _border(problems: Problems, found: Local, side: Floats) -> Floats:
    """(S, D, D) what each form adds to the information on the border."""
    t, size = problems.n_steps, len(side)
    if not size:
        return np.zeros((problems.problem.size, 0, 0))
    meet = problems.columns_meet
    pairs = [
        (a, b) for a in range(size) for b in range(a + 1) if min(a, b) < t or meet[a - t, b - t]
    ]
    terms = [
        found.information[1 + a, 1 + b] if a < t else side[b] * problems.x[a - t] for a, b in pairs
    ]
    full = np.zeros((problems.problem.size, size, size))
    for (a, b), values in zip(pairs, problems.by_segment(np.stack(terms)), strict=True):
        full[:, a, b] = full[:, b, a] = values
    return full


def newton_step(problems: Problems, found: Local, info: Information, free: Flags) -> Parameters:
    """The step to the maximum of the quadratic that touches the log-likelihood here.

    free (P, D) : the border's parameters that move; the others stay.
    """
    u = found.slope[0]
    sums = problems.by_segment(
        np.concatenate([u[None], (u * problems.z)[None], found.slope[1:], u * problems.x])
    ).T
    own, side = sums[:, :2], sums[:, 2:]
    carried = side - (info.lifted * own[:, None, :]).sum(axis=2)
    both = free[:, :, None] & free[:, None, :]
    border = solved(np.where(both, info.schur, 0.0), problems.by_problem(carried))
    rest = own - (info.across * border[problems.problem][:, None, :]).sum(axis=2)
    return Parameters((info.inverse * rest[:, None, :]).sum(axis=2), border)


def solved(matrix: Floats, right: Floats) -> Floats:
    """Solutions (P, D) of P symmetric systems; what the data cannot tell stays 0."""
    return np.asarray((inverted(matrix) * right[:, None, :]).sum(axis=2))


def inverted(matrix: Floats) -> Floats:
    """Inverses (P, D, D); rows and columns that depend on earlier ones become 0."""
    size = matrix.shape[-1]
    if size == 0:
        return matrix
    if size == 1:
        return np.where(matrix > 0, 1.0 / np.where(matrix > 0, matrix, 1.0), 0.0)
    there = told(matrix)
    keep = there[:, :, None] & there[:, None, :]
    safe = np.where(keep, matrix, np.eye(size))
    return np.where(keep, np.linalg.inv(safe), 0.0)


def told(matrix: Floats) -> Flags:
    """(P, D) which parameters these data can tell, given the ones before them: pivots above 0."""
    first = np.einsum("pdd->pd", matrix).copy()
    try:
        pivots = np.einsum("pdd->pd", np.linalg.cholesky(matrix)) ** 2
        if np.all(pivots > _TOLD * np.maximum(first, 1e-250)):
            return np.ones(first.shape, dtype=bool)
    except np.linalg.LinAlgError:
        pass
    left = matrix.copy()
    found = np.zeros(first.shape, dtype=bool)
    for k in range(matrix.shape[-1]):
        pivot = left[:, k, k]
        found[:, k] = pivot > _TOLD * np.maximum(first[:, k], 1e-250)
        safe = np.where(found[:, k], pivot, 1.0)
        column = np.where(found[:, k, None], left[:, :, k], 0.0) / safe[:, None]
        left = left - column[:, :, None] * left[:, k, None, :]
    return found
