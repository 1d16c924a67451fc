"""Subkoviak (1976): agreement of two sittings from one, person by person.

    subkoviak(scores, counts, reliability=, cuts=, items=)

For sums of right/wrong items. It gives no true outcome, hence no accuracy.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import bdtr

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.classification.crossed import Crossed
from naas_psych.numerics.classification.errors import between, least_scores
from naas_psych.numerics.classification.outcome_tables import ascending, nothing, symmetric
from naas_psych.numerics.classification.spread import Spread, reason_against


@dataclass(frozen=True)
class Agreement:
    """Tables with consistency only, or nan with the reason."""

    crossed: Crossed
    reason: str | None


def subkoviak(
    scores: Floats, counts: Floats, *, reliability: float, cuts: ArrayLike, items: int
) -> Agreement:
    """Each person's score on a further form is binomial about tau = rho x/n + (1 - rho) mean/n.

    scores, counts : (S,) the scores that occur and how many persons have each
    """
    shares = ascending(cuts) / items
    spread = Spread.of(scores, counts)
    reason = reason_against(spread, reliability)
    if reason is not None:
        return Agreement(Crossed(None, nothing(shares.size + 1).consistency), reason)
    x = np.asarray(scores, dtype=float)
    tau = np.clip((reliability * x + (1 - reliability) * spread.mean) / items, 0.0, 1.0)
    least = least_scores(shares, items, rounding="up")
    below = np.where(least > 0, bdtr(np.maximum(least - 1, 0), items, tau[:, None]), 0.0)
    outcomes = between(below)
    weight = np.asarray(counts, dtype=float) / spread.n
    return Agreement(Crossed(None, symmetric(weight[:, None] * outcomes, outcomes)), None)
