"""Lord's chi-square and Raju's areas, from item parameters of two groups and their covariances.

Everything is the literature's way round: b_F - b_R, above 0 where the item is harder for the focal
group. Parameters are (a, b); models without a slope of their own have b alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats

#: Slopes nearer than this share of each other are equal: the unsigned area is then |b_F - b_R|.
_EQUAL = 1e-6


@dataclass(frozen=True)
class GroupParameters:
    """a, b : (J,); covariance (J, 2, 2) of (a, b). Slopes that are fixed have variance 0."""

    a: Floats
    b: Floats
    covariance: Floats


@dataclass(frozen=True)
class Link:
    """theta of the reference group = slope times theta of the focal group + shift."""

    slope: float
    shift: float


def link_by_difficulties(
    reference: GroupParameters, focal: GroupParameters, anchors: NDArray[np.bool_], *, sigma: bool
) -> Link:
    """Equal means of the anchors' b, and with `sigma` equal SDs (Marco 1977)."""
    own, other = reference.b[anchors], focal.b[anchors]
    slope = float(np.std(own) / np.std(other)) if sigma and np.std(other) > 0 else 1.0
    return Link(slope, float(own.mean() - slope * other.mean()))


def on_scale(parameters: GroupParameters, link: Link) -> GroupParameters:
    """Parameters of the focal group on the scale of the reference group."""
    factor = np.array([1 / link.slope, link.slope])
    return GroupParameters(
        parameters.a / link.slope,
        parameters.b * link.slope + link.shift,
        parameters.covariance * np.outer(factor, factor),
    )


@dataclass(frozen=True)
class Lord:
    """chi_square and df, each (J,)."""

    chi_square: Floats
    df: NDArray[np.int64]


def lord(reference: GroupParameters, focal: GroupParameters) -> Lord:
    """(v_F - v_R)' (V_F + V_R)^-1 (v_F - v_R) on one scale (Lord 1980)."""
    gap = np.stack([focal.a - reference.a, focal.b - reference.b], axis=1)
    spread = reference.covariance + focal.covariance
    found = np.full(gap.shape[0], np.nan)
    df = np.where(spread[:, 0, 0] > 0, 2, 1)
    for j in np.flatnonzero(np.isfinite(gap).all(axis=1) & np.isfinite(spread).all(axis=(1, 2))):
        own = slice(2 - df[j], 2)
        if np.linalg.eigvalsh(spread[j, own, own])[0] > 0:
            found[j] = gap[j, own] @ np.linalg.solve(spread[j, own, own], gap[j, own])
    return Lord(found, df)


@dataclass(frozen=True)
class Areas:
    """Between the two curves (Raju 1988): signed b_F - b_R and unsigned, with standard errors (J,).

    half : Raju's H, whose size is the unsigned area and whose z is H over its error (1990)
    """

    signed: Floats
    signed_se: Floats
    half: Floats
    half_se: Floats

    @property
    def unsigned(self) -> Floats:
        return np.abs(self.half)


def areas(reference: GroupParameters, focal: GroupParameters, *, guessing: Floats) -> Areas:
    """On one scale; a common lower asymptote (J,) takes its share of every area."""
    left = 1 - guessing
    gap = focal.b - reference.b
    both = (reference.covariance, focal.covariance)
    signed_se = np.sqrt(both[0][:, 1, 1] + both[1][:, 1, 1])
    equal = np.abs(focal.a - reference.a) <= _EQUAL * np.abs(reference.a)
    half, by_focal, by_reference = _half(reference, focal)
    variance = np.einsum("jp,jpr,jr->j", by_focal, both[1], by_focal)
    variance += np.einsum("jp,jpr,jr->j", by_reference, both[0], by_reference)
    half = np.where(equal, gap, half)
    half_se = np.where(equal, signed_se, np.sqrt(np.maximum(variance, 0.0)))
    return Areas(left * gap, left * signed_se, left * half, left * half_se)


def _half(reference: GroupParameters, focal: GroupParameters) -> tuple[Floats, Floats, Floats]:
    """H = 2 (a_F - a_R) / (a_F a_R) ln(1 + e^Y) - (b_F - b_R).

    Y = a_F a_R (b_F - b_R) / (a_F - a_R).

    With its derivatives in (a, b) of the focal and of the reference group.
    """
    gap = focal.b - reference.b
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        y = focal.a * reference.a * gap / (focal.a - reference.a)
        soft = np.logaddexp(0.0, y)
        share = np.exp(y - soft)
        half = 2 * (focal.a - reference.a) / (focal.a * reference.a) * soft - gap
        by_b = 2 * share - 1
        bend = 2 * (soft - y * share)
        by_focal = np.stack([bend / focal.a**2, by_b], axis=1)
        by_reference = np.stack([-bend / reference.a**2, -by_b], axis=1)
    return half, by_focal, by_reference
