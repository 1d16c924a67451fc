"""The items of a study as a table for analyses."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from naas_psych.study.cells import number
from naas_psych.study.items import ItemTable, KeySource
from naas_psych.study.names import ITEM_NUMBERS


def items_frame(
    item_ids: Sequence[str], items: ItemTable | None, key: KeySource | None
) -> pd.DataFrame:
    """One row an item in the order of the responses; only columns that were given."""
    columns: dict[str, pd.Series] = {"item_id": pd.Series(list(item_ids), dtype=object)}
    if key:
        keys = [key.by_item.get(item) for item in item_ids]
        columns["key"] = pd.Series(keys, dtype=object)
    for name, values in (items.columns if items else {}).items():
        if name in columns:
            continue
        texts = [values.get(item) for item in item_ids]
        if name in ITEM_NUMBERS:
            columns[name] = pd.Series([number(text) for text in texts], dtype=float)
        else:
            columns[name] = pd.Series(texts, dtype=object)
    return pd.DataFrame(columns)
