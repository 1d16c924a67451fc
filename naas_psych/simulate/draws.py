"""Small draws that every table needs: categories by share, truncated normals, days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Texts = NDArray[np.object_]


def category(draw: Floats, shares: Mapping[str, float]) -> Texts:
    """Category of each uniform draw; the shares must add up to 1."""
    names = np.array(list(shares), dtype=object)
    edges = np.cumsum(list(shares.values()))
    if abs(edges[-1] - 1) > 1e-9:
        raise ValueError(f"the shares {dict(shares)} add up to {edges[-1]}")
    return names[np.minimum(np.searchsorted(edges, draw, side="right"), len(names) - 1)]


def normal(rng: np.random.Generator, numbers: Mapping[str, float], n: int) -> Floats:
    """n draws with `mean` and `sd`, none below `least` where there is one."""
    drawn = rng.normal(numbers["mean"], numbers["sd"], n)
    return np.maximum(drawn, numbers.get("least", -np.inf))


def yes_no(flags: NDArray[np.bool_]) -> Texts:
    return np.where(flags, "yes", "no").astype(object)


def only(flags: NDArray[np.bool_], value: object) -> Texts:
    """The value (one, or one a row) where the flag is set, None elsewhere."""
    texts = np.full(len(flags), None, dtype=object)
    texts[flags] = value[flags] if isinstance(value, np.ndarray) else value
    return texts


def days_after(first: str, days: Sequence[int] | NDArray[Any]) -> Texts:
    """ISO dates so many days after the first."""
    start = date.fromisoformat(first)
    wanted = np.asarray(days, dtype=np.int64)
    known = {int(k): (start + timedelta(days=int(k))).isoformat() for k in np.unique(wanted)}
    return np.array([known[int(k)] for k in wanted], dtype=object)


def logistic(x: Floats) -> Floats:
    from scipy.special import expit

    result: Floats = expit(x)
    return result
