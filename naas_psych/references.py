"""The one bibliography: references.toml by key."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class Reference:
    """One work cited; `text` is the full citation as printed."""

    key: str
    text: str
    doi: str | None = None


@cache
def references() -> dict[str, Reference]:
    """Every reference by its key (author_year)."""
    text = files("naas_psych").joinpath("references.toml").read_text(encoding="utf-8")
    return {key: Reference(key=key, **entry) for key, entry in tomllib.loads(text).items()}
