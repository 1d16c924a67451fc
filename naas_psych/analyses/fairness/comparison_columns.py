"""What tables of comparisons share: who is compared, limits of a share, reasons beside numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.intervals import normal_quantile
from naas_psych.result import tidy
from naas_psych.study.groupings import Comparison
from naas_psych.study.study import Study

Key = tuple[str, str, str]
#: The columns that name a comparison.
COMPARISON = ("group", "reference", "focal")
_REASON = "why "


def key_of(comparison: Comparison) -> Key:
    """A comparison as its rows name it."""
    return comparison.group, comparison.reference.name, comparison.focal.name


def named(comparison: Comparison, n_rows: int) -> dict[str, NDArray[np.object_]]:
    """The columns that name a comparison, the same in each of its rows."""
    names = zip(COMPARISON, key_of(comparison), strict=True)
    return {column: np.full(n_rows, name, dtype=object) for column, name in names}


def naming(
    study: Study, comparison: Comparison, n: NDArray[Any], items: NDArray[Any] | None = None
) -> dict[str, Any]:
    """The columns that say which item and comparison a row is about, of all items or of some.

    n (J, 2) : persons of the reference and the focal group with a response
    """
    ids = np.array(study.responses.item_ids, dtype=object)
    at = np.arange(ids.size) if items is None else items
    return {
        "item_id": ids[at],
        **named(comparison, at.size),
        "n_reference": n[at, 0],
        "n_focal": n[at, 1],
    }


def share_limits(name: str, size: Floats, se: Floats, level: float) -> dict[str, Floats]:
    """A difference in shares with standard error and limits, which lie between -1 and 1."""
    half = normal_quantile(level) * se
    return {
        name: size,
        f"{name}_se": se,
        f"{name}_low": np.maximum(size - half, -1.0),
        f"{name}_high": np.minimum(size + half, 1.0),
    }


def below_each_other(parts: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """Columns of several comparisons in one table; those called `why <column>` are reasons."""
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    reasons = {
        name.removeprefix(_REASON): list(columns.pop(name))
        for name in list(columns)
        if name.startswith(_REASON)
    }
    return tidy(columns, reasons)
