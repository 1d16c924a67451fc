"""The four-way picture: how an item looks on one axis, how it works on the other."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from naas_psych.analyses.items.item_drawings import write_names
from naas_psych.drawing import COLOURS, Drawing, ink, new_figure, shortened
from naas_psych.result import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MOST_NAMES = 12
_MOST_LETTERS = 14


def face_drawings(result: Result) -> Iterator[Drawing]:
    """Endorsement with its interval against item-rest correlation."""
    table = result.tables["overview"]
    shown = table[table["endorsement"].notna() & table["item_rest_r"].notna()]
    if len(shown) < 2:
        return
    lines = result.provenance["endorsement_target"], result.provenance["item_rest_r_min"]
    title = _title(table)
    yield Drawing(
        name="face_validity",
        title=title,
        alt=_alt(shown),
        draw=partial(_draw, shown, title, lines),
        table="overview",
    )


def _title(table: pd.DataFrame) -> str:
    weak = table[table["warned"]]
    if weak.empty:
        return f"None of {len(table)} items surely looks wrong to those who were asked"
    works = int((weak["works"] == "yes").sum())
    fails = int((weak["works"] == "no").sum())
    verb = "looks" if len(weak) == 1 else "look"
    how = f"{works} of them surely work, {fails} surely do not"
    if not works + fails:
        how = "whether they work cannot be told"
    return f"{len(weak)} of {len(table)} items {verb} wrong to those who were asked; {how}"


def _alt(shown: pd.DataFrame) -> str:
    named = ", ".join(shown.loc[shown["warned"], "item_id"].astype(str))
    return (
        f"Scatter of {len(shown)} items: endorsement from {shown['endorsement'].min():.2f} to "
        f"{shown['endorsement'].max():.2f} with intervals, item-rest correlation from "
        f"{shown['item_rest_r'].min():.2f} to {shown['item_rest_r'].max():.2f}. "
        f"Looks wrong: {named or 'none'}."
    )


def _draw(shown: pd.DataFrame, title: str, lines: tuple[float, float]) -> Figure:
    figure = new_figure(title, height=4.2)
    axes = figure.axes[0]
    weak = shown["warned"].to_numpy(dtype=bool)
    x, y = (shown[name].to_numpy(dtype=float) for name in ("endorsement", "item_rest_r"))
    ends = np.stack([shown[f"endorsement_{end}"].to_numpy(dtype=float) for end in ("low", "high")])
    for which, colour, marker, size in ((~weak, COLOURS[0], "o", 18), (weak, COLOURS[1], "s", 34)):
        axes.hlines(
            y[which],
            ends[0][which],
            ends[1][which],
            color=colour,
            linewidth=0.9 if marker == "s" else 0.5,
            alpha=0.9 if marker == "s" else 0.18,
        )
        axes.scatter(x[which], y[which], s=size, color=colour, marker=marker, alpha=0.8, zorder=3)
    axes.axvline(lines[0], color=ink(), linewidth=0.8, linestyle="--")
    axes.axhline(lines[1], color=ink(), linewidth=0.8, linestyle="--")
    axes.set(xlabel="Endorsement by the source that objects most", ylabel="Item-rest correlation")
    axes.yaxis.labelpad = 1
    axes.set(xlim=(-0.02, 1.04), ylim=(min(-0.1, y.min() - 0.1), max(0.5, y.max() + 0.1)))
    _corners(axes)
    _names(axes, shown, weak, np.column_stack([x, y]))
    return figure


def _corners(axes: Axes) -> None:
    """What each quarter of the picture means, in its corner."""
    for x, y, words in (
        (0.01, 0.985, "looks wrong,\nworks"),
        (0.99, 0.985, "looks right,\nworks"),
        (0.01, 0.015, "looks wrong,\ndoes not work"),
        (0.99, 0.015, "looks right,\ndoes not work"),
    ):
        axes.text(
            x,
            y,
            words,
            transform=axes.transAxes,
            ha="left" if x < 0.5 else "right",
            va="top" if y > 0.5 else "bottom",
            fontsize=8.5,
            fontstyle="italic",
        )


def _names(
    axes: Axes, shown: pd.DataFrame, weak: NDArray[np.bool_], at: NDArray[np.float64]
) -> None:
    which = np.flatnonzero(weak)[:_MOST_NAMES]
    names = [shortened(str(shown["item_id"].iloc[k]), _MOST_LETTERS) for k in which]
    write_names(axes, names, at=at, which=which)
