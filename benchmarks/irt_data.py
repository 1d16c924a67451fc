"""Invented scores for the response models, written fast; fewer persons are the first of more."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

#: Persons drawn at once, with a generator of their own.
_BLOCK = 20_000


@dataclass(frozen=True)
class Items:
    """What a peer estimates, and what the scores were drawn from.

    a : (J,) slopes
    b : (J, K - 1) boundaries of a graded item; one column where there are two categories
    c : (J,) lower asymptotes
    """

    a: NDArray[np.float64]
    b: NDArray[np.float64]
    c: NDArray[np.float64]


@dataclass(frozen=True)
class Case:
    """One set of scores: its name says model and size, and its seed makes it again."""

    name: str
    items: Items
    n_persons: int
    seed: int
    absent: float = 0.0

    @property
    def what(self) -> str:
        n_items, boundaries = self.items.b.shape
        categories = f" x {boundaries + 1} categories" if boundaries > 1 else ""
        gaps = f", {self.absent:.0%} absent" if self.absent else ""
        return f"{self.name}, {self.n_persons:,} x {n_items}{categories}{gaps}"


def two_pl(n_persons: int, seed: int = 2017) -> Case:
    return Case("2PL", _binary(60, seed), n_persons, seed)


def rasch(n_persons: int, seed: int = 2018) -> Case:
    items = _binary(60, seed)
    return Case("Rasch", Items(np.ones(60), items.b, items.c), n_persons, seed)


def three_pl(n_persons: int, seed: int = 2019) -> Case:
    items = _binary(60, seed)
    c = np.random.default_rng([seed, 1]).beta(5, 17, 60)
    return Case("3PL", Items(items.a, items.b, c), n_persons, seed)


def graded(n_persons: int, *, absent: float = 0.0, seed: int = 2020) -> Case:
    """30 items of five categories."""
    rng = np.random.default_rng(seed)
    a = rng.lognormal(0.2, 0.3, 30)
    b = (
        rng.normal(0, 0.5, (30, 1))
        + np.array([-1.5, -0.5, 0.5, 1.5])
        + rng.uniform(-0.3, 0.3, (30, 4))
    )
    return Case("GRM", Items(a, b, np.zeros(30)), n_persons, seed, absent)


def _binary(n_items: int, seed: int) -> Items:
    rng = np.random.default_rng(seed)
    a = rng.lognormal(0.0, 0.3, n_items)
    b = rng.normal(-0.5, 1.0, (n_items, 1))
    return Items(a, b, np.zeros(n_items))


def scores(case: Case) -> NDArray[np.int8]:
    """Scores (N, J), -1 where absent."""
    out = np.empty((case.n_persons, case.items.a.size), np.int8)
    for start in range(0, case.n_persons, _BLOCK):
        some = out[start : start + _BLOCK]
        some[:] = _block(case, start // _BLOCK)[: some.shape[0]]
    return out


def _block(case: Case, number: int) -> NDArray[np.int8]:
    """A whole block, so that a smaller N is the beginning of a larger one."""
    rng = np.random.default_rng([case.seed, 2, number])
    a, c = case.items.a.astype(np.float32), case.items.c.astype(np.float32)
    theta = rng.standard_normal((_BLOCK, 1), dtype=np.float32)
    # One uniform number a response: its category is the number of boundaries that it lies below.
    u = rng.random((_BLOCK, a.size), dtype=np.float32)
    drawn = np.zeros(u.shape, np.int8)
    for boundary in case.items.b.astype(np.float32).T:
        drawn += u < c + (1 - c) / (1 + np.exp(-a * (theta - boundary)))
    if case.absent:
        drawn[rng.random(u.shape, dtype=np.float32) < case.absent] = -1
    return drawn


def write(case: Case, folder: Path) -> Path:
    """The scores as .npy; a file that is there already is taken as it is."""
    gaps = "_gaps" if case.absent else ""
    path = folder / f"{case.name}_{case.n_persons}{gaps}.npy"
    if not path.exists():
        np.save(path, scores(case))
    return path
