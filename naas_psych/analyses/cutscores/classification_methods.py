"""What one method says of one form, and how methods are called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.classification.crossed import Crossed

Method = Literal[
    "livingston_lewis",
    "livingston_lewis_smooth",
    "hanson_brennan",
    "lee",
    "lee_p",
    "rudner",
    "guo",
    "guo_prior",
    "subkoviak",
    "huynh",
    "peng_subkoviak",
]
METHODS: tuple[Method, ...] = get_args(Method)
#: Those that are also given over all forms.
DEFAULTS: tuple[Method, ...] = (
    "livingston_lewis",
    "livingston_lewis_smooth",
    "hanson_brennan",
    "lee",
)
#: Whose numbers the sentences tell: the first that has limits, else the first that has numbers.
TOLD: tuple[Method, ...] = ("lee", "livingston_lewis_smooth", "livingston_lewis")
#: Those whose outcomes, true and observed, are places on theta; the others judge by the total.
BY_THETA: tuple[Method, ...] = ("rudner", "guo", "guo_prior")
WORDS = {
    "livingston_lewis": "Livingston-Lewis",
    "livingston_lewis_smooth": "Livingston-Lewis, nothing rounded",
    "hanson_brennan": "Hanson-Brennan",
    "lee": "Lee",
    "lee_p": "Lee, estimates of theta",
    "rudner": "Rudner, by theta",
    "guo": "Guo, by theta",
    "guo_prior": "Guo with a prior, by theta",
    "subkoviak": "Subkoviak",
    "huynh": "Huynh",
    "peng_subkoviak": "Peng-Subkoviak",
}


@dataclass(frozen=True, eq=False)
class Judged:
    """Tables of a method for the told cuts of a form, all at once.

    crossed : (K, K) tables; None with the reason
    draws : (R, K, K) of other samples, or (W, R, K, K) where these were judged in W ways; None
        with `no_limits`
    fit : what the tables rest on, by the names of columns
    """

    method: str
    crossed: Crossed | None
    reason: str | None = None
    draws: Crossed | None = None
    no_limits: str = "not_bootstrapped"
    fit: dict[str, float] = field(default_factory=dict)


def stacked(drawn: Sequence[Crossed]) -> Crossed | None:
    """Draws (R, K, K), nan where a sample gave none; None where there are none at all."""
    right = [one.accuracy for one in drawn if one.accuracy is not None]
    if not any(np.isfinite(one.consistency).all() for one in drawn):
        return None
    return Crossed(np.stack(right) if right else None, np.stack([one.consistency for one in drawn]))


def side_by_side(ways: Sequence[Crossed | None]) -> Crossed | None:
    """Draws (W, R, K, K) of the same samples judged in W ways; None where one has none."""
    known = [one for one in ways if one is not None]
    if len(known) < len(ways) or len(known) == 1:
        return known[0] if len(ways) == 1 and known else None
    right = [one.accuracy for one in known if one.accuracy is not None]
    again = np.stack([one.consistency for one in known])
    return Crossed(np.stack(right) if len(right) == len(known) else None, again)


def mixed(crossed: Sequence[Crossed], weight: Floats) -> Crossed:
    """Tables of all forms together, from those of each and its share of persons."""
    consistency = sum(w * one.consistency for w, one in zip(weight, crossed, strict=True))
    right = [one.accuracy for one in crossed if one.accuracy is not None]
    if len(right) < len(crossed):
        return Crossed(None, np.asarray(consistency))
    accuracy = sum(w * one for w, one in zip(weight, right, strict=True))
    return Crossed(np.asarray(accuracy), np.asarray(consistency))
