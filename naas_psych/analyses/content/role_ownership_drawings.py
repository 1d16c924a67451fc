"""Picture of role ownership: which roles the judges name for the items that are not clear."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from naas_psych.analyses.content.expert_panel import in_words
from naas_psych.drawing import COLOURS, Drawing, new_figure, shortened
from naas_psych.result import Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Items drawn at most, and how many where all are clear.
_MOST, _CLEAR = 20, 5
_HATCHES = ("", "//", "..", "\\\\", "xx", "--", "++", "oo")


def role_ownership_drawings(result: Result) -> Iterable[Drawing]:
    """Stacked shares of the roles named, for items that are not clearly the role's own."""
    items = result.tables["items"].dropna(subset=["own_share"])
    if items.empty:
        return
    ordered = items.sort_values(["own_share", "item_id"])
    unclear = ordered[ordered["ownership"] != "own"].iloc[:_MOST]
    drawn = unclear if len(unclear) else ordered.iloc[:_CLEAR]
    role = in_words(result.provenance["role"])
    title = _title(items, role)
    counts = result.tables["counts"]
    shares = counts[counts["item_id"].isin(drawn["item_id"])].pivot_table(
        index="item_id", columns="role", values="share", fill_value=0.0, aggfunc="sum"
    )
    # The role of the test first, so that its share starts at the axis.
    first = [name for name in shares.columns if name == result.provenance["role"]]
    names = first + [name for name in shares.columns if name not in first]
    yield Drawing(
        name="role_ownership",
        title=title,
        alt=_alt(drawn, role),
        draw=partial(_draw, shares.loc[drawn["item_id"], names], title),
        table="counts",
    )


def _title(items: pd.DataFrame, role: str) -> str:
    other = int((items["ownership"] == "other").sum())
    shared = int((items["ownership"] == "shared").sum())
    if not other + shared:
        return f"Most judges hold each of the {len(items)} items to be the work of: {role}"
    said = f"Most judges hold {other} of {len(items)} items to be another role's work"
    return f"{said}; on {shared} they are split" if shared else said


def _alt(drawn: pd.DataFrame, role: str) -> str:
    each = ", ".join(
        f"{row['item_id']} {100 * row['own_share']:.0f}" for row in drawn.to_dict("records")
    )
    return f"Roles that judges name, item by item; of 100 judges name {role}: {each}."


def _draw(shares: pd.DataFrame, title: str) -> Figure:
    figure = new_figure(title, height=1.9 + 0.26 * len(shares))
    axes = figure.axes[0]
    place = np.arange(len(shares))[::-1]
    start = np.zeros(len(shares))
    for k, role in enumerate(shares.columns):
        width = shares[role].to_numpy(dtype=float)
        axes.barh(
            place,
            width,
            left=start,
            height=0.72,
            color=COLOURS[k % len(COLOURS)],
            edgecolor="white",
            linewidth=0.5,
            hatch=_HATCHES[k % len(_HATCHES)],
            label=in_words(role),
        )
        start = start + width
    axes.set_yticks(place, [shortened(str(name), 9) for name in shares.index], fontsize=9)
    axes.set(
        xlim=(0, 1), ylim=(-0.6, len(shares) - 0.4), xlabel="share of judges who name the role"
    )
    axes.legend(frameon=False, fontsize=8, ncols=3, loc="lower left", bbox_to_anchor=(-0.02, 1.0))
    # Room for the legend between title and bars.
    box = axes.get_position()
    axes.set_position((box.x0, box.y0, box.width, box.height - 0.42 / figure.get_figheight()))
    return figure
