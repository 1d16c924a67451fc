"""Tables drawn to the outcomes that were observed: the last, optional step of Livingston-Lewis."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.classification.crossed import Crossed
from naas_psych.numerics.classification.outcome_tables import ascending


def observed_shares(scores: Floats, counts: Floats, cuts: ArrayLike) -> Floats:
    """(K,) share of persons with each outcome."""
    weight = np.asarray(counts, dtype=float)
    places = ascending(cuts)
    outcome = np.searchsorted(places - 1e-9, np.asarray(scores), side="right")
    found = np.bincount(outcome, weights=weight, minlength=places.size + 1)
    return np.asarray(found / weight.sum())


def match_margins(crossed: Crossed, shares: Floats) -> Crossed:
    """Tables with every column multiplied so that the observed outcomes have `shares` (K,).

    Of the two sittings only one was observed: after this, consistency is no longer symmetric. nan
    where an outcome that occurred has no chance in the tables.
    """
    accuracy = None if crossed.accuracy is None else _drawn(crossed.accuracy, shares)
    return Crossed(accuracy, _drawn(crossed.consistency, shares))


def _drawn(table: Floats, shares: Floats) -> Floats:
    had = table.sum(axis=-2, keepdims=True)
    if ((had[..., 0, :] <= 0) & (shares > 0)).any():
        return np.full(table.shape, np.nan)
    return np.asarray(table * (shares / np.where(had > 0, had, 1.0)))
