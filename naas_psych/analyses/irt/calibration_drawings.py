"""Pictures of a calibration: the Wright map, and the curve of every item."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from naas_psych.drawing import COLOURS, Drawing, ink, new_figure, shortened
from naas_psych.result import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Letters of an item's name on the map, how near two names may stand, and how many there may be.
_LETTERS, _SLOT, _NAMED = 10, 0.22, 40
#: Beyond this the map shows an arrow's place, not the location itself.
_REACH = 4.0


def calibration_drawings(result: Result) -> Iterable[Drawing]:
    """The Wright map."""
    items = result.tables["parameters"].dropna(subset=["b"])
    persons = result.tables["persons_on_scale"].dropna(subset=["n"])
    cuts = result.tables["cuts_on_scale"]
    if items.empty or not int(persons["n"].sum()):
        return
    title, alt = _map_words(items, persons)
    alt += "".join(f" Cut {row.cut} at {row.theta:.2f}." for row in cuts.itertuples())
    yield Drawing(
        name="wright_map",
        title=title,
        alt=alt,
        draw=partial(_map, items, persons, cuts, title),
        table="parameters",
    )


def _map_words(items: pd.DataFrame, persons: pd.DataFrame) -> tuple[str, str]:
    b = items["b"].to_numpy(dtype=float)
    middle = persons["theta"].to_numpy(dtype=float)
    n = persons["n"].to_numpy(dtype=float)
    mean = float((n * middle).sum() / n.sum())
    gap = float(np.median(b)) - mean
    side = "harder" if gap > 0 else "easier"
    title = (
        "Items and persons meet: the middle item is about as hard as the persons are able"
        if abs(gap) < 0.25
        else f"The items are {side} than the persons: the middle item lies {abs(gap):.1f} "
        f"{'above' if gap > 0 else 'below'} the mean person"
    )
    ends = items.iloc[[int(np.argmin(b)), int(np.argmax(b))]]
    easiest, hardest = (f"{r.item_id} at {r.b:.2f}" for r in ends.itertuples())
    alt = (
        f"Map of one scale. Left: a histogram of {int(n.sum())} persons. Right: {len(items)} items "
        f"at their locations, from {easiest} to {hardest}; median {np.median(b):.2f}."
    )
    return title, alt


def _map(items: pd.DataFrame, persons: pd.DataFrame, cuts: pd.DataFrame, title: str) -> Figure:
    """Persons grow to the left of the scale; items stand to its right, by name if they are few."""
    figure = new_figure(title, height=3.4 + 0.035 * min(len(items), _NAMED))
    axes = figure.axes[0]
    n = persons["n"].to_numpy(dtype=float)
    axes.barh(persons["theta"], -n / n.max(), height=0.46, color=COLOURS[0], alpha=0.55)
    axes.axvline(0, color=ink(), linewidth=0.8)
    width = _named(axes, items) if len(items) <= _NAMED else _stacked(axes, items)
    axes.set(xlim=(-1.05, width), ylabel="theta (higher: abler person, harder item)")
    axes.set_ylim(*_limits(items))
    axes.set_xticks([-0.5, 0.25], ["persons", "items"])
    axes.tick_params(axis="x", length=0)
    _mark_cuts(axes, cuts, width)
    return figure


def _named(axes: Axes, items: pd.DataFrame) -> float:
    """Every item by name, side by side where they lie close; returns the width they need."""
    places = _places(items)
    for place, name, row in places:
        axes.plot([0.03 + row * 0.42], [place], marker="o", markersize=3, color=COLOURS[1])
        axes.text(0.06 + row * 0.42, place, name, fontsize=7, va="center")
    return 0.5 + 0.42 * max(row for _, _, row in places)


def _stacked(axes: Axes, items: pd.DataFrame) -> float:
    """Many items are bars like the persons, with the names of the easiest and hardest few."""
    b = np.clip(items["b"].to_numpy(dtype=float), -_REACH, _REACH)
    edges = np.arange(-_REACH, _REACH + 0.01, 0.5)
    counts, _ = np.histogram(b, edges)
    share = counts / counts.max()
    axes.barh(edges[:-1] + 0.25, share, height=0.46, color=COLOURS[1], alpha=0.55)
    for place, count, reach in zip(edges[:-1] + 0.25, counts, share, strict=True):
        if count:
            axes.text(reach + 0.03, place, str(count), fontsize=7, va="center")
    return 1.3


def _mark_cuts(axes: Axes, cuts: pd.DataFrame, width: float) -> None:
    """A line a cut, named once where several forms have it."""
    rows: Any = cuts.groupby("cut", sort=True)["theta"].mean().sort_values().items()
    for name, theta in rows:
        axes.axhline(theta, color=ink(), linestyle=":", linewidth=1)
        axes.text(width, theta, f"{name} ", fontsize=7, ha="right", va="bottom")


def _places(items: pd.DataFrame) -> list[tuple[float, str, int]]:
    """Where each item stands: its location, its name, and how many stand before it on the line."""
    found: list[tuple[float, str, int]] = []
    last: dict[int, float] = {}
    ordered: Any = items.sort_values(["b", "item_id"])
    for item in ordered.itertuples():
        place = float(np.clip(item.b, -_REACH, _REACH))
        row = 0
        while row in last and place - last[row] < _SLOT:
            row += 1
        last[row] = place
        name = shortened(str(item.item_id), _LETTERS)
        found.append((place, name if place == item.b else f"{name} ({item.b:.1f})", row))
    return found


def _limits(items: pd.DataFrame) -> tuple[float, float]:
    b = np.clip(items["b"].to_numpy(dtype=float), -_REACH, _REACH)
    return min(-3.0, float(b.min()) - 0.3), max(3.0, float(b.max()) + 0.3)
