"""What persons with and without an adjustment did: time used, how far they came, rapid answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.analyses.speed.behaviour import Behaviour, behaviour
from naas_psych.analyses.speed.options import Asked
from naas_psych.errors import AnalysisImpossible
from naas_psych.numerics.arrays import Floats
from naas_psych.study.study import Study

Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Persons:
    """Of each person (N,), nan where not known.

    adjusted : had the adjustment; given : was given an item at all
    time_used : seconds as a share of the usual limit; reached_last : 1.0 or 0.0
    rapid_share : share of timed answers that were rapid
    """

    adjusted: Flags
    given: Flags
    time_used: Floats
    reached_last: Floats
    rapid_share: Floats


def persons_of(study: Study) -> Persons:
    """Every person of the study.

    Raises
    ------
    AnalysisImpossible
        The study does not say who had more time, or nobody had.
    """
    asked = study.spec.speed.extra_time
    if asked is None:
        raise AnalysisImpossible(
            "Nothing says who was given an adjustment. Needed: in study.toml [speed] extra_time = "
            '{column = "...", levels = ["..."]} with a column of the persons table.'
        )
    seen = behaviour(study, Asked())
    if not seen.places.extra_time.any():
        raise AnalysisImpossible(
            f"Nobody has one of the levels {', '.join(asked.levels)} of {asked.column}, so nobody "
            "had an adjustment. Needed: persons with one of these levels."
        )
    timed = np.isfinite(seen.times)
    n = timed.sum(axis=1)
    rapid = (seen.rapid & timed).sum(axis=1) / np.where(n > 0, n, np.nan)
    return Persons(
        adjusted=np.asarray(seen.places.extra_time),
        given=np.asarray(seen.seen.any(axis=1)),
        time_used=_time_used(seen),
        reached_last=_reached_last(seen),
        rapid_share=np.asarray(rapid, dtype=float),
    )


def _time_used(seen: Behaviour) -> Floats:
    found = np.full(seen.seen.shape[0], np.nan)
    for form in seen.places.forms:
        if form.seconds is None:
            continue
        at = np.ix_(form.rows, form.items)
        seconds = seen.seconds[at].astype(float)
        lost = (~seen.seen[at] | (seen.reached[at] & ~np.isfinite(seconds))).any(axis=1)
        total = np.where(lost, np.nan, np.nansum(seconds, axis=1))
        found[form.rows] = total / form.seconds
    return found


def _reached_last(seen: Behaviour) -> Floats:
    """Whether the item at the last place of the form was reached, where it was given."""
    found = np.full(seen.seen.shape[0], np.nan)
    for form in seen.places.forms:
        if form.positions.size == 0:
            continue
        at = np.ix_(form.rows, form.items)
        last = form.places == form.positions[-1]
        could = (last & seen.seen[at]).any(axis=1)
        came: Any = (last & seen.reached[at]).any(axis=1)
        found[form.rows] = np.where(could, came, np.nan)
    return found
