"""Item parameters of two groups compared, and the rows of their tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr

from naas_psych.analyses.fairness.comparison_columns import naming
from naas_psych.analyses.fairness.group_calibration import (
    FOCAL,
    REFERENCE,
    TwoGroupData,
    two_group_data,
    two_group_fit,
)
from naas_psych.analyses.fairness.judged import Lines, deviate, letters, two_sided, verdicts
from naas_psych.analyses.fairness.likelihood_ratio_rows import limited, persons_by_item
from naas_psych.analyses.irt.calibrated import ModelName
from naas_psych.errors import AnalysisImpossible
from naas_psych.irt.calibration import Calibration
from naas_psych.irt.dif.likelihood_ratio import common_fit
from naas_psych.irt.dif.linked import Linked, linked, linked_without, usable
from naas_psych.irt.dif.separate import Separate, separate_parameters
from naas_psych.numerics.adjusted_p import benjamini_hochberg
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.dif_power import power_of
from naas_psych.result import tidy
from naas_psych.study.groupings import Comparison
from naas_psych.study.responses import Counted
from naas_psych.study.study import Study

Rows = tuple[dict[str, Any], dict[str, list[str | None]]]


@dataclass(frozen=True, eq=False)
class Compared:
    """A comparison tested, or why it was not.

    n (J, 2) : persons of the reference and the focal group with a response to each item
    items (c,) : the items compared; plain : linked by all of them; pure : by those not flagged
    """

    comparison: Comparison
    data: TwoGroupData
    n: NDArray[np.int64]
    why: str | None
    fit: Calibration | None = None
    items: NDArray[np.int64] | None = None
    apart: Separate | None = None
    plain: Linked | None = None
    pure: Linked | None = None
    said: str = ""


def compared(
    study: Study,
    comparison: Comparison,
    omitted: Counted | None,
    *,
    model: ModelName,
    purify: bool,
) -> Compared:
    """Both groups calibrated apart, linked, and tested."""
    data = two_group_data(study, comparison, omitted, model=model)
    n = persons_by_item(data)
    limits = study.thresholds
    if min(data.size(FOCAL), data.size(REFERENCE)) < limits["irt_dif_persons_min"].value:
        return Compared(comparison, data, n, "group_too_few")
    try:
        fit = two_group_fit(study, comparison, omitted, model=model, errors=False).fit
    except AnalysisImpossible as impossible:
        return Compared(comparison, data, n, "not_fitted", said=str(impossible))
    common = common_fit(fit, data.points, data.group, testable_only=True)
    apart = separate_parameters(common)
    items = np.array([fit.columns[column].item for column in apart.columns], np.int64)
    fewest = int(limits["dif_anchor_min"].value)
    placed = _well_placed(apart, limits["link_se_max"].value, fewest=fewest)
    if not apart.converged or placed.sum() < fewest:
        return Compared(comparison, data, n, "not_converged", fit)

    def again(anchors: NDArray[np.bool_]) -> Linked:
        free = bool((apart.reference.covariance[:, 0, 0] > 0).any())
        return linked(
            apart.reference, apart.focal, guessing=apart.guessing, sigma=free, anchors=anchors
        )

    plain = again(placed)
    alpha = limits["dif_alpha"].value
    pure = linked_without(plain, again, alpha=alpha, fewest=fewest) if purify else None
    return Compared(comparison, data, n, None, fit, items, apart, plain, pure)


def _well_placed(apart: Separate, most: float, *, fewest: int) -> NDArray[np.bool_]:
    """Items (c,) whose b is known well enough in both groups to link by; else all that have one."""
    finite = np.isfinite(apart.reference.b) & np.isfinite(apart.focal.b)
    variance = np.maximum(apart.reference.covariance[:, 1, 1], apart.focal.covariance[:, 1, 1])
    sure = finite & (variance <= most**2)
    return sure if sure.sum() >= fewest else finite


def item_table(
    study: Study, made: Sequence[Compared], *, level: float, purify: bool
) -> pd.DataFrame:
    """A row an item and comparison."""
    parts = [_item_rows(study, one, level=level, purify=purify) for one in made]
    return tidy(
        {name: np.concatenate([part[0][name] for part in parts]) for name in parts[0][0]},
        {name: [why for part in parts for why in part[1][name]] for name in parts[0][1]},
    )


def _item_rows(study: Study, one: Compared, *, level: float, purify: bool) -> Rows:
    columns: dict[str, Any] = {
        **naming(study, one.comparison, one.n),
        "model": np.array(one.data.names, dtype=object),
    }
    columns |= _parameters(one, level)
    columns |= _tests(one, one.plain)
    if purify:
        found = _tests(one, one.pure)
        names = {"chi_square": "chi_square_purified", "p_value": "p_purified"}
        names["p_adjusted"] = "p_adjusted_purified"
        columns |= {names[name]: found[name] for name in names}
        columns["in_link"] = _spread(one, None if one.pure is None else one.pure.anchors) == 1.0
    columns |= _judged(study, one)
    return columns, _reasons(one, columns)


def _spread(one: Compared, values: Any) -> Floats:
    """(J,) numbers of the items compared, NaN elsewhere."""
    found = np.full(one.n.shape[0], np.nan)
    if one.items is not None and values is not None:
        found[one.items] = values
    return found


def _parameters(one: Compared, level: float) -> dict[str, Floats]:
    """What each group has, on the scale of the reference group, and the differences in our sign."""
    if one.apart is None or one.plain is None:
        names = ("difficulty_reference", "difficulty_focal", "slope_reference", "slope_focal")
        nothing = _spread(one, None)
        found = dict.fromkeys(names, nothing)
        return found | {
            name: value
            for root in ("difficulty_difference", "slope_difference")
            for name, value in limited(root, nothing, nothing, level).items()
        }
    reference, focal = one.apart.reference, one.plain.focal
    spread = reference.covariance + focal.covariance
    fixed = spread[:, 0, 0] == 0
    se = np.sqrt(np.where(spread > 0, spread, np.nan))
    slopes = [np.where(fixed, np.nan, a) for a in (reference.a, focal.a)]
    return {
        "difficulty_reference": _spread(one, reference.b),
        "difficulty_focal": _spread(one, focal.b),
        "slope_reference": _spread(one, slopes[0]),
        "slope_focal": _spread(one, slopes[1]),
        **limited(
            "difficulty_difference",
            _spread(one, reference.b - focal.b),
            _spread(one, se[:, 1, 1]),
            level,
        ),
        **limited(
            "slope_difference",
            _spread(one, slopes[1] - slopes[0]),
            _spread(one, se[:, 0, 0]),
            level,
        ),
    }


_TESTS = (
    "chi_square",
    "df",
    "p_value",
    "p_adjusted",
    "signed_area",
    "signed_area_z",
    "signed_area_p",
    "unsigned_area",
    "unsigned_area_z",
    "unsigned_area_p",
)


def _tests(one: Compared, found: Linked | None) -> dict[str, Floats]:
    """Lord's test and Raju's areas."""
    if found is None:
        return dict.fromkeys(_TESTS, _spread(one, None))
    between = found.areas
    with np.errstate(divide="ignore", invalid="ignore"):
        signed = between.signed / between.signed_se
        half = between.half / between.half_se
    values = (
        found.lord.chi_square,
        np.where(usable(found), found.lord.df, np.nan),
        found.p,
        benjamini_hochberg(found.p),
        -between.signed,
        -signed,
        2 * ndtr(-np.abs(signed)),
        between.unsigned,
        np.abs(half),
        2 * ndtr(-np.abs(half)),
    )
    return {name: _spread(one, value) for name, value in zip(_TESTS, values, strict=True)}


def _judged(study: Study, one: Compared) -> dict[str, Any]:
    """Class, power and verdict by the difference in logits, slope times difficulty difference."""
    limits = study.thresholds
    names = ("dif_logit_moderate", "dif_logit_large", "dif_alpha")
    lines = Lines(*(limits[name].value for name in names))
    found = one.plain if one.pure is None else one.pure
    if found is None or one.apart is None:
        nothing = _spread(one, None)
        size, se, p = nothing, nothing, nothing
    else:
        slope = np.abs(one.apart.reference.a + found.focal.a) / 2
        size = _spread(one, -slope * found.areas.signed / (1 - one.apart.guessing))
        se = _spread(one, slope * found.areas.signed_se / (1 - one.apart.guessing))
        p = _spread(one, found.p)
    chance = np.maximum(p, two_sided(deviate(size, se)))  # a crossing has no side
    letter = letters(np.abs(size), chance, lines, se)
    strength = np.where(np.isfinite(se), power_of(lines.moderate, se, alpha=lines.alpha), np.nan)
    return {
        "logit_difference": size,
        "irt_dif_class": letter,
        "irt_power": strength,
        "verdict": verdicts(letter, one.n, np.nan_to_num(strength), limits),
    }


def _reasons(one: Compared, columns: Mapping[str, Any]) -> dict[str, list[str | None]]:
    plain = [_why(one, item) for item in range(one.n.shape[0])]
    fixed: list[str | None] = [why or "fixed" for why in plain]
    other: list[str | None] = [why or "no_errors" for why in plain]
    place: list[str | None] = [why or "flat" for why in plain]
    found: dict[str, list[str | None]] = {}
    for name, values in columns.items():
        if np.asarray(values).dtype.kind != "f":
            continue
        found[name] = fixed if name.startswith("slope") else other
        if name in ("difficulty_reference", "difficulty_focal", "difficulty_difference"):
            found[name] = place
    return found


def _why(one: Compared, item: int) -> str | None:
    if one.why is not None or one.fit is None or one.items is None:
        return one.why
    if one.n[item].min() == 0:
        return "no_focal_response"
    if one.fit.reasons[item] is not None:
        return "no_variance"
    return None if item in one.items else "extreme_in_group"
