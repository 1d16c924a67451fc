"""Bookmarks of a panel: the middle of the judges' places, and its error with judges at tables."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.intervals import t_quantile

#: SE of a median over that of a mean in large normal samples.
_MEDIAN = float(np.sqrt(np.pi / 2))


@dataclass(frozen=True)
class PanelPlace:
    """Where the panel puts the cut, on the scale of the judges' places.

    tables : how many tables are told apart; table_icc : correlation of judges of one table, 0 or
    more; df : degrees of freedom of the error
    """

    place: float
    se: float
    low: float
    high: float
    tables: int
    table_icc: float
    df: float


def panel_place(
    places: Floats, tables: NDArray[np.int64], *, statistic: str, level: float
) -> PanelPlace:
    """Median or mean of the J places, with sqrt(S^2 / J (1 + (n - 1) rho)) as its error.

    A place of -inf or inf lies before the first entry or beyond the last: the median stands as
    long as it is finite, the mean and the error do not. A median of three judges or more has an
    error sqrt(pi / 2) times that of the mean.
    """
    found = places[~np.isnan(places)]
    n = found.size
    none = float("nan")
    if n == 0:
        return PanelPlace(none, none, none, none, 0, none, none)
    place = _middle(found, statistic)
    k = np.unique(tables[~np.isnan(places)]).size
    if n < 2 or not np.isfinite(found).all():
        return PanelPlace(place, none, none, none, k, none, none)
    icc = table_icc(found, tables[~np.isnan(places)])
    known = icc if np.isfinite(icc) else 0.0
    size = _usual_size(tables[~np.isnan(places)])
    se = float(np.sqrt(found.var(ddof=1) / n * (1 + (size - 1) * known)))
    if statistic == "median" and n > 2:
        se *= _MEDIAN
    df = float(k - 1 if known > 0 else n - 1)
    half = t_quantile(level, df) * se
    return PanelPlace(place, se, place - half, place + half, k, icc, df)


def _middle(places: Floats, statistic: str) -> float:
    """The median with places beyond the ends; nan where the middle itself lies there."""
    if statistic == "mean":
        return float(places.mean()) if np.isfinite(places).all() else float("nan")
    ordered = np.sort(places)
    middle = ordered[(ordered.size - 1) // 2 : ordered.size // 2 + 1]
    return float(middle.mean()) if np.isfinite(middle).all() else float("nan")


def table_icc(places: Floats, tables: NDArray[np.int64]) -> float:
    """Correlation of judges who sit at one table, by analysis of variance, 0 where below.

    nan with one table, or with one judge at every table.
    """
    names, codes = np.unique(tables, return_inverse=True)
    n, k = places.size, names.size
    if k < 2 or n == k:
        return float("nan")
    sizes = np.bincount(codes)
    means = np.bincount(codes, places) / sizes
    between = float((sizes * (means - places.mean()) ** 2).sum()) / (k - 1)
    within = float(((places - means[codes]) ** 2).sum()) / (n - k)
    size = _usual_size(tables)
    total = between + (size - 1) * within
    return max(0.0, (between - within) / total) if total > 0 else 0.0


def _usual_size(tables: NDArray[np.int64]) -> float:
    """Judges a table, as the analysis of variance counts tables of different size."""
    sizes = np.unique(tables, return_counts=True)[1]
    n, k = sizes.sum(), sizes.size
    return float(n) if k < 2 else float((n - (sizes**2).sum() / n) / (k - 1))


def gaps(locations: Floats) -> Floats:
    """(E,) distance from each of E ordered entries to the next; nan for the last."""
    return np.append(np.diff(locations), np.nan)
