"""Outcomes as the two tables of the scorecard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.items.phrasing import short
from naas_psych.numerics.proportions import wilson
from naas_psych.oracle.judge import Outcome
from naas_psych.oracle.looked_for import wanted
from naas_psych.oracle.sight import Sight
from naas_psych.result import tidy

LEVEL = 0.95
#: A plant is called found when more than this share of the replicates found it.
USUALLY = 0.5
_NOBODY_LOOKED = "no_analysis"


def plants_table(
    planted: Mapping[str, Mapping[str, Any]], outcomes: Sequence[Outcome], *, repeated: bool
) -> pd.DataFrame:
    """One row a plant; with replicates how often it was found, and what was seen over all."""
    names = list(planted)
    sights = [[one.sights[name] for one in outcomes] for name in names]
    said = [_said(name, each, repeated) for name, each in zip(names, sights, strict=True)]
    columns: dict[str, Any] = {
        "plant": _texts(names),
        "feature": _texts([str(planted[name]["feature"]) for name in names]),
        "analysis": _texts([str(planted[name]["analysis"]) for name in names]),
        **_answers([_found(each) for each in sights]),
        "evidence": _texts(said),
    }
    if not repeated:
        return tidy(columns)
    looked = [any(sight.found is not None for sight in each) for each in sights]
    studies = np.where(looked, float(len(outcomes)), 0.0)
    hits = np.array([sum(sight.found is True for sight in each) for each in sights], dtype=float)
    rate = _rate("hit_rate", hits, studies)
    return tidy(
        {**columns, **rate, "replicates": _counts(len(outcomes), names)},
        {"hit_rate": [None if any_did else _NOBODY_LOOKED for any_did in looked]},
    )


def alarms_table(outcomes: Sequence[Outcome], *, repeated: bool) -> pd.DataFrame:
    """One row a code, summed over replicates."""
    rows = list(zip(*(one.alarms for one in outcomes), strict=True))
    tested = np.array([sum(alarm.tested for alarm in row) for row in rows], dtype=float)
    flagged = np.array([sum(alarm.flagged for alarm in row) for row in rows], dtype=float)
    columns: dict[str, Any] = {
        "code": [row[0].code for row in rows],
        "analysis": [row[0].analysis for row in rows],
        "tested": tested.astype(np.int64),
        "flagged": flagged.astype(np.int64),
        "uncertain": np.array([sum(alarm.uncertain for alarm in row) for row in rows], dtype=int),
        **_rate("rate", flagged, tested),
        "nominal": pd.Series([row[0].nominal for row in rows], dtype=float),
    }
    if repeated:
        columns["replicates"] = _counts(len(outcomes), rows)
    reasons = {
        "rate": ["no_clean_item" if n == 0 else None for n in tested],
        "nominal": ["no_promise" if row[0].nominal is None else None for row in rows],
    }
    return tidy(columns, reasons)


def _texts(values: Sequence[str]) -> pd.Series[Any]:
    return pd.Series(list(values), dtype=object)


def _counts(value: int, rows: Sequence[Any]) -> np.ndarray[Any, Any]:
    return np.full(len(rows), value, dtype=np.int64)


def _rate(name: str, part: Any, whole: Any) -> dict[str, Any]:
    """A share with its Wilson limits; undefined of nothing."""
    limits = wilson(part, whole, level=LEVEL)
    share = np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0)
    return {name: share, f"{name}_low": limits.low, f"{name}_high": limits.high}


def _found(sights: Sequence[Sight]) -> bool | None:
    """A study that could not answer did not find it, unless none could."""
    if all(sight.found is None for sight in sights):
        return None
    return sum(sight.found is True for sight in sights) > USUALLY * len(sights)


def _answers(found: Sequence[bool | None]) -> dict[str, Any]:
    """Yes, no, or null with the reason beside it."""
    columns = {"found": pd.Series(list(found), dtype=object)}
    if None in found:
        why = [_NOBODY_LOOKED if each is None else None for each in found]
        columns["found_reason"] = pd.Series(why, dtype=object)
    return columns


def _said(name: str, sights: Sequence[Sight], repeated: bool) -> str:
    """What was seen and what was looked for."""
    first = sights[0]
    if all(sight.found is None for sight in sights):
        return first.evidence
    rule = wanted(name)
    seen = _over_all(str(rule["number"]), sights) if repeated else first.evidence
    return f"{seen} Looked for: {rule['looked_for']}."


def _over_all(what: str, sights: Sequence[Sight]) -> str:
    """The median of the number behind the decision, and its range."""
    numbers = np.array([s.number for s in sights if s.number is not None], dtype=float)
    what = what[:1].upper() + what[1:]
    if not numbers.size:
        return f"{what}: undefined in all {len(sights)} replicates."
    whole = bool((numbers == np.rint(numbers)).all())
    median, low, high = (
        _written(float(value), whole=whole)
        for value in (np.median(numbers), numbers.min(), numbers.max())
    )
    return f"{what}: median {median}, from {low} to {high} over {len(sights)} replicates."


def _written(value: float, *, whole: bool) -> str:
    return f"{value:g}" if whole else short(value)
