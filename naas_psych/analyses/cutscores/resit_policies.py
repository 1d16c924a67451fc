"""What is assumed of resits, where each number came from, and the policies that are compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from naas_psych.analyses.cutscores.resit_world import Gains
from naas_psych.numerics.resits import Policy
from naas_psych.result import tidy
from naas_psych.study.policy import Resits
from naas_psych.study.study import Study

#: Stands for sittings without a limit.
UNLIMITED = 10
#: Months before the shorter gap ends, where a fast track is compared that nobody described.
_FAST = 2.0


@dataclass(frozen=True)
class Assumed:
    """One number that is assumed: its unit, who gave it, and how far it may be off.

    least, most : the ends of the range in the table of sensitivity; None where it is not varied
    """

    value: float
    unit: str
    source: str
    least: float | None = None
    most: float | None = None


@dataclass(frozen=True)
class Rules:
    """One policy with all that is assumed about it; gaps in months, gains in SD of ability."""

    name: str
    attempts: int
    gap: float
    fast_gap: float | None
    true_gain: float
    practice_gain: float
    error_correlation: float
    drop_out: float
    discounted: float
    best: bool

    @property
    def gains(self) -> Gains:
        return Gains(self.true_gain, self.practice_gain)

    @property
    def policy(self) -> Policy:
        return Policy(
            attempts=self.attempts,
            drop_out=self.drop_out,
            error_correlation=self.error_correlation,
            discounted=self.discounted,
            fast=self.fast_gap is not None,
            best=self.best,
        )


_UNITS = {
    "attempts": "sittings",
    "gap": "months",
    "fast_track": "months",
    "true_gain": "SD of ability",
    "practice_gain": "SD of ability",
    "error_correlation": "correlation",
    "drop_out": "share",
    "discounted": "share",
}
#: What a number may be instead, in the table of sensitivity.
_RANGES: Mapping[str, tuple[float, float]] = {
    "true_gain": (0.0, 0.4),
    "practice_gain": (0.0, 0.2),
    "error_correlation": (0.0, 0.4),
    "drop_out": (0.0, 0.3),
    "discounted": (0.0, 0.1),
}


def assumed(study: Study, options: Mapping[str, Any]) -> dict[str, Assumed]:
    """Every number by name: from the option, else from study.toml, else the default."""
    spec = study.spec.resits
    found: dict[str, Assumed] = {}
    for name, unit in _UNITS.items():
        given = options.get(name)
        stated = name in spec.model_fields_set and getattr(spec, name) is not None
        standard = Resits().model_dump().get(name)
        value, source = (
            (given, "option")
            if given is not None
            else (getattr(spec, name), "study.toml")
            if stated
            else (_FAST if name == "fast_track" else standard or 0.0, "default")
        )
        least, most = _RANGES.get(name, (None, None))
        if name == "attempts":
            least, most = max(value - 1, 1), value + 1
        if least is not None and most is not None:
            least, most = min(least, value), max(most, value)
        found[name] = Assumed(float(value), unit, source, least, most)
    return found


def assumption_table(found: Mapping[str, Assumed], reliability: float) -> pd.DataFrame:
    """One row a number; of these only the reliability is measured."""
    none = float("nan")
    tested = Assumed(reliability, "share of variance", "these data")
    every = {**found, "reliability": tested}
    return tidy(
        {
            "assumption": list(every),
            "assumed_value": [one.value for one in every.values()],
            "assumed_unit": [one.unit for one in every.values()],
            "given_by": [one.source for one in every.values()],
            "range_from": [none if one.least is None else one.least for one in every.values()],
            "range_to": [none if one.most is None else one.most for one in every.values()],
            "assumed_or_measured": ["assumed"] * len(found) + ["measured"],
        },
        {name: ["not_asked"] * len(every) for name in ("range_from", "range_to")},
    )


def own_policy(found: Mapping[str, Assumed], *, best: bool) -> Rules:
    """The policy of the study: so many attempts, with gains, without a fast track."""
    attempts = int(found["attempts"].value)
    return Rules(
        name=_sittings(attempts),
        attempts=attempts,
        gap=found["gap"].value,
        fast_gap=None,
        true_gain=found["true_gain"].value,
        practice_gain=found["practice_gain"].value,
        error_correlation=found["error_correlation"].value,
        drop_out=found["drop_out"].value,
        discounted=found["discounted"].value,
        best=best,
    )


def compared_policies(found: Mapping[str, Assumed], own: Rules) -> tuple[Rules, ...]:
    """One, two, the study's and hardly limited sittings; then the same without gains."""
    several = sorted({2, own.attempts, UNLIMITED} - {1})
    once = replace(own, name=_sittings(1), attempts=1, discounted=0.0)
    with_gains = [replace(own, name=_sittings(k), attempts=k) for k in several]
    bare = [
        replace(one, name=f"{one.name}, no gain", true_gain=0.0, practice_gain=0.0)
        for one in with_gains
    ]
    gap = found["fast_track"].value
    fast = [replace(own, name=f"{own.name}, fast track", fast_gap=gap)] if own.attempts > 1 else []
    return (once, *with_gains, *fast, *(bare if own.gains != Gains(0.0, 0.0) else []))


def _sittings(attempts: int) -> str:
    return "1 attempt" if attempts == 1 else f"{attempts} attempts"
