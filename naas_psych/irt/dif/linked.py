"""Two groups linked by items that do not differ: the link, the tests, and both again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc

from naas_psych.irt.dif.areas import (
    Areas,
    GroupParameters,
    Link,
    Lord,
    areas,
    link_by_difficulties,
    lord,
    on_scale,
)
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.purification import purified

_MOST_LOST = 0.5
Again = Callable[[NDArray[np.bool_]], "Linked"]


@dataclass(frozen=True, eq=False)
class Linked:
    """Tests after linking by the `anchors` (c,).

    focal : parameters on the scale of the reference group; p (c,) of Lord's chi-square
    rounds : links that were tried; settled : the last one left the anchors as they were
    """

    focal: GroupParameters
    link: Link
    lord: Lord
    p: Floats
    areas: Areas
    anchors: NDArray[np.bool_]
    rounds: int
    settled: bool


def linked(
    reference: GroupParameters,
    focal: GroupParameters,
    *,
    guessing: Floats,
    sigma: bool,
    anchors: NDArray[np.bool_],
) -> Linked:
    """One link by `anchors`, and the tests after it."""
    link = link_by_difficulties(reference, focal, anchors, sigma=sigma)
    there = on_scale(focal, link)
    found = lord(reference, there)
    p = np.where(np.isfinite(found.chi_square), chdtrc(found.df, found.chi_square), np.nan)
    between = areas(reference, there, guessing=guessing)
    return Linked(there, link, found, p, between, anchors, 1, True)


def linked_without(first: Linked, again: Again, *, alpha: float, fewest: int) -> Linked:
    """Linked by the items that were not flagged, until the same ones are flagged.

    again : anchors (c,) -> Linked. Where fewer than `fewest` items would be left, or less than
    half of them, the link by all stands, and is not settled: few items would place the others
    anywhere.
    """
    possible = usable(first) & first.anchors
    found = purified(lambda anchors: again(anchors).p < alpha, first.p < alpha, possible=possible)
    anchors = possible & found.anchor
    if anchors.sum() < max(fewest, _MOST_LOST * possible.sum()):
        return replace(first, rounds=len(found.history), settled=False)
    settled = found.ending == "stable"
    return replace(again(anchors), rounds=len(found.history), settled=settled)


def usable(one: Linked) -> NDArray[np.bool_]:
    """Items (c,) with a test: those without a place on theta link nothing."""
    return np.asarray(np.isfinite(one.p))
