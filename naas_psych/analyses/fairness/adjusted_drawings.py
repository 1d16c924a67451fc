"""A picture of gaps before and after adjusting, comparison by comparison."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from naas_psych.drawing import COLOURS, Drawing, ink, new_figure, shortened
from naas_psych.result import Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Comparisons in one picture.
_MOST = 16


def adjusted_drawings(result: Result) -> Iterable[Drawing]:
    """One picture for the score and one for each cut."""
    gaps = result.tables["gaps"]
    own = gaps[(gaps["outcome_kind"] != "ordered") & gaps["adjusted"].notna()]
    own = own[own["unadjusted"].notna()]
    for number, (outcome, rows) in enumerate(own.groupby("outcome", sort=False)):
        first = rows.sort_values(
            "adjusted", key=lambda values: -values.abs(), kind="stable", ignore_index=True
        ).head(_MOST)
        title = _title(str(outcome), first)
        yield Drawing(
            name=f"adjusted_gaps_{number + 1}",
            title=title,
            alt=_alt(str(outcome), first),
            draw=partial(_draw, first, title),
            table="gaps",
        )


def _unit(row: pd.Series[Any]) -> str:
    return "% of the marks" if row["outcome_kind"] == "score" else "percent points"


def _title(outcome: str, rows: pd.DataFrame) -> str:
    row = rows.iloc[0]
    start = "Score" if row["outcome_kind"] == "score" else f"Cut {outcome}"
    return (
        f"{start}: {row['focal']} ({row['group']}) less {row['reference']} is "
        f"{row['unadjusted']:+.1f} {_unit(row)} as it is, {row['adjusted']:+.1f} with "
        f"{row['covariates']} held equal"
    )


def _alt(outcome: str, rows: pd.DataFrame) -> str:
    said = [
        f"{row['focal']} less {row['reference']}: {row['unadjusted']:+.1f}, adjusted "
        f"{row['adjusted']:+.1f}"
        for _, row in rows.iterrows()
    ]
    return f"Gaps in {outcome}, before and after adjusting. " + "; ".join(said) + "."


def _draw(rows: pd.DataFrame, title: str) -> Figure:
    figure = new_figure(title, height=1.9 + 0.34 * len(rows))
    axes = figure.axes[0]
    figure.subplots_adjust(left=0.36)
    y = np.arange(len(rows))[::-1].astype(float)
    for shift, name, colour, marker in (
        (0.15, "unadjusted", COLOURS[5], "o"),
        (-0.15, "adjusted", COLOURS[1], "s"),
    ):
        low, high = (rows[f"{name}_{side}"].to_numpy(dtype=float) for side in ("low", "high"))
        axes.hlines(y + shift, low, high, color=colour, linewidth=2)
        values = rows[name].to_numpy(dtype=float)
        axes.plot(values, y + shift, marker, color=colour, markersize=5, label=name)
    axes.vlines(0, -0.6, len(rows) - 0.4, color=ink(), linewidth=0.8)
    labels = [shortened(f"{row['group']}: {row['focal']}", 28) for _, row in rows.iterrows()]
    axes.set_yticks(y, labels, fontsize=8)
    axes.set(xlabel=f"{_unit(rows.iloc[0])}; to the left: lower", ylim=(-0.6, len(rows) + 0.6))
    axes.legend(frameon=False, loc="upper center", ncols=2, fontsize=8)
    return figure
