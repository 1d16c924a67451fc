"""Raters and groups: does a rater mark one group harder than the other raters do?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import stdtr

from naas_psych.analyses.fairness.compared import comparisons_asked
from naas_psych.analyses.fairness.freed_comparisons import Row, table_of
from naas_psych.analyses.fairness.options import Group
from naas_psych.analyses.fairness.rater_group_findings import rater_group_findings as findings
from naas_psych.analysis import Level, analysis
from naas_psych.errors import AnalysisImpossible
from naas_psych.numerics.adjusted_p import benjamini_hochberg
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.dif_power import Sought, detectable
from naas_psych.numerics.intervals import t_quantile
from naas_psych.numerics.rater_residuals import Deviations, deviations
from naas_psych.result import Result
from naas_psych.study.groupings import Comparison
from naas_psych.study.study import Study

__all__ = ["findings", "rater_groups"]

#: An error that is this small beside what it is the error of is rounding.
_NONE = 1e-9
_COLUMNS = (
    *("rater_id", "group", "reference", "focal", "n_reference", "n_focal"),
    *("rater_difference", "rater_difference_low", "rater_difference_high"),
    *("p_value", "p_adjusted", "rater_difference_sd", "rater_detectable"),
    *("n_needed", "verdict"),
)
_TEXT = ("rater_id", "group", "reference", "focal", "verdict")


@analysis
def rater_groups(study: Study, *, group: Group = None, level: Level = 0.95) -> Result:
    """Does any rater mark persons of one group harder than the other raters of these persons do?

    Formula
    -------
    Deviation of a rater on a person: mean of his or her marks less what the person's other raters
    give, both freed of the task and criterion and the latter of their severity (least squares on
    mark = person + cell + rater). rater_difference = mean deviation on focal less mean deviation on
    reference persons; the rater's own severity cancels. Persons are the unit: limits and p by
    Welch's t over persons, p adjusted over the raters of a comparison (Benjamini and Hochberg).
    rater_detectable: the difference found four times in five with so many persons.

    How to read it
    --------------
    Below 0 the rater is harder on the focal group than other raters are. verdict: moderate or
    large, if the adjusted p is below dif_alpha, by half a standard deviation of the persons' mean
    marks (gap_medium); negligible, if the limits lie within that; else cannot tell. Below ten
    persons of either group (rater_group_persons_min) there is no number. n_needed: persons of each
    group that would show a difference of that size.

    When not to use it
    ------------------
    It needs persons with two raters or more. It compares raters with each other: what all of them
    do alike it cannot see. A rater who is paired with an unusual one shows the opposite sign.
    Without random assignment, who marked whom may differ in other ways.

    Agrees with
    -----------
    Differences of means by hand on a complete table of marks.

    References
    ----------
    welch_1947, benjamini_hochberg_1995

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/naas_pilot")
    >>> raters = nps.rater_groups(study, group=["first_language_english"]).tables["raters"]
    >>> raters.loc[raters["rater_id"] == "R05", "verdict"].item()
    'cannot_tell'
    """
    comparisons = comparisons_asked(study, group)
    marks = _marks(study)
    size = study.thresholds["gap_medium"].value * marks.spread
    rows = [row for one in comparisons for row in _comparison(study, marks, one, size, level)]
    table = table_of(rows, _COLUMNS, text=_TEXT, counts=("n_reference", "n_focal"))
    return Result(tables={"raters": table}, notes=_notes(marks, table))


@dataclass(frozen=True, eq=False)
class _Marks:
    """Deviations with the names of raters and the persons of the study; spread of their means.

    noise : SD of the deviations within raters; left_out : persons whom one rater marked
    """

    found: Deviations
    raters: tuple[str, ...]
    spread: float
    noise: float
    left_out: int


def _marks(study: Study) -> _Marks:
    table = study.tables.get("marks")
    if table is None or not {"person_id", "rater_id", "mark"} <= set(table.columns):
        raise AnalysisImpossible(
            "There are no marks by raters. Needed: a table marks with person_id, rater_id and mark "
            "(and task_id and criterion, where there are several)."
        )
    known = table[table["mark"].notna() & table["rater_id"].notna()]
    place = pd.Series(np.arange(study.responses.n_persons), index=study.responses.person_ids)
    person = place.reindex(known["person_id"]).to_numpy(dtype=float)
    known, person = known[np.isfinite(person)], person[np.isfinite(person)].astype(np.int64)
    rater, names = pd.factorize(known["rater_id"].astype(str), sort=True)
    own = deviations(
        known["mark"].to_numpy(dtype=float),
        person=person,
        cell=_cells(known),
        rater=rater.astype(np.int64),
    )
    if own.rater.size == 0:
        raise AnalysisImpossible(
            "No person of this study was marked by two raters, so no rater can be compared with "
            "others. Needed: marks of two raters or more for the same persons."
        )
    means = known.groupby(person)["mark"].mean().to_numpy(dtype=float)
    spread = float(means.std(ddof=1)) if means.size > 1 else np.nan
    lost = int(np.unique(person).size - np.unique(own.person).size)
    return _Marks(own, tuple(map(str, names)), spread, _noise(own), lost)


def _cells(known: pd.DataFrame) -> Any:
    """(n,) codes of task, criterion and occasion, those that there are."""
    there = [name for name in ("task_id", "criterion", "occasion") if name in known]
    if not there:
        return np.zeros(len(known), dtype=np.int64)
    return known.groupby(there, sort=True, dropna=False).ngroup().to_numpy(dtype=np.int64)


def _noise(found: Deviations) -> float:
    n = np.bincount(found.rater)
    mean = np.bincount(found.rater, found.deviation) / np.maximum(n, 1)
    df = found.rater.size - int((n > 0).sum())
    off = found.deviation - mean[found.rater]
    return float(np.sqrt((off**2).sum() / df)) if df > 0 else np.nan


def _comparison(
    study: Study, marks: _Marks, comparison: Comparison, size: float, level: float
) -> Iterator[Row]:
    """One row a rater, with p adjusted over them."""
    least = int(study.thresholds["rater_group_persons_min"].value)
    wanted = study.thresholds["dif_power_wanted"].value
    sought = Sought(effect=size, power=wanted, alpha=1 - level)
    rows = []
    for code, name in enumerate(marks.raters):
        own = marks.found.rater == code
        person, deviation = marks.found.person[own], marks.found.deviation[own]
        sides = [deviation[one.members[person]] for one in (comparison.reference, comparison.focal)]
        row: Row = {"rater_id": name, "group": comparison.group}
        row |= {"reference": comparison.reference.name, "focal": comparison.focal.name}
        row |= {"n_reference": sides[0].size, "n_focal": sides[1].size}
        row |= {"n_needed": np.maximum(_needed(marks.noise, sought), least)}
        row |= {"why_n_needed": "no_variance"}
        row |= {"why_rater_difference_sd": "no_variance"} if not size > 0 else {}
        rows.append(row | _difference(sides[0], sides[1], least=least, level=level, sought=sought))
    adjusted = benjamini_hochberg(np.array([row.get("p_value", np.nan) for row in rows]))
    for row, p in zip(rows, adjusted, strict=True):
        row["p_adjusted"] = float(p)
        if row.get("rater_difference") is not None and size > 0:
            row["rater_difference_sd"] = row["rater_difference"] / marks.spread
        yield row | {"verdict": _verdict(row, size, study.thresholds["dif_alpha"].value)}


def _difference(
    reference: Floats, focal: Floats, *, least: int, level: float, sought: Sought
) -> Row:
    if min(reference.size, focal.size) < max(least, 2):
        return {"why": "group_too_few"}
    parts = [side.var(ddof=1) / side.size for side in (reference, focal)]
    error = float(np.sqrt(sum(parts)))
    if not error > _NONE * np.fmax(sought.effect, np.abs(np.r_[reference, focal]).max()):
        return {"why": "no_variance"}
    df = error**4 / (parts[0] ** 2 / (reference.size - 1) + parts[1] ** 2 / (focal.size - 1))
    gap = float(focal.mean() - reference.mean())
    found = detectable(np.array(error), power=sought.power, alpha=sought.alpha)
    half = t_quantile(level, df) * error
    return {
        "rater_difference": gap,
        "rater_difference_low": gap - half,
        "rater_difference_high": gap + half,
        "p_value": 2 * float(stdtr(df, -abs(gap) / error)),
        "rater_detectable": float(found),
    }


def _needed(noise: float, sought: Sought) -> float:
    """Persons of each group with which the difference sought is found."""
    if not (sought.effect > 0 and noise > _NONE * sought.effect):
        return np.nan
    return float(np.ceil(2 * (noise / sought.se) ** 2))


def _verdict(row: Row, size: float, alpha: float) -> str:
    if row.get("rater_difference") is None or not size > 0:
        return "cannot_tell"
    if row["p_adjusted"] < alpha:
        return "large" if abs(row["rater_difference"]) >= size else "moderate"
    within = -size < row["rater_difference_low"] and row["rater_difference_high"] < size
    return "negligible" if within else "cannot_tell"


def _notes(marks: _Marks, table: pd.DataFrame) -> tuple[str, ...]:
    tested = int(table["p_value"].notna().sum())
    said = [
        "p values are adjusted over the raters of one comparison (Benjamini and Hochberg); "
        f"{tested} tests were made in all."
    ]
    if marks.left_out:
        said.append(f"{marks.left_out} persons whom only one rater marked are left out.")
    return tuple(said)
