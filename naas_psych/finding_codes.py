"""The codes of findings: stable names, with what each means and what to do."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class FindingCode:
    """One kind of finding: which analysis speaks, how serious it is, what it usually means."""

    code: str
    analysis: str
    severity: str
    meaning: str
    action: str


@cache
def finding_codes() -> dict[str, FindingCode]:
    """Every code of a finding, in report order."""
    text = files("naas_psych").joinpath("finding_codes.toml").read_text(encoding="utf-8")
    return {code: FindingCode(code=code, **entry) for code, entry in tomllib.loads(text).items()}
