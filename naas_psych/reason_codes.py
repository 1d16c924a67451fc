"""The codes that say why: why a number is undefined, an item left out, a key suspected."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from naas_psych.packaged import toml_entries


@dataclass(frozen=True)
class ReasonCode:
    """One reason; `label` stands beside a dash, `meaning` says more."""

    code: str
    label: str
    meaning: str


@cache
def reason_codes() -> dict[str, ReasonCode]:
    """Every reason by its code."""
    return {
        code: ReasonCode(code=code, **entry)
        for code, entry in toml_entries("reason_codes.toml").items()
    }


def reason_label(code: str) -> str:
    """A reason in words; what is no code (`A should be keyed`) stays as it is."""
    known = reason_codes().get(code)
    return known.label if known else code.replace("_", " ")
