"""Outcomes at each cut with all items and without some: who goes up, who goes down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.removal import Changes

ALL_FORMS, ANY_CUT = "all forms", "any cut"


@dataclass(frozen=True)
class CutRow:
    """Outcomes at one cut: who reaches it with all items, and who without the flagged ones.

    random : (S,) how many outcomes change when as many other items go instead
    rates : (B,) bootstrap replicates of the change of the pass rate, as sums over persons
    """

    form: str
    cut: str
    n: int
    reached: int
    up: int
    down: int
    random: NDArray[np.int64] | None
    rates: Floats | None
    why_not: str = ""


@dataclass(frozen=True)
class SeenAtCuts:
    """Of C cuts and n persons: `reached` (C, n, 2) with all items and without the flagged.

    instead : (C, n, S) reached when as many other items go; draws : the bootstrap; None if not made
    """

    form: str
    names: tuple[str, ...]
    reached: NDArray[np.bool_]
    instead: NDArray[np.bool_] | None
    draws: Changes | None

    @property
    def n(self) -> int:
        return int(self.reached.shape[1])


def cut_rows(seen: SeenAtCuts) -> Iterator[CutRow]:
    """Each cut, and with several of them whether the outcome changes at any."""
    for c, name in enumerate(seen.names):
        old, new = seen.reached[c, :, 0], seen.reached[c, :, 1]
        instead = seen.instead
        yield CutRow(
            form=seen.form,
            cut=name,
            n=seen.n,
            reached=int(old.sum()),
            up=int((new & ~old).sum()),
            down=int((old & ~new).sum()),
            random=None if instead is None else (instead[c] != old[:, None]).sum(axis=0),
            rates=None if seen.draws is None else seen.draws.pass_rate[:, c] * seen.n,
        )
    if len(seen.names) > 1:
        yield _any_cut(seen)


def _any_cut(seen: SeenAtCuts) -> CutRow:
    """Outcomes as the number of cuts that are reached."""
    old, new = seen.reached.sum(axis=0).T
    random = None
    if seen.instead is not None:
        random = (seen.instead.sum(axis=0) != old[:, None]).sum(axis=0)
    up, down = int((new > old).sum()), int((new < old).sum())
    return CutRow(seen.form, ANY_CUT, seen.n, 0, up, down, random, None)


def no_item_left(seen: SeenAtCuts) -> Iterator[CutRow]:
    for name in seen.names:
        yield CutRow(seen.form, name, 0, 0, 0, 0, None, None, "no_item_left")


def together(first: CutRow, second: CutRow) -> CutRow:
    """Persons of two forms; a form without flagged items changes for nobody, whatever is drawn."""
    return replace(
        first,
        why_not=first.why_not and second.why_not,
        n=first.n + second.n,
        reached=first.reached + second.reached,
        up=first.up + second.up,
        down=first.down + second.down,
        random=_plus(first.random, second.random),
        rates=_plus(first.rates, second.rates),
    )


def _plus(first: Any, second: Any) -> Any:
    if first is None or second is None:
        return first if second is None else second
    return first + second
