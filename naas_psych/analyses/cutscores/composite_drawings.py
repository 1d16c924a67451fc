"""Picture of weights: what was meant, and what each component brings in."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from naas_psych.analyses.items.phrasing import capital
from naas_psych.drawing import COLOURS, Drawing, ink, new_figure, shortened
from naas_psych.result import Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_ROW, _ROUND = 0.34, 1.3


def composite_drawings(result: Result) -> Iterable[Drawing]:
    """Nominal and effective weights, one row a component."""
    table = result.tables["weights"]
    shown = table.dropna(subset=["nominal_weight", "effective_weight"])
    if shown.empty:
        return
    title = _title(shown)
    yield Drawing(
        name="weights",
        title=title,
        alt=_alt(shown),
        draw=partial(_draw, shown, title),
        table="weights",
    )


def _title(rows: pd.DataFrame) -> str:
    gap = (rows["effective_weight"] - rows["nominal_weight"]).abs()
    one = rows.iloc[int(np.argmax(gap))]
    return (
        f"{capital(shortened(str(one['component_name']), 30))} was given "
        f"{100 * one['nominal_weight']:.0f} per cent of the weight and brings in "
        f"{100 * one['effective_weight']:.0f} per cent of the spread"
    )


def _alt(rows: pd.DataFrame) -> str:
    said = [
        f"{row['component_name']}: meant {100 * row['nominal_weight']:.0f}, brings in "
        f"{100 * row['effective_weight']:.0f}"
        for row in rows.to_dict("records")
    ]
    return "Weights in per cent. " + "; ".join(said) + "."


def _draw(rows: pd.DataFrame, title: str) -> Figure:
    figure = new_figure(title, height=_ROUND + _ROW * (len(rows) + 1))
    figure.subplots_adjust(left=0.25)
    axes = figure.axes[0]
    for y, row in zip(range(len(rows), 0, -1), rows.to_dict("records"), strict=True):
        meant, real = 100 * row["nominal_weight"], 100 * row["effective_weight"]
        axes.plot([meant, real], [y, y], color=ink(), linewidth=1.0)
        axes.plot(
            meant,
            y,
            "o",
            color=COLOURS[0],
            markerfacecolor="white",
            markeredgewidth=1.4,
            markersize=7,
        )
        axes.plot(real, y, "s", color=COLOURS[1], markersize=6)
    axes.set_yticks(
        range(len(rows), 0, -1),
        [shortened(str(name), 20) for name in rows["component_name"]],
        fontsize=8,
    )
    most = 100 * max(rows["nominal_weight"].max(), rows["effective_weight"].max())
    least = 100 * min(rows["effective_weight"].min(), 0.0)
    axes.set(
        xlim=(1.1 * least, 1.15 * most),
        ylim=(0.4, len(rows) + 0.7),
        xlabel="per cent; open circle: as given, square: of the spread",
    )
    axes.tick_params(axis="y", length=0)
    return figure
