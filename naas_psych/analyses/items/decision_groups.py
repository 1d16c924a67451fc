"""Groups beside each other with all items and without those decided against."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.content.removal_rows import Asked, FormRow
from naas_psych.analyses.fairness.compared import comparisons_asked
from naas_psych.errors import AnalysisImpossible
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.change_bootstrap import difference_of_means
from naas_psych.numerics.gap_change import TwoScores, gap_change
from naas_psych.numerics.outcome_gaps import Passes, difference
from naas_psych.numerics.removal import outcomes
from naas_psych.result import tidy
from naas_psych.study.groupings import Comparison
from naas_psych.study.study import Study

Made = Mapping[str, Sequence[FormRow]]
_SIDES = ("reference", "focal")
_WHO = ("scenario", "cut", "group", "reference", "focal")
_LIMITED = ("difference_before", "difference_after", "difference_change")
_RATES = ("reference_before", "reference_after", "focal_before", "focal_after")
_MOVED = ("n_reference_up", "n_reference_down", "n_focal_up", "n_focal_down")
_GAPS = ("hedges_g_before", "hedges_g_after", "hedges_g_change")


def _limits(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"{name}{end}" for name in names for end in ("", "_low", "_high"))


def _comparisons(study: Study) -> Sequence[Comparison]:
    try:
        return comparisons_asked(study, None)
    except AnalysisImpossible:
        return ()


def groups_table(study: Study, made: Made, asked: Asked) -> pd.DataFrame:
    """A row a scenario, cut and comparison: who meets the cut, before and after."""
    rows = []
    for scenario, forms in made.items():
        for name, before, after in _met(study, forms):
            for one in _comparisons(study):
                row = {"scenario": scenario, "cut": name, **_head(one)}
                rows.append(row | _rates(study, one, before, after, asked))
    numbers = (*_RATES, *_limits(_LIMITED), *_MOVED)
    return _table(rows, _WHO, ("n_reference", "n_focal"), numbers)


def gaps_table(study: Study, made: Made, *, level: float) -> pd.DataFrame:
    """A row a scenario and comparison: the gap in scores, before and after."""
    rows = [
        {"scenario": scenario, **_head(one), **_gap(study, forms, one, level)}
        for scenario, forms in made.items()
        for one in _comparisons(study)
    ]
    who = tuple(name for name in _WHO if name != "cut")
    return _table(rows, who, ("n_reference", "n_focal"), _limits(_GAPS))


def _table(
    rows: Sequence[Mapping[str, Any]],
    texts: Sequence[str],
    counts: Sequence[str],
    numbers: Sequence[str],
) -> pd.DataFrame:
    columns: dict[str, Any] = {
        **{name: np.array([row[name] for row in rows], dtype=object) for name in texts},
        **{name: np.array([row[name] for row in rows], dtype=int) for name in counts},
        **{
            name: np.array([row.get(name, np.nan) for row in rows], dtype=float) for name in numbers
        },
    }
    why = [row["why"] for row in rows]
    return tidy(columns, dict.fromkeys(numbers, why))


def _head(one: Comparison) -> dict[str, str]:
    return {"group": one.group, "reference": one.reference.name, "focal": one.focal.name}


def _met(study: Study, forms: Sequence[FormRow]) -> Iterator[tuple[str, Floats, Floats]]:
    """Each cut, and (N,) who meets it with all items and without; nan without a total."""
    for c, name in enumerate(_cuts(study, forms)):
        both = np.full((2, study.responses.n_persons), np.nan)
        for row in forms:
            masks = np.stack([np.ones_like(row.kept), row.kept])
            both[:, row.persons] = outcomes(row.test, masks).reached[c].T
        yield name, both[0], both[1]


def _cuts(study: Study, forms: Sequence[FormRow]) -> tuple[str, ...]:
    """The cuts that every form has, where some item stays of each."""
    if not forms or not all(row.kept.any() for row in forms):
        return ()
    first = [cut.cut for cut in forms[0].cuts]
    return tuple(name for name in first if name in study.spec.cuts)


def _rates(
    study: Study, one: Comparison, before: Floats, after: Floats, asked: Asked
) -> dict[str, Any]:
    own = {
        side: np.stack([before, after])[:, level.members & np.isfinite(before)]
        for side, level in zip(_SIDES, (one.reference, one.focal), strict=True)
    }
    sizes = {f"n_{side}": values.shape[1] for side, values in own.items()}
    if min(sizes.values()) < study.thresholds["gap_show_min"].value:
        return {**sizes, "why": "group_too_few"}
    row: dict[str, Any] = {**sizes, "why": "not_asked"}
    for k, when in enumerate(("before", "after")):
        row |= {f"{side}_{when}": float(values[k].mean()) for side, values in own.items()}
        row |= _named(f"difference_{when}", _difference(own, k, asked.level))
    change = {side: values[1] - values[0] for side, values in own.items()}
    limits = difference_of_means(
        change["focal"],
        change["reference"],
        replicates=asked.replicates,
        seed=asked.seed,
        level=asked.level,
    )
    gap = float(change["focal"].mean() - change["reference"].mean())
    row |= _named("difference_change", (gap, limits.low, limits.high))
    for side, moved in change.items():
        row |= {f"n_{side}_up": (moved > 0).sum(), f"n_{side}_down": (moved < 0).sum()}
    return row


def _named(name: str, three: tuple[float, float, float]) -> dict[str, float]:
    return dict(zip((name, f"{name}_low", f"{name}_high"), three, strict=True))


def _difference(own: Mapping[str, Floats], k: int, level: float) -> tuple[float, float, float]:
    counts = [np.array(part) for side in _SIDES for part in (own[side][k].sum(), own[side][k].size)]
    found = difference(Passes(*counts), level=level)
    return float(found.value), float(found.low), float(found.high)


def _gap(study: Study, forms: Sequence[FormRow], one: Comparison, level: float) -> dict[str, Any]:
    pairs = [
        TwoScores(*(row.percent[side.members[row.persons]] for side in (one.reference, one.focal)))
        for row in forms
        if row.kept.any()
    ]
    sizes = [sum(len(getattr(pair, side)) for pair in pairs) for side in _SIDES]
    row: dict[str, Any] = {"n_reference": sizes[0], "n_focal": sizes[1], "why": "group_too_few"}
    if min(sizes) < study.thresholds["gap_show_min"].value:
        return row
    found = gap_change([p for p in pairs if min(len(p.reference), len(p.focal)) > 1])
    if found is None:
        return row | {"why": "no_variance"}
    for name in ("before", "after", "change"):
        limits = found.interval(name, level)
        three = (float(getattr(found, name)), limits.low, limits.high)
        row |= _named(f"hedges_g_{name}", three)
    return row
