"""A picture of what decisions on items do: pass rates before and after, with intervals."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from naas_psych.analyses.items.decided_items import DROPPED
from naas_psych.drawing import COLOURS, Drawing, new_figure
from naas_psych.result import Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_WORDS = {DROPPED: "drop", "drop_and_hold": "drop and hold"}
_BOTH = ("pass_rate", "pass_rate_without")


def decision_drawings(result: Result) -> Iterator[Drawing]:
    """Pass rates before and after, each with its interval, by cut and scenario."""
    table = result.tables["outcomes"]
    rows = table.dropna(subset=[f"{name}{end}" for name in _BOTH for end in ("", "_low", "_high")])
    rows = rows[rows["form"].isin(["all", "all forms"])].reset_index(drop=True)
    if rows.empty:
        return
    title = _title(rows)
    yield Drawing(
        name="item_decisions",
        title=title,
        alt=_alt(rows),
        draw=partial(_draw, rows, title),
        table="outcomes",
    )


def _title(rows: pd.DataFrame) -> str:
    most = rows.iloc[int(rows["pass_rate_change"].abs().to_numpy(dtype=float).argmax())]
    limits = ""
    if pd.notna(most["pass_rate_change_low"]):
        ends = (100 * most[f"pass_rate_change_{end}"] for end in ("low", "high"))
        limits = " ({:+.1f} to {:+.1f})".format(*ends)
    move = 100 * most["pass_rate_change"]
    return (
        f"Without the items decided against, the share that meets the cut {most['cut']} moves by "
        f"{move:+.1f} of 100 people{limits} at most"
    )


def _alt(rows: pd.DataFrame) -> str:
    said = "; ".join(
        f"{row['cut']}, {_WORDS[row['scenario']]}: "
        + " and ".join(
            f"{100 * row[name]:.1f} ({100 * row[f'{name}_low']:.1f} to "
            f"{100 * row[f'{name}_high']:.1f}) {when}"
            for name, when in zip(_BOTH, ("before", "after"), strict=True)
        )
        for row in rows.to_dict("records")
    )
    return f"Of 100 people, who meet each cut with all items and without some. {said}."


def _draw(rows: pd.DataFrame, title: str) -> Figure:
    figure = new_figure(title, height=1.7 + 0.4 * len(rows))
    axes = figure.axes[0]
    figure.subplots_adjust(left=0.36)
    places = np.arange(len(rows))[::-1]
    for k, (name, when) in enumerate(zip(_BOTH, ("before", "after"), strict=True)):
        value, low, high = (
            100 * rows[f"{name}{end}"].to_numpy(dtype=float) for end in ("", "_low", "_high")
        )
        axes.errorbar(
            value,
            places + (0.14, -0.14)[k],
            xerr=[value - low, high - value],
            fmt="os"[k],
            color=COLOURS[k],
            markersize=5,
            capsize=3,
            label=when,
        )
    names = [f"{row['cut']}, {_WORDS[row['scenario']]}" for row in rows.to_dict("records")]
    axes.set_yticks(places, names, fontsize=8)
    axes.set_ylim(-0.6, len(rows) - 0.4)
    axes.set_xlabel("of 100 people meet the cut")
    axes.legend(frameon=False, fontsize=8)
    return figure
