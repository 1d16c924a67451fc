"""All items at a glance, and the curve of each item that came as a score."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from naas_psych.analyses.items.curve_drawing import Curve, draw_curves
from naas_psych.analyses.items.label_places import places_for
from naas_psych.drawing import COLOURS, Drawing, ink, new_figure, shortened
from naas_psych.numerics.arrays import Floats
from naas_psych.result import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MOST_NAMES = 12
_MOST_LETTERS = 14


def drawings(result: Result) -> Iterator[Drawing]:
    """The overview, then facility by score group for items without options."""
    items = result.tables["items"]
    shown = items[items["item_rest_r"].notna() & items["facility"].notna()]
    flagged = {f.subject for f in result.findings if f.severity in ("warning", "error")}
    if len(shown) > 1:
        title, alt = _overview_words(shown, flagged)
        yield Drawing(
            "items_overview", title, alt, partial(_overview, shown, flagged, title), "items"
        )
    scored = set(items.loc[items["key"].isna(), "item_id"])
    curves = result.tables["curves"]
    for item_id, part in curves.groupby("item_id", sort=False):
        if item_id in scored:
            yield _item_curve(str(item_id), part)


def _overview_words(shown: pd.DataFrame, flagged: set[str]) -> tuple[str, str]:
    named = [item for item in shown["item_id"] if item in flagged]
    said = f"{len(named)} need a look" if named else "none needs a look"
    title = f"{len(shown)} items by facility and item-rest correlation: {said}"
    alt = (
        f"Scatter of {len(shown)} items. Facility runs from {shown['facility'].min():.2f} to "
        f"{shown['facility'].max():.2f}, item-rest correlation from "
        f"{shown['item_rest_r'].min():.2f} to {shown['item_rest_r'].max():.2f}."
    )
    return title, alt + (f" To look at: {', '.join(named)}." if named else "")


def _overview(shown: pd.DataFrame, flagged: set[str], title: str) -> Figure:
    """Flagged items are squares with a name, the others are round."""
    figure = new_figure(title, height=3.7)
    axes = figure.axes[0]
    flag = shown["item_id"].isin(flagged).to_numpy()
    x, y = shown["facility"].to_numpy(float), shown["item_rest_r"].to_numpy(float)
    axes.scatter(x[~flag], y[~flag], s=22, color=COLOURS[0], alpha=0.75, marker="o")
    axes.scatter(x[flag], y[flag], s=36, color=COLOURS[1], marker="s")
    axes.axhline(0, color=ink(), linewidth=0.8)
    axes.set(xlabel="Facility (share of the marks earned)", ylabel="Item-rest correlation")
    axes.set(xlim=(-0.03, 1.03), ylim=(min(-0.1, y.min() - 0.06), max(0.6, y.max() + 0.06)))
    weakest = np.flatnonzero(flag)[np.argsort(y[flag], kind="stable")][:_MOST_NAMES]
    names = [shortened(str(shown["item_id"].iloc[k]), _MOST_LETTERS) for k in weakest]
    write_names(axes, names, at=np.column_stack([x, y]), which=weakest)
    return figure


def write_names(axes: Axes, names: list[str], *, at: Floats, which: NDArray[np.intp]) -> None:
    """Each name beside its point, where it covers no other point or name."""
    pixels = axes.transData.transform(at) * 72 / axes.figure.dpi
    box = axes.bbox
    size = np.array([box.x0, box.y0, box.x1, box.y1]) * 72 / axes.figure.dpi
    for name, k, place in zip(names, which, places_for(names, pixels, which, size), strict=True):
        axes.annotate(
            name,
            (at[k, 0], at[k, 1]),
            xytext=(place.x - pixels[k, 0], place.y - pixels[k, 1]),
            textcoords="offset points",
            va="bottom",
            fontsize=8.5,
            arrowprops={"arrowstyle": "-", "color": ink(), "linewidth": 0.6} if place.far else None,
        )


def _item_curve(item_id: str, part: pd.DataFrame) -> Drawing:
    first, last = part["facility"].iloc[0], part["facility"].iloc[-1]
    way = "rises" if last > first else "falls" if last < first else "stays"
    title = f"{item_id}: facility {way} from {first:.0%} in the weakest group to {last:.0%}"
    alt = f"Line chart of {item_id} in {len(part)} groups by rest score. {title}."
    return Drawing(
        f"option_curve_{item_id}", title, alt, partial(_draw, part, title), "curves", item_id
    )


def _draw(part: pd.DataFrame, title: str) -> Figure:
    by_score = bool(part["mean_rest_score"].notna().all())
    x = "mean_rest_score" if by_score else "group"
    names = (x, "facility", "facility_low", "facility_high")
    curve = Curve("facility", True, *(part[name].to_numpy(dtype=float) for name in names))
    label = "Mean rest score of the group" if by_score else "Score group, weakest to strongest"
    return draw_curves([curve], title=title, x_label=label, y_label="Facility")
