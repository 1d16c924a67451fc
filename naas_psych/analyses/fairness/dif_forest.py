"""Forest plot: the items of a comparison by the size of their difference, with intervals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from naas_psych.analyses.fairness.comparison_columns import COMPARISON
from naas_psych.drawing import COLOURS, MARKERS, Drawing, ink, new_figure, shortened
from naas_psych.result import Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Items whose names can stand beside their line; of a longer test those that differ most are drawn.
_MOST = 20
#: Comparisons that are drawn: those that can be judged, the ones with most flags first.
_FIGURES = 6
#: Thresholds on the axis of delta that are drawn.
LINES = ("dif_delta_moderate", "dif_delta_large")
_SHAPES = {"large": 1, "moderate": 4, "negligible": 0}


def dif_forest(result: Result) -> Iterable[Drawing]:
    """One picture a comparison that can be judged: delta with its interval, largest first."""
    items = result.tables["items"].dropna(subset=["delta", "delta_low", "delta_high"])
    items = items[items["verdict"] != "cannot_tell"]
    lines = [result.provenance[name] for name in LINES]
    found = list(items.groupby([*COMPARISON], sort=False))
    found.sort(key=lambda one: -int(one[1]["verdict"].isin(["large", "moderate"]).sum()))
    for names, rows in found[:_FIGURES]:
        group, reference, focal = (str(name) for name in names)
        size = rows["delta"].abs()
        drawn = rows.iloc[np.argsort(-size.to_numpy(), kind="stable")[:_MOST]]
        drawn = drawn.sort_values("delta", kind="stable")
        title = _title(rows, reference, focal)
        yield Drawing(
            name=f"dif_forest_{_plain(group)}_{_plain(focal)}",
            title=title,
            alt=_alt(rows, drawn, reference, focal),
            draw=partial(_draw, drawn, len(rows), focal, title, lines=lines),
            table="items",
        )


def _title(rows: pd.DataFrame, reference: str, focal: str) -> str:
    harder = rows[(rows["verdict"] == "large") & (rows["delta"] < 0)]
    easier = rows[(rows["verdict"] == "large") & (rows["delta"] > 0)]
    matched = f"{focal} and {reference} with the same total"
    if harder.empty and easier.empty:
        return f"Of {len(rows)} items none shows a large difference between {matched}"
    said = [
        f"{_names(some)} {'is' if len(some) == 1 else 'are'} much {word}"
        for some, word in ((harder, "harder"), (easier, "easier"))
        if len(some)
    ]
    return f"{' and '.join(said)} for {focal} than for {reference} with the same total"


def _names(rows: pd.DataFrame) -> str:
    if len(rows) > 3:
        return f"{len(rows)} items"
    return ", ".join(str(name) for name in rows["item_id"])


def _alt(rows: pd.DataFrame, drawn: pd.DataFrame, reference: str, focal: str) -> str:
    first = drawn.iloc[int(np.argmax(drawn["delta"].abs().to_numpy()))]
    return (
        f"Mantel-Haenszel delta with its interval for {focal} beside {reference}, the "
        f"{len(drawn)} items of {len(rows)} that differ most. Largest: {first['item_id']}, "
        f"{first['delta']:.1f} from {first['delta_low']:.1f} to {first['delta_high']:.1f}."
    )


def _draw(rows: pd.DataFrame, of: int, focal: str, title: str, *, lines: Sequence[float]) -> Figure:
    figure = new_figure(title, height=1.7 + 0.17 * len(rows))
    axes = figure.axes[0]
    place = np.arange(len(rows))
    for line, dash in zip((0.0, *lines), ("-", ":", "--"), strict=True):
        for side in {line, -line}:
            axes.axvline(side, color=ink(), linewidth=0.8, linestyle=dash)
    for verdict, k in _SHAPES.items():
        at = (rows["verdict"] == verdict).to_numpy()
        if at.any():
            _marks(axes, rows[at], place[at], k, verdict)
    axes.set_yticks(place, [shortened(str(name), 9) for name in rows["item_id"]], fontsize=8)
    axes.set_ylim(-0.7, len(rows) - 0.3)
    which = f"{len(rows)} of {of} items that can be judged"
    axes.set_xlabel(f"delta (left: harder for {shortened(focal, 20)}); {which}", fontsize=8.5)
    axes.legend(frameon=False, fontsize=8, loc="upper left")
    return figure


def _marks(axes: Any, rows: pd.DataFrame, place: Any, k: int, verdict: str) -> None:
    middle = rows["delta"].to_numpy(dtype=float)
    low, high = (rows[f"delta_{end}"].to_numpy(dtype=float) for end in ("low", "high"))
    axes.errorbar(
        middle,
        place,
        xerr=np.maximum(np.stack([middle - low, high - middle]), 0.0),
        fmt=MARKERS[k],
        color=COLOURS[k],
        markersize=4.5,
        linewidth=1,
        label=verdict,
    )


def _plain(name: str) -> str:
    return "".join(c if c.isalnum() else "_" for c in name)
