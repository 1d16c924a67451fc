"""Tables on a population: wrong outcomes, words for the group below, strata, and other kinds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from naas_psych.analyses.cutscores.population_ability import AbilityModel
from naas_psych.analyses.cutscores.population_outcomes import Side, bands_of, estimates
from naas_psych.analyses.cutscores.population_weights import Weighted
from naas_psych.analyses.cutscores.population_words import LINES, WORDS, size_word, word_at
from naas_psych.analyses.cutscores.sweep_axis import n_steps, operational
from naas_psych.analyses.cutscores.swept import Swept
from naas_psych.irt.scores.group_moments import GroupMoments
from naas_psych.numerics.arrays import Floats
from naas_psych.result import tidy
from naas_psych.thresholds import Thresholds

#: Shifts of ability that are shown, and the furthest at which a word is looked for, in SD.
SHIFTS = np.round(np.arange(-0.5, 0.51, 0.1), 1) + 0.0
_FURTHEST = np.round(np.arange(-2.0, 2.01, 0.05), 2) + 0.0
_ERRORS = ("false_pass", "false_fail")


def errors_table(
    sides: Sequence[Side], near: Sequence[Floats], population: float, level: float
) -> pd.DataFrame:
    """One row a cut and way to weight: wrong outcomes, as shares and of the population.

    near : for each side, the share of those below each cut asked for who are within one error
    """
    rows = []
    for side, close in zip(sides, near, strict=True):
        for k, place in enumerate(side.form.axis.asked):
            rows.append(_errors(side, place, population, level) | {"below_near_share": close[k]})
    names = list(rows[0]) if rows else []
    text = ("cut_name", "weighting")
    columns = {
        name: np.array([row[name] for row in rows], dtype=object if name in text else float)
        for name in names
    }
    reasons: dict[str, list[str | None]] = {name: ["not_fitted"] * len(rows) for name in names}
    for name in _ERRORS:
        reasons[f"of_population_{name}"] = [
            "not_fitted" if side_has is None else "no_population" for side_has in _points(sides)
        ]
    reasons["below_near_share"] = [
        "not_fitted" if side_has is None else "all_above" for side_has in _points(sides)
    ]
    reasons["percent"] = ["no_range"] * len(rows)
    return tidy(columns, reasons)


def _points(sides: Sequence[Side]) -> list[Any]:
    return [side.point for side in sides for _ in side.form.axis.asked]


def _errors(side: Side, place: int, population: float, level: float) -> dict[str, Any]:
    found: dict[str, Any] = {
        "cut_name": side.form.axis.names[place],
        "percent": side.form.axis.percent[place],
        "weighting": side.weighting,
    }
    drawn, half = side.drawn.modelled, (1 - level) / 2
    for name in _ERRORS:
        value = np.nan if side.point is None else float(getattr(side.point, name)[place])
        ends = (np.nan, np.nan)
        if drawn is not None:
            low, high = np.quantile(getattr(drawn, name)[:, place], [half, 1 - half])
            ends = (min(float(low), value), max(float(high), value))
        for column, scale in ((name, 1.0), (f"of_population_{name}", population)):
            found[column] = scale * value
            found[f"{column}_low"], found[f"{column}_high"] = scale * ends[0], scale * ends[1]
    point = side.point
    below = 0.0 if point is None else float(point.below[place])
    fails = np.nan if point is None else float(point.false_fail[place])
    found["below_false_share"] = fails / below if below > 0 else np.nan
    return found


def near_shares(found: Swept, weighted: Weighted, unit: float) -> Floats:
    """(asked,) of those below each cut, the share within one error of measurement of it."""
    asked = list(found.whole.axis.asked)
    below, near = np.zeros(len(asked)), np.zeros(len(asked))
    weight = np.zeros(found.clusters.codes.size)
    weight[weighted.rows] = weighted.design.weights
    for form, side in zip(found.totals, found.forms, strict=True):
        if side.modelled is None:
            return np.full(len(asked), np.nan)
        steps = np.rint((form.totals - form.low) / unit)
        for k, place in enumerate(asked):
            own = found.whole.axis.names[place]
            at = side.axis.attainable + side.axis.names[side.axis.attainable :].index(own)
            cut, error = side.axis.exact[0, at], side.modelled.error[at]
            under = steps < operational(np.array([cut]), n_steps(form, unit))[0]
            below[k] += weight[form.rows][under].sum()
            near[k] += weight[form.rows][under & (steps >= cut - error)].sum()
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(below > 0, near / below, np.nan)


def words_table(
    sides: Sequence[Side],
    selection: dict[tuple[str, str], tuple[Floats, Floats]],
    population: float,
    limits: Thresholds,
    level: float,
) -> pd.DataFrame:
    """One row a cut and way to weight: the word, whether "very, very small" fits, and the tip.

    selection : by way to weight and cut, shifts of ability and the share below under each
    """
    rows = []
    for side in sides:
        for band in bands_of(side.form.axis):
            if band.low is not None:
                continue
            one = list(estimates(side, band, level))[-1][1]
            word = size_word(one.low, one.high, limits)
            rows.append(
                {
                    "cut_name": band.cut_name,
                    "percent": side.form.axis.percent[band.high],
                    "weighting": side.weighting,
                    "n": side.shares.n,
                    "share": one.share,
                    "share_low": one.low,
                    "share_high": one.high,
                    "of_population": population * one.share,
                    "of_population_low": population * one.low,
                    "of_population_high": population * one.high,
                    "size_word": word.word,
                    "point_word": word_at(one.share, limits),
                    "very_small_fits": word.fits,
                    **_tips(selection.get((side.weighting, band.cut_name)), one.share, limits),
                }
            )
    names = list(rows[0]) if rows else []
    text = ("cut_name", "weighting", "size_word", "point_word", "very_small_fits")
    columns = {
        name: np.array([row[name] for row in rows], dtype=object if name in text else float)
        for name in names
    }
    n = len(rows)
    return tidy(
        columns,
        {
            "of_population": ["no_population"] * n,
            "percent": ["no_range"] * n,
            "tip_smaller": ["no_tipping_point"] * n,
            "tip_larger": ["no_tipping_point"] * n,
        },
    )


def _tips(
    curve: tuple[Floats, Floats] | None, share: float, limits: Thresholds
) -> dict[str, float]:
    """Shifts of ability at which the point estimate passes the next line down, and up."""
    lines = [0.0, *(limits[name].value for name in LINES), 1.0]
    place = WORDS.index(word_at(share, limits))
    found = {"tip_smaller": np.nan, "tip_larger": np.nan}
    if curve is None:
        return found
    shifts, shares = curve
    for name, line in (("tip_smaller", lines[place]), ("tip_larger", lines[place + 1])):
        # The share falls as ability rises.
        if shares.min() < line < shares.max():
            found[name] = float(np.interp(-line, -shares, shifts))
    return found


def anchored(share: float, modelled: Floats, here: float) -> Floats:
    """The modelled shares under shifts, moved on the logit scale so that no shift gives `share`."""
    if not (0 < share < 1 and 0 < here < 1):
        return modelled
    inside = np.clip(modelled, 1e-12, 1 - 1e-12)
    return np.asarray(expit(logit(share) + logit(inside) - logit(here)))


def selection_curves(
    sides: Sequence[Side], moments: Sequence[GroupMoments], model: AbilityModel | None
) -> dict[tuple[str, str], tuple[Floats, Floats]]:
    """By way to weight and cut: shifts of mean ability in SD, and the share below under each."""
    found: dict[tuple[str, str], tuple[Floats, Floats]] = {}
    if model is None:
        return found
    for side, own in zip(sides, moments, strict=True):
        asked = list(side.form.axis.asked)
        small = AbilityModel(model.persons, model.forms, model.exact[:, asked])
        below = np.array(
            [
                small.measures(own.mean + shift * own.sd, own.sd, side.shares.by_form).below
                for shift in _FURTHEST
            ]
        )
        here = below[np.flatnonzero(np.isclose(_FURTHEST, 0.0))[0]]
        for k, place in enumerate(asked):
            share = float(side.shares.observed.share[place])
            curve = anchored(share, below[:, k], float(here[k]))
            found[side.weighting, side.form.axis.names[place]] = (_FURTHEST, curve)
    return found


def selection_table(
    curves: dict[tuple[str, str], tuple[Floats, Floats]], population: float, limits: Thresholds
) -> pd.DataFrame:
    """One row a way to weight, cut and shift."""
    rows = [
        (cut_name, weighting, float(shift), float(np.interp(shift, shifts, shares)))
        for (weighting, cut_name), (shifts, shares) in curves.items()
        for shift in SHIFTS
    ]
    share = np.array([row[3] for row in rows], dtype=float)
    columns: dict[str, Any] = {
        "cut_name": np.array([row[0] for row in rows], dtype=object),
        "weighting": np.array([row[1] for row in rows], dtype=object),
        "ability_shift": np.array([row[2] for row in rows], dtype=float),
        "share_if": share,
        "of_population_if": population * share,
        "point_word": np.array([word_at(s, limits) for s in share], dtype=object),
    }
    return tidy(columns, {"of_population_if": ["no_population"] * len(rows)})
