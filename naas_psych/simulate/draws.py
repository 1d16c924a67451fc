"""What the tables share: types, names, days, and small draws such as a category by its share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Texts = NDArray[np.object_]


def category(draw: Floats, shares: Mapping[str, float]) -> Texts:
    """(n,) category of each of n uniform draws; the shares must add up to 1."""
    names = np.array(list(shares), dtype=object)
    edges = np.cumsum(list(shares.values()))
    if abs(edges[-1] - 1) > 1e-9:
        raise ValueError(f"the shares {dict(shares)} add up to {edges[-1]}")
    return names[np.minimum(np.searchsorted(edges, draw, side="right"), len(names) - 1)]


def by_weight(draw: Floats, weights: Floats) -> Ints:
    """(n,) place of each of n uniform draws among things of these weights."""
    edges = np.cumsum(weights) / weights.sum()
    return np.minimum(np.searchsorted(edges, draw, side="right"), len(edges) - 1)


def normal(rng: np.random.Generator, numbers: Mapping[str, float], n: int) -> Floats:
    """(n,) draws with `mean` and `sd`, none below `least` where there is one."""
    drawn = rng.normal(numbers["mean"], numbers["sd"], n)
    return np.maximum(drawn, numbers.get("least", -np.inf))


def correlated(shared: Floats, own: Floats, r: float) -> Floats:
    """Of the same shape: standard normals that correlate r with `shared`; `own` does not."""
    return np.asarray(r * shared + np.sqrt(1 - r**2) * own)


def logistic(x: Floats) -> Floats:
    """Of the same shape: the chance that each logit stands for."""
    from scipy.special import expit

    result: Floats = expit(x)
    return result


def whole(values: Floats, least: int | Ints, most: int) -> Ints:
    """Of the same shape: the nearest whole marks within a scale."""
    return np.clip(np.rint(values), least, most).astype(np.int64)


def yes_no(flags: Flags) -> Texts:
    """(n,) yes where the flag is set."""
    return np.where(flags, "yes", "no").astype(object)


def only(flags: Flags, value: object) -> Texts:
    """(n,) the value (one, or one a row) where the flag is set, None elsewhere."""
    texts = np.full(len(flags), None, dtype=object)
    texts[flags] = value[flags] if isinstance(value, np.ndarray) else value
    return texts


def numbered(prefix: str, count: int, digits: int = 2) -> list[str]:
    """Identifiers from 1: J01, J02 and on."""
    return [f"{prefix}{k:0{digits}d}" for k in range(1, count + 1)]


def place_of(identifier: str) -> int:
    """The place, from 0, of an identifier of one letter and a number from 1: R05 has 4."""
    return int(identifier[1:]) - 1


def days_after(first: str, days: Sequence[int] | NDArray[Any]) -> Texts:
    """(n,) ISO dates so many days after the first."""
    start = date.fromisoformat(first)
    wanted = np.asarray(days, dtype=np.int64)
    known = {int(k): (start + timedelta(days=int(k))).isoformat() for k in np.unique(wanted)}
    return np.array([known[int(k)] for k in wanted], dtype=object)


def working_days_after(first: str, days: Ints, holidays: Sequence[str] = ()) -> Texts:
    """(n,) ISO dates so many working days after the first."""
    dates = np.busday_offset(np.datetime64(first), days, roll="forward", holidays=list(holidays))
    return np.datetime_as_string(dates).astype(object)
