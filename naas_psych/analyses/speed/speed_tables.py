"""Tables of speededness by position, and by what rapid answers earned."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.speed.behaviour import Flags
from naas_psych.analyses.speed.options import RULES
from naas_psych.analyses.speed.views import View
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.proportions import wilson
from naas_psych.numerics.rapid import rapid_answers
from naas_psych.numerics.speed import Estimate, clustered_share, column_quantiles
from naas_psych.result import tidy


def position_table(views: Sequence[View], *, level: float) -> pd.DataFrame:
    """One row a form and position."""
    parts = [_positions(one, level=level) for one in views]
    names = list(parts[0])
    columns = {name: np.concatenate([part[name] for part in parts]) for name in names}
    none = ["no_rapid" if n else "no_times" for n in columns["n_timed"]]
    answered = ["no_responses" if share else "not_reached_by_any" for share in columns["reached"]]
    timed = ("rapid", "considered", "median_time", "time_quartile_1", "time_quartile_3")
    why = {
        **dict.fromkeys(timed, none),
        "reached": ["no_responses"] * len(none),
        "omitted": answered,
        "accuracy": answered,
        "accuracy_rapid": none,
        "chance": ["no_chance_level"] * len(none),
    }
    return tidy(columns, why)


def _positions(one: View, *, level: float) -> dict[str, Any]:
    size = one.form.positions.size
    n, reached = one.by_position(one.seen), one.by_position(one.reached)
    timed, rapid = one.by_position(one.timed), one.by_position(one.rapid)
    omitted, answered = one.by_position(one.omitted), one.by_position(one.answered)
    marks = one.by_position(np.nan_to_num(one.earned))
    rapid_marks = one.by_position(np.where(one.rapid, np.nan_to_num(one.earned), 0.0))
    where = np.where(one.timed, one.where, -1)
    at = (0.25, 0.5, 0.75)
    quarter, median, three = column_quantiles(one.times, where, n_groups=size, at=at)
    blind = one.by_position(np.where(one.seen, one.chance, 0.0))
    has_times = np.where(timed > 0, 1.0, np.nan)
    return {
        "form": np.full(size, one.form.name, dtype=object),
        "position": one.form.positions,
        "item_id": np.array(one.form.item_at, dtype=object),
        "n": n.astype(np.int64),
        **_share("reached", reached, n, level),
        **_share("omitted", omitted, reached, level),
        "n_timed": timed.astype(np.int64),
        "n_rapid": rapid.astype(np.int64),
        **_share("rapid", rapid, timed, level),
        **_share("considered", (reached - rapid) * has_times, n, level),
        "time_quartile_1": quarter,
        "median_time": median,
        "time_quartile_3": three,
        "accuracy": _divided(marks, answered),
        **_share("accuracy_rapid", rapid_marks, rapid, level),
        "chance": _divided(blind, n),
        "in_tail": one.tail,
    }


def _divided(above: Floats, below: Floats) -> Floats:
    return np.where(below > 0, above / np.maximum(below, 1), np.nan)


def _share(name: str, hits: Floats, n: Floats, level: float) -> dict[str, Floats]:
    limits = wilson(hits, n, level=level)
    return {
        name: _divided(hits, n),
        f"{name}_low": np.asarray(limits.low),
        f"{name}_high": np.asarray(limits.high),
    }


@dataclass(frozen=True)
class _Accuracy:
    form: str
    method: str
    n_rapid: int
    rapid: Estimate
    chance: float
    rest: Estimate


def accuracy_table(views: Sequence[View], *, level: float) -> pd.DataFrame:
    """What rapid and other answers earned beside blind choice, by form and rule."""
    rows = [row for one in views for row in _accuracies(one, level)]
    none = ["no_rapid" if row.n_rapid == 0 else "no_chance_level" for row in rows]
    columns: dict[str, Any] = {
        "form": [row.form for row in rows],
        "method": [row.method for row in rows],
        "n_rapid": [row.n_rapid for row in rows],
    }
    for name, found in (("accuracy_rapid", "rapid"), ("accuracy_rest", "rest")):
        estimates: list[Estimate] = [getattr(row, found) for row in rows]
        columns[name] = [one.value for one in estimates]
        columns[f"{name}_low"] = [one.limits.low for one in estimates]
        columns[f"{name}_high"] = [one.limits.high for one in estimates]
    columns["chance"] = [row.chance for row in rows]
    why = {
        "accuracy_rapid": ["no_rapid"] * len(rows),
        "accuracy_rest": ["no_responses"] * len(rows),
        "chance": none,
    }
    return tidy(columns, why)


def _accuracies(one: View, level: float) -> Iterator[_Accuracy]:
    """The rule in force first, then every rule by itself; nothing without times."""
    if not one.timed.any():
        return
    yield _accuracy(one, "in_force", one.rapid, level)
    for rule in RULES:
        limits = one.whole.thresholds[rule][one.form.items]
        yield _accuracy(one, rule, rapid_answers(one.times, limits), level)


def _accuracy(one: View, method: str, rapid: Flags, level: float) -> _Accuracy:
    earned, n = np.nan_to_num(one.earned), int(rapid.sum())
    rest = one.timed & ~rapid
    chance = np.broadcast_to(one.chance, rapid.shape)[rapid]

    def share(cells: Flags) -> Estimate:
        counts = cells.sum(axis=1).astype(float)
        return clustered_share((earned * cells).sum(axis=1), counts, level=level)

    blind = float(chance.mean()) if n else float("nan")
    return _Accuracy(one.form.name, method, n, share(rapid), blind, share(rest))
