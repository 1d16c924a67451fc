"""What a likelihood ratio of nested regressions could have found, in gains of Nagelkerke's R2."""

from __future__ import annotations

import numpy as np
from scipy.special import chdtri, chndtr, chndtrinc

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.dif_logistic import LogisticTests


def persons_tested(tests: LogisticTests) -> Floats:
    """(P, 3) persons of each test; nan where there is none."""
    n = np.where(tests.n.sum(axis=1) > 0, tests.n.sum(axis=1), np.nan)
    return np.where(np.isfinite(tests.p), n[:, None], np.nan)


def power_of_r2(tests: LogisticTests, gain: float, alpha: float) -> Floats:
    """(P, 3) chance that a gain in R2 of this size gives p below alpha.

    The gain is that of a likelihood ratio of n ln(r / (r - gain * most)), r what is left without.
    """
    n, rest = persons_tested(tests), tests.rest_r2
    with np.errstate(invalid="ignore", divide="ignore"):
        left = np.maximum(rest - gain * tests.most_r2[:, None], 1e-12)
        ratio = n * np.log(rest / left)
    return _chance(tests.df, ratio, alpha)


def _chance(df: Floats, ratio: Floats, alpha: float) -> Floats:
    """Chance that chi-square of this df and non-centrality passes the line of alpha."""
    found = np.full(df.shape, np.nan)
    good = np.isfinite(df) & np.isfinite(ratio)
    line = chdtri(df[good], alpha)
    # Far beyond the line the sum behind the distribution takes long and the chance is 1.
    size = np.minimum(ratio[good], 200.0)
    found[good] = 1.0 - chndtr(line, df[good], size)
    return found


def detectable_r2(n: Floats, tests: LogisticTests, power: float, alpha: float) -> Floats:
    """(P, 3) the gain in R2 that is found with this chance."""
    found = np.full(n.shape, np.nan)
    for df in np.unique(tests.df[np.isfinite(tests.df)]):
        needed = float(chndtrinc(chdtri(df, alpha), df, 1.0 - power))
        here = tests.df == df
        lost = -np.expm1(-needed / n)
        gain = tests.rest_r2 * lost / tests.most_r2[:, None]
        found[here] = gain[here]
    return found
