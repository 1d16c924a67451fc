"""Pictures of item fit: what was observed near each theta, on the curve of the model."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from naas_psych.drawing import COLOURS, Drawing, new_figure
from naas_psych.result import Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Findings whose items are drawn, and how many at most.
_DRAWN = ("item_off_its_curve", "item_noisy")
_MOST = 12


def item_fit_drawings(result: Result) -> Iterable[Drawing]:
    """Items with a finding on their curve, the worst first; else the item farthest from its own."""
    items = result.tables["items"].dropna(subset=["rmsd"])
    if items.empty:
        return
    ordered = items.sort_values(["rmsd", "item_id"], ascending=[False, True])["item_id"].tolist()
    flagged = {one.subject for one in result.findings if one.code in _DRAWN}
    chosen = [item for item in ordered if item in flagged][:_MOST] or ordered[:1]
    for item in chosen:
        curve = result.tables["curves"].query("item_id == @item")
        rmsd = float(items.loc[items["item_id"] == item, "rmsd"].iloc[0])
        title = _title(str(item), rmsd, item in flagged)
        yield Drawing(
            name=f"item_fit_{item}",
            title=title,
            alt=_alt(str(item), curve),
            draw=partial(_draw, curve, title),
            table="curves",
            subject=str(item),
        )


def _title(item: str, rmsd: float, flagged: bool) -> str:
    if flagged:
        return f"{item} leaves its curve: {100 * rmsd:.0f} % of the marks off on the whole"
    return (
        f"No item leaves its curve; {item} is farthest from it, by {100 * rmsd:.0f} % of the marks"
    )


def _alt(item: str, curve: pd.DataFrame) -> str:
    gap = (curve["observed_score"] - curve["expected_score"]).to_numpy(dtype=float)
    at = int(np.argmax(np.abs(gap)))
    row = curve.iloc[at]
    return (
        f"{item}: mean score observed in {len(curve)} intervals of theta, with limits, on the "
        f"curve of the model. Farthest apart at theta {row['theta']:.1f}: "
        f"{row['observed_score']:.2f} observed, {row['expected_score']:.2f} expected."
    )


def _draw(curve: pd.DataFrame, title: str) -> Figure:
    figure = new_figure(title)
    axes = figure.axes[0]
    theta, seen = (
        curve["theta"].to_numpy(dtype=float),
        curve["observed_score"].to_numpy(dtype=float),
    )
    low, high = (curve[f"observed_score_{end}"].to_numpy(dtype=float) for end in ("low", "high"))
    axes.plot(theta, curve["expected_score"], color=COLOURS[0], linewidth=1.8, label="model")
    axes.errorbar(
        theta,
        seen,
        yerr=np.maximum(np.stack([seen - low, high - seen]), 0.0),
        color=COLOURS[1],
        fmt="o",
        markersize=5,
        capsize=2,
        linewidth=1,
        label="observed",
    )
    axes.set(xlabel="theta", ylabel="share of the marks earned", ylim=(-0.02, 1.02))
    axes.legend(frameon=False, loc="best", fontsize=9)
    return figure
