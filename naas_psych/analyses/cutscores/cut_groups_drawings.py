"""Ratio and difference of pass rates over every cut, a row of two panels for each comparison."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd

from naas_psych.analyses.items.phrasing import known, short
from naas_psych.drawing import COLOURS, Drawing, ink, new_figure, shortened
from naas_psych.result import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Comparisons that are drawn at most, the largest focal groups first.
_MOST = 4
#: Height of a row of panels, and of what stands around them, in inches.
_ROW, _AROUND = 1.45, 1.15
#: Ratios that are drawn.
_RATIOS = (0.4, 1.3)


def group_drawings(result: Result) -> Iterable[Drawing]:
    """One picture a group column."""
    curve, gaps, cuts = (result.tables[name] for name in ("curve", "gaps", "cuts"))
    model = result.tables.get("modelled", pd.DataFrame(columns=["group", "focal"]))
    places = _places(cuts)
    for name, own in gaps.groupby("group", sort=False):
        here = curve[curve["group"] == name]
        modelled = model[model["group"] == name]
        rows = _largest(own, {*here["focal"], *modelled["focal"]})
        if not rows:
            continue
        title = _title(str(name), rows, result.provenance["pass_ratio_min"])
        yield Drawing(
            name=f"gap_by_cut_{name}",
            title=title,
            alt=_alt(str(name), rows),
            draw=partial(
                _draw,
                rows,
                here,
                modelled,
                places,
                title,
                line=result.provenance["pass_ratio_min"],
            ),
            table="curve",
        )


def _places(cuts: pd.DataFrame) -> dict[str, float]:
    known_cuts = cuts[cuts["cut_percent"].notna()]
    return dict(
        zip(known_cuts["cut"].astype(str), known_cuts["cut_percent"].astype(float), strict=True)
    )


def _largest(own: pd.DataFrame, there: set[Any]) -> Sequence[Mapping[Any, Any]]:
    rows = [row for row in own.to_dict("records") if row["focal"] in there]
    return sorted(rows, key=lambda row: -(known(row["n_focal"]) or 0.0))[:_MOST]


def _title(name: str, rows: Sequence[Mapping[Any, Any]], line: float) -> str:
    """From where the first of them is below the line, as far as the limits say."""
    sure = [row for row in rows if known(row["ratio_surely_below_from"]) is not None]
    if not sure:
        return f"By {name}: at no cut do the limits of a ratio lie below {short(line)}"
    row = min(sure, key=lambda one: float(one["ratio_surely_below_from"]))
    return (
        f"By {name}: {row['focal']} pass at less than {short(line)} of the rate of "
        f"{row['reference']} from a cut of {row['ratio_surely_below_from']:.0f} %, limits included"
    )


def _alt(name: str, rows: Sequence[Mapping[Any, Any]]) -> str:
    told = "; ".join(_told(row) for row in rows)
    return (
        f"For each level of {name} against {rows[0]['reference']}, left the ratio and right the "
        f"difference of pass rates over the cut in per cent of the marks, with limits as a band "
        f"and the response model as a dashed line. {told}."
    )


def _told(row: Mapping[Any, Any]) -> str:
    start = known(row["ratio_below_from"])
    where = "does not stay below the line" if start is None else f"is below from {start:.0f} % on"
    return f"{row['focal']}: the ratio {where}"


def _draw(
    rows: Sequence[Mapping[Any, Any]],
    curve: pd.DataFrame,
    modelled: pd.DataFrame,
    places: Mapping[str, float],
    title: str,
    *,
    line: float,
) -> Figure:
    height = _AROUND + _ROW * len(rows)
    figure = new_figure(title, right=0.15, height=height)
    first = figure.axes[0]
    box = first.get_position()
    first.remove()
    each = (box.y1 - box.y0 + 0.02) / len(rows)
    width = (box.x1 - box.x0) / 2 - 0.06
    ends = _ends(curve, modelled)
    for k, row in enumerate(rows):
        bottom = box.y1 - (k + 1) * each + 0.12 * each
        pair = [
            figure.add_axes((box.x0 + side * (width + 0.12), bottom, width, 0.68 * each))
            for side in (0, 1)
        ]
        _panels(pair, curve[curve["focal"] == row["focal"]], k + 1, line)
        _model_lines(pair, modelled[modelled["focal"] == row["focal"]])
        _finish(pair, str(row["focal"]), places, ends, last=k == len(rows) - 1)
    return figure


def _ends(curve: pd.DataFrame, modelled: pd.DataFrame) -> tuple[float, float]:
    """The stretch of cuts at which somebody passes and somebody does not."""
    found = [
        table.loc[table[column].between(0.02, 0.995), "cut_percent"]
        for table, column in ((curve, "rate_reference"), (modelled, "rate_reference_modelled"))
        if column in table
    ]
    at = pd.concat([one for one in found if len(one)] or [pd.Series([0.0, 100.0])])
    return float(at.min()), float(max(at.max(), at.min() + 1))


def _panels(pair: Sequence[Axes], own: pd.DataFrame, k: int, line: float) -> None:
    colour = COLOURS[k % len(COLOURS)]
    for axes, name, level in ((pair[0], "ratio", 1.0), (pair[1], "difference", 0.0)):
        axes.axhline(level, color=ink(), linewidth=0.8)
        scale = 1.0 if name == "ratio" else 100.0
        known_rows = own[own[name].notna()].sort_values("cut_percent")
        at, value, low, high = (
            known_rows[column].to_numpy(dtype=float)
            for column in ("cut_percent", name, f"{name}_low", f"{name}_high")
        )
        axes.fill_between(at, scale * low, scale * high, color=colour, alpha=0.2, linewidth=0)
        axes.plot(at, scale * value, color=colour, linewidth=1.5)
    pair[0].axhline(line, color=ink(), linewidth=0.8, linestyle=":")


def _model_lines(pair: Sequence[Axes], own: pd.DataFrame) -> None:
    for axes, name, scale in zip(pair, ("ratio", "difference"), (1.0, 100.0), strict=True):
        column = f"{name}_modelled"
        if column not in own:
            continue
        rows = own[own[column].notna()].sort_values("cut_percent")
        axes.plot(
            rows["cut_percent"].to_numpy(dtype=float),
            scale * rows[column].to_numpy(dtype=float),
            color=ink(),
            linestyle="--",
            linewidth=1.0,
        )


def _finish(
    pair: Sequence[Axes],
    name: str,
    places: Mapping[str, float],
    ends: tuple[float, float],
    *,
    last: bool,
) -> None:
    pair[0].set_ylim(*_RATIOS)
    pair[0].set_title(shortened(f"{name}: ratio", 32), fontsize=8, loc="left", pad=2)
    pair[1].set_title("difference, of 100", fontsize=8, loc="left", pad=2)
    for axes in pair:
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(labelsize=8, labelbottom=last)
        axes.locator_params(nbins=5)
        axes.set_xlim(ends)
        for at in places.values():
            if ends[0] <= at <= ends[1]:
                axes.axvline(at, color=ink(), linewidth=0.8, linestyle=(0, (2, 2)))
        if last:
            axes.set_xlabel("cut, % of the marks", fontsize=8)
