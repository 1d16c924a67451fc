"""Picture of item relevance: the share of experts for each item, lowest first."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from naas_psych.analyses.content.expert_panel import in_words
from naas_psych.analyses.content.relevance_verdict import VERDICTS
from naas_psych.drawing import COLOURS, MARKERS, Drawing, ink, new_figure, shortened
from naas_psych.result import Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Items whose names can stand beside their line; of a longer test the lowest are drawn.
_MOST = 24


def item_relevance_drawings(result: Result) -> Iterable[Drawing]:
    """One picture: I-CVI with interval for the items of lowest relevance, marked by verdict."""
    items = result.tables["items"].dropna(subset=["i_cvi"])
    if items.empty:
        return
    ordered = items.sort_values(["i_cvi", "item_id"]).iloc[:_MOST]
    title = _title(items)
    yield Drawing(
        name="item_relevance",
        title=title,
        alt=_alt(items, ordered),
        draw=partial(_draw, ordered, len(items), title, result.provenance["i_cvi_min"]),
        table="items",
    )


def _title(items: pd.DataFrame) -> str:
    count = items["verdict"].value_counts()
    out, low = (int(count.get(name, 0)) for name in ("out_of_role", "not_relevant"))
    good = int(count.get("relevant", 0))
    said = [
        f"{out} belong{'s' if out == 1 else ''} to another role" if out else "",
        f"{low} {'is' if low == 1 else 'are'} of low relevance" if low else "",
    ]
    faults = " and ".join(part for part in said if part)
    if faults:
        return f"Experts hold {good} of {len(items)} items relevant; {faults}"
    return f"Experts hold {good} of {len(items)} items relevant; none is held out of place"


def _alt(items: pd.DataFrame, drawn: pd.DataFrame) -> str:
    lowest = drawn.iloc[0]
    return (
        f"Share of experts who call each item relevant, with intervals, for the {len(drawn)} "
        f"lowest of {len(items)} items. Lowest: {lowest['item_id']}, "
        f"{100 * lowest['i_cvi']:.0f} of 100."
    )


def _draw(items: pd.DataFrame, of: int, title: str, target: float) -> Figure:
    figure = new_figure(title, height=1.5 + 0.17 * len(items))
    axes = figure.axes[0]
    place = np.arange(len(items))[::-1]
    for k, verdict in enumerate(VERDICTS):
        at = (items["verdict"] == verdict).to_numpy()
        if at.any():
            _marks(axes, items[at], place[at], k, verdict)
    axes.axvline(target, color=ink(), linewidth=1, linestyle="--", label=f"line, {target:.2f}")
    axes.set_yticks(place, [shortened(str(name), 9) for name in items["item_id"]], fontsize=8)
    axes.set(xlim=(-0.02, 1.02), ylim=(-0.7, len(items) - 0.3))
    axes.set_xlabel(f"share of experts who call it relevant (lowest {len(items)} of {of} items)")
    axes.legend(frameon=False, loc="lower left", fontsize=8)
    return figure


def _marks(axes: object, rows: pd.DataFrame, place: object, k: int, verdict: str) -> None:
    middle = rows["i_cvi"].to_numpy(dtype=float)
    low, high = (rows[f"i_cvi_{end}"].to_numpy(dtype=float) for end in ("low", "high"))
    axes.errorbar(  # type: ignore[attr-defined]
        middle,
        place,
        xerr=np.maximum(np.stack([middle - low, high - middle]), 0.0),
        fmt=MARKERS[k],
        color=COLOURS[(k + 1) % len(COLOURS)] if verdict != "relevant" else COLOURS[0],
        markersize=5,
        linewidth=1,
        label=in_words(verdict),
    )
