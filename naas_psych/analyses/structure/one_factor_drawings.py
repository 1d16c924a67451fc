"""Pictures of the one-factor model: loadings with their intervals, sorted."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from naas_psych.analyses.forms import ONE_FORM, of_form
from naas_psych.analyses.items.phrasing import short
from naas_psych.analyses.structure.one_factor_findings import judged
from naas_psych.drawing import COLOURS, Drawing, ink, new_figure, shortened
from naas_psych.result import Result
from naas_psych.thresholds import default_thresholds

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_LINE_OF_ITEM, _FRAME, _LEAST = 0.125, 1.1, 2.6
#: Beyond this a picture is too tall to be read on a page.
_MOST = 80


def one_factor_drawings(result: Result) -> Iterable[Drawing]:
    """One a form: the suited estimator's loadings."""
    table = judged(result.tables["fit"], result.tables["loadings"])
    table = table.dropna(subset=["loading", "loading_low", "loading_high"])
    for form, own in table.groupby("form", sort=False):
        ordered = own.sort_values(["loading", "item_id"]).reset_index(drop=True)
        title = _title(str(form), ordered)
        yield Drawing(
            name="loadings" if form == ONE_FORM else f"loadings_{form}",
            title=title,
            alt=_alt(ordered),
            draw=partial(_draw, ordered, title),
            table="loadings",
        )


def _title(form: str, ordered: pd.DataFrame) -> str:
    line = _line()
    low = int((ordered["loading_high"] < line).sum())
    whole = f"the {len(ordered)} items{of_form(form)}"
    if low:
        return f"{low} of {whole} surely load below {short(line)} on the common factor"
    sure = int((ordered["loading_low"] > line).sum())
    return f"No item is surely below {short(line)}; {sure} of {whole} surely load above it"


def _line() -> float:
    return default_thresholds()["factor_loading_min"].value


def _alt(ordered: pd.DataFrame) -> str:
    least, most = ordered.iloc[0], ordered.iloc[-1]
    return (
        f"Loadings of {len(ordered)} items with limits, the lowest first: from "
        f"{least['item_id']} ({least['loading']:.2f}) to {most['item_id']} "
        f"({most['loading']:.2f}); a dashed line at {_line():.2f}."
    )


def _draw(ordered: pd.DataFrame, title: str) -> Figure:
    shown = ordered if len(ordered) <= _MOST else _ends(ordered)
    height = max(_LEAST, _FRAME + _LINE_OF_ITEM * len(shown))
    figure = new_figure(title, height=height)
    axes = figure.axes[0]
    figure.subplots_adjust(left=0.16)
    at = np.arange(len(shown))
    low, value, high = (
        shown[name].to_numpy(dtype=float) for name in ("loading_low", "loading", "loading_high")
    )
    weak = high < _line()
    for rows, colour, marker in ((~weak, COLOURS[0], "o"), (weak, COLOURS[1], "s")):
        axes.hlines(at[rows], low[rows], high[rows], color=colour, linewidth=1.1)
        axes.plot(value[rows], at[rows], marker, color=colour, markersize=3.2)
    axes.axvline(_line(), color=ink(), linewidth=0.8, linestyle="--")
    axes.axvline(0, color=ink(), linewidth=0.8)
    axes.set_ylim(-0.8, len(shown) - 0.2)
    axes.set_yticks(at, [shortened(str(item), 11) for item in shown["item_id"]], fontsize=6.5)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("loading on the common factor, with limits")
    return figure


def _ends(ordered: pd.DataFrame) -> pd.DataFrame:
    """The lowest and the highest of too many items."""
    half = _MOST // 2
    return pd.concat([ordered.iloc[:half], ordered.iloc[-half:]])
