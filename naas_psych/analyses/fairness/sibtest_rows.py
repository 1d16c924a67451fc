"""SIBTEST of items or bundles in one comparison, as columns: a row for each of its two tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.fairness.comparison_columns import below_each_other, named
from naas_psych.analyses.fairness.judged import (
    Flags,
    Integers,
    Lines,
    Words,
    letters,
    verdicts,
    why_none,
)
from naas_psych.numerics.adjusted_p import benjamini_hochberg
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.dif_power import detectable, power_of
from naas_psych.numerics.intervals import normal_quantile
from naas_psych.numerics.sibtest import Sibtest
from naas_psych.study.groupings import Comparison
from naas_psych.thresholds import Thresholds


@dataclass(frozen=True, eq=False)
class Tested:
    """What was tested in one comparison, Q items or bundles.

    names : columns that say what each of the Q is
    n (Q, 2) : persons of the reference and the focal group
    scale (Q,) : marks as recorded in one unit of the test's effects
    width (Q,) : units of the effects between no mark and full marks
    reliable (Q,) : whether the other items are reliable in both groups
    found, bands : at every score, and with neighbouring scores joined
    """

    comparison: Comparison
    names: Mapping[str, Any]
    n: Integers
    scale: Floats
    width: Floats
    reliable: Flags
    found: Sibtest
    bands: Sibtest


def sibtest_table(made: Sequence[Tested], limits: Thresholds, level: float) -> pd.DataFrame:
    """The rows of all comparisons: for each of what was tested the uniform test, then crossing."""
    parts = [_columns(one, limits, level) for one in made]
    return below_each_other(parts)


def _columns(one: Tested, limits: Thresholds, level: float) -> dict[str, Any]:
    uniform, crossing = _uniform(one, limits, level), _crossing(one, limits, level)
    return {name: np.stack([uniform[name], crossing[name]], axis=1).reshape(-1) for name in uniform}


def sib_lines(limits: Thresholds) -> Lines:
    """The lines for beta as a share of the marks."""
    return Lines(
        limits["sibtest_beta_moderate"].value,
        limits["sibtest_beta_large"].value,
        limits["dif_alpha"].value,
    )


def _uniform(one: Tested, limits: Thresholds, level: float) -> dict[str, Any]:
    why, lines = _why(one, one.found, limits), sib_lines(limits)
    share = np.where(_said(why), np.nan, -one.found.beta / one.width)
    se = np.where(_said(why), np.nan, one.found.se / one.width)
    p = np.where(_said(why), np.nan, one.found.p)
    only = _fill(one, "only_for_crossing")
    bands = _bands(one, limits)
    return {
        **_names(one, "uniform"),
        **_effects(one, share, se, level),
        "beta": -share * one.width * one.scale,
        "chi_square": np.where(_said(why), np.nan, one.found.chi_square),
        "df": np.where(_said(why), 0, 1),
        "p_value": p,
        "p_adjusted": benjamini_hochberg(p),
        "sibtest_class": letters(np.abs(share), p, lines),
        "used_share": _used(one, why),
        **_sides(np.full((3, p.size), np.nan)),
        **_band_columns(one, bands, level),
        "sibtest_class_bands": letters(np.abs(bands.share), bands.p, lines),
        "verdict": _verdict(one, np.abs(bands.share), bands.p_adjusted, bands.se, limits),
        "smallest_detectable": _detectable(one, bands.se, limits),
        **_reasons(why, effects=why, sides=only, bands=bands.why),
    }


def _crossing(one: Tested, limits: Thresholds, level: float) -> dict[str, Any]:
    """A crossing has no one direction; where the curves do not cross, it is the uniform test."""
    found, lines = one.found, sib_lines(limits)
    why = _why(one, found, limits)
    gone = _said(why)
    crosses = found.crossing_df > 1
    no_effect = np.where(crosses & ~gone, "curves_cross", why)
    hidden = _said(no_effect)
    share = np.where(hidden, np.nan, -found.beta / one.width)
    se = np.where(gone, np.nan, found.se / one.width)
    size = np.where(gone, np.nan, found.crossing_beta / one.width)
    p = np.where(gone, np.nan, found.crossing_p)
    adjusted = benjamini_hochberg(p)
    no_sides = np.where(~crosses & ~gone, "no_crossing", why)
    marks = one.scale
    sides = np.stack([-found.below * marks, -found.above * marks, found.share_below])
    return {
        **_names(one, "crossing"),
        **_effects(one, share, np.where(hidden, np.nan, se), level),
        "beta": size * one.width * one.scale,
        "chi_square": np.where(gone, np.nan, found.crossing_chi_square),
        "df": np.where(gone, 0, found.crossing_df),
        "p_value": p,
        "p_adjusted": adjusted,
        "sibtest_class": letters(size, p, lines),
        "used_share": _used(one, why),
        **_sides(np.where(_said(no_sides), np.nan, sides)),
        **_band_columns(one, _no_bands(one), level),
        "sibtest_class_bands": _fill(one, None),
        "verdict": _verdict(one, size, adjusted, se, limits),
        "smallest_detectable": np.full(p.size, np.nan),
        **_reasons(why, effects=no_effect, sides=no_sides, bands=_fill(one, "only_for_uniform")),
    }


@dataclass(frozen=True, eq=False)
class _Bands:
    """(Q,) difference in bands as a share of the marks, and why there is none."""

    share: Floats
    se: Floats
    p: Floats
    p_adjusted: Floats
    why: Words


def _bands(one: Tested, limits: Thresholds) -> _Bands:
    why = _why(one, one.bands, limits)
    beta, se, p = (
        np.where(_said(why), np.nan, part)
        for part in (-one.bands.beta / one.width, one.bands.se / one.width, one.bands.p)
    )
    return _Bands(beta, se, p, benjamini_hochberg(p), why)


def _detectable(one: Tested, se: Floats, limits: Thresholds) -> Floats:
    """(Q,) the smallest difference found, in marks as recorded."""
    wanted, alpha = limits["dif_power_wanted"].value, limits["dif_alpha"].value
    return detectable(se, power=wanted, alpha=alpha) * one.width * one.scale


def _no_bands(one: Tested) -> _Bands:
    nothing = np.full(one.n.shape[0], np.nan)
    return _Bands(nothing, nothing, nothing, nothing, _fill(one, "only_for_uniform"))


def _band_columns(one: Tested, bands: _Bands, level: float) -> dict[str, Floats]:
    effects = _effects(one, bands.share, bands.se, level)
    return {
        "difference_bands": effects["difference"],
        **{
            f"difference_bands_{end}": effects[f"difference_{end}"] for end in ("se", "low", "high")
        },
        "p_bands": bands.p,
        "p_adjusted_bands": bands.p_adjusted,
    }


def _why(one: Tested, found: Sibtest, limits: Thresholds) -> Words:
    why = why_none(one.n, found.beta, limits, found.se)
    shown = (why == "no_common_score") & ~one.reliable
    why[shown] = "negative_reliability"
    why[(why == None) & ~(one.width > 0)] = "no_range"  # noqa: E711
    return why


def _said(why: Words) -> Flags:
    return np.asarray(why != None)  # noqa: E711


def _fill(one: Tested, value: Any) -> Words:
    return np.full(one.n.shape[0], value, dtype=object)


def _names(one: Tested, kind: str) -> dict[str, Any]:
    return {
        **{name: np.asarray(values) for name, values in one.names.items()},
        **named(one.comparison, one.n.shape[0]),
        "n_reference": one.n[:, 0],
        "n_focal": one.n[:, 1],
        "kind": _fill(one, kind),
    }


def _effects(one: Tested, share: Floats, se: Floats, level: float) -> dict[str, Floats]:
    marks = one.width * one.scale
    half = normal_quantile(level) * se
    low, high = np.maximum(share - half, -1.0), np.minimum(share + half, 1.0)
    return {
        "difference": share * marks,
        "difference_se": se * marks,
        "difference_low": low * marks,
        "difference_high": high * marks,
        "difference_share": share,
    }


def _sides(sides: Floats) -> dict[str, Floats]:
    names = ("difference_below", "difference_above", "share_below")
    return dict(zip(names, sides, strict=True))


def _used(one: Tested, why: Words) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        share = one.found.persons.sum(axis=1) / one.n.sum(axis=1)
    return np.where(_said(why), np.nan, share)


def _verdict(one: Tested, size: Floats, adjusted: Floats, se: Floats, limits: Thresholds) -> Words:
    """By the adjusted p, and large only beyond chance: of many small tests few are flagged so."""
    lines = sib_lines(limits)
    letter = letters(size, adjusted, lines, se)
    return verdicts(letter, one.n, power_of(lines.moderate, se, alpha=lines.alpha), limits)


def _reasons(why: Words, *, effects: Words, sides: Words, bands: Words) -> dict[str, Words]:
    tests = ("beta", "chi_square", "p_value", "p_adjusted", "used_share")
    of_sides = ("difference_below", "difference_above", "share_below")
    of_bands = ("difference_bands", "p_bands", "p_adjusted_bands", "smallest_detectable")
    return {
        **{f"why {name}": why for name in tests},
        **{f"why {name}": effects for name in ("difference", "difference_share")},
        **{f"why {name}": np.where(_said(why), why, sides) for name in of_sides},
        **{f"why {name}": bands for name in of_bands},
    }
