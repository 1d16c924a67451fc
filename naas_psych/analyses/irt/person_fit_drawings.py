"""The picture of person fit: how lz* is spread, beside the normal curve that chance gives."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from naas_psych.analyses.items.phrasing import known
from naas_psych.drawing import COLOURS, Drawing, new_figure
from naas_psych.result import Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def person_fit_drawings(result: Result) -> Iterable[Drawing]:
    """Persons by lz*."""
    table = result.tables["distribution"]
    row = result.tables["summary"].to_dict("records")[0]
    if not known(row["tested"]) or known(row["flagged_share"]) is None:
        return
    share, nominal = 100 * row["flagged_share"], 100 * row["nominal"]
    title = f"{share:.1f} % of the persons are flagged, where chance flags {nominal:.0f} %"
    yield Drawing(
        name="person_fit",
        title=title,
        alt=f"Histogram of lz* of {row['tested']} persons with the standard normal curve: mean "
        f"{row['lz_star_mean']:.2f}. {title}.",
        draw=partial(_draw, table, title),
        table="distribution",
    )


def _draw(table: pd.DataFrame, title: str) -> Figure:
    figure = new_figure(title)
    axes = figure.axes[0]
    axes.bar(
        table["lz_star"], table["n"], width=0.46, color=COLOURS[0], alpha=0.55, label="persons"
    )
    axes.plot(
        table["lz_star"],
        table["persons_expected"],
        color=COLOURS[1],
        marker="o",
        markersize=4,
        linewidth=1.5,
        label="if all fitted",
    )
    axes.set(xlabel="lz* (low: surprising answers)", ylabel="persons")
    axes.legend(frameon=False, loc="upper left", fontsize=9)
    return figure
