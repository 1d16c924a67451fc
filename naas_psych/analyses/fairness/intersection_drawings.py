"""A picture of crossed groups: as they are, as their groups add up, and in between."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from naas_psych.drawing import COLOURS, Drawing, new_figure, shortened
from naas_psych.result import Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Cells in one picture.
_MOST = 18


def intersection_drawings(result: Result) -> Iterable[Drawing]:
    """One picture an outcome, of the largest cells."""
    cells = result.tables["cells"]
    known = cells[cells["cell_shrunken"].notna() & cells["cell_additive"].notna()]
    for number, (outcome, rows) in enumerate(known.groupby("outcome", sort=False)):
        first = rows.head(_MOST)
        title = _title(str(outcome), first)
        yield Drawing(
            name=f"intersections_{number + 1}",
            title=title,
            alt=_alt(str(outcome), first),
            draw=partial(_draw, first, str(outcome), title),
            table="cells",
        )


def _label(row: pd.Series[Any]) -> str:
    levels = [str(row[name]) for name in row.index if str(name).startswith("level_")]
    return " x ".join(levels)


def _start(outcome: str) -> str:
    return "Score" if outcome == "score" else f"Cut {outcome}"


def _title(outcome: str, rows: pd.DataFrame) -> str:
    beyond = rows[
        (~rows["below_floor"].astype(bool))
        & ((rows["cell_deviation_low"] > 0) | (rows["cell_deviation_high"] < 0))
    ]
    if beyond.empty:
        rest = "no crossed group surely differs from what its groups add up to"
        return f"{_start(outcome)}: {rest}"
    row = beyond.iloc[0]
    side = "above" if row["cell_deviation"] > 0 else "below"
    return f"{_start(outcome)}: {_label(row)} stands {side} what its groups add up to"


def _alt(outcome: str, rows: pd.DataFrame) -> str:
    said = [
        f"{_label(row)}: {row['cell_shrunken']:.0f}, added up {row['cell_additive']:.0f}"
        for _, row in rows.iterrows()
    ]
    return f"Crossed groups in {outcome}, per cent. " + "; ".join(said) + "."


def _draw(rows: pd.DataFrame, outcome: str, title: str) -> Figure:
    figure = new_figure(title, height=1.9 + 0.28 * len(rows))
    axes = figure.axes[0]
    figure.subplots_adjust(left=0.36)
    y = np.arange(len(rows))[::-1].astype(float)
    low, high = (rows[f"cell_shrunken_{side}"].to_numpy(dtype=float) for side in ("low", "high"))
    axes.hlines(y, low, high, color=COLOURS[0], linewidth=2)
    for name, label, marker, colour in (
        ("cell_mean", "as it is", "x", COLOURS[7]),
        ("cell_additive", "groups added up", "|", COLOURS[1]),
        ("cell_shrunken", "shrunken, with limits", "o", COLOURS[0]),
    ):
        values = rows[name].to_numpy(dtype=float)
        size = 11 if marker == "|" else 5
        axes.plot(values, y, marker, color=colour, markersize=size, label=label, linestyle="none")
    labels = [
        shortened(_label(row), 22) + (" *" if row["below_floor"] else "")
        for _, row in rows.iterrows()
    ]
    axes.set_yticks(y, labels, fontsize=8)
    unit = "% of the marks" if outcome == "score" else f"% who reach {outcome}"
    axes.set(xlabel=f"{unit}; * few persons", ylim=(-0.6, len(rows) + 0.7))
    axes.legend(frameon=False, loc="upper center", ncols=3, fontsize=7, handletextpad=0.3)
    return figure
