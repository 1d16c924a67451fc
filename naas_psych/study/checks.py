"""Every check that is made on the data: a stable code, how bad it is, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from naas_psych.errors import Severity
from naas_psych.packaged import toml_entries


@dataclass(frozen=True)
class Check:
    """One check. `waivable`: study.toml may accept the fault by name, with a reason."""

    code: str
    severity: Severity
    meaning: str
    expected: str
    action: str
    waivable: bool = True


@cache
def checks() -> dict[str, Check]:
    """Every check by its code, in the order of the reading (from checks.toml)."""
    return {
        code: Check(code=code, **entry) for code, entry in toml_entries("study/checks.toml").items()
    }


def __getattr__(name: str) -> Any:
    """`CHECKS` is read from its file when first asked for, not on import."""
    if name == "CHECKS":
        return checks()
    raise AttributeError(name)
