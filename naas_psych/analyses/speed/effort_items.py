"""Items: the threshold of rapid answers by every rule, and what rapid answers earned."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.speed.behaviour import Behaviour, Flags
from naas_psych.analyses.speed.options import RULES
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.proportions import wilson
from naas_psych.result import tidy
from naas_psych.study.study import Study

#: Ends of the time bins of the accuracy curve, in seconds: about a quarter more each time.
_EDGES = (0.0, 2.0, 3.0, 4.0, 5.0, 6.5, 8.0, 10.0, 13.0, 16.0, 20.0, 25.0, 32.0, 40.0, 50.0, 65.0)
_EDGES_LAST = (80.0, 100.0, 130.0, 160.0, 200.0, 300.0, np.inf)


def item_table(study: Study, whole: Behaviour, usual: Flags, *, level: float) -> pd.DataFrame:
    """One row an item, over persons who had the usual time, whatever their form."""
    timed = whole.timed & usual[:, None]
    rapid = whole.rapid & timed
    rest = timed & ~rapid
    earned = np.nan_to_num(whole.earned)
    n, n_rapid = timed.sum(axis=0), rapid.sum(axis=0)
    limits, accurate = _limits(n_rapid, n, level), (earned * rapid).sum(axis=0)
    accuracy = _limits(accurate, n_rapid, level)
    n_items = n.size
    share = _divided(n_rapid, n)
    columns: dict[str, Any] = {
        "item_id": study.responses.item_ids,
        "n_timed": n,
        "threshold": whole.limit,
        "method": whole.rule,
        **{f"threshold_{rule}": whole.thresholds[rule] for rule in RULES},
        "n_rapid": n_rapid,
        "rapid": share,
        "rapid_low": limits[0],
        "rapid_high": limits[1],
        "rtf": 1 - share,
        "accuracy_rapid": _divided(accurate, n_rapid),
        "accuracy_rapid_low": accuracy[0],
        "accuracy_rapid_high": accuracy[1],
        "accuracy_rest": _divided((earned * rest).sum(axis=0), rest.sum(axis=0)),
        "chance": whole.chance,
    }
    no_times = ["no_times"] * n_items
    why: dict[str, Any] = {
        "threshold": [whole.whys[rule][j] or "no_times" for j, rule in enumerate(whole.rule)],
        **{f"threshold_{rule}": whole.whys[rule] for rule in RULES},
        **dict.fromkeys(("rapid", "rtf"), no_times),
        "accuracy_rapid": ["no_rapid" if k else "no_times" for k in n],
        "accuracy_rest": ["no_responses" if k else "no_times" for k in n],
        "chance": ["no_chance_level"] * n_items,
    }
    return tidy(columns, why)


def curve_table(whole: Behaviour, usual: Flags, *, level: float) -> pd.DataFrame:
    """Accuracy by time over all items: one row a bin of time with at least one answer."""
    timed = whole.timed & usual[:, None]
    edges = np.array([*_EDGES, *_EDGES_LAST])
    place = np.searchsorted(edges, whole.times[timed], side="right") - 1
    n = np.bincount(place, minlength=edges.size - 1).astype(float)
    marks = np.bincount(place, weights=whole.earned[timed], minlength=n.size)
    blind = np.broadcast_to(whole.chance, timed.shape)[timed]
    chance = np.bincount(place, weights=blind, minlength=n.size)
    times = np.bincount(place, weights=np.log(whole.times[timed]), minlength=n.size)
    some = n > 0
    low, high = _limits(marks[some], n[some], level)
    return tidy(
        {
            "time_from": edges[:-1][some],
            "n_timed": n[some].astype(np.int64),
            "typical_time": np.exp(times[some] / n[some]),
            "accuracy": marks[some] / n[some],
            "accuracy_low": low,
            "accuracy_high": high,
            "chance": chance[some] / n[some],
        },
        {"chance": ["no_chance_level"] * int(some.sum())},
    )


def _limits(hits: Any, n: Any, level: float) -> tuple[Floats, Floats]:
    found = wilson(hits, n, level=level)
    return np.asarray(found.low), np.asarray(found.high)


def _divided(above: Any, below: Any) -> Floats:
    return np.where(below > 0, above / np.maximum(below, 1), np.nan)
