"""What the items of a cluster have in common, and how sentences name them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from naas_psych.study.study import Study

#: Columns of the items table that may say why items go together, and how sentences write them.
_SHARED = {"scenario_id": "scenario", "domain": "domain"}


def shared_label(study: Study, items: Any) -> str:
    """`scenario SC01`, `domain law`, or nothing that the items table would know."""
    columns = dict(_SHARED)
    columns.setdefault(study.spec.content.domain, "domain")
    for column, word in columns.items():
        if column not in study.items:
            continue
        values = study.items[column].iloc[items]
        if values.notna().all() and (values == values.iloc[0]).all():
            return f"{word} {values.iloc[0]}"
    return "nothing recorded"


def listed_all(names: Sequence[str]) -> str:
    """`A13, A14 and A15`: every name, for whoever looks for one."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def known_label(text: Any) -> str:
    """The label of a table row, or nothing."""
    return "" if pd.isna(text) or text == "nothing recorded" else str(text)
