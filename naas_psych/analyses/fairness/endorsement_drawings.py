"""A picture of the share rated high at each site."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from naas_psych.analyses.items.phrasing import listed
from naas_psych.drawing import COLOURS, Drawing, ink, new_figure, shortened
from naas_psych.result import Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Sites in one picture.
_MOST = 40


def endorsement_drawings(result: Result) -> Iterable[Drawing]:
    """One picture for as many sites as fit, in alphabetical order."""
    overview = result.tables["overview"]
    forward = overview[(overview["put_forward"] == "yes") & overview["top_share"].notna()]
    sites = result.tables["sites"]
    sites = sites[sites["top_share"].notna()]
    if len(forward) and len(sites) > 1:
        every, top = float(forward["top_share"].iloc[0]), float(forward["top_from"].iloc[0])
        for at in range(0, len(sites), _MOST):
            own = sites.iloc[at : at + _MOST].reset_index(drop=True)
            title = _title(own, every, top)
            yield Drawing(
                name=f"endorsement_sites_{at // _MOST + 1}",
                title=title,
                alt=_alt(own, every, top),
                draw=partial(_draw, own, every, top, title),
                table="sites",
            )


def _title(sites: pd.DataFrame, every: float, top: float) -> str:
    high = sites.loc[sites["site_verdict"] == "nearly_all_high", "site"].tolist()
    start = f"{100 * every:.0f} of 100 put forward are rated {top:g} or higher"
    return f"{start}, in {listed(high)} nearly all" if high else start


def _alt(sites: pd.DataFrame, every: float, top: float) -> str:
    said = [f"{row['site']} {100 * row['top_share']:.0f}" for _, row in sites.iterrows()]
    return (
        f"Persons of 100 rated {top:g} or higher, by site in alphabetical order; all sites "
        f"{100 * every:.0f}. " + "; ".join(said) + "."
    )


def _draw(sites: pd.DataFrame, every: float, top: float, title: str) -> Figure:
    figure = new_figure(title, height=1.5 + 0.21 * len(sites))
    axes = figure.axes[0]
    figure.subplots_adjust(left=0.24)
    y = np.arange(len(sites))[::-1].astype(float)
    share, low, high = (
        100 * sites[name].to_numpy(dtype=float)
        for name in ("top_share", "top_share_low", "top_share_high")
    )
    named = (sites["site_verdict"] == "nearly_all_high").to_numpy()
    for rows, colour, marker in ((~named, COLOURS[0], "o"), (named, COLOURS[1], "s")):
        axes.hlines(y[rows], low[rows], high[rows], color=colour, linewidth=2)
        axes.plot(share[rows], y[rows], marker, color=colour, markersize=5)
    axes.vlines(100 * every, -0.6, len(sites) - 0.4, color=ink(), linewidth=0.8)
    axes.set_yticks(y, [shortened(str(name), 16) for name in sites["site"]], fontsize=8)
    axes.set(
        xlabel=f"of 100, rated {top:g} or higher; line: all sites",
        xlim=(-2, 102),
        ylim=(-0.7, len(sites) - 0.3),
    )
    return figure
