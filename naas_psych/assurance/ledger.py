"""The ledger of the argument: for each step from answers to decisions, the evidence there is.

After Kane's argument-based approach: a chain is as strong as its weakest step, and there is no
single number for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from naas_psych.assurance.verdict import Polarity, Verdict
from naas_psych.packaged import toml_entries
from naas_psych.result import Result


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of the argument.

    `examined` are the analyses that ran, `missing` those that could not, or that do not exist yet.
    """

    name: str
    claim: str
    rebuttals: str
    examined: tuple[str, ...]
    missing: tuple[str, ...]


def ledger(results: Mapping[str, Result]) -> tuple[Step, ...]:
    """Every step, with the analyses that bear on it."""
    return tuple(
        Step(
            name=name,
            claim=entry["claim"],
            rebuttals=entry["rebuttals"],
            examined=tuple(one for one in entry["analyses"] if one in results),
            missing=(
                *(one for one in entry["analyses"] if one not in results),
                *entry.get("not_yet", ()),
            ),
        )
        for name, entry in toml_entries("assurance/ledger.toml").items()
    )


def ledger_verdict(results: Mapping[str, Result], *, polarity: Polarity) -> Verdict:
    """Met when each step has evidence and lacks none; partly when some steps have some."""
    steps = ledger(results)
    bare = [step.name for step in steps if not step.examined]
    wanting = [step.name for step in steps if step.examined and step.missing]
    if len(bare) == len(steps):
        return Verdict(level="bottom", polarity=polarity, sentence="No step has any evidence.")
    if not bare and not wanting:
        return Verdict(level="top", polarity=polarity, sentence="Every step has its evidence.")
    said = []
    if bare:
        said.append(f"No evidence yet for: {', '.join(bare)}.")
    if wanting:
        said.append(f"Some evidence is missing for: {', '.join(wanting)}.")
    return Verdict(level="middle", polarity=polarity, sentence=" ".join(said))
