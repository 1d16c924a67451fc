"""The responses table as a Grid, with its key, whatever its layout."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from numpy.typing import NDArray

from naas_psych.study.audit import Audit
from naas_psych.study.cells import RawTable, fold
from naas_psych.study.grid import Grid
from naas_psych.study.infer import Bare, Plan, is_long, plan_wide
from naas_psych.study.inferlong import plan_long
from naas_psych.study.items import ItemTable, KeySource
from naas_psych.study.keying import aligned, tell_unknown
from naas_psych.study.locate import Source
from naas_psych.study.long import Long, long_grid
from naas_psych.study.people import inline_columns
from naas_psych.study.wide import wide_grid


@dataclass(frozen=True)
class Read:
    """The tables that say what was recorded and how it is scored."""

    source: Source
    responses: RawTable
    items: ItemTable | None
    key: KeySource


@dataclass(frozen=True)
class Recorded:
    """What was recorded, by whom, and how the table was understood."""

    plan: Plan
    grid: Grid
    key: KeySource
    inline: dict[str, NDArray[Any]]


def record(tables: Read, audit: Audit) -> Recorded | None:
    """The responses as a Grid, whatever their layout; None when no item can be found."""
    spec = tables.source.spec.responses
    recorded = (_long if is_long(tables.responses, spec) else _wide)(tables, audit)
    if recorded is None:
        return None
    grid = recorded.grid
    key = aligned(recorded.key, grid.item_ids, grid.file, audit)
    if tables.items is None or key.file != tables.items.file:
        tell_unknown(key, grid.item_ids, audit)
    return replace(recorded, key=key)


def _wide(tables: Read, audit: Audit) -> Recorded | None:
    table = tables.responses
    key = replace(tables.key, by_item=_spelled(tables.key.by_item, table))
    plan = plan_wide(Bare(table, tables.source.spec.responses, key, tables.items, audit))
    if plan is None:
        return None
    wide = wide_grid(table, plan, audit)
    inline = inline_columns(table, plan.inline, wide.records)
    return Recorded(plan, wide.grid, key, inline)


def _long(tables: Read, audit: Audit) -> Recorded | None:
    plan = plan_long(tables.responses, tables.source.spec.responses, tables.key, audit)
    if plan is None:
        return None
    long = long_grid(Long(tables.responses, plan, tables.items, tables.key, audit))
    inline = inline_columns(tables.responses, plan.inline, long.records)
    return Recorded(plan, long.grid, tables.key, inline)


def _spelled(keys: dict[str, str], table: RawTable) -> dict[str, str]:
    """Keys under the names of the columns, where these differ in dots and blanks only."""
    loose = {fold(name): name for name in table.names}
    return {k if k in table.names else loose.get(fold(k), k): v for k, v in keys.items()}
