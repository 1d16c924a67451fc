"""The record of an interval, and the quantiles that its limits are made with."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Generic, TypeVar

from scipy.special import ndtri, stdtrit

Limit = TypeVar("Limit")


@dataclass(frozen=True)
class Interval(Generic[Limit]):
    """Lower and upper confidence limit: numbers, or arrays of one shape; nan where undefined."""

    low: Limit
    high: Limit


UNDEFINED = Interval(math.nan, math.nan)


def normal_quantile(level: float) -> float:
    """The z of a two-sided interval: 1.96 for level .95."""
    return float(ndtri(0.5 + level / 2))


def t_quantile(level: float, df: float) -> float:
    """The t of a two-sided interval with df degrees of freedom."""
    return float(stdtrit(df, 0.5 + level / 2))
