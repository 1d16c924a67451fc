"""Findings that say the same of many things, told once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from naas_psych.finding import Finding

#: From so many on they are told once.
_MANY = 3


@dataclass(frozen=True)
class Alike:
    """Findings of one kind with one thing to do; `first` speaks for them."""

    findings: tuple[Finding, ...]

    @property
    def first(self) -> Finding:
        return self.findings[0]

    @property
    def others(self) -> tuple[Finding, ...]:
        return self.findings[1:]


def alike(found: Sequence[Finding]) -> tuple[Alike, ...]:
    """In the order of the first of each kind; two of a kind stay apart."""
    kinds: dict[tuple[str, str, str], list[Finding]] = {}
    for one in found:
        kinds.setdefault((one.severity, one.code, one.action), []).append(one)
    told: list[Alike] = []
    for group in kinds.values():
        told += [Alike(tuple(group))] if len(group) >= _MANY else [Alike((one,)) for one in group]
    return tuple(told)
