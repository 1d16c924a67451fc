"""The rows of the effect of flagged items: means, pass rates at each cut, and the forms."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.fairness.comparison_columns import COMPARISON, Key, key_of
from naas_psych.analyses.fairness.flagged_items import Flagged
from naas_psych.analyses.fairness.removed_items import (
    Reduced,
    meets_after,
    meets_before,
    reduced_forms,
)
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.change_bootstrap import difference_of_means
from naas_psych.result import tidy
from naas_psych.study.groupings import Comparison, Level
from naas_psych.study.responses import Counted
from naas_psych.study.spec import Cut
from naas_psych.study.study import Study

_SIDES = ("reference", "focal")


def cut_rows(
    study: Study,
    comparisons: Iterable[Comparison],
    marked: Mapping[Key, Flagged],
    cuts: Mapping[str, Cut],
    *,
    omitted: Counted | None,
    **asked: Any,
) -> pd.DataFrame:
    """One row a cut and comparison."""
    rows = []
    met: dict[tuple[Any, str], list[Floats]] = {}
    for comparison, forms in _reduced(study, comparisons, marked, omitted):
        own = marked[key_of(comparison)]
        for name, cut in cuts.items():
            if (own.item_ids, name) not in met:
                met[own.item_ids, name] = [
                    _everybody(study, forms, partial(meets, study, cut=cut, omitted=omitted))
                    for meets in (meets_before, meets_after)
                ]
            before, after = met[own.item_ids, name]
            row = _change(study, comparison, own, before, after, **asked)
            moved = {} if row["why"] in _UNTOLD else _moved(comparison, before, after)
            rows.append({"cut": name, **row, **moved})
    return _table(rows, ["cut", *_COLUMNS, *_MOVED])


def mean_rows(
    study: Study,
    comparisons: Iterable[Comparison],
    marked: Mapping[Key, Flagged],
    *,
    omitted: Counted | None,
    **asked: Any,
) -> pd.DataFrame:
    """One row a comparison: mean per cent of the marks."""
    rows = []
    for comparison, forms in _reduced(study, comparisons, marked, omitted):
        before = _everybody(study, forms, lambda one: one.before)
        after = _everybody(study, forms, lambda one: one.after)
        rows.append(_change(study, comparison, marked[key_of(comparison)], before, after, **asked))
    return _table(rows, _COLUMNS)


def form_rows(
    study: Study,
    comparisons: Iterable[Comparison],
    marked: Mapping[Key, Flagged],
    *,
    omitted: Counted | None,
) -> pd.DataFrame:
    """One row a comparison with flagged items and form: items and alpha before and after."""
    rows: dict[str, list[Any]] = {name: [] for name in _FORMS}
    for comparison, forms in _reduced(study, comparisons, marked, omitted):
        for one in forms:
            if not one.removed:
                continue
            values = (
                *key_of(comparison),
                one.form.name,
                one.keep.size,
                int(one.keep.sum()),
                one.alpha_before,
                one.alpha_after,
            )
            for name, value in zip(_FORMS, values, strict=True):
                rows[name].append(value)
    columns: dict[str, Any] = {name: np.array(rows[name], dtype=_FORMS[name]) for name in _FORMS}
    lost = ["too_few_items"] * len(rows["form"])
    return tidy(columns, {"alpha_before": lost, "alpha_after": lost})


_FORMS: dict[str, Any] = {
    "group": object,
    "reference": object,
    "focal": object,
    "form": object,
    "items_before": int,
    "items_after": int,
    "alpha_before": float,
    "alpha_after": float,
}
_COLUMNS = [
    "group",
    "reference",
    "focal",
    "n_reference",
    "n_focal",
    "flagged_items",
    "left_out_items",
    "reference_before",
    "reference_after",
    "focal_before",
    "focal_after",
    "difference_before",
    "difference_after",
    "difference_change",
    "difference_change_low",
    "difference_change_high",
]
_MOVED = ["n_reference_up", "n_reference_down", "n_focal_up", "n_focal_down"]
#: Reasons for which a comparison has no numbers at all.
_UNTOLD = ("group_too_few", "items_not_testable")
_TEXT = ("cut", *COMPARISON, "left_out_items")
_COUNTS = ("n_reference", "n_focal")


def _table(rows: list[dict[str, Any]], names: list[str]) -> pd.DataFrame:
    columns: dict[str, Any] = {}
    for name in names:
        kind: Any = object if name in _TEXT else int if name in _COUNTS else float
        columns[name] = np.array([row[name] for row in rows], dtype=kind)
    why = [row["why"] for row in rows]
    return tidy(columns, {name: why for name in names if name not in (*_TEXT, *_COUNTS)})


def _reduced(
    study: Study,
    comparisons: Iterable[Comparison],
    marked: Mapping[Key, Flagged],
    omitted: Counted | None,
) -> Iterable[tuple[Comparison, tuple[Reduced, ...]]]:
    place = {name: j for j, name in enumerate(study.responses.item_ids)}
    made: dict[frozenset[int], tuple[Reduced, ...]] = {}
    for comparison in comparisons:
        out = frozenset(place[name] for name in marked[key_of(comparison)].item_ids)
        if out not in made:
            made[out] = reduced_forms(study, omitted, out)
        yield comparison, made[out]


def _everybody(
    study: Study, forms: tuple[Reduced, ...], values: Callable[[Reduced], Floats]
) -> Floats:
    """(N,) what is true of each person's form; nan for persons without a total."""
    found = np.full(study.responses.n_persons, np.nan)
    for one in forms:
        found[one.form.rows] = values(one)
    return found


def _change(
    study: Study,
    comparison: Comparison,
    own: Flagged,
    before: Floats,
    after: Floats,
    **asked: Any,
) -> dict[str, Any]:
    """Both gaps and how much they differ; null where the comparison cannot be judged."""
    parts = {
        side: (_of(before, one), _of(after, one))
        for side, one in zip(_SIDES, (comparison.reference, comparison.focal), strict=True)
    }
    row: dict[str, Any] = dict(zip(COMPARISON, key_of(comparison), strict=True))
    row |= {f"n_{side}": values[0].size for side, values in parts.items()}
    row |= {
        "flagged_items": float(len(own.item_ids)),
        "left_out_items": ", ".join(own.item_ids) or None,
    }
    least = min(values[0].size for values in parts.values())
    row |= dict.fromkeys(_MOVED, np.nan)
    row["why"] = _why(study, own, least)
    if row["why"] is not None:
        row["flagged_items"] = float(len(own.item_ids)) if own.told else np.nan
        return row | dict.fromkeys(_COLUMNS[7:], np.nan)
    means = {
        f"{side}_{when}": float(values[k].mean())
        for side, values in parts.items()
        for k, when in enumerate(("before", "after"))
    }
    gaps = [means[f"focal_{when}"] - means[f"reference_{when}"] for when in ("before", "after")]
    limits = difference_of_means(
        *(values[1] - values[0] for values in (parts["focal"], parts["reference"])), **asked
    )
    row |= means
    row |= {"difference_before": gaps[0], "difference_after": gaps[1]}
    row |= {
        "difference_change": gaps[1] - gaps[0],
        "difference_change_low": limits.low,
        "difference_change_high": limits.high,
    }
    if not np.isfinite(limits.low):
        row["why"] = "not_asked"
    return row


def _why(study: Study, own: Flagged, least: int) -> str | None:
    if least < study.thresholds["gap_show_min"].value:
        return "group_too_few"
    return None if own.told else "items_not_testable"


def _moved(comparison: Comparison, before: Floats, after: Floats) -> dict[str, float]:
    """Persons of each group who meet the cut only without the flagged items, or only with them."""
    sides = zip(_SIDES, (comparison.reference, comparison.focal), strict=True)
    found = {}
    for side, one in sides:
        change = _of(after, one) - _of(before, one)
        found[f"n_{side}_up"] = float((change > 0).sum())
        found[f"n_{side}_down"] = float((change < 0).sum())
    return found


def _of(values: Floats, level: Level) -> Floats:
    own = values[level.members]
    return np.asarray(own[np.isfinite(own)])
