"""Position effects: is an item harder because it comes later?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtr

from naas_psych.analyses.options import Omitted
from naas_psych.analyses.speed.behaviour import behaviour
from naas_psych.analyses.speed.moved_items import Moved, MovedItem, moved_items
from naas_psych.analyses.speed.options import Asked
from naas_psych.analyses.speed.position_findings import position_findings as findings
from naas_psych.analysis import Level, analysis
from naas_psych.errors import AnalysisImpossible
from naas_psych.numerics.adjusted_p import benjamini_hochberg
from naas_psych.numerics.intervals import normal_quantile
from naas_psych.numerics.pooled import pooled
from naas_psych.result import Result, tidy
from naas_psych.study.study import Study

__all__ = ["findings", "position_effects"]


@analysis
def position_effects(study: Study, *, omitted: Omitted = None, level: Level = 0.95) -> Result:
    """Does the same item earn fewer marks when it comes later in the test?

    Formula
    -------
    logit E(share of the marks) = c_i + a_i t_j - delta_i (position_ij - 1), fitted to each item
    that stands in more than one place. t_j is the person's expected true rest score on items that
    did not move, Kelley's mean + alpha (rest - mean) within each form. position_shift is delta
    times the distance from the first to the last place. Pooled: random-effects mean over items.

    How to read it
    --------------
    position_delta above 0: harder by so many logits for every place later. Over 50 places .01 makes
    half a logit: 80 % right becomes 71 %. The design says what stands behind it. Where persons of
    one form met the item in different places ("within forms"), only the place differs. Where it
    stands in another place in another form ("between forms"), all that changed with the form
    differs too: the interval then allows for how much the common items that kept their place moved
    (drift_sd).

    When not to use it
    ------------------
    Not where the order follows the person, as in an adaptive test. A form whose end was rushed
    gives a position effect too: the row "without rapid answers" is what is left of it.

    Agrees with
    -----------
    Logistic regression of statsmodels with robust errors, on one item, to 1e-6.

    References
    ----------
    debeer_janssen_2013, papke_wooldridge_1996, kelley_1947, dersimonian_laird_1986,
    benjamini_hochberg_1995

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/naas_pilot")
    >>> items = nps.position_effects(study).tables["items"]
    >>> items[["item_id", "first_position", "last_position"]].to_dict("records")
    [{'item_id': 'A12', 'first_position': 12, 'last_position': 48}]
    """
    seen = behaviour(study, Asked())
    places = seen.places
    if places.source != "responses":
        raise AnalysisImpossible(_no_positions(places.notes))
    found = moved_items(study, seen, omitted=omitted or study.omitted)
    if not found.items:
        raise AnalysisImpossible(
            "Every item stands at one and the same position for everybody, so an item's difficulty "
            "and its place cannot be told apart. Needed: items in more than one place, best "
            "a shuffled order for each person, or two forms that share items in other places."
        )
    return Result(
        tables={"items": _items(found, level), "pooled": _pooled(found, level)},
        notes=(*places.notes, *found.notes),
    )


def _no_positions(notes: tuple[str, ...]) -> str:
    return (
        "It is not recorded where each person met each item, so no item is known to have moved. "
        f"{notes[0]} Needed: the position of every response (responses.position)."
    )


def _items(found: Moved, level: float) -> pd.DataFrame:
    items = found.items
    delta = np.array([one.delta for one in items])
    error = np.array([one.se(found.drift_variance) for one in items])
    reach = np.array([one.last - one.first for one in items], dtype=float)
    half = normal_quantile(level) * error
    p = 2 * ndtr(-np.abs(delta / error))
    why = [one.why or "no_errors" for one in items]
    return tidy(
        {
            "item_id": [one.item_id for one in items],
            "design": [one.design for one in items],
            "n": [one.n for one in items],
            "first_position": [one.first for one in items],
            "last_position": [one.last for one in items],
            "position_delta": delta,
            "position_delta_se": error,
            "position_delta_low": delta - half,
            "position_delta_high": delta + half,
            "position_shift": delta * reach,
            "position_shift_low": (delta - half) * reach,
            "position_shift_high": (delta + half) * reach,
            "p_value": p,
            "p_adjusted": benjamini_hochberg(p),
        },
        dict.fromkeys(("position_delta", "position_shift", "p_value", "p_adjusted"), why),
    )


def _pooled(found: Moved, level: float) -> pd.DataFrame:
    rows = [
        _row(found, design, basis, own, level)
        for basis, items in (("all answers", found.items), ("without rapid answers", found.steady))
        for design in ("within forms", "between forms")
        if (own := [one for one in items if one.design == design])
    ]
    why = [row.pop("why") for row in rows]
    drift = [row.pop("why_drift") for row in rows]
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    return tidy(
        columns,
        {
            "position_delta": why,
            "position_delta_sd": ["too_few_items"] * len(rows),
            "position_shift": why,
            "drift_sd": drift,
        },
    )


def _row(
    found: Moved, design: str, basis: str, items: list[MovedItem], level: float
) -> dict[str, Any]:
    delta = np.array([one.delta for one in items])
    error = np.array([one.se(found.drift_variance) for one in items])
    mean = pooled(delta, error)
    half = normal_quantile(level) * mean.se
    reach = float(max(one.last for one in items) - min(one.first for one in items))
    between = design == "between forms"
    return {
        "design": design,
        "basis": basis,
        "items": mean.k,
        "n": max(one.n for one in items),
        "position_delta": mean.mean,
        "position_delta_low": mean.mean - half,
        "position_delta_high": mean.mean + half,
        "position_delta_sd": float(np.sqrt(mean.between)),
        "places_apart": int(reach),
        "position_shift": mean.mean * reach,
        "position_shift_low": (mean.mean - half) * reach,
        "position_shift_high": (mean.mean + half) * reach,
        "drift_sd": float(np.sqrt(found.drift_variance)) if between else np.nan,
        "unmoved_items": found.unmoved if between else 0,
        "why": next((one.why for one in items if one.why), None) or "no_errors",
        "why_drift": "too_few_items" if between else "not_between_forms",
    }
