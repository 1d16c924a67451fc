"""What a test of matched groups could have found: power, and how many persons it would take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.mantel_haenszel import DELTA


def power_of(effect: float, se: Floats, *, alpha: float = 0.05) -> Floats:
    """Chance that an effect of this size differs from 0 at `alpha`, two-sided."""
    z = -ndtri(alpha / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(ndtr(effect / se - z) + ndtr(-effect / se - z))


def detectable(se: Floats, *, power: float, alpha: float = 0.05) -> Floats:
    """Smallest effect that is found with this chance."""
    return np.asarray((ndtri(power) - ndtri(alpha / 2)) * se)


@dataclass(frozen=True)
class Sought:
    """The effect that is to be found, with which chance, by a test at `alpha`."""

    effect: float
    power: float
    alpha: float = 0.05

    @property
    def se(self) -> float:
        """The standard error that does it."""
        return float(self.effect / (ndtri(self.power) - ndtri(self.alpha / 2)))


def focal_persons_needed(
    se: Floats, n_reference: NDArray[Any], n_focal: NDArray[Any], sought: Sought
) -> Floats:
    """Persons of the focal group with which the effect is found, the reference as it is.

    The variance goes with 1/n_R + 1/n_F. Nan where no focal group would be large enough.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        unit = se**2 / (1 / n_reference + 1 / n_focal)
        left = sought.se**2 / unit - 1 / n_reference
        return np.where(left > 0, np.ceil(1 / left), np.nan)


def each_needed(
    se: Floats, n_reference: NDArray[Any], n_focal: NDArray[Any], sought: Sought
) -> Floats:
    """Persons of each of two groups of one size with which the effect is found."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.ceil(2 * se**2 / (1 / n_reference + 1 / n_focal) / sought.se**2))


def planned_delta_se(p: Floats, n_reference: NDArray[Any], n_focal: NDArray[Any]) -> Floats:
    """SE of delta to expect of an item of facility p: 2.35 sqrt((1/n_R + 1/n_F) (1/p + 1/q))."""
    with np.errstate(divide="ignore", invalid="ignore"):
        unit = (1 / n_reference + 1 / n_focal) * (1 / p + 1 / (1 - p))
        return abs(DELTA) * np.sqrt(np.where(np.isfinite(unit), unit, np.nan))
