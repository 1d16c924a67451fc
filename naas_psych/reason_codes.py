"""The codes that say why: why a number is undefined, an item left out, a key suspected."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class ReasonCode:
    """One reason; `label` stands beside a dash, `meaning` says more."""

    code: str
    label: str
    meaning: str


@cache
def reason_codes() -> dict[str, ReasonCode]:
    """Every reason by its code."""
    text = files("naas_psych").joinpath("reason_codes.toml").read_text(encoding="utf-8")
    return {code: ReasonCode(code=code, **entry) for code, entry in tomllib.loads(text).items()}


def reason_label(code: str) -> str:
    """A reason in words; what is no code (`A should be keyed`) stays as it is."""
    known = reason_codes().get(code)
    return known.label if known else code.replace("_", " ")
