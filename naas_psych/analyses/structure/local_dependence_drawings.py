"""Picture of local dependence: adjusted Q3 of every pair of items, flagged pairs outlined."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from naas_psych.analyses.items.phrasing import short
from naas_psych.analyses.structure.cluster_words import listed_all
from naas_psych.drawing import COLOURS, Drawing, ink, new_figure, shortened
from naas_psych.result import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: The darkest shade is at this adjusted Q3; the published limit is in the middle.
_DARKEST = 0.4
#: Names on an axis at most, and clusters named in the map.
_NAMED = 30
_CLUSTERS_NAMED = 8
_NOBODY = (0.85, 0.85, 0.85, 1.0)
_NAMED_IN_TITLE = 6


def local_dependence_drawings(result: Result) -> Iterable[Drawing]:
    """One map of all pairs."""
    pairs = result.tables["pairs"].dropna(subset=["q3_adjusted"])
    if pairs.empty:
        return
    title = _title(result)
    yield Drawing(
        name="local_dependence_map",
        title=title,
        alt=_alt(result, pairs),
        draw=partial(_draw, result, title),
        table="pairs",
    )


def _title(result: Result) -> str:
    clusters, pairs = result.tables["clusters"], result.tables["pairs"]
    if clusters.empty:
        top = pairs.iloc[0]
        return (
            f"No pair of items goes together beyond what the test measures; {top['item_a']} and "
            f"{top['item_b']} come nearest ({short(float(top['q3_adjusted']))})"
        )
    if len(clusters) == 1 and clusters["items"].iloc[0] <= _NAMED_IN_TITLE:
        names = listed_all(str(clusters["item_ids"].iloc[0]).split(", "))
        return f"{names} go together beyond what the test measures"
    total = int(clusters["items"].sum())
    groups = "one group" if len(clusters) == 1 else f"{len(clusters)} groups"
    return f"{total} items in {groups} go together beyond what the test measures"


def _alt(result: Result, pairs: pd.DataFrame) -> str:
    top = pairs.iloc[0]
    flagged = int(pairs["pair_flagged"].sum())
    named = "; ".join(result.tables["clusters"]["item_ids"])
    groups = f" Groups: {named}." if named else ""
    return (
        f"Map of adjusted Q3 of {len(pairs):,} pairs of items, darker where it is larger. Largest: "
        f"{top['item_a']} and {top['item_b']}, {top['q3_adjusted']:.2f}. {flagged} pairs are "
        f"flagged and outlined.{groups}"
    )


def _draw(result: Result, title: str) -> Figure:
    from matplotlib import colormaps
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    order = result.tables["order"]
    ids = [str(item) for item in order["item_id"]]
    values, flagged = _matrices(result.tables["pairs"], ids)
    figure = new_figure(title, right=0.75, height=4.55)
    axes = figure.axes[0]
    scale = ScalarMappable(Normalize(0, _DARKEST), colormaps["Blues"])
    cells = scale.to_rgba(np.nan_to_num(values))
    cells[np.isnan(values)] = _NOBODY
    cells[np.triu_indices(len(ids))] = (0, 0, 0, 0)
    axes.imshow(cells, interpolation="nearest", aspect="equal")
    _outline(axes, flagged)
    _name_clusters(axes, ids, order["cluster"].to_numpy())
    _name_axes(axes, ids)
    bar = figure.colorbar(scale, ax=axes, fraction=0.04, pad=0.02, extend="max")
    bar.set_label("adjusted Q3 (lightest: 0 or below)", fontsize=8)
    bar.ax.tick_params(labelsize=8)
    if np.isnan(values).any():
        axes.text(
            0.99, 0.96, "grey: nobody had both", transform=axes.transAxes, ha="right", fontsize=8
        )
    return figure


def _matrices(pairs: pd.DataFrame, ids: list[str]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Adjusted Q3 below the diagonal in the order of the picture (above it 0), and the flags."""
    place = {item: k for k, item in enumerate(ids)}
    first = pairs["item_a"].map(place).to_numpy()
    second = pairs["item_b"].map(place).to_numpy()
    rows, columns = np.maximum(first, second), np.minimum(first, second)
    values = np.zeros((len(ids), len(ids)))
    values[rows, columns] = pairs["q3_adjusted"].to_numpy(dtype=float)
    flagged = np.zeros(values.shape, dtype=bool)
    flagged[rows, columns] = pairs["pair_flagged"].to_numpy(dtype=bool)
    return values, flagged


def _outline(axes: Axes, flagged: NDArray[Any]) -> None:
    """A square around each flagged pair: the sign that does not rest on shade."""
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import Rectangle

    squares = [Rectangle((k - 0.5, j - 0.5), 1, 1) for j, k in np.argwhere(flagged)]
    axes.add_collection(
        PatchCollection(squares, facecolor="none", edgecolor=COLOURS[1], linewidth=0.9)
    )


def _name_clusters(axes: Axes, ids: list[str], cluster: NDArray[Any]) -> None:
    """The items of each cluster, beside its first, in the empty half of the map."""
    free = -1.0
    numbers = range(1, min(int(cluster.max(initial=0)), _CLUSTERS_NAMED) + 1)
    for places in sorted((np.flatnonzero(cluster == c) for c in numbers), key=lambda at: at[0]):
        shown = ", ".join(shortened(ids[k], 10) for k in places[:_NAMED_IN_TITLE])
        more = (
            "" if places.size <= _NAMED_IN_TITLE else f" and {places.size - _NAMED_IN_TITLE} more"
        )
        wide = places[0] > 0.55 * len(ids)
        free = max(float(places[:2].mean()), free + len(ids) / 25)
        axes.annotate(
            shown + more,
            (float(places[0]) + 0.7, float(places[:2].mean())),
            (0.985 if wide else (places[0] + 2.5) / len(ids), free),
            xycoords="data",
            textcoords=axes.get_yaxis_transform(),
            ha="right" if wide else "left",
            va="bottom" if wide else "center",
            fontsize=8,
            arrowprops={"arrowstyle": "-", "color": ink(), "linewidth": 0.6},
        )


def _name_axes(axes: Axes, ids: list[str]) -> None:
    """As many names as can be read, at equal steps."""
    places = list(range(0, len(ids), max(1, -(-len(ids) // _NAMED))))
    labels = [shortened(ids[k], 8) for k in places]
    axes.set_yticks(places, labels, fontsize=7)
    axes.set_xticks(places, labels, fontsize=7, rotation=90)
    axes.tick_params(length=2, pad=1)
    axes.spines[["left", "bottom"]].set_visible(False)
