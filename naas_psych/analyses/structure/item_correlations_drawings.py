"""Map of the correlations of all pairs of items."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from naas_psych.analyses.items.phrasing import short
from naas_psych.drawing import Drawing, new_figure, shortened
from naas_psych.result import Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Names on an axis at most.
_NAMED = 30
_NOBODY = (0.85, 0.85, 0.85, 1.0)


def item_correlations_drawings(result: Result) -> Iterable[Drawing]:
    """One map of all pairs, in the order of the items."""
    pairs = result.tables["pairs"]
    known = pairs.dropna(subset=["r"])
    if known.empty:
        return
    title = _title(known)
    yield Drawing(
        name="item_correlations_map",
        title=title,
        alt=_alt(pairs, known),
        draw=partial(_draw, pairs, title),
        table="pairs",
    )


def _title(known: pd.DataFrame) -> str:
    r = known["r"].to_numpy(dtype=float)
    below = int((known["r_high"] < 0).sum())
    sure = f"; {below} of {len(r):,} are clearly below 0" if below else ""
    return f"Two items correlate {short(float(r.mean()))} on average{sure}"


def _alt(pairs: pd.DataFrame, known: pd.DataFrame) -> str:
    top = known.iloc[int(np.argmax(known["r"]))]
    low = known.iloc[int(np.argmin(known["r"]))]
    return (
        f"Map of the correlations of {len(pairs):,} pairs of items, darker where larger. Largest: "
        f"{top['item_a']} and {top['item_b']}, {short(float(top['r']))}; smallest: "
        f"{low['item_a']} and {low['item_b']}, {short(float(low['r']))}. "
        f"{len(pairs) - len(known):,} pairs have none."
    )


def _darkest(values: np.ndarray) -> float:
    """The largest correlation rounded up, so that small ones can still be told apart."""
    return float(np.clip(np.ceil(5 * np.nanmax(values)) / 5, 0.4, 1.0))


def _draw(pairs: pd.DataFrame, title: str) -> Figure:
    from matplotlib import colormaps
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    ids = list(dict.fromkeys([*pairs["item_a"], *pairs["item_b"]]))
    place = {item: k for k, item in enumerate(ids)}
    values = np.full((len(ids), len(ids)), np.nan)
    values[pairs["item_b"].map(place), pairs["item_a"].map(place)] = pairs["r"].to_numpy(
        dtype=float
    )
    figure = new_figure(title, right=0.75, height=4.55)
    axes = figure.axes[0]
    scale = ScalarMappable(Normalize(0, _darkest(values)), colormaps["Blues"])
    cells = scale.to_rgba(np.nan_to_num(values))
    cells[np.isnan(values)] = _NOBODY
    cells[np.triu_indices(len(ids))] = (0, 0, 0, 0)
    axes.imshow(cells, interpolation="nearest", aspect="equal")
    negative = np.argwhere(np.tril(np.nan_to_num(values) < 0, -1))
    size = max(0.4, 120 / len(ids)) ** 2 / 30
    axes.scatter(negative[:, 1], negative[:, 0], s=size, color="black", linewidths=0)
    step = -(-len(ids) // _NAMED)
    shown = range(0, len(ids), step)
    labels = [shortened(str(ids[k]), 10) for k in shown]
    axes.set_xticks(shown, labels, rotation=90, fontsize=6)
    axes.set_yticks(shown, labels, fontsize=6)
    bar = figure.colorbar(scale, ax=axes, fraction=0.04, pad=0.02)
    bar.set_label("correlation (dot: below 0)", fontsize=8)
    bar.ax.tick_params(labelsize=8)
    if np.isnan(values[np.tril_indices(len(ids), -1)]).any():
        axes.text(0.99, 0.96, "grey: none", transform=axes.transAxes, ha="right", fontsize=8)
    return figure
