"""From the columns of a calibration to the caller's items, and what a column must be for that."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.irt.calibration import Calibration
from naas_psych.irt.refusal import Refused


def one_column_each(fit: Calibration) -> NDArray[np.int64]:
    """The item (Ju,) of each column.

    Raises
    ------
    Refused
        Some items have parameters of their own in each group.
    """
    if any(column.group >= 0 for column in fit.columns):
        raise Refused(
            "several_columns",
            "some items have other parameters in each group",
            "calibrate the groups one by one, or with all items in common",
        )
    return np.array([column.item for column in fit.columns])


def on_items(fit: Calibration, values: NDArray[Any], fill: Any = np.nan) -> NDArray[Any]:
    """Values (Ju, ...) of the columns at the caller's items (J, ...), `fill` elsewhere."""
    found = np.full((len(fit.models), *values.shape[1:]), fill, dtype=values.dtype)
    found[one_column_each(fit)] = values
    return found


def reasons_on_items(fit: Calibration, own: list[str | None]) -> tuple[str | None, ...]:
    """Reasons of the columns beside those of the items that were not calibrated."""
    found = list(fit.reasons)
    for item, reason in zip(one_column_each(fit).tolist(), own, strict=True):
        found[item] = reason
    return tuple(found)
