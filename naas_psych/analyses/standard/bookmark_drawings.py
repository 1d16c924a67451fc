"""A map of the booklet: entries from easy to hard, where judges stopped, and the cuts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from naas_psych.analyses.items.phrasing import Row, known
from naas_psych.drawing import COLOURS, DASHES, MARKERS, Drawing, ink, new_figure
from naas_psych.result import Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def bookmark_drawings(result: Result) -> Iterable[Drawing]:
    """One picture a booklet, with the cuts that were set in it."""
    items, cuts = result.tables["items"], result.tables["cuts"]
    for name in dict.fromkeys(items["booklet"]):
        own = items[(items["booklet"] == name) & items["location"].notna()]
        names = list(dict.fromkeys(own["cut_name"]))
        found = cuts[cuts["cut_name"].isin(names) & cuts["cut_theta"].notna()]
        if name in set(cuts["form"]):
            found = found[found["form"] == name]
        lines = found.drop_duplicates("cut_name").to_dict("records")
        if own.empty:
            continue
        title = _title(lines)
        yield Drawing(
            name=f"bookmark_{name}".replace(" ", "_"),
            title=title,
            alt=_alt(own, lines),
            draw=partial(_draw, own, lines, title),
            table="items",
        )


def _title(lines: Sequence[Row]) -> str:
    said = [
        f"{row['cut_name']} at {row['percent']:.1f} % of the marks"
        for row in lines
        if known(row["percent"]) is not None
    ]
    if not said:
        return "Where the judges put their bookmarks; no cut follows"
    return f"The bookmarks put the cut for {' and for '.join(said)}"


def _alt(entries: pd.DataFrame, lines: Sequence[Row]) -> str:
    places = entries.drop_duplicates(["item_id", "step"])
    cuts = "; ".join(f"{row['cut_name']} at theta {row['cut_theta']:.2f}" for row in lines)
    return (
        f"{len(places)} entries of the booklet from easy to hard by their location "
        f"({places['location'].min():.2f} to {places['location'].max():.2f}), with the judges' "
        f"bookmarks. Cuts: {cuts or 'none'}."
    )


def _draw(entries: pd.DataFrame, lines: Sequence[Row], title: str) -> Figure:
    figure = new_figure(title, right=0.9)
    axes = figure.axes[0]
    places = entries.drop_duplicates(["item_id", "step"])
    axes.plot(places["booklet_place"], places["location"], color=ink(), marker=".", markersize=3,
              linestyle="none")  # fmt: skip
    for k, name in enumerate(dict.fromkeys(entries["cut_name"])):
        marked = entries[(entries["cut_name"] == name) & (entries["bookmarks"] > 0)]
        axes.plot(
            marked["booklet_place"],
            marked["location"],
            color=COLOURS[k % len(COLOURS)],
            marker=MARKERS[k % len(MARKERS)],
            markersize=6,
            linestyle="none",
        )
        for row in (line for line in lines if line["cut_name"] == name):
            axes.axhline(
                row["cut_theta"], color=COLOURS[k % len(COLOURS)], linestyle=DASHES[(k + 1) % 8]
            )
            axes.text(
                1.01, row["cut_theta"], str(name), transform=axes.get_yaxis_transform(),
                va="center", fontsize=8,
            )  # fmt: skip
    axes.set(xlabel="place in the booklet", ylabel="location (theta)")
    return figure
