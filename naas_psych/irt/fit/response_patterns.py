"""Person fit without a model: how far a pattern of right and wrong is from Guttman's.

Items are ordered by their facility; a person is in order who has the easiest items right. For
complete right/wrong scores; of a person with all right or all wrong nothing can be said.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats


@dataclass(frozen=True)
class PatternFit:
    """Of N persons, NaN for those with all right, all wrong or an absent score.

    guttman : pairs of items in the wrong order, as a share of the most the total allows (normed G)
    u3 : the same weighted by log odds (van der Flier 1982); both 0 to 1, low is orderly
    h_t : how the pattern goes with the other persons' (Sijtsma & Meijer 1992); high is orderly
    """

    guttman: Floats
    u3: Floats
    h_t: Floats


def pattern_fit(scores: NDArray[np.int8]) -> PatternFit:
    """From right/wrong scores (N, J), negative where absent.

    Facilities are those among persons without an absence.
    """
    whole = (scores >= 0).all(axis=1)
    x = scores[whole].astype(float)
    found = np.full((3, scores.shape[0]), np.nan)
    if x.shape[0] >= 2:
        found[:, whole] = _of_whole(x)
    return PatternFit(*found)


def _of_whole(x: Floats) -> Floats:
    facility = x.mean(axis=0)
    order = np.argsort(-facility, kind="stable")
    x, facility = x[:, order], facility[order]
    total = x.sum(axis=1)
    found = np.stack([_guttman(x, total), _u3(x, facility), _h_t(x, total)])
    found[:, (total == 0) | (total == x.shape[1])] = np.nan
    return found


def _guttman(x: Floats, total: Floats) -> Floats:
    """Pairs with the easier item wrong and the harder right, over right times wrong."""
    wrong_before = (1 - x).cumsum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((x * wrong_before).sum(axis=1) / (total * (x.shape[1] - total)))


def _u3(x: Floats, facility: Floats) -> Floats:
    """Log odds of the items right, from the most (0) to the least (1) that the total allows."""
    with np.errstate(divide="ignore"):
        odds = np.log(facility) - np.log1p(-facility)
    varies = np.isfinite(odds)
    odds = np.where(varies, odds, 0.0)
    right = (x * varies).sum(axis=1).astype(int)
    kept = odds[varies]
    most = np.concatenate([[0.0], kept.cumsum()])[right]
    least = np.concatenate([[0.0], kept[::-1].cumsum()])[right]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((most - x @ odds) / (most - least))


def _h_t(x: Floats, total: Floats) -> Floats:
    """Covariances with all other persons over the largest that the totals allow."""
    n_persons, n_items = x.shape
    share = total / n_items
    others = x.sum(axis=0) - x
    covariance = (x * others).sum(axis=1) / n_items - share * (share.sum() - share)
    # min(p, q) - p q with every other person, from the sums of the shares below and above.
    order = np.sort(share)
    below = np.concatenate([[0.0], order.cumsum()])
    rank = np.searchsorted(order, share, side="right")
    smallest = below[rank] + share * (n_persons - rank) - share
    most = smallest - share * (share.sum() - share)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(covariance / most)
