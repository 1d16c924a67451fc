"""A beta distribution of true scores on part of the 0 to 1 scale, fitted to moments."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, nan, sqrt


@dataclass(frozen=True)
class TrueBeta:
    """True proportion tau = low + (high - low) B, with B ~ beta(alpha, beta).

    parameters : how many were fitted: 4; 3 (low is 0); 2 (on 0 to 1); 0 when no beta fits
    """

    alpha: float
    beta: float
    low: float
    high: float
    parameters: int

    @property
    def mean(self) -> float:
        """Mean true proportion."""
        return self.low + (self.high - self.low) * self.alpha / (self.alpha + self.beta)

    @property
    def variance(self) -> float:
        """Variance of true proportions."""
        total = self.alpha + self.beta
        return (self.high - self.low) ** 2 * self.alpha * self.beta / total**2 / (total + 1)


#: Sum of the two shapes; with less, a beta is as good as two points.
SHAPES_MIN = 1e-4
#: No beta has these moments.
NO_BETA = TrueBeta(nan, nan, nan, nan, 0)


def fitted(moments: tuple[float, float, float, float], *, parameters: int = 4) -> TrueBeta:
    """The beta with the first `parameters` (4, 3 or 2) raw moments of tau (Hanson 1991).

    Where that one leaves the scale or does not exist, one with fewer: four, three with low = 0, two
    on 0 to 1. NO_BETA where `reason_against_beta` says why.
    """
    if reason_against_beta(moments) is not None:
        return NO_BETA
    for fit in (_four, _three, _two)[4 - parameters :]:
        found = fit(moments)
        if _possible(found):
            return found
    return NO_BETA


def reason_against_beta(moments: tuple[float, float, float, float]) -> str | None:
    """Why no beta has these moments: no variance, or as much as two points at 0 and 1."""
    mean, second = moments[:2]
    room = mean * (1 - mean)
    if not (room > 0 and second - mean**2 > 1e-12 * room):
        return "no_true_variance"
    return None if (second - mean**2) * (1 + SHAPES_MIN) < room else "only_extremes"


def _possible(found: TrueBeta) -> bool:
    """Shapes above 0 and finite, limits within 0 to 1."""
    shapes = isfinite(found.alpha + found.beta) and min(found.alpha, found.beta) > 0
    # Half, so that rounding never refuses two parameters that the reason above lets through.
    shapes = shapes and found.alpha + found.beta > SHAPES_MIN / 2
    return shapes and 0 <= found.low < found.high <= 1


def _four(moments: tuple[float, float, float, float]) -> TrueBeta:
    m1, m2, m3, m4 = moments
    variance = m2 - m1**2
    skewness = (m3 - 3 * m1 * m2 + 2 * m1**3) / variance**1.5
    kurtosis = (m4 - 4 * m1 * m3 + 6 * m1**2 * m2 - 3 * m1**4) / variance**2
    below = 6 + 3 * skewness**2 - 2 * kurtosis
    r = 6 * (kurtosis - skewness**2 - 1) / below if below else nan
    under = (r + 2) * (r + 3) * kurtosis - 3 * (r - 6) * (r + 1)
    root = 1 - 24 * (r + 1) / under if under else nan
    if not (r > 0 and 0 <= root < 1):
        return NO_BETA
    small, large = r / 2 * (1 - sqrt(root)), r / 2 * (1 + sqrt(root))
    alpha, beta = (large, small) if skewness < 0 else (small, large)
    scale = sqrt(variance * (r + 1) / (alpha * beta))
    return TrueBeta(alpha, beta, m1 - alpha * scale, m1 + beta * scale, 4)


def _three(moments: tuple[float, float, float, float]) -> TrueBeta:
    """Ratios of successive moments are high (alpha + i)/(alpha + beta + i): linear in both."""
    m1, m2, m3, _ = moments
    first, second, third = m1, m2 / m1, m3 / m2
    bend = 2 * second - first - third
    total = 2 * (third - second) / bend if bend else nan
    high = total * (second - first) + second
    if not (total > 0 and high > 0):
        return NO_BETA
    alpha = first * total / high
    return TrueBeta(alpha, total - alpha, 0.0, high, 3)


def _two(moments: tuple[float, float, float, float]) -> TrueBeta:
    mean, second = moments[:2]
    total = mean * (1 - mean) / (second - mean**2) - 1
    return TrueBeta(mean * total, (1 - mean) * total, 0.0, 1.0, 2)
