"""The inverse of the information of a common fit, bordered by the differences of one item."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats


@dataclass(frozen=True, eq=False)
class Border:
    """Made once for all items, from information H (Z, Z).

    base (b,) : places of what the common fit estimates; inverse (b, b) : of H over them
    answer (b, Z) : inverse times H, how the common fit answers to a change in any parameter
    """

    information: Floats
    base: NDArray[np.int64]
    inverse: Floats
    answer: Floats


@dataclass(frozen=True, eq=False)
class Joined:
    """The inverse over the common fit and the differences `delta` (d,), in pieces.

    pull (b, d) : how the common fit answers to them; own (d, d) : their block of the inverse
    """

    border: Border
    delta: NDArray[np.int64]
    pull: Floats
    own: Floats

    def times(self, slope: Floats) -> Floats:
        """The inverse times a vector over base, then delta."""
        n = self.border.base.size
        there = self.own @ (slope[n:] - self.pull.T @ slope[:n])
        return np.concatenate([self.border.inverse @ slope[:n] - self.pull @ there, there])

    def block(self, mine: NDArray[np.int64]) -> Floats:
        """The block (u, u) of the inverse of parameters that are in base or delta."""
        at = np.searchsorted(self.border.base, mine)
        known = self.border.base[np.minimum(at, self.border.base.size - 1)] == mine
        effect = np.zeros((mine.size, self.delta.size))
        effect[known] = -self.pull[at[known]]
        effect[~known] = mine[~known, None] == self.delta
        found = effect @ self.own @ effect.T
        found[np.ix_(known, known)] += self.border.inverse[np.ix_(at[known], at[known])]
        return np.asarray(found)


def border_of(information: Floats, base: NDArray[np.bool_]) -> Border | None:
    """None where the common fit itself is not determined."""
    places = np.flatnonzero(base)
    own = information[np.ix_(places, places)]
    scale = 1 / np.sqrt(np.maximum(np.diag(own), 1e-300))
    scaled = own * np.outer(scale, scale)
    try:
        np.linalg.cholesky(scaled)
    except np.linalg.LinAlgError:
        return None
    inverse = np.linalg.inv(scaled) * np.outer(scale, scale)
    return Border(information, places, inverse, inverse @ information[places])


def joined(border: Border, delta: NDArray[np.int64]) -> Joined | None:
    """None where the differences are not determined beside the common fit."""
    pull = border.answer[:, delta]
    left = border.information[np.ix_(delta, delta)]
    left = left - border.information[np.ix_(delta, border.base)] @ pull
    if not np.isfinite(left).all() or np.linalg.eigvalsh(left)[0] <= 0:
        return None
    return Joined(border, delta, pull, np.asarray(np.linalg.inv(left)))
