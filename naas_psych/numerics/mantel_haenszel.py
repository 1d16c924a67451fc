"""Mantel-Haenszel statistics of two groups on items that are right or wrong, and of all others.

Counts are (J, S, 2, C): persons by item, stratum, group (reference, focal) and category.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc, gammaln

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.mantel_ordinal import common_odds, mantel, strata_of

#: The ETS delta metric: ln odds times this (Holland & Thayer 1988).
DELTA = -2.35
#: Tables as likely as the one seen, up to rounding, count as no likelier (as R's mantelhaen.test).
_AS_LIKELY = 1 + 1e-7


@dataclass(frozen=True, eq=False)
class MantelHaenszel:
    """One row an item, (J,) each.

    chi_square : with the continuity correction for items of two categories, Mantel's for others
    odds_ratio : of a right (a higher) score, reference over focal
    log_se : of its natural logarithm
    delta, delta_se : -2.35 ln odds_ratio; negative where the item is harder for the focal group
    strata : strata that tell anything
    """

    chi_square: Floats
    p: Floats
    chi_square_uncorrected: Floats
    p_uncorrected: Floats
    odds_ratio: Floats
    log_se: Floats
    strata: NDArray[np.int64]

    @property
    def delta(self) -> Floats:
        return DELTA * np.log(self.odds_ratio)

    @property
    def delta_se(self) -> Floats:
        return abs(DELTA) * self.log_se

    def where(self, told: NDArray[np.bool_]) -> MantelHaenszel:
        """The same with nan (and no strata) for items that nothing is to be told of."""
        numbers = {name: np.where(told, getattr(self, name), np.nan) for name in _FIELDS}
        return MantelHaenszel(**numbers, strata=np.where(told, self.strata, 0))


def two_categories(totals: NDArray[Any]) -> NDArray[np.bool_]:
    """(J,) whether at most two categories occur, of counts (J, C)."""
    return np.asarray((totals > 0).sum(axis=1) <= 2)


def as_right_or_wrong(counts: NDArray[Any], totals: NDArray[Any]) -> NDArray[Any]:
    """Counts (J, S, G, 2) of items of two categories, which need not be 0 and 1.

    An item worth two points, or one whose half marks nobody got, is right or wrong all the same.
    `totals` (J, C) says which categories occur at all.
    """
    top = totals.shape[1] - 1 - np.argmax(totals[:, ::-1] > 0, axis=1)
    right = np.take_along_axis(counts, top[:, None, None, None], axis=3)[..., 0]
    # One category only: nobody can be told from anybody, on whichever side they stand.
    everybody = sum(counts[..., k] for k in range(counts.shape[3]))
    return np.stack([everybody - right, right], axis=3)


def mantel_haenszel(counts: NDArray[Any], totals: NDArray[Any] | None = None) -> MantelHaenszel:
    """The test, the odds ratio and its standard error, for all items.

    The correction is |sum A - sum E| - 1/2, squared, as in Mantel and Haenszel (1959) and difR; R's
    mantelhaen.test subtracts no more than the difference itself.

    Parameters
    ----------
    totals
        (J, C) persons by category, which tells items of two categories from others; by default
        those of the counts themselves.
    """
    totals = counts.sum(axis=(1, 2)) if totals is None else totals
    binary = two_categories(totals)
    found = {name: np.full(binary.size, np.nan) for name in _FIELDS}
    found["strata"] = np.zeros(binary.size, dtype=np.int64)
    if binary.any():
        tables = as_right_or_wrong(counts[binary], totals[binary])
        _fill(found, binary, _rows(tables, correction=0.5))
    if not binary.all():
        _fill(found, ~binary, _rows(counts[~binary], correction=0.0))
    return MantelHaenszel(**found)


_FIELDS = ("chi_square", "p", "chi_square_uncorrected", "p_uncorrected", "odds_ratio", "log_se")


def _rows(counts: NDArray[Any], *, correction: float) -> dict[str, Any]:
    held = strata_of(counts)
    test, odds = mantel(held), common_odds(held)
    with np.errstate(divide="ignore", invalid="ignore"):
        corrected = (np.abs(test.excess) - correction) ** 2 / test.variance
    corrected = np.where(test.variance > 0, corrected, np.nan)
    return {
        "chi_square": corrected,
        "p": chdtrc(1, corrected),
        "chi_square_uncorrected": test.chi_square,
        "p_uncorrected": test.p,
        "odds_ratio": odds.odds_ratio,
        "log_se": odds.log_se,
        "strata": test.strata,
    }


def _fill(found: dict[str, Any], at: NDArray[np.bool_], rows: dict[str, Any]) -> None:
    for name, values in rows.items():
        found[name][at] = values


def exact_conditional_p(table: NDArray[Any]) -> float:
    """Exact two-sided p of one item, counts (S, 2, 2), given all margins.

    The sum of rights in the reference group is a sum of hypergeometric numbers, one a stratum; p
    is the probability of all sums that are no likelier than the one seen.
    """
    rights = table[:, :, 1].sum(axis=1)
    reference, focal = table[:, 0].sum(axis=1), table[:, 1].sum(axis=1)
    told = (reference > 0) & (focal > 0) & (rights > 0) & (rights < reference + focal)
    if not told.any():
        return float("nan")
    chance, least = np.ones(1), 0
    for n_r, n_f, m in zip(reference[told], focal[told], rights[told], strict=True):
        low, high = max(0, int(m - n_f)), min(int(n_r), int(m))
        x = np.arange(low, high + 1)
        chance = np.convolve(chance, np.exp(_hypergeometric(x, int(n_r), int(n_f), int(m))))
        least += low
    seen = chance[int(table[told, 0, 1].sum()) - least]
    return float(min(1.0, chance[chance <= seen * _AS_LIKELY].sum() / chance.sum()))


def _hypergeometric(x: NDArray[Any], n_r: int, n_f: int, m: int) -> Floats:
    """Log probability that x of the m rights are among the n_r."""

    def choose(n: int, k: Any) -> Any:
        return gammaln(n + 1.0) - gammaln(k + 1.0) - gammaln(n - k + 1.0)

    return np.asarray(choose(n_r, x) + choose(n_f, m - x) - choose(n_r + n_f, m))
