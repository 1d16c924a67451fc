"""Whether one side of a split stands later in the test: the mark of haste, or of fatigue."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.analyses.speed.places import find_places
from naas_psych.numerics.ranks import rank_test
from naas_psych.study.study import Study


@dataclass(frozen=True)
class SidesInOrder:
    """Mean place of the items on either side, and p of the rank test of it; NaN where unknown."""

    first: float
    second: float
    p: float


_UNKNOWN = SidesInOrder(float("nan"), float("nan"), float("nan"))


def sides_in_order(
    study: Study, form: str, items: NDArray[np.int64], side: NDArray[np.bool_]
) -> SidesInOrder:
    """Of the `items` of a form; `side` tells which are on the first side."""
    own = [one for one in find_places(study).forms if one.name == form]
    if not own or not side.any() or side.all():
        return _UNKNOWN
    where = np.searchsorted(own[0].items, items)
    taken = own[0].places[:, where].astype(float)
    places = np.nanmean(np.where(taken > 0, taken, np.nan), axis=0) if taken.any() else taken[0]
    if not np.isfinite(places).all():
        return _UNKNOWN
    return SidesInOrder(
        float(places[side].mean()), float(places[~side].mean()), rank_test(places, side)
    )
