"""Tables of the loss at each cut: the best cut for a ratio of losses, and the ratio for a cut."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.cutscores.loss_pairs import Pairs, Standard
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.expected_loss import best_cut, expected_loss, implied_ratio
from naas_psych.result import tidy


@dataclass(frozen=True, eq=False)
class Held:
    """One form and standard: wrong outcomes at each attainable total, and draws of them.

    totals (S + 1,) in recorded units, percent (S + 1,) of the marks; cut : the place of the cut
    asked for, None where no total reaches it; spread : None where parameters have no errors
    """

    form: str
    standard: Standard
    standard_percent: float
    totals: Floats
    percent: Floats
    cut: int | None
    point: Pairs
    spread: Pairs | None


@dataclass(frozen=True)
class Losses:
    """What a false pass and a false fail weigh, as they were asked for ("2:1")."""

    names: tuple[str, ...]
    pairs: Floats


def losses_table(held: Sequence[Held], losses: Losses, flat: float, level: float) -> pd.DataFrame:
    """One row a form, standard and ratio of losses."""
    parts = [_best_rows(one, losses, flat, level) for one in held]
    return _tidied(parts, {"expected_loss_at_cut": "outside_scale"})


def _best_rows(one: Held, losses: Losses, flat: float, level: float) -> dict[str, Any]:
    n = len(losses.names)
    loss = expected_loss(one.point.false_pass, one.point.false_fail, losses.pairs)
    best = best_cut(loss, flat_share=flat)
    low, high = _drawn_best(one, losses, flat, level)
    here = np.full(n, np.nan) if one.cut is None else loss[:, one.cut]
    return {
        **_named(one, n),
        "loss_ratio": list(losses.names),
        "best_cut": one.totals[best.place],
        "best_cut_low": low(one.totals),
        "best_cut_high": high(one.totals),
        "percent": one.percent[best.place],
        "percent_low": low(one.percent),
        "percent_high": high(one.percent),
        "flat_low": one.totals[best.flat_low],
        "flat_high": one.totals[best.flat_high],
        "flat_percent_low": one.percent[best.flat_low],
        "flat_percent_high": one.percent[best.flat_high],
        "expected_loss": best.loss,
        "expected_loss_at_cut": here,
        "why limits": [_why(one)] * n,
    }


def _drawn_best(one: Held, losses: Losses, flat: float, level: float) -> tuple[Any, Any]:
    """Limits of the best cut over draws, on any scale of the totals."""
    if one.spread is None:
        nothing = np.full(len(losses.names), np.nan)
        return (lambda _: nothing), (lambda _: nothing)
    loss = expected_loss(one.spread.false_pass, one.spread.false_fail, losses.pairs)
    places = best_cut(loss, flat_share=flat).place
    ends = np.quantile(places, [0.5 - level / 2, 0.5 + level / 2], axis=0)
    at = np.floor(ends[0]).astype(int), np.ceil(ends[1]).astype(int)
    return (lambda scale: scale[at[0]]), (lambda scale: scale[at[1]])


def implied_table(held: Sequence[Held], level: float) -> pd.DataFrame:
    """One row a form, cut and standard: the ratios of losses for which the cut is the best."""
    return _tidied([_implied_row(one, level) for one in held], {})


def _implied_row(one: Held, level: float) -> dict[str, Any]:
    found: dict[str, Any] = {
        **_named(one, 1),
        "operational": [np.nan if one.cut is None else one.totals[one.cut]],
        "percent": [np.nan if one.cut is None else one.percent[one.cut]],
    }
    values = dict.fromkeys(("ratio_from", "ratio_to", "implied_ratio"), np.nan)
    ends, why = (np.nan, np.nan), "outside_scale"
    if one.cut is not None:
        place = np.array([one.cut])
        ratio = implied_ratio(one.point.false_pass, one.point.false_fail, place)
        low, high, middle = (float(v[0]) for v in (ratio.low, ratio.high, ratio.middle))
        why = _why_no_ratio(one, low, high)
        if low <= high:
            values = {
                "ratio_from": low,
                "ratio_to": high if np.isfinite(high) else np.nan,
                "implied_ratio": middle,
            }
            ends = _drawn_ratio(one, place, level)
    found |= {name: [value] for name, value in values.items()}
    found["implied_ratio_low"], found["implied_ratio_high"] = [ends[0]], [ends[1]]
    found["why ratio"], found["why limits"] = [why], [_why(one) or why]
    return found


def _why_no_ratio(one: Held, low: float, high: float) -> str:
    if one.cut in (0, len(one.totals) - 1) or not np.isfinite(high):
        return "end_of_scale"
    return "no_ratio_best" if low > high else "end_of_scale"


def _drawn_ratio(one: Held, place: Any, level: float) -> tuple[float, float]:
    if one.spread is None:
        return np.nan, np.nan
    ratio = implied_ratio(one.spread.false_pass, one.spread.false_fail, place).middle[:, 0]
    known = ratio[np.isfinite(ratio)]
    # Draws in which no ratio makes the cut best say nothing of which one would.
    if known.size < 0.9 * ratio.size:
        return np.nan, np.nan
    ends = np.quantile(known, [0.5 - level / 2, 0.5 + level / 2])
    return float(ends[0]), float(ends[1])


def curve_table(held: Sequence[Held], losses: Losses) -> pd.DataFrame:
    """One row a form, standard, ratio of losses and attainable cut."""
    parts = []
    for one in held:
        loss = expected_loss(one.point.false_pass, one.point.false_fail, losses.pairs)
        n, width = loss.shape
        parts.append(
            {
                **_named(one, n * width),
                "loss_ratio": [name for name in losses.names for _ in range(width)],
                "cut": np.tile(one.totals, n),
                "percent": np.tile(one.percent, n),
                "false_pass": np.tile(one.point.false_pass, n),
                "false_fail": np.tile(one.point.false_fail, n),
                "expected_loss": loss.reshape(-1),
            }
        )
    return _tidied(parts, {})


def _named(one: Held, n: int) -> dict[str, Any]:
    return {
        "form": [one.form] * n,
        "cut_name": [one.standard.cut_name] * n,
        "standard_from": [one.standard.source] * n,
        "standard_percent": np.full(n, one.standard_percent),
    }


def _why(one: Held) -> str:
    return "no_errors" if one.spread is None else ""


def _tidied(parts: Sequence[Mapping[str, Any]], whys: Mapping[str, str]) -> pd.DataFrame:
    """Columns below each other; `why limits` and `why ratio` say why numbers are undefined."""
    joined: dict[str, Any] = {
        name: np.concatenate([np.asarray(part[name]) for part in parts])
        if not isinstance(parts[0][name], list) or not isinstance(parts[0][name][0], str)
        else [value for part in parts for value in part[name]]
        for name in (parts[0] if parts else ())
    }
    limits = joined.pop("why limits", [])
    ratio = joined.pop("why ratio", [])
    rows = len(next(iter(joined.values()), []))
    reasons: dict[str, list[str | None]] = {
        name: list(limits)
        for name in joined
        if name.endswith(("_low", "_high")) and not name.startswith("flat")
    }
    for name in ("ratio_from", "ratio_to", "implied_ratio"):
        if name in joined:
            reasons[name] = list(ratio)
    for name in ("operational", "percent"):
        reasons.setdefault(name, ["outside_scale"] * rows)
    for name, why in whys.items():
        reasons[name] = [why] * rows
    return tidy(joined, reasons)
