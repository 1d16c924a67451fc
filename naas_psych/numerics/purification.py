"""Purification: leaving flagged items out of the matching score until the same ones are flagged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Flags = NDArray[np.bool_]
Ending = Literal["stable", "cycle", "rounds", "all_flagged"]


@dataclass(frozen=True, eq=False)
class Purified:
    """What purification came to.

    history (R, J) : the items flagged in each round, the first with all items in the score
    flagged (J,) : the items left out in the end; of a cycle all that were flagged in it
    ending : `stable`, `cycle`, `rounds` (no end in time), `all_flagged` (no item left to match on)
    """

    history: Flags
    flagged: Flags
    ending: Ending

    @property
    def anchor(self) -> Flags:
        """(J,) the items that make the matching score in the end."""
        return ~self.flagged


def purified(
    flags: Callable[[Flags], Flags], first: Flags, *, possible: Flags, rounds: int = 10
) -> Purified:
    """Flag with what was flagged left out of the anchor, until nothing changes.

    Parameters
    ----------
    flags
        The items (J,) flagged when the items (J,) of an anchor make the matching score.
    first
        The items flagged with all items in the score.
    possible
        (J,) items that can be in an anchor; those that nobody was given are in none.
    """
    history = [first]
    while True:
        out = history[-1]
        if not (possible & ~out).any():
            return Purified(np.array(history), out, "all_flagged")
        if len(history) > 1 and (history[-2] == out).all():
            return Purified(np.array(history), out, "stable")
        again = _since(history)
        if again is not None:
            union = np.any(history[again:], axis=0)
            ending: Ending = "cycle" if (possible & ~union).any() else "all_flagged"
            return Purified(np.array(history), union, ending)
        if len(history) > rounds:
            return Purified(np.array(history), out, "rounds")
        history.append(flags(~out))


def _since(history: list[Flags]) -> int | None:
    """The round from which a cycle runs that the last round closes."""
    for k in range(len(history) - 2, -1, -1):
        if (history[k] == history[-1]).all():
            return k + 1
    return None
