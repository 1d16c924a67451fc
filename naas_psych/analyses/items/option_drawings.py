"""The empirical option curves of each item: who chooses what, by score group."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from naas_psych.analyses.items.curve_drawing import Curve, draw_curves
from naas_psych.drawing import Drawing
from naas_psych.result import Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def drawings(result: Result) -> Iterator[Drawing]:
    """One drawing an item; none of them is made before somebody asks."""
    curves = result.tables["curves"]
    if curves.empty:
        return
    for item_id, part in curves.groupby("item_id", sort=False):
        title = _title(str(item_id), part)
        yield Drawing(
            f"option_curve_{item_id}",
            title,
            _alt(str(item_id), part),
            partial(_draw, part, title),
            "curves",
            str(item_id),
        )


def _ends(part: pd.DataFrame) -> list[tuple[str, bool, float, float]]:
    """Option, whether keyed, share in the lowest and in the highest score group."""
    ends = []
    for (option, key), rows in part.groupby(["option", "is_key"], sort=False):
        shares = rows["proportion"].to_numpy(dtype=float)
        ends.append((str(option), bool(key), float(shares[0]), float(shares[-1])))
    return ends


def _title(item_id: str, part: pd.DataFrame) -> str:
    """The finding in a sentence: does the key rise, and does a wrong option beat it at the top?"""
    ends = _ends(part)
    keyed = [end for end in ends if end[1]]
    wrong = [end for end in ends if not end[1] and end[0] != "omitted"]
    if not keyed:
        return f"{item_id}: nobody chose the key"
    option, _, low, high = max(keyed, key=lambda end: end[3])
    best = max(wrong, key=lambda end: end[3], default=None)
    if best and best[3] > high:
        return (
            f"{item_id}: the strongest group prefers {best[0]} ({best[3]:.0%}) to the key {option}"
        )
    way = "rises" if high > low else "falls"
    said = f"the key {option} {way} from {low:.0%} in the weakest group to {high:.0%}"
    return f"{item_id}: {said}"


def _alt(item_id: str, part: pd.DataFrame) -> str:
    said = "; ".join(
        f"{option}{' (key)' if key else ''} from {low:.0%} to {high:.0%}"
        for option, key, low, high in _ends(part)
    )
    groups = part["group"].nunique()
    return (
        f"Line chart of {item_id}: share of persons who chose each option in {groups} groups from "
        f"the lowest to the highest rest score. {said}."
    )


def _draw(part: pd.DataFrame, title: str) -> Figure:
    by_score = bool(part["mean_score"].notna().all())
    x = "mean_score" if by_score else "group"
    curves = [
        Curve(
            f"{option} (key)" if key else str(option),
            bool(key),
            *(rows[name].to_numpy(dtype=float) for name in (x, "proportion", "low", "high")),
        )
        for (option, key), rows in part.groupby(["option", "is_key"], sort=False)
    ]
    label = "Mean rest score of the group" if by_score else "Score group, weakest to strongest"
    return draw_curves(curves, title=title, x_label=label, y_label="Chose the option")
