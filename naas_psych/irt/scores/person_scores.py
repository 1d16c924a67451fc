"""Scores of persons from a calibration: EAP, MAP, ML and Warm's, each with its standard error."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from naas_psych.irt.calibration import Calibration
from naas_psych.irt.engine.asked import threads_of
from naas_psych.irt.engine.expectation import look_ups
from naas_psych.irt.engine.packing import Packed, pack
from naas_psych.irt.engine.posterior import row_posteriors
from naas_psych.irt.families.divided import DIVIDED
from naas_psych.irt.model import log_probabilities
from naas_psych.irt.persons import categories_of, group_of
from naas_psych.irt.refusal import Refused
from naas_psych.irt.scores.likelihood_scores import Solved, likelihood_scores
from naas_psych.numerics.arrays import Floats

Method = Literal["eap", "map", "ml", "wle"]
METHODS: tuple[Method, ...] = ("eap", "map", "ml", "wle")
#: Persons whose posteriors are held at a time: what a cache holds.
_BLOCK = 1024


@dataclass(frozen=True)
class Estimate:
    """One score a person.

    theta : (N,) NaN without a response; -inf or inf where the likelihood rises for ever (ML)
    se : (N,) NaN where theta is not finite
    reason : (N,) None, or why the score or its error is undefined: no_responses, no_maximum
    """

    theta: Floats
    se: Floats
    reason: NDArray[np.object_]


@dataclass(frozen=True)
class PersonScores:
    """answered : (N,) how many calibrated items each person answered; estimates by method."""

    answered: NDArray[np.int64]
    estimates: dict[Method, Estimate]

    @property
    def eap(self) -> Estimate:
        return self.estimates["eap"]

    @property
    def map(self) -> Estimate:
        return self.estimates["map"]

    @property
    def ml(self) -> Estimate:
        return self.estimates["ml"]

    @property
    def wle(self) -> Estimate:
        return self.estimates["wle"]


@dataclass(frozen=True)
class _Rows:
    """Persons whose scores must be the same share a row. row_of : (N,), or None: one a person."""

    packed: Packed
    row_of: NDArray[np.int64] | None


def person_scores(
    fit: Calibration,
    scores: Any,
    *,
    groups: NDArray[np.int64] | None = None,
    methods: Sequence[Method] = METHODS,
    threads: int | None = None,
) -> PersonScores:
    """Scores of persons by each of `methods`.

    Parameters
    ----------
    scores : (N, J) raw scores on the items of the calibration, negative where absent
    groups : (N,) the place of each person's group in `fit.group_labels`, whose normal is the prior;
        default: the reference group
    methods : eap (mean and SD of the posterior on the grid), map (its peak with a normal prior,
        error (I + 1 / sd^2)^-1/2), ml (error I^-1/2), wle (Warm's, error I^-1/2)
    threads : default all; no score depends on it

    Raises
    ------
    Refused
        A score that the calibration does not know, another number of items, an unknown method.

    Notes
    -----
    Bock & Mislevy (1982) for EAP, Warm (1989) for WLE. Where the total score holds all there is to
    know (Rasch family, nothing absent) the equations are solved once a score.
    """
    strange = [m for m in methods if m not in METHODS]
    if strange:
        raise Refused(
            "unknown_method", f"there is no score {strange[0]!r}", f"ask for {', '.join(METHODS)}"
        )
    threads = threads_of(threads)
    categories = categories_of(fit, scores, groups=groups)
    answered = np.asarray((categories >= 0).sum(axis=1))
    rows = _rows(fit, categories, groups)
    likelihood = tuple(m for m in methods if m != "eap")
    found: dict[Method, Solved] = {}
    if "eap" in methods:
        found["eap"] = _expected_a_posteriori(fit, rows.packed, threads)
    if likelihood:
        found |= dict(likelihood_scores(fit, rows.packed, likelihood, threads=threads).items())
    return PersonScores(answered, {m: _estimate(found[m], rows.row_of, answered) for m in methods})


def _rows(
    fit: Calibration, categories: NDArray[np.int8], groups: NDArray[np.int64] | None
) -> _Rows:
    n_persons = categories.shape[0]
    group = group_of(fit, groups, n_persons)
    if sufficient_total(fit) and categories.min(initial=0) >= 0:
        key = group * int(fit.model.n_categories.sum()) + categories.sum(axis=1, dtype=np.int64)
        _, first, row_of = np.unique(key, return_index=True, return_inverse=True)
        some = np.ascontiguousarray(categories[first])
        return _Rows(pack(some, fit.model.n_categories, group=group[first], merge=False), row_of)
    packed = pack(categories, fit.model.n_categories, group=group)
    return _Rows(packed, packed.row_of)


def sufficient_total(fit: Calibration) -> bool:
    """Whether the sum of categories holds all there is to know: every slope is k."""
    return all(b.design.family is DIVIDED and b.design.free_variance for b in fit.model.batches)


def _expected_a_posteriori(fit: Calibration, packed: Packed, threads: int) -> Solved:
    log_p = log_probabilities(fit.model, fit.x, fit.grid.theta)
    seen, theta = look_ups(packed, log_p, fit.grid), fit.grid.theta
    n_rows = packed.codes.shape[0]
    mean, sd = np.empty(n_rows), np.empty(n_rows)

    def one(start: int) -> None:
        rows = slice(start, start + _BLOCK)
        posterior = row_posteriors(packed, seen, rows).posterior
        # No matrix product: how one adds up a row may depend on the other rows.
        mean[rows] = np.einsum("nq,q->n", posterior, theta)
        off = theta - mean[rows, None]
        sd[rows] = np.sqrt(np.einsum("nq,nq,nq->n", posterior, off, off))

    # Every person is on their own, so that blocks and threads cannot change a score.
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(one, range(0, n_rows, _BLOCK)))
    return Solved(mean, sd)


def _estimate(
    solved: Solved, row_of: NDArray[np.int64] | None, answered: NDArray[np.int64]
) -> Estimate:
    theta, se = solved.theta, solved.se
    if row_of is not None:
        theta, se = theta[row_of], se[row_of]
    reason = np.full(theta.size, None, dtype=object)
    reason[~np.isfinite(theta)] = "no_maximum"
    nothing = answered == 0
    theta[nothing] = se[nothing] = np.nan
    reason[nothing] = "no_responses"
    return Estimate(theta, se, reason)
