"""The picture of effort: what answers earn by the time they took, beside blind choice."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from naas_psych.analyses.items.phrasing import percent
from naas_psych.drawing import COLOURS, DASHES, Drawing, new_figure
from naas_psych.result import Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Answers that a bin of time needs to be drawn.
_FEWEST = 10


def effort_drawings(result: Result) -> Iterable[Drawing]:
    """Accuracy against time over all items."""
    curve = result.tables["curve"]
    curve = curve[curve["n_timed"] >= _FEWEST]
    if curve.empty:
        return
    title = _title(result.tables["items"])
    yield Drawing(
        name="accuracy_by_time",
        title=title,
        alt=f"Share of the marks that answers earned, in {len(curve)} bins of the time they took, "
        f"with limits, and what blind choice earns. {title}.",
        draw=partial(_draw, curve, title),
        table="curve",
    )


def _title(items: pd.DataFrame) -> str:
    """What rapid answers earned of the marks, and the others."""
    n, rapid = (items[name].to_numpy(dtype=float) for name in ("n_timed", "n_rapid"))
    if not np.nansum(rapid) and not np.isnan(rapid).any():
        return "No answer came faster than the items can be read"
    fast, rest = (items[f"accuracy_{name}"].to_numpy(dtype=float) for name in ("rapid", "rest"))
    told, left = np.isfinite(fast * rapid), np.isfinite(rest * (n - rapid))
    if not rapid[told].sum() or not (n - rapid)[left].sum():
        return "Share of the marks that rapid answers earn, and others"
    earned = float((fast * rapid)[told].sum() / rapid[told].sum())
    others = float((rest * (n - rapid))[left].sum() / (n - rapid)[left].sum())
    blind = items["chance"].to_numpy(dtype=float)
    known = np.isfinite(blind) & (rapid > 0)
    chance = (
        f", where blind choice earns {percent((blind * rapid)[known].sum() / rapid[known].sum())}"
        if known.any()
        else ""
    )
    return f"Rapid answers earn {percent(earned)} of the marks{chance}; others {percent(others)}"


def _draw(curve: pd.DataFrame, title: str) -> Figure:
    figure = new_figure(title)
    axes = figure.axes[0]
    at, seen = (curve[name].to_numpy(dtype=float) for name in ("typical_time", "accuracy"))
    low, high = (curve[f"accuracy_{end}"].to_numpy(dtype=float) for end in ("low", "high"))
    axes.errorbar(
        at,
        seen,
        yerr=np.maximum(np.stack([seen - low, high - seen]), 0.0),
        color=COLOURS[0],
        marker="o",
        markersize=4,
        capsize=2,
        linewidth=1.4,
        label="answers",
    )
    if curve["chance"].notna().any():
        axes.plot(at, curve["chance"], color=COLOURS[1], linestyle=DASHES[1], label="blind choice")
    axes.set_xscale("log")
    ticks = [
        t for t in (1, 2, 5, 10, 20, 50, 100, 200, 500) if at.min() * 0.8 <= t <= at.max() * 1.2
    ]
    axes.set_xticks(ticks, [str(t) for t in ticks])
    axes.minorticks_off()
    axes.set(xlabel="seconds the answer took", ylabel="share of the marks earned", ylim=(0, 1.02))
    axes.legend(frameon=False, loc="lower right", fontsize=9)
    return figure
