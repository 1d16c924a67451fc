"""What the items of a cluster have in common, and how sentences name them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from naas_psych.study.study import Study

#: Columns of the items table that may say why items go together, and how sentences write them.
_SHARED = {"scenario_id": "scenario", "domain": "domain"}
_NOTHING = "nothing recorded"


def shared_label(study: Study, items: Any) -> str:
    """`scenario SC01`, `domain law`, or that the items table knows of nothing in common."""
    columns = dict(_SHARED)
    columns.setdefault(study.spec.content.domain, "domain")
    for column, word in columns.items():
        if column not in study.items:
            continue
        values = study.items[column].iloc[items]
        if values.notna().all() and (values == values.iloc[0]).all():
            return f"{word} {values.iloc[0]}"
    return _NOTHING


def listed_all(names: Sequence[str]) -> str:
    """`A13, A14 and A15`: every name, for whoever looks for one."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def known_label(text: Any) -> str:
    """The label of a table row, or no text where nothing is known."""
    return "" if pd.isna(text) or text == _NOTHING else str(text)
