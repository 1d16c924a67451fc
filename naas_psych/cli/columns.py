"""The tables of every analysis with their columns, as `explain` and `schema` show them.

A list that ships with the package: finding them out by running every analysis takes long. A test
compares it with what a run gives.
"""

from __future__ import annotations

from functools import cache

from naas_psych.packaged import toml_entries

#: Goes the way of results and is not in the register.
SCORECARD = "scorecard"


@cache
def columns_of(analysis: str) -> dict[str, dict[str, str]]:
    """The tables of an analysis, each with its columns and their kind (number, integer ...)."""
    found: dict[str, dict[str, str]] = toml_entries("cli/columns.toml").get(analysis, {})
    return found
