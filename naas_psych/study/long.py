"""A long table (one row a person and item) as a Grid."""

from __future__ import annotations

from naas_psych.study.audit import Audit
from naas_psych.study.cells import RawTable
from naas_psych.study.grid import Laid
from naas_psych.study.infer import Plan
from naas_psych.study.items import ItemTable, KeySource
from naas_psych.study.spec import ResponsesSpec


def plan_long(table: RawTable, spec: ResponsesSpec, key: KeySource, audit: Audit) -> Plan | None:
    return None


def long_grid(
    table: RawTable, plan: Plan, items: ItemTable | None, key: KeySource, audit: Audit
) -> Laid:
    raise NotImplementedError
