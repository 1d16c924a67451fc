"""Likelihood-ratio tests of all items of a comparison, and the rows of their tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import chdtrc

from naas_psych.analyses.fairness.comparison_columns import naming
from naas_psych.analyses.fairness.group_calibration import (
    FOCAL,
    REFERENCE,
    TwoGroupData,
    two_group_data,
    two_group_fit,
)
from naas_psych.analyses.fairness.judged import Lines, deviate, letters, two_sided, verdicts
from naas_psych.analyses.irt.calibrated import ModelName
from naas_psych.errors import AnalysisImpossible
from naas_psych.irt.calibration import Calibration
from naas_psych.irt.dif.anchors import Step, free_baseline, invariance, selected_anchors
from naas_psych.irt.dif.effects import ItemEffects, batch_of, item_effects
from naas_psych.irt.dif.likelihood_ratio import (
    Common,
    Tested,
    common_fit,
    freed_in_turn,
)
from naas_psych.irt.dif.two_groups import parts_of
from naas_psych.numerics.adjusted_p import benjamini_hochberg
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.dif_power import power_of
from naas_psych.numerics.intervals import normal_quantile
from naas_psych.result import tidy
from naas_psych.study.groupings import Comparison
from naas_psych.study.responses import Counted
from naas_psych.study.study import Study
from naas_psych.thresholds import Thresholds

Anchors = Literal["others", "selected"]


@dataclass(frozen=True, eq=False)
class Compared:
    """A comparison tested, or why it was not.

    n (J, 2) : persons of the reference and the focal group with a response to each item
    tested : by item; anchors (J,) : items held equal in the tests of others
    steps : configural, metric, scalar
    """

    comparison: Comparison
    data: TwoGroupData
    n: NDArray[np.int64]
    why: str | None
    fit: Calibration | None = None
    common: Common | None = None
    tested: Mapping[int, Tested] | None = None
    anchors: NDArray[np.bool_] | None = None
    steps: tuple[Step, ...] = ()
    said: str = ""


def compared(
    study: Study,
    comparison: Comparison,
    omitted: Counted | None,
    *,
    model: ModelName,
    anchors: Anchors,
) -> Compared:
    """All tests of one comparison."""
    data = two_group_data(study, comparison, omitted, model=model)
    n = persons_by_item(data)
    least = study.thresholds["irt_dif_persons_min"].value
    if min(data.size(FOCAL), data.size(REFERENCE)) < least:
        return Compared(comparison, data, n, "group_too_few")
    try:
        fit = two_group_fit(study, comparison, omitted, model=model, errors=False).fit
    except AnalysisImpossible as impossible:
        return Compared(comparison, data, n, "not_fitted", said=str(impossible))
    common = common_fit(fit, data.points, data.group, many_free=anchors == "selected")
    columns = np.flatnonzero(common.testable)
    found = freed_in_turn(common, columns)
    held = columns
    if anchors == "selected":
        held = selected_anchors(common, found)
        found = list(free_baseline(common, held, np.setdiff1d(columns, held)).tested)
    items = np.array([column.item for column in fit.columns])
    in_anchor = np.zeros(len(fit.models), bool)
    in_anchor[items[held]] = True
    return Compared(
        comparison,
        data,
        n,
        None,
        fit,
        common,
        {int(items[one.column]): one for one in found},
        in_anchor,
        invariance(common, columns),
    )


def persons_by_item(data: TwoGroupData) -> NDArray[np.int64]:
    """(J, 2) persons of the reference and of the focal group with a response."""
    answered = data.points >= 0
    return np.stack([answered[data.group == g].sum(axis=0) for g in (REFERENCE, FOCAL)], axis=1)


def item_table(study: Study, made: Sequence[Compared], *, level: float) -> pd.DataFrame:
    """A row an item and comparison."""
    parts = [_item_rows(study, one, level) for one in made]
    return tidy(
        {name: np.concatenate([part[0][name] for part in parts]) for name in parts[0][0]},
        {name: [why for part in parts for why in part[1][name]] for name in parts[0][1]},
    )


def _item_rows(
    study: Study, one: Compared, level: float
) -> tuple[dict[str, Any], dict[str, list[str | None]]]:
    size = one.n.shape[0]
    statistic, df = np.full(size, np.nan), np.full(size, np.nan)
    for item, test in (one.tested or {}).items():
        statistic[item] = test.statistic if test.converged else np.nan
        df[item] = test.df
    p = np.where(np.isfinite(statistic), chdtrc(df, statistic), np.nan)
    effects = _effects(study, one)
    columns: dict[str, Any] = {
        **naming(study, one.comparison, one.n),
        "model": np.array(one.data.names, dtype=object),
        "chi_square": statistic,
        "df": df,
        "p_value": p,
        "p_adjusted": benjamini_hochberg(p),
        **limited("difficulty_difference", effects["location"], effects["location_se"], level),
        **limited("slope_difference", effects["slope"], effects["slope_se"], level),
        **limited("expected_score_difference", effects["gap"], effects["gap_se"], level),
        "expected_score_distance": effects["absolute"],
        "expected_score_standardised": effects["standardised"],
        **_judged(study, one, effects, p),
        "in_anchor": np.zeros(size, bool) if one.anchors is None else one.anchors,
    }
    columns["verdict"] = columns.pop("verdict")
    return columns, _reasons(one, columns)


def limited(name: str, value: Floats, se: Floats, level: float) -> dict[str, Floats]:
    """An estimate with its limits."""
    half = normal_quantile(level) * se
    return {name: value, f"{name}_low": value - half, f"{name}_high": value + half}


_EFFECTS = (
    "location",
    "location_se",
    "slope",
    "slope_se",
    "gap",
    "gap_se",
    "absolute",
    "standardised",
)


def _effects(study: Study, one: Compared) -> dict[str, Floats]:
    """Effects (J,) of the freed items, in our sign: below 0 is harder for the focal group."""
    found = {name: np.full(one.n.shape[0], np.nan) for name in _EFFECTS}
    for item, test in (one.tested or {}).items():
        if not test.converged:
            continue
        own = _effects_of(study, one, test)
        numbers = [-own.location.value, own.location.se, own.slope.value, own.slope.se]
        numbers += [own.expected.value, own.expected.se, own.absolute, own.standardised]
        for name, number in zip(_EFFECTS, numbers, strict=True):
            found[name][item] = number
    return found


def _effects_of(study: Study, one: Compared, test: Tested) -> ItemEffects:
    common, fit = one.common, one.fit
    if common is None or fit is None:
        raise ValueError("effects need a fit")
    batch, row = batch_of(fit.model, test.column)
    parts = parts_of(common.problem, test.z)
    design, where = batch.design, batch.where[row]
    values = [design.offset + design.basis @ x[where] for x in (parts.reference, parts.focal)]
    return item_effects(
        batch,
        values[0],
        values[1],
        scores=fit.columns[test.column].scores.astype(float) * study.responses.unit,
        theta=common.problem.theta,
        normal=parts.normal[1],
        covariance=_of_values(common, test, where, design.basis),
    )


def _of_values(common: Common, test: Tested, where: NDArray[np.int64], basis: Floats) -> Floats:
    """Covariance of the item's values in both groups and of the focal mean and log SD."""
    n, size = common.problem.model.n_free, basis.shape[0]
    change = np.zeros((2 * size + 2, test.mine.size))
    for k, place in enumerate(test.mine.tolist()):
        if place >= 2 * n:
            if place - 2 * n < 2:
                change[2 * size + place - 2 * n, k] = 1.0
            continue
        effect = basis[:, np.flatnonzero(where == place % n)[0]]
        change[size : 2 * size, k] = effect
        if place < n:
            change[:size, k] = effect
    return np.asarray(change @ test.covariance @ change.T)


def _judged(
    study: Study, one: Compared, effects: Mapping[str, Floats], p: Floats
) -> dict[str, Any]:
    """Class, power and verdict by the expected score as a share of the marks."""
    limits = study.thresholds
    width = (study.responses.max_points - study.responses.min_points) * study.responses.unit
    lines = lines_of(limits)
    share = np.where(width > 0, effects["gap"] / width, np.nan)
    se = np.where(width > 0, effects["gap_se"] / width, np.nan)
    chance = np.maximum(p, two_sided(deviate(share, se)))  # a crossing has no side
    letter = letters(np.abs(share), chance, lines, se)
    strength = np.where(np.isfinite(se), power_of(lines.moderate, se, alpha=lines.alpha), np.nan)
    return {
        "irt_dif_class": letter,
        "irt_power": strength,
        "verdict": verdicts(letter, one.n, np.nan_to_num(strength), limits),
    }


def lines_of(limits: Thresholds) -> Lines:
    """The lines of a standardised difference in the proportion correct."""
    names = ("dif_p_moderate", "dif_p_large", "dif_alpha")
    return Lines(*(limits[name].value for name in names))


def _reasons(one: Compared, columns: Mapping[str, Any]) -> dict[str, list[str | None]]:
    plain = [_why(one, item) for item in range(one.n.shape[0])]
    none: list[str | None] = [why or "no_errors" for why in plain]
    fixed: list[str | None] = [why or "fixed" for why in plain]
    special: dict[str, list[str | None]]
    special = {"difficulty_difference": [why or "flat" for why in plain]}
    special |= {"slope_difference": fixed, "slope_difference_low": fixed}
    special |= {"slope_difference_high": fixed, "irt_power": none}
    floats = [name for name, values in columns.items() if np.asarray(values).dtype.kind == "f"]
    found: dict[str, list[str | None]] = {}
    for name in floats:
        root = name.removesuffix("_low").removesuffix("_high")
        found[name] = special.get(name) or (none if root != name else special.get(root, plain))
    return found


def _why(one: Compared, item: int) -> str | None:
    """Why an item has no test."""
    if one.why is not None or one.fit is None:
        return one.why
    if one.n[item].min() == 0:
        return "no_focal_response"
    if one.fit.reasons[item] is not None:
        return "no_variance"
    if one.tested is None or item not in one.tested:
        is_anchor = one.anchors is not None and bool(one.anchors[item])
        return "is_anchor" if is_anchor else "extreme_in_group"
    return None if one.tested[item].converged else "not_converged"
