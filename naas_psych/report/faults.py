"""Faults in the data as the report may tell them: counted by kind, naming nobody."""

from __future__ import annotations

from dataclasses import dataclass

from naas_psych.assurance.disclosure import gated_text, names_a_person, profiles
from naas_psych.errors import Fault
from naas_psych.study.study import Study


@dataclass(frozen=True)
class FaultKind:
    """Faults of one kind, counted."""

    code: str
    severity: str
    expected: str
    action: str
    found: str
    waived: bool
    n: str


def fault_counts(study: Study) -> tuple[FaultKind, ...]:
    """Faults by kind. Only what is said of a whole column is quoted: a row may be a person."""
    kinds: dict[str, list[Fault]] = {}
    for fault in study.faults:
        kinds.setdefault(fault.code, []).append(fault)
    rules = profiles()[study.spec.disclosure.profile or "none"]
    return tuple(
        FaultKind(
            code=code,
            severity=faults[0].severity,
            expected=faults[0].expected,
            action=faults[0].action,
            found=gated_text(" ".join(f.found for f in faults if _names_nobody(f, study)), rules),
            waived=all(f.waived is not None for f in faults),
            n=rules.words(len(faults)),
        )
        for code, faults in kinds.items()
    )


def _names_nobody(fault: Fault, study: Study) -> bool:
    return fault.row is None and not names_a_person(fault.found, study)
