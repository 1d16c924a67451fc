"""The ledger of the argument: for each step from answers to decisions, the evidence there is.

After Kane's argument-based approach: a chain is as strong as its weakest step, and there is no
single number for it. Here is which analyses there are; what they showed is in `argument.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

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


@cache
def entries() -> Mapping[str, Mapping[str, Any]]:
    """The content of ledger.toml."""
    return toml_entries("assurance/ledger.toml")


def ledger(results: Mapping[str, Result]) -> tuple[Step, ...]:
    """Every step, with the analyses that bear on it."""
    return tuple(_step(name, entry, results) for name, entry in entries().items())


def _step(name: str, entry: Mapping[str, Any], results: Mapping[str, Result]) -> Step:
    lines = entry["lines"]
    analyses = list(dict.fromkeys(one for line in lines for one in line["analyses"]))
    return Step(
        name=name,
        claim=entry["claim"],
        rebuttals=" ".join(line["rebuttal"] for line in lines),
        examined=tuple(one for one in analyses if one in results),
        missing=(
            *(one for one in analyses if one not in results),
            *(line["not_yet_called"] for line in lines if "not_yet" in line),
        ),
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
