"""Pictures of domain factors: how far each pair of domains is from being one."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from naas_psych.analyses.forms import ONE_FORM, of_form
from naas_psych.analyses.items.phrasing import short
from naas_psych.drawing import COLOURS, Drawing, ink, new_figure, shortened
from naas_psych.result import Result
from naas_psych.thresholds import default_thresholds

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_LINE_OF_PAIR, _FRAME, _LEAST = 0.13, 1.1, 2.4
#: The widest limits that are drawn; what passes them is cut off.
_ENDS = (-0.25, 1.6)


def domain_factors_drawings(result: Result) -> Iterable[Drawing]:
    """One a form: correlations of domain factors with limits, sorted."""
    table = result.tables["factor_correlations"]
    table = table[table["suited"]].dropna(subset=["factor_r_low", "factor_r_high"])
    for form, own in table.groupby("form", sort=False):
        ordered = own.sort_values(["factor_r", "domain_a", "domain_b"]).reset_index(drop=True)
        title = _title(str(form), ordered)
        yield Drawing(
            name="factor_correlations" if form == ONE_FORM else f"factor_correlations_{form}",
            title=title,
            alt=_alt(ordered),
            draw=partial(_draw, ordered, title),
            table="factor_correlations",
        )


def _line() -> float:
    return default_thresholds()["factor_r_distinct_max"].value


def _title(form: str, ordered: pd.DataFrame) -> str:
    same = int((ordered["factor_r_low"] > _line()).sum())
    apart = int((ordered["factor_r_high"] < _line()).sum())
    return (
        f"Of {len(ordered)} pairs of domains{of_form(form)}, {apart} are surely distinct and "
        f"{same} surely not (correlation above {short(_line())})"
    )


def _alt(ordered: pd.DataFrame) -> str:
    least, most = ordered.iloc[0], ordered.iloc[-1]
    return (
        f"Correlations of {len(ordered)} pairs of domain factors with limits, from "
        f"{least['factor_r']:.2f} ({least['domain_a']} and {least['domain_b']}) to "
        f"{most['factor_r']:.2f} ({most['domain_a']} and {most['domain_b']}); a dashed line at "
        f"{_line():.2f}."
    )


def _draw(ordered: pd.DataFrame, title: str) -> Figure:
    figure = new_figure(title, height=max(_LEAST, _FRAME + _LINE_OF_PAIR * len(ordered)))
    figure.subplots_adjust(left=0.36)
    axes = figure.axes[0]
    at = np.arange(len(ordered))
    low, value, high = (
        np.clip(ordered[name].to_numpy(dtype=float), *_ENDS)
        for name in ("factor_r_low", "factor_r", "factor_r_high")
    )
    same, apart = low > _line(), high < _line()
    kinds = (
        (same, COLOURS[1], "s", "cannot be told apart"),
        (apart, COLOURS[0], "o", "distinct"),
        (~same & ~apart, COLOURS[7], "^", "open"),
    )
    for rows, colour, marker, label in kinds:
        if rows.any():
            axes.hlines(at[rows], low[rows], high[rows], color=colour, linewidth=1.1)
            axes.plot(value[rows], at[rows], marker, color=colour, markersize=3.5, label=label)
    axes.axvline(_line(), color=ink(), linewidth=0.8, linestyle="--")
    axes.axvline(1, color=ink(), linewidth=0.8)
    axes.set_ylim(-0.8, len(ordered) - 0.2)
    names = zip(ordered["domain_a"], ordered["domain_b"], strict=True)
    labels = [f"{shortened(str(a), 15)} / {shortened(str(b), 15)}" for a, b in names]
    axes.set_yticks(at, labels, fontsize=6.5)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("correlation of the domain factors, with limits")
    axes.legend(frameon=False, fontsize=8, loc="lower right")
    return figure
