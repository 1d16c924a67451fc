"""The codes of findings: stable names, with the words of each, and how a finding is made of one."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from naas_psych.errors import Severity
from naas_psych.finding import Finding
from naas_psych.packaged import toml_entries
from naas_psych.thresholds import Threshold


@dataclass(frozen=True)
class FindingCode:
    """One kind of finding.

    Attributes
    ----------
    label : its name, in words that need no training
    analyses : who says it
    severity : how serious it is
    meaning, action : what it usually means, and what to do
    cases : the same two where one code has several answers, by the name of the case
    """

    code: str
    label: str
    analyses: tuple[str, ...]
    severity: str
    meaning: str
    action: str
    cases: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@cache
def finding_codes() -> dict[str, FindingCode]:
    """Every code of a finding, in report order."""
    return {
        code: FindingCode(code=code, analyses=tuple(entry.pop("analyses")), **entry)
        for code, entry in toml_entries("finding_codes.toml").items()
    }


def label_of(code: str) -> str:
    """What people call a finding; a code from another version is shown as its own words."""
    known = finding_codes().get(code)
    return known.label if known else code.replace("_", " ").capitalize()


def found(
    *,
    code: str,
    severity: Severity,
    subject: str,
    sentence: str,
    case: str | None = None,
    numbers: Mapping[str, float] | None = None,
    value: float | str | None = None,
    limits: tuple[Any, Any] = (None, None),
    probability: float | None = None,
    threshold: Threshold | None = None,
) -> Finding:
    """A finding with the words of its code; undefined limits and probabilities become None.

    `case` chooses among the words of a code that has several, `numbers` fill the braces in them.
    """
    words = finding_codes()[code]
    meaning, action = words.meaning, words.action
    if case is not None:
        chosen, given = words.cases[case], numbers or {}
        meaning, action = (chosen[name].format(**given) for name in ("meaning", "action"))
    return Finding(
        code=code,
        severity=severity,
        subject=subject,
        sentence=sentence,
        value=value,
        low=_defined(limits[0]),
        high=_defined(limits[1]),
        probability=_defined(probability),
        threshold=threshold.name if threshold else None,
        threshold_value=threshold.value if threshold else None,
        source=threshold.source if threshold else None,
        meaning=meaning,
        action=action,
    )


def _defined(value: Any) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)
