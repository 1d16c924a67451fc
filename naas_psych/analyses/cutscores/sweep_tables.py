"""Beside the cuts: rounding, outcomes, pairs of cuts, other models, and how the draws went."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.cutscores.sweep_axis import ALL_FORMS, n_steps
from naas_psych.analyses.cutscores.sweep_models import ModelSet
from naas_psych.analyses.cutscores.sweep_rows import INDICES, Side, ends
from naas_psych.analyses.cutscores.swept import Swept, SweptForm
from naas_psych.irt.classification.lee import Reaching
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.quantile_error import quantile_error_share
from naas_psych.result import tidy

_NEAR = 1e-9
#: Most attainable cuts of which every pair is told; with more, pairs of whole per cents.
_MOST = 101


def rounding_table(found: Swept, unit: float) -> pd.DataFrame:
    """Each cut asked for on each form: the exact total, the two beside it, and who reaches each."""
    rows: list[dict[str, Any]] = []
    for form, totals in zip(found.forms, found.totals, strict=True):
        reached = 1 - form.observed.share
        top = n_steps(totals, unit)
        for k in form.axis.asked:
            exact = float(form.axis.exact[0, k])
            floor, ceiling = int(np.floor(exact + _NEAR)), int(np.ceil(exact - _NEAR))
            rows.append(
                {
                    "form": form.name,
                    "cut_name": form.axis.names[k],
                    "cut": form.axis.cut[k],
                    "unit": form.axis.units[k],
                    "exact": totals.low + exact * unit,
                    "fractional": floor != ceiling,
                    "floor": totals.low + floor * unit,
                    "ceiling": totals.low + ceiling * unit,
                    "n": form.n,
                    "pass_rate_floor": _rate(reached, floor, top),
                    "pass_rate_ceiling": _rate(reached, ceiling, top),
                    "operational": totals.low + ceiling * unit if ceiling <= top else np.nan,
                }
            )
    frame = pd.DataFrame(rows, columns=list(rows[0]) if rows else ["form"])
    columns = {str(name): frame[name].to_numpy() for name in frame}
    return tidy(columns, {"operational": ["above_highest"] * len(frame)})


def _rate(reached: Floats, step: int, top: int) -> float:
    if step > top:
        return 0.0
    return float(reached[max(step, 0)])


def outcomes_table(sides: Sequence[Side], level: float) -> pd.DataFrame:
    """Shares of the outcomes that the cuts asked for make together."""
    rows: list[dict[str, Any]] = []
    for side in sides:
        rows += _outcomes(side, level)
    frame = pd.DataFrame(rows, columns=list(rows[0]) if rows else ["form"])
    columns = {str(name): frame[name].to_numpy() for name in frame}
    whys = {name: ["not_calibrated"] * len(frame) for name in ("share_modelled",)}
    whys["percent"] = ["lowest_outcome"] * len(frame)
    return tidy(columns, whys)


def in_order(form: SweptForm) -> list[int]:
    """The cuts asked for from the lowest to the highest, one of each place."""
    found: dict[float, int] = {}
    for k in form.axis.asked:
        found.setdefault(round(float(form.axis.percent[k]), 9), k)
    return [found[percent] for percent in sorted(found)]


def _outcomes(side: Side, level: float) -> list[dict[str, Any]]:
    places = in_order(side.form)
    if not places:
        return []
    axis, model = side.form.axis, side.form.modelled
    share = _between(side.form.observed.share[places])
    modelled = None if model is None else _between(model.point.below[places])
    drawn = _between(np.maximum.accumulate(side.drawn.below[:, places], axis=1))
    low, high = ends(drawn, level)
    # Half a person on each side keeps draws from an outcome of everybody, or of nobody.
    low, high = np.minimum(low, share), np.maximum(high, share)
    names = [f"below {axis.names[places[0]]}", *(axis.names[k] for k in places)]
    return [
        {
            "form": side.form.name,
            "place": k,
            "cut_name": name,
            "percent": axis.percent[places[k - 1]] if k else np.nan,
            "n": side.form.n,
            "share": share[k],
            "share_low": low[k],
            "share_high": high[k],
            "share_modelled": np.nan if modelled is None else modelled[k],
        }
        for k, name in enumerate(names)
    ]


def _between(below: Floats) -> Floats:
    """(..., K) shares of outcomes from the shares below K - 1 rising cuts."""
    edge = np.zeros((*below.shape[:-1], 1))
    return np.asarray(np.diff(np.concatenate([edge, below, edge + 1], axis=-1), axis=-1))


def pairs_table(found: Swept) -> pd.DataFrame:
    """Every pair of attainable cuts, all forms together: three outcomes."""
    form = found.whole
    places = _told(form)
    first, second = np.triu_indices(places.size, 1)
    lower, upper = places[first], places[second]
    below = form.observed.share
    columns: dict[str, Any] = {
        "lower_cut": form.axis.cut[lower],
        "upper_cut": form.axis.cut[upper],
        "unit": np.array([form.axis.units[k] for k in lower], dtype=object),
        "share_lowest": below[lower],
        "share_middle": below[upper] - below[lower],
        "share_highest": 1 - below[upper],
    }
    nothing = np.full(lower.size, np.nan)
    three = (
        dict.fromkeys(INDICES, nothing)
        if form.modelled is None
        else three_outcomes(form.modelled.reaching, lower, upper)
    )
    why = "not_calibrated" if form.modelled is None else "one_outcome_only"
    return tidy(columns | three, {name: [why] * lower.size for name in INDICES})


def _told(form: SweptForm) -> Any:
    """Attainable cuts without the lowest, which everybody reaches."""
    percent = form.axis.percent[1 : form.axis.attainable]
    if percent.size <= _MOST:
        return np.arange(1, form.axis.attainable)
    return 1 + np.unique(
        np.searchsorted(percent, np.arange(1.0, 101.0) - _NEAR).clip(max=percent.size - 1)
    )


def three_outcomes(reach: Reaching, lower: Any, upper: Any) -> dict[str, Floats]:
    """Of three outcomes between pairs of cuts (P,): cells as sums of shares, without loops."""
    both, twice = reach.both, reach.twice
    ll, uu = both[lower, lower], both[upper, upper]
    lu, ul = both[lower, upper], both[upper, lower]
    false_pass = reach.observed[lower] - ll + lu - uu
    false_fail = reach.truly[lower] - ll + ul - uu
    low, high = 1 - reach.observed[lower], reach.observed[upper]
    middle = 1 - low - high
    neither = 1 - 2 * reach.observed[lower] + twice[lower, lower]
    between = twice[lower, lower] - 2 * twice[lower, upper] + twice[upper, upper]
    consistency = neither + between + twice[upper, upper]
    room = 1 - (low**2 + middle**2 + high**2)
    with np.errstate(invalid="ignore", divide="ignore"):
        kappa = np.where(room > 1e-12, (consistency - (1 - room)) / room, np.nan)
    return {
        "false_pass": np.clip(false_pass, 0, 1),
        "false_fail": np.clip(false_fail, 0, 1),
        "accuracy": 1 - false_pass - false_fail,
        "consistency": consistency,
        "kappa": kappa,
    }


def models_table(found: Swept, models: ModelSet) -> pd.DataFrame:
    """What each model says at the cuts asked for, all forms together."""
    axis = found.whole.axis
    rows = [
        {
            "cut_name": axis.names[k],
            "cut": axis.cut[k],
            "unit": axis.units[k],
            "model": model,
            "below_cut": values.below[k],
            **{name: getattr(values, name)[k] for name in INDICES},
        }
        for k in axis.asked
        for model, values in models.of(ALL_FORMS).items()
    ]
    frame = pd.DataFrame(rows, columns=list(rows[0]) if rows else ["cut_name"])
    columns = {str(name): frame[name].to_numpy() for name in frame}
    return tidy(columns, {"kappa": ["one_outcome_only"] * len(frame)})


def draws_table(found: Swept, whole: Side, *, most: int, level: float) -> pd.DataFrame:
    """How many draws were made, and the Monte-Carlo error that is left in the limits."""
    places = [*whole.form.axis.asked] or [*range(whole.form.axis.attainable)]
    each = {"below_cut": whole.drawn.below[:, places]}
    if whole.drawn.modelled is not None:
        each |= {name: getattr(whole.drawn.modelled, name)[:, places] for name in INDICES[:3]}
    share = [float(quantile_error_share(draws, level).max(initial=0.0)) for draws in each.values()]
    return tidy(
        {
            "measure": list(each),
            "draws": [found.n_draws] * len(each),
            "draws_most": [most] * len(each),
            "mcse_share": share,
            "seed": [found.seed] * len(each),
        }
    )
