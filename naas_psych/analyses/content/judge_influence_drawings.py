"""Pictures of judge influence: how each judge rates beside the others."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from naas_psych.analyses.items.phrasing import listed
from naas_psych.drawing import COLOURS, Drawing, ink, new_figure, shortened
from naas_psych.result import Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Judges drawn at most.
_MOST = 30


def judge_influence_drawings(result: Result) -> Iterable[Drawing]:
    """Share called relevant by each judge; correlation of each setter's ratings with facility."""
    judges, setters = result.tables.get("judges"), result.tables.get("setters")
    if judges is not None and judges["relevant_share"].notna().any():
        yield _relevance(judges.dropna(subset=["relevant_share"]))
    if setters is not None and setters["facility_r"].notna().any():
        yield _setters(setters.dropna(subset=["facility_r", "facility_r_low"]))


def _relevance(judges: pd.DataFrame) -> Drawing:
    rows = judges.sort_values(["relevant_share", "judge_id"]).iloc[:_MOST]
    apart = listed(map(str, judges.loc[judges["stands_apart"], "judge_id"]))
    title = (
        f"Apart from the panel in what is called relevant: {apart}"
        if apart
        else "No judge stands apart from the panel in what is called relevant"
    )
    share = rows["relevant_share"].to_numpy(dtype=float)
    return Drawing(
        name="judge_relevance",
        title=title,
        alt=f"Share of items that each of {len(rows)} judges calls relevant, from "
        f"{100 * share.min():.0f} to {100 * share.max():.0f} of 100.",
        draw=partial(
            _draw,
            rows,
            (share, None),
            flagged=rows["stands_apart"].to_numpy(dtype=bool),
            title=title,
            label="share of items called relevant",
            limits=(-0.02, 1.02),
        ),
        table="judges",
    )


def _setters(setters: pd.DataFrame) -> Drawing:
    rows = setters.sort_values(["facility_r", "judge_id"]).iloc[:_MOST]
    wrong = listed(map(str, setters.loc[setters["insensitive"], "judge_id"]))
    title = (
        f"Probabilities that do not go with how hard items are: {wrong}"
        if wrong
        else "The probabilities of every judge go with how hard items are, or may do so"
    )
    r = rows["facility_r"].to_numpy(dtype=float)
    ends = np.stack([r - rows["facility_r_low"], rows["facility_r_high"] - r])
    return Drawing(
        name="judge_facility",
        title=title,
        alt=f"Correlation of judged probability and facility for {len(rows)} judges, with limits: "
        f"from {r.min():.2f} ({rows['judge_id'].iloc[0]}) to {r.max():.2f}.",
        draw=partial(
            _draw,
            rows,
            (r, ends),
            flagged=rows["insensitive"].to_numpy(dtype=bool),
            title=title,
            label="correlation of judged probability and facility",
            limits=(min(float((r - ends[0]).min()) - 0.05, -0.05), 1.02),
        ),
        table="setters",
    )


def _draw(
    rows: pd.DataFrame,
    values: tuple[Any, Any],
    *,
    flagged: Any,
    title: str,
    label: str,
    limits: tuple[float, float],
) -> Figure:
    figure = new_figure(title, height=1.4 + 0.2 * len(rows))
    axes = figure.axes[0]
    place = np.arange(len(rows))[::-1]
    middle, ends = values
    for at, colour, marker in ((~flagged, COLOURS[0], "o"), (flagged, COLOURS[1], "D")):
        bars = None if ends is None else ends[:, at]
        axes.errorbar(
            middle[at], place[at], xerr=bars, fmt=marker, color=colour, markersize=6, linewidth=1
        )
    axes.axvline(0.0, color=ink(), linewidth=0.8, linestyle=":")
    axes.set_yticks(place, [shortened(str(name), 9) for name in rows["judge_id"]], fontsize=8)
    axes.set(xlim=limits, ylim=(-0.6, len(rows) - 0.4), xlabel=label)
    return figure
