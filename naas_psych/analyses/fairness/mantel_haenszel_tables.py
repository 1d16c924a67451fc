"""The other tables of the method of Mantel and Haenszel: graded items, homogeneity, rounds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.fairness.comparison_columns import COMPARISON, naming
from naas_psych.analyses.fairness.enough import enough, focal_needed
from naas_psych.analyses.fairness.mantel_haenszel_items import Rows, joined, why_not
from naas_psych.analyses.fairness.mantel_haenszel_rows import Compared
from naas_psych.numerics.adjusted_p import benjamini_hochberg
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.breslow_day import breslow_day
from naas_psych.numerics.intervals import normal_quantile
from naas_psych.numerics.mantel_haenszel import as_right_or_wrong
from naas_psych.numerics.mantel_ordinal import generalised_mantel
from naas_psych.result import tidy
from naas_psych.study.study import Study
from naas_psych.thresholds import Thresholds


def homogeneity_table(study: Study, made: Sequence[Compared]) -> pd.DataFrame:
    """A row an item right or wrong: is the odds ratio the same at every matching score?"""
    return joined([_homogeneity(study, one) for one in made])


def _homogeneity(study: Study, one: Compared) -> Rows:
    items = np.flatnonzero(~one.graded)
    cells = one.plain.cells
    told = np.isfinite(one.plain.found.p[items])
    counts = as_right_or_wrong(cells.counts[items], one.by_category[items])
    odds = np.where(told, one.plain.found.odds_ratio[items], np.nan)
    found = breslow_day(counts, cells.score.astype(float), odds)
    columns = {
        **naming(study, one.comparison, one.n, items),
        "breslow_day": found.breslow_day,
        "df": found.df,
        "p_value": found.p,
        "p_adjusted": benjamini_hochberg(found.p),
        "tarone": found.tarone,
        "tarone_p": found.tarone_p,
        "trend": found.trend,
        "trend_p": found.trend_p,
    }
    why = why_not(study, one, one.plain)
    known = np.isfinite(one.plain.found.odds_ratio)
    said = [
        why[j] or ("no_degrees_of_freedom" if known[j] else "no_finite_estimate")
        for j in items.tolist()
    ]
    numbers = ("breslow_day", "df", "p_value", "p_adjusted", "tarone", "tarone_p")
    return Rows(columns, dict.fromkeys((*numbers, "trend", "trend_p"), said))


def graded_table(study: Study, made: Sequence[Compared], *, level: float) -> pd.DataFrame:
    """A row an item of several score points: the statistics its class rests on."""
    return joined([_graded(study, one, level) for one in made])


def _graded(study: Study, one: Compared, level: float) -> Rows:
    items = np.flatnonzero(one.graded)
    found, smd, unit = one.plain.found, one.plain.smd, study.responses.unit
    every = why_not(study, one, one.plain)
    why = [every[j] for j in items.tolist()]
    none = np.array([reason is not None for reason in why], dtype=bool)
    general = generalised_mantel(one.plain.cells.counts[items])
    half = normal_quantile(level)

    def told(values: Floats) -> Floats:
        return np.where(none, np.nan, values)

    size, se = told(smd.smd) * unit, told(smd.se) * unit
    logs, log_se = np.log(found.odds_ratio[items]), found.log_se[items]
    columns: dict[str, Any] = {
        **naming(study, one.comparison, one.n, items),
        "chi_square": found.chi_square[items],
        "p_value": found.p[items],
        "gmh_chi_square": told(general.chi_square),
        "gmh_df": told(general.df),
        "gmh_p": told(general.p),
        **_interval("smd", size, se, half),
        "item_sd": told(smd.item_sd) * unit,
        "smd_ratio": size / np.where(smd.item_sd > 0, smd.item_sd * unit, np.nan),
        "ets_class": one.plain.classes[items],
        "odds_ratio": found.odds_ratio[items],
        **_interval("log_odds", logs, log_se, half),
        "strata": found.strata[items],
    }
    odds = [reason or "no_finite_estimate" for reason in why]
    reasons = dict.fromkeys(("odds_ratio", "log_odds"), odds)
    numbers = ("chi_square", "p_value", "gmh_chi_square", "gmh_df", "gmh_p", "smd")
    return Rows(columns, reasons | dict.fromkeys((*numbers, "item_sd", "smd_ratio"), why))


def _interval(name: str, size: Floats, se: Floats, half: float) -> dict[str, Floats]:
    return {
        name: size,
        f"{name}_se": se,
        f"{name}_low": size - half * se,
        f"{name}_high": size + half * se,
    }


def purification_table(study: Study, made: Sequence[Compared]) -> pd.DataFrame:
    """A row a comparison and round: what was flagged, and how it ended."""
    ids = np.array(study.responses.item_ids, dtype=object)
    given = {id(one): one.plain.cells.counts.any(axis=(1, 2, 3)) for one in made}
    rows = [
        (
            *(one.comparison.group, one.comparison.reference.name, one.comparison.focal.name),
            *(k, int((given[id(one)] & ~before).sum()), int(flagged.sum())),
            *(", ".join(ids[flagged]) or None, ending(one)),
        )
        for one in made
        if one.purification is not None
        for k, (before, flagged) in enumerate(_rounds(one))
    ]
    return tidy({name: [row[k] for row in rows] for k, name in enumerate(_ROUNDS)})


_ROUNDS = (
    *(*COMPARISON, "purification_round", "anchor_items"),
    *("flagged_items", "left_out_items", "purification_ending"),
)


def _rounds(one: Compared) -> list[tuple[Any, Any]]:
    """For each round what was left out of its matching score, and what was flagged in it."""
    if one.purification is None:
        return []
    history = one.purification.history
    return list(zip([np.zeros_like(history[0]), *history], history, strict=False))


def ending(one: Compared) -> str | None:
    """How purification ended; `few_left` where its last matching score had too few items."""
    if one.purification is None:
        return None
    if (one.anchor != one.purification.anchor).any():
        return "few_left"
    return one.purification.ending


def overview_table(study: Study, made: Sequence[Compared], items: pd.DataFrame) -> pd.DataFrame:
    """A row a comparison: how many items of each class, and what so many persons can show."""
    parts = [part for _, part in items.groupby([*COMPARISON], sort=False)]
    rows = [_overview(one, part) for one, part in zip(made, parts, strict=True)]
    columns: dict[str, Any] = {name: [row[name] for row in rows] for name in rows[0]}
    needed = [_needed(one, study.thresholds) for one in made]
    columns["persons_needed"] = np.array([n for n, _ in needed], dtype=float)
    none: list[str | None] = ["no_item_told"] * len(rows)
    reasons = dict.fromkeys(("delta_detectable", "power"), none)
    reasons["persons_needed"] = [why for _, why in needed]
    reasons["n_focal_needed"] = ["reference_too_few"] * len(rows)
    reasons["n_each_needed"] = ["no_variance"] * len(rows)
    return tidy(columns, reasons)


def _needed(one: Compared, limits: Thresholds) -> tuple[float, str | None]:
    """Persons of the focal group that a statement on items takes, or why none are named."""
    n_reference, n_focal = one.group_sizes
    if enough(n_reference, n_focal, limits):
        return np.nan, "enough_persons"
    if n_reference < limits["dif_focal_min"].value:
        return np.nan, "reference_too_few"
    return focal_needed(n_reference, limits), None


def _overview(one: Compared, part: pd.DataFrame) -> dict[str, Any]:
    letters = part.get("ets_class_purified", part["ets_class"])
    pair = one.comparison
    return {
        "group": pair.group,
        "reference": pair.reference.name,
        "focal": pair.focal.name,
        "n_reference": one.group_sizes[0],
        "n_focal": one.group_sizes[1],
        "items": len(part),
        **{f"class_{name.lower()}": int((letters == name).sum()) for name in "ABC"},
        "cannot_tell": int((part["verdict"] == "cannot_tell").sum()),
        "power": _middle(part["power"]),
        "delta_detectable": _middle(part["delta_detectable"]),
        "n_focal_needed": _middle(part["n_focal_needed"].fillna(np.inf)),
        "n_each_needed": _middle(part["n_each_needed"]),
        "purification_ending": ending(one),
    }


def _middle(values: pd.Series[Any]) -> float:
    """The median; nan where there is none, or where it is beyond all numbers."""
    known = values.dropna().to_numpy(dtype=float)
    middle = float(np.median(known)) if known.size else np.nan
    return middle if np.isfinite(middle) else np.nan
