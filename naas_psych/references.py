"""The one bibliography: references.toml by key."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from naas_psych.packaged import toml_entries


@dataclass(frozen=True)
class Reference:
    """One work cited; `text` is the full citation as printed."""

    key: str
    text: str
    doi: str | None = None


@cache
def references() -> dict[str, Reference]:
    """Every reference by its key (author_year)."""
    return {
        key: Reference(key=key, **entry) for key, entry in toml_entries("references.toml").items()
    }
