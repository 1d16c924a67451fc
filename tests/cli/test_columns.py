"""The list of columns that ships with the package is what a run gives.

`NAAS_PSYCH_SNAPSHOTS=new pytest tests/cli/test_columns.py` writes it anew.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import naas_psych
from naas_psych import register
from naas_psych.cli.columns import SCORECARD, columns_of
from tests.specimen import columns_found

LIST = Path(naas_psych.__file__).parent / "cli" / "columns.toml"


def as_toml(found: Mapping[str, Mapping[str, Mapping[str, str]]]) -> str:
    lines = ["# Made by a test: every table of every analysis, with the kind of each column.", ""]
    for analysis, tables in found.items():
        for table, columns in tables.items():
            lines += [f"[{analysis}.{table}]", *(f'{c} = "{k}"' for c, k in columns.items()), ""]
    return "\n".join(lines)


def test_the_list_is_what_a_run_gives() -> None:
    names = (*register.names(), SCORECARD)
    found = {name: columns_found(name) for name in names}
    if os.environ.get("NAAS_PSYCH_SNAPSHOTS") == "new":
        LIST.write_text(as_toml(found), encoding="utf-8")
        columns_of.cache_clear()
    assert {name: columns_of(name) for name in names} == found
