"""Nedelsky's cut: one over the options that a person on the border would still hold possible."""

from __future__ import annotations

import numpy as np

from naas_psych.numerics.arrays import Floats


def nedelsky_shares(options_left: Floats) -> Floats:
    """1 / options left, nan where not judged."""
    with np.errstate(divide="ignore"):
        return np.where(options_left > 0, 1 / options_left, np.nan)


def guessing_sd(shares: Floats, weights: Floats) -> Floats:
    """(J,) SD of the marks of a person who guesses among what is left: items stand by themselves.

    shares (J, I), weights (I,) marks of the items.
    """
    return np.asarray(np.sqrt((weights**2 * shares * (1 - shares)).sum(axis=1)))
