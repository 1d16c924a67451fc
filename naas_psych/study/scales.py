"""The scales of the optional tables: what a column may hold, and how that is said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from naas_psych.study.cells import is_blank, number


@dataclass(frozen=True)
class Scale:
    """What a column may hold: numbers within limits, or words."""

    low: float = -np.inf
    high: float = np.inf
    words: tuple[str, ...] = ()

    @property
    def expected(self) -> str:
        if self.words:
            return f"one of {', '.join(self.words)}."
        if np.isfinite(self.low) and np.isfinite(self.high):
            return f"a number from {self.low:g} to {self.high:g}."
        if np.isfinite(self.low):
            return f"a number from {self.low:g} on."
        return "a number."


#: Of relevance and clarity; and the longest scale that is taken for one of such ratings.
RELEVANCE, _LONGEST = Scale(1, 4), 10


def wider(texts: Sequence[str], scale: Scale) -> str:
    """What to do where the ratings are plainly of a longer scale that starts with this one."""
    if scale.words or scale != RELEVANCE:
        return ""
    values = [number(text) for text in texts if not is_blank(text)]
    known = [value for value in values if value is not None]
    top = max(known, default=scale.high)
    whole = len(known) == len(values) and all(value == int(value) for value in known)
    if not whole or min(known, default=0) < scale.low or not scale.high < top <= _LONGEST:
        return ""
    return (
        f" All ratings of this column fit a scale of {scale.low:g} to {top:g}: if that is the one "
        f"that was used, recode it to {scale.low:g} to {scale.high:g}, where 3 and 4 mean relevant "
        "(or clear), and say how in your report."
    )
