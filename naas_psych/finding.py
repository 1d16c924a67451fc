"""A finding: something measured that a person should know, beside the threshold it was held to."""

from __future__ import annotations

from dataclasses import dataclass

from naas_psych.errors import Severity

SEVERITIES: tuple[Severity, ...] = ("info", "warning", "error")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One finding, with all that is needed to check it.

    `sentence` says what was measured; `meaning` what it usually means; `action` what to do.
    `probability` is the chance that the flagged condition is true of the population of persons,
    where it can be had. `threshold` names an entry of thresholds.toml.
    """

    code: str
    severity: Severity
    subject: str
    sentence: str
    value: float | str | None = None
    low: float | None = None
    high: float | None = None
    probability: float | None = None
    threshold: str | None = None
    threshold_value: float | None = None
    source: str | None = None
    meaning: str = ""
    action: str = ""


def at_or_above(findings: tuple[Finding, ...], severity: Severity) -> tuple[Finding, ...]:
    """The findings whose severity is `severity` or worse."""
    floor = SEVERITIES.index(severity)
    return tuple(f for f in findings if SEVERITIES.index(f.severity) >= floor)
