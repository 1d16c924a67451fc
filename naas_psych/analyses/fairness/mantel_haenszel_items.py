"""The table of items of the method of Mantel and Haenszel, one comparison after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.fairness.comparison_columns import naming
from naas_psych.analyses.fairness.enough import focal_needed
from naas_psych.analyses.fairness.judged import verdicts
from naas_psych.analyses.fairness.mantel_haenszel_rows import Compared, Tested
from naas_psych.numerics.adjusted_p import benjamini_hochberg
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.dif_power import (
    Sought,
    detectable,
    each_needed,
    focal_persons_needed,
    planned_delta_se,
    power_of,
)
from naas_psych.numerics.intervals import normal_quantile
from naas_psych.numerics.mantel_haenszel import as_right_or_wrong, exact_conditional_p
from naas_psych.result import tidy
from naas_psych.study.study import Study

Reasons = Sequence[str | None]


@dataclass(frozen=True, eq=False)
class Rows:
    """Columns of some rows of a table, and why numbers of a column are undefined."""

    columns: Mapping[str, Any]
    reasons: Mapping[str, Reasons]


def joined(parts: Sequence[Rows]) -> pd.DataFrame:
    """One table of the rows of all comparisons."""
    columns = {
        name: np.concatenate([np.asarray(part.columns[name]) for part in parts])
        for name in parts[0].columns
    }
    reasons = {
        name: [why for part in parts for why in part.reasons[name]] for name in parts[0].reasons
    }
    return tidy(columns, reasons)


def item_rows(study: Study, one: Compared, *, level: float, exact: bool) -> Rows:
    """A row an item: the classical numbers first, then purified, then what could be found."""
    told, pure = one.plain, one.pure
    found = told.found
    ahead = _prospects(study, one)
    columns: dict[str, Any] = {
        **naming(study, one.comparison, one.n),
        "chi_square": found.chi_square,
        "p_value": found.p,
        "odds_ratio": found.odds_ratio,
        "delta": found.delta,
        "delta_se": found.delta_se,
        "ets_class": told.classes,
        **_limits("delta", told, level),
        "p_adjusted": benjamini_hochberg(found.p),
        "chi_square_uncorrected": found.chi_square_uncorrected,
        "p_uncorrected": found.p_uncorrected,
    }
    if exact:
        columns["p_exact"] = _exact(one)
    if one.purification is not None:
        columns |= _purified(one, level)
    columns |= ahead
    columns["strata"] = pure.found.strata
    columns["verdict"] = verdicts(pure.classes, one.n, ahead["power"], study.thresholds)
    return Rows(columns, _reasons(study, one, columns))


def _purified(one: Compared, level: float) -> dict[str, Any]:
    pure = one.pure
    return {
        "chi_square_purified": pure.found.chi_square,
        "p_purified": pure.found.p,
        "p_adjusted_purified": benjamini_hochberg(pure.found.p),
        "odds_ratio_purified": pure.found.odds_ratio,
        "delta_purified": pure.found.delta,
        "delta_purified_se": pure.found.delta_se,
        **_limits("delta_purified", pure, level),
        "ets_class_purified": pure.classes,
        "in_anchor": one.anchor,
    }


def _limits(name: str, tested: Tested, level: float) -> dict[str, Floats]:
    half = normal_quantile(level) * tested.found.delta_se
    return {f"{name}_low": tested.found.delta - half, f"{name}_high": tested.found.delta + half}


def _prospects(study: Study, one: Compared) -> dict[str, Floats]:
    """What a test on these persons finds, and the persons of the focal group that would do.

    Where there is no estimate, the standard error to expect of the item's facility stands in for
    the number of persons.
    """
    limits = study.thresholds
    sought = Sought(
        effect=limits["dif_delta_moderate"].value,
        power=limits["dif_power_wanted"].value,
        alpha=limits["dif_alpha"].value,
    )
    se = one.pure.found.delta_se
    assumed = np.maximum(one.n[:, 1], 1)
    reference = np.where(one.n[:, 0] > 0, one.n[:, 0], one.group_sizes[0])
    planned = planned_delta_se(one.facility, reference, assumed)
    expected = np.where(np.isfinite(se), se, planned)
    needed = focal_persons_needed(expected, reference, assumed, sought)
    least = np.array([focal_needed(int(n), limits) for n in reference])
    return {
        "power": power_of(sought.effect, se, alpha=sought.alpha),
        "delta_detectable": detectable(se, power=sought.power, alpha=sought.alpha),
        "n_focal_needed": np.where(np.isfinite(needed), np.maximum(needed, least), np.nan),
        "n_each_needed": each_needed(expected, reference, assumed, sought),
    }


def _exact(one: Compared) -> Floats:
    """(J,) exact p; nan for items of several score points."""
    totals = one.by_category
    told = ~one.graded & np.isfinite(one.plain.found.p)
    found = np.full(told.size, np.nan)
    if told.any():
        tables = as_right_or_wrong(one.plain.cells.counts[told], totals[told])
        found[told] = [exact_conditional_p(table) for table in tables]
    return found


def why_not(study: Study, one: Compared, tested: Tested) -> list[str | None]:
    """(J,) why the test of an item has no answer, or None."""
    least = study.thresholds["dif_compute_min"].value
    smaller = one.n.min(axis=1)
    found = np.full(smaller.size, None, dtype=object)
    found[tested.found.strata == 0] = "no_common_score"
    found[(one.by_category > 0).sum(axis=1) < 2] = "no_variance"
    found[smaller < least] = "group_too_few"
    found[smaller == 0] = "no_focal_response"
    if min(one.group_sizes) < least:
        found[:] = "group_too_few"
    return [None if why is None else str(why) for why in found]


def _reasons(study: Study, one: Compared, columns: Mapping[str, Any]) -> dict[str, Reasons]:
    plain, pure = (why_not(study, one, tested) for tested in (one.plain, one.pure))
    odds = [why or "no_finite_estimate" for why in plain]
    reasons: dict[str, Reasons] = {
        "chi_square": plain,
        "p_value": plain,
        "odds_ratio": odds,
        "delta": odds,
    }
    reasons |= {"p_adjusted": plain, "chi_square_uncorrected": plain, "p_uncorrected": plain}
    pure_odds = [why or "no_finite_estimate" for why in pure]
    reasons |= dict.fromkeys(("chi_square_purified", "p_purified", "p_adjusted_purified"), pure)
    reasons |= dict.fromkeys(("odds_ratio_purified", "delta_purified", "power"), pure_odds)
    reasons |= {"delta_detectable": pure_odds}
    graded: Reasons = [
        why or ("not_binary" if flag else None) for why, flag in zip(plain, one.graded, strict=True)
    ]
    reasons["p_exact"] = graded
    reasons["n_each_needed"] = ["no_variance"] * len(plain)
    reasons["n_focal_needed"] = [
        "no_variance" if not 0 < p < 1 else "reference_too_few" for p in one.facility
    ]
    return {name: why for name, why in reasons.items() if name in columns}
