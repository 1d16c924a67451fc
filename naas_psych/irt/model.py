"""A test's models: items gathered in batches of one design, and one vector of free parameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.irt.designs import Design, design_of
from naas_psych.irt.families.family import Slopes
from naas_psych.irt.priors import NEEDED, Prior
from naas_psych.numerics.arrays import Floats

#: Log of a probability that is 0: a table never holds an infinity.
LOG_ZERO = -690.0


@dataclass(frozen=True)
class Batch:
    """Items of one design. items : (n,) their places; where : (n, p) their free parameters in x."""

    model: str
    design: Design
    n_categories: int
    items: NDArray[np.int64]
    where: NDArray[np.int64]


@dataclass(frozen=True)
class TestModel:
    """All J items of a test.

    n_categories : (J,)
    n_free : number of free item parameters, the first entries of x
    names : n_free pairs of item (or -1 where shared) and parameter name
    where : (J, p) the free parameters of each item in x, -1 where it has fewer
    shared : whether items share parameters
    free_variance : whether slopes are fixed somewhere, so that the SD of theta is estimated
    priors : each prior with the parameters (n,) that have it
    """

    batches: tuple[Batch, ...]
    n_categories: NDArray[np.int64]
    n_free: int
    names: tuple[tuple[int, str], ...]
    where: NDArray[np.int64]
    shared: bool
    free_variance: bool
    priors: tuple[tuple[Prior, NDArray[np.int64]], ...]

    # A test in the sense of this project, not in that of a test runner.
    __test__ = False


@dataclass(frozen=True)
class Curves:
    """Probabilities (J, K, Q) and their first and second derivatives in theta."""

    p: Floats
    p1: Floats
    p2: Floats


def model_of(
    models: Sequence[str],
    n_categories: NDArray[np.int64],
    priors: Mapping[str, Prior] | None = None,
) -> TestModel:
    """The model of items whose models are named; `priors` by parameter (a, d_intercept, c, d)."""
    found: dict[tuple[str, int], list[int]] = {}
    for j, (model, k) in enumerate(zip(models, n_categories.tolist(), strict=True)):
        found.setdefault((model, k), []).append(j)
    names: list[tuple[int, str]] = []
    shared: dict[str, int] = {}
    batches = [
        _batch(model, k, items, names=names, shared=shared) for (model, k), items in found.items()
    ]
    most = max(batch.where.shape[1] for batch in batches)
    where = np.full((len(models), most), -1)
    for batch in batches:
        where[batch.items, : batch.where.shape[1]] = batch.where
    return TestModel(
        batches=tuple(batches),
        n_categories=np.asarray(n_categories, np.int64),
        n_free=len(names),
        names=tuple(names),
        where=where,
        shared=bool(shared),
        free_variance=any(batch.design.free_variance for batch in batches),
        priors=_placed(batches, priors),
    )


def _batch(
    model: str,
    n_categories: int,
    items: list[int],
    *,
    names: list[tuple[int, str]],
    shared: dict[str, int],
) -> Batch:
    """Number the free parameters of some items; `names` and `shared` grow."""
    design = design_of(model, n_categories)
    where = np.empty((len(items), len(design.names)), np.int64)
    for row, j in enumerate(items):
        for p, (name, key) in enumerate(zip(design.names, design.shared, strict=True)):
            if key and key in shared:
                where[row, p] = shared[key]
                continue
            where[row, p] = len(names)
            names.append((-1 if key else j, key or name))
            if key:
                shared[key] = len(names) - 1
    return Batch(model, design, n_categories, np.array(items), where)


def _placed(
    batches: Sequence[Batch], asked: Mapping[str, Prior] | None
) -> tuple[tuple[Prior, NDArray[np.int64]], ...]:
    """Each prior with the places in x that have it: those asked for, else those a model needs."""
    placed: dict[Prior, list[int]] = {}
    for batch in batches:
        chosen = NEEDED.get(batch.model, {}) if asked is None else asked
        for p, name in enumerate(batch.design.names):
            prior = chosen.get(_PRIOR_NAME.get(name, "d_intercept" if name[0] == "d" else ""))
            if prior is not None:
                placed.setdefault(prior, []).extend(batch.where[:, p].tolist())
    return tuple((prior, np.unique(places)) for prior, places in placed.items())


_PRIOR_NAME = {"a": "a", "logit_c": "c", "logit_d": "d", "delta": ""}


def values_of(batch: Batch, x: Floats) -> Floats:
    """Values (n, V) of the items of a batch."""
    return np.asarray(batch.design.offset + x[batch.where] @ batch.design.basis.T)


def by_batch(model: TestModel, x: Floats) -> Iterator[tuple[Batch, Floats]]:
    """Every batch with the values of its items."""
    for batch in model.batches:
        yield batch, values_of(batch, x)


def feasible(model: TestModel, x: Floats) -> bool:
    """Whether every item has values that make a distribution."""
    return all(bool(batch.design.family.feasible(v).all()) for batch, v in by_batch(model, x))


def log_probabilities(model: TestModel, x: Floats, theta: Floats) -> Floats:
    """(J, K, Q), -690 for a probability of 0 and for categories that an item does not have."""
    found = _empty(model, theta, LOG_ZERO)
    for batch, values in by_batch(model, x):
        log_p = batch.design.family.log_probabilities(values, theta, batch.n_categories)
        found[batch.items, : batch.n_categories] = np.maximum(log_p, LOG_ZERO)
    return found


def probabilities(model: TestModel, x: Floats, theta: Floats) -> Floats:
    """(J, K, Q), exactly 0 for categories that an item does not have."""
    found = _empty(model, theta, 0.0)
    for batch, values in by_batch(model, x):
        log_p = batch.design.family.log_probabilities(values, theta, batch.n_categories)
        found[batch.items, : batch.n_categories] = np.exp(log_p)
    return found


def curves(model: TestModel, x: Floats, theta: Floats) -> Curves:
    """Category curves with two derivatives in theta."""
    p, p1, p2 = (_empty(model, theta, 0.0) for _ in range(3))
    for batch, values in by_batch(model, x):
        s: Slopes = batch.design.family.slopes(values, theta, batch.n_categories)
        at = (batch.items, slice(batch.n_categories))
        p[at] = np.exp(s.value)
        p1[at] = p[at] * s.first
        p2[at] = p[at] * (s.second + s.first * s.first)
    return Curves(p, p1, p2)


def parameter_scores(model: TestModel, x: Floats, theta: Floats) -> Floats:
    """(J, P, K, Q): derivative of ln P_jk(theta_q) in x[where[j, p]], 0 where there is none."""
    most = int(model.n_categories.max())
    n_items, n_local = model.where.shape
    found = np.zeros((n_items, n_local, most, theta.size))
    for batch, values in by_batch(model, x):
        some = batch.design.family.scores(values, theta, batch.n_categories)
        local = np.einsum("vp,jvkq->jpkq", batch.design.basis, some)
        found[batch.items, : local.shape[1], : batch.n_categories] = local
    return found


def _empty(model: TestModel, theta: Floats, value: float) -> Floats:
    shape = (model.n_categories.size, int(model.n_categories.max()), theta.size)
    return np.full(shape, value)
