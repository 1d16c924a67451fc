"""From an effect and its standard error to a class and a verdict, for matched persons."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from naas_psych.numerics.arrays import Floats
from naas_psych.study.groupings import Comparison
from naas_psych.thresholds import Thresholds

Flags = NDArray[np.bool_]
Words = NDArray[np.object_]
Integers = NDArray[np.int64]

#: What rounding leaves of no difference.
_NOTHING = 1e-12
_VERDICTS = {"A": "negligible", "B": "moderate", "C": "large"}


@dataclass(frozen=True)
class Lines:
    """Sizes from which a difference is moderate and large, and the p above which it is chance."""

    moderate: float
    large: float
    alpha: float


def group_codes(comparison: Comparison) -> Integers:
    """(N,) 0 for the reference, 1 for the focal level, -1 for persons who are not compared."""
    found = np.full(comparison.focal.members.size, -1, dtype=np.int64)
    found[comparison.reference.members] = 0
    found[comparison.focal.members] = 1
    return found


def why_none(n: Integers, effect: Floats, limits: Thresholds, se: Floats | None = None) -> Words:
    """(J,) why an item has no effect, from n (J, 2) persons of the reference and the focal group.

    None where it has one. An effect of too few persons is not given at all, nor one of 0 for sure
    (standard error 0), which is an item that all got right or all got wrong.
    """
    least = n.min(axis=1)
    found = np.full(least.shape, None, dtype=object)
    if se is not None:
        found[(se == 0) & (np.abs(effect) < _NOTHING)] = "no_variance"
    found[~np.isfinite(effect)] = "no_common_score"
    found[least < limits["dif_compute_min"].value] = "group_too_few"
    found[least == 0] = "no_focal_response"
    return found


def two_sided(z: Floats) -> Floats:
    """(J,) p of a normal deviate; 1 where effect and standard error are both 0."""
    return np.asarray(2 * ndtr(-np.abs(z)))


def deviate(effect: Floats, se: Floats) -> Floats:
    """(J,) effect / se; 0 where nobody differs from anybody, so that both are 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where((se == 0) & (np.abs(effect) < _NOTHING), 0.0, effect / se)


def letters(size: Floats, p: Floats, lines: Lines, se: Floats | None = None) -> Words:
    """(J,) A: below `moderate`, or chance; C: above `large`; B between; None without a size.

    With a standard error C also asks that the size lies above `moderate` beyond chance (one-sided),
    as the ETS classes ask of the Mantel-Haenszel delta.
    """
    found = np.full(size.shape, "B", dtype=object)
    beyond = size if se is None else size + ndtri(lines.alpha) * se
    found[(size > lines.large) & (beyond > lines.moderate)] = "C"
    found[(size < lines.moderate) | ~(p < lines.alpha)] = "A"
    found[~np.isfinite(size)] = None
    return found


def verdicts(letter: Words, n: Integers, strength: Floats, limits: Thresholds) -> Words:
    """(J,) negligible, moderate or large by class; cannot_tell of few persons or little power."""
    enough = (n.min(axis=1) >= limits["dif_focal_min"].value) & (
        n.sum(axis=1) >= limits["dif_total_min"].value
    )
    found = np.array([_VERDICTS.get(one, "cannot_tell") for one in letter], dtype=object)
    untested = (letter == "A") & (strength < limits["dif_power_min"].value)
    found[~enough | untested] = "cannot_tell"
    return found


def family_note(items: pd.DataFrame, method: str) -> str:
    """What the adjusted p values of a table are adjusted for."""
    comparisons = len(items[["group", "reference", "focal"]].drop_duplicates())
    several = "s" if comparisons != 1 else ""
    return (
        f"Adjusted p values of {method} are for the tests of one comparison (Benjamini-Hochberg); "
        f"{int(items['p_value'].notna().sum())} tests in {comparisons} comparison{several}."
    )
