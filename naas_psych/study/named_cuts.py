"""Names in study.toml that must be those of cuts, or of columns that persons and frame share."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from naas_psych.study.audit import Audit, Where
from naas_psych.study.spec import StudySpec


def check_cut_names(spec: StudySpec, audit: Audit) -> None:
    """[standard] speaks of cuts by name; a name that no cut has would be about nothing."""
    if not spec.cuts:
        return
    standard = spec.standard
    said = [
        *(("standard.adjustment", name) for name in standard.adjustment),
        *(("standard.boundaries", name) for name in standard.boundaries.values()),
        *(("standard.grades.borderline", name) for name in standard.grades.borderline),
    ]
    for key, name in said:
        if name not in spec.cuts:
            where: Where = {"file": "study.toml", "column": key, "value": name}
            found = f"there is no cut {name!r}.{_near(name, list(spec.cuts))}"
            audit.add(
                "unknown_cut_name", found, expected=f"one of {', '.join(spec.cuts)}.", **where
            )


def check_cut_order(spec: StudySpec, audit: Audit) -> None:
    """Cuts named after outcomes must rise with them, or "met" would lie below "partially met"."""
    named = [name for name in spec.decision.outcomes if name in spec.cuts]
    for lower, upper in pairwise(named):
        one, other = spec.cuts[lower], spec.cuts[upper]
        if one.unit == other.unit and one.value >= other.value:
            found = f"the cut for {upper} ({other.value:g}) is not above that for {lower}"
            where: Where = {
                "file": "study.toml",
                "column": f"cuts.{upper}",
                "value": f"{other.value:g}",
            }
            audit.add("cuts_out_of_order", f"{found} ({one.value:g}).", **where)


def check_strata(spec: StudySpec, persons: Any, frame: Any, audit: Audit) -> None:
    """[population] strata are columns of both the persons and the frame."""
    if frame is None:
        return
    shared = [str(name) for name in frame.columns if name in persons and name != "person_id"]
    for name in spec.population.strata:
        if name not in shared:
            where: Where = {"file": "study.toml", "column": "population.strata", "value": name}
            found = f"persons and frame do not both have a column {name!r}.{_near(name, shared)}"
            expected = f"one of {', '.join(shared) or 'no column: they share none'}."
            audit.add("unknown_stratum_column", found, expected=expected, **where)


def _near(name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f" Did you mean {near[0]!r}?" if near else ""
