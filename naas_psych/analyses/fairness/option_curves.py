"""Shares of every option by score band, for the items whose wrong options differ."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.fairness.option_rows import OptionComparison, Options
from naas_psych.numerics.option_dif import by_score_band
from naas_psych.result import tidy

#: Bands of totals, each with about as many persons.
_BANDS = 5
FLAGGED = ("moderate", "large")
_COLUMNS = (
    "item_id",
    "option",
    "is_key",
    "group",
    "reference",
    "focal",
    "score_band",
    "n_reference",
    "n_focal",
    "share_reference",
    "share_focal",
)


def curves_table(
    made: Sequence[OptionComparison], options: Options, items: pd.DataFrame
) -> pd.DataFrame:
    """One row an option, comparison and band, of flagged items only."""
    there = np.flatnonzero(options.there)
    flagged = items["verdict"].isin(FLAGGED).to_numpy().reshape(len(made), there.size)
    ids = items["item_id"].to_numpy().reshape(len(made), there.size)
    rows: list[tuple[Any, ...]] = []
    for one, hit, names in zip(made, flagged, ids, strict=True):
        if hit.any():
            rows += _rows(one, options, dict(zip(there[hit], names[hit], strict=True)))
    columns = {name: [row[k] for row in rows] for k, name in enumerate(_COLUMNS)}
    return tidy(columns, dict.fromkeys(_COLUMNS[-2:], ["no_focal_response"] * len(rows)))


def _rows(one: OptionComparison, options: Options, names: dict[Any, Any]) -> list[tuple[Any, ...]]:
    pair, chosen = one.comparison, np.array(list(names))
    bands = by_score_band(one.cells, chosen, _BANDS)
    with np.errstate(invalid="ignore"):
        shares = bands.choosers / bands.n[:, None]
    where = {item: k for k, item in enumerate(chosen)}
    return [
        (
            names[item],
            options.label[p],
            bool(options.keyed[p]),
            *(pair.group, pair.reference.name, pair.focal.name, b + 1),
            *(int(n) for n in bands.n[where[item], b]),
            *(float(share) for share in shares[where[item], options.place[p], b]),
        )
        for p, item in enumerate(options.items)
        if item in where
        for b in range(_BANDS)
        if bands.n[where[item], b].any()
    ]
