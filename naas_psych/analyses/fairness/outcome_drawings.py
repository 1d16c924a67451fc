"""Pass rates over every cut: each level of a group column, and its ratio to the reference."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from naas_psych.drawing import COLOURS, DASHES, MARKERS, Drawing, ink, new_figure, shortened
from naas_psych.numerics.arrays import Floats
from naas_psych.result import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Focal levels that are drawn at most, the largest first.
_MOST = 5
#: Of these, how many have their limits drawn as a band.
_BANDS = 3
#: Persons of each group who must meet a cut for its ratio to be drawn.
_FEWEST = 10
#: Room to the right for the names of the lines, in inches.
_RIGHT = 1.45


def outcome_drawings(result: Result) -> Iterable[Drawing]:
    """One picture a group column."""
    curve, cuts = result.tables["curve"], result.tables["groups"]
    line = result.provenance["pass_ratio_min"]
    for name, own in curve.groupby("group", sort=False):
        shown = own[own["rate_reference"].notna() & own["rate_focal"].notna()]
        if shown.empty:
            continue
        lines = _largest(shown)
        title = _title(str(name), cuts[cuts["group"] == name], lines)
        yield Drawing(
            name=f"pass_rates_{name}",
            title=title,
            alt=_alt(str(name), shown, lines),
            draw=partial(_draw, shown, lines, _places(cuts), title, line=line),
            table="curve",
        )


def _largest(shown: pd.DataFrame) -> list[str]:
    sizes = shown.groupby("focal", sort=False)["n_focal"].max()
    return [str(one) for one in sizes.sort_values(ascending=False, kind="stable").index[:_MOST]]


def _places(cuts: pd.DataFrame) -> dict[str, float]:
    """The cuts of the study in per cent of the marks."""
    known = cuts[cuts["cut_percent"].notna()]
    return dict(zip(known["cut"].astype(str), known["cut_percent"].astype(float), strict=True))


def _title(name: str, own: pd.DataFrame, lines: Sequence[str]) -> str:
    """The widest ratio whose limits leave 1 out, else that there is none."""
    apart = own[(own["ratio_high"] < 1) | (own["ratio_low"] > 1)] if len(own) else own
    apart = apart[apart["focal"].isin(lines)] if len(apart) else apart
    if apart.empty:
        return f"Pass rates over every cut, by {name}"
    row = apart.iloc[int(np.argmax(np.abs(np.log(apart["ratio"].to_numpy(dtype=float)))))]
    return (
        f"By {name}: of 100 in {row['focal']} {100 * row['rate_focal']:.0f} meet "
        f'the cut "{row["cut"]}", of 100 in {row["reference"]} {100 * row["rate_reference"]:.0f}'
    )


def _alt(name: str, shown: pd.DataFrame, lines: Sequence[str]) -> str:
    return (
        f"Above, the pass rate of each level of {name} over the cut in per cent of the marks; "
        f"below, the ratio of each pass rate to that of {shown['reference'].iloc[0]} with limits "
        f"for the largest: {', '.join(lines)}. The cuts of the study are marked."
    )


def _draw(
    shown: pd.DataFrame,
    lines: Sequence[str],
    places: dict[str, float],
    title: str,
    *,
    line: float,
) -> Figure:
    figure = new_figure(title, right=_RIGHT, height=5.4)
    rates = figure.axes[0]
    box = rates.get_position()
    middle = box.y0 + 0.47 * box.height
    rates.set_position((box.x0, middle + 0.05, box.width, box.y1 - middle - 0.05))
    ratios = figure.add_axes((box.x0, box.y0, box.width, middle - box.y0 - 0.02), sharex=rates)
    ratios.spines[["top", "right"]].set_visible(False)
    _rates(rates, shown, lines)
    _ratios(ratios, shown, lines, line)
    rates.tick_params(labelbottom=False)
    ends = _ends(shown)
    ratios.set(xlim=ends, xlabel="cut in per cent of the marks")
    _cuts(rates, ratios, places, ends)
    return figure


def _ends(shown: pd.DataFrame) -> tuple[float, float]:
    """The stretch of cuts in which somebody fails and somebody passes."""
    some = shown[(shown["rate_reference"] > 0.005) & (shown["rate_reference"] < 0.995)]
    at = (some if len(some) > 1 else shown)["cut_percent"]
    return float(at.min()), float(max(at.max(), at.min() + 1))


def _rates(axes: Axes, shown: pd.DataFrame, lines: Sequence[str]) -> None:
    """Each line carries its mark at a height of its own, and its name beside that mark."""
    first = shown[shown["focal"] == lines[0]]
    curves = [(str(first["reference"].iloc[0]), first, "rate_reference")]
    curves += [(name, shown[shown["focal"] == name], "rate_focal") for name in lines]
    heights = np.linspace(0.93, 0.07, len(curves))
    for k, (name, own, column) in enumerate(curves):
        at, rate = (own[one].to_numpy(dtype=float) for one in ("cut_percent", column))
        axes.plot(at, 100 * rate, **_style(k, k == 0))
        # Rates fall with the cut, so the curve is turned round to be read at a height.
        x = float(np.interp(heights[k], rate[::-1], at[::-1]))
        axes.plot(x, 100 * heights[k], marker=MARKERS[k], markersize=5, **_dot(k, k == 0))
        _named(axes, name, (x, 100 * heights[k]), 100 * heights[k], k)
    axes.set(ylim=(-2, 102), ylabel="per cent who meet it")


def _ratios(axes: Axes, shown: pd.DataFrame, lines: Sequence[str], line: float) -> None:
    axes.axhline(1, color=ink(), linewidth=0.8)
    axes.axhline(line, color=ink(), linewidth=0.8, linestyle=":")
    tips = []
    for k, name in enumerate(lines, start=1):
        own = shown[shown["focal"] == name]
        passed = own[["n_passed_reference", "n_passed_focal"]].min(axis=1)
        own = own[passed.ge(_FEWEST) & own["ratio_low"].notna()]
        if own.empty:
            continue
        at, low, value, high = (
            own[one].to_numpy(dtype=float)
            for one in ("cut_percent", "ratio_low", "ratio", "ratio_high")
        )
        if k <= _BANDS:
            axes.fill_between(at, low, high, color=COLOURS[k], alpha=0.12, linewidth=0)
        axes.plot(at, value, **_style(k, reference=False))
        axes.plot(at[-1], value[-1], marker=MARKERS[k], markersize=5, **_dot(k, False))
        tips.append((k, name, float(at[-1]), float(value[-1])))
    axes.set(ylabel="ratio of pass rates")
    _limit(axes, shown)
    _tips(axes, tips)


def _limit(axes: Axes, shown: pd.DataFrame) -> None:
    """The band of a few persons must not flatten the rest."""
    passed = shown[["n_passed_reference", "n_passed_focal"]].min(axis=1)
    drawn = shown.loc[passed >= _FEWEST, "ratio"]
    if len(drawn):
        axes.set_ylim(max(0.0, min(0.6, drawn.min() - 0.1)), min(2.5, max(1.2, drawn.max() + 0.1)))


def _tips(axes: Axes, tips: Sequence[tuple[int, str, float, float]]) -> None:
    """Names at the ends of the lines, moved apart where they would stand on each other."""
    low, high = axes.get_ylim()
    ordered = sorted(tips, key=lambda one: one[3])
    wanted = np.clip([one[3] for one in ordered], low, high)
    heights = spread_out(np.asarray(wanted, dtype=float), gap=0.1 * (high - low), top=high)
    for (k, name, x, y), height in zip(ordered, heights, strict=True):
        _named(axes, name, (x, float(np.clip(y, low, high))), float(height), k)


def spread_out(wanted: Floats, *, gap: float, top: float) -> Floats:
    """Heights in rising order, each `gap` or more above the last, none above `top`."""
    found = wanted.copy()
    for k in range(1, found.size):
        found[k] = max(found[k], found[k - 1] + gap)
    for k in range(found.size - 1, -1, -1):
        found[k] = min(found[k], top - gap * (found.size - 1 - k))
    return found


def _named(axes: Axes, name: str, point: tuple[float, float], height: float, k: int) -> None:
    """The name at the right of the picture, with a thin line from the point."""
    axes.annotate(
        shortened(name, 19),
        xy=point,
        xytext=(1.03, height),
        textcoords=axes.get_yaxis_transform(),
        fontsize=8,
        va="center",
        color=_colour(k),
        annotation_clip=False,
        arrowprops={"arrowstyle": "-", "color": _colour(k), "linewidth": 0.5, "alpha": 0.6},
    )


def _cuts(rates: Axes, ratios: Axes, places: dict[str, float], ends: tuple[float, float]) -> None:
    inside = {name: at for name, at in places.items() if ends[0] <= at <= ends[1]}
    for name, at in inside.items():
        for axes in (rates, ratios):
            axes.axvline(at, color=ink(), linewidth=0.8, linestyle=(0, (2, 2)))
        rates.text(
            at,
            0.03,
            shortened(name, 20),
            rotation=90,
            fontsize=8,
            va="bottom",
            ha="right",
            transform=rates.get_xaxis_transform(),
        )


def _colour(k: int) -> str:
    return ink() if k == 0 else COLOURS[k % len(COLOURS)]


def _style(k: int, reference: bool) -> dict[str, Any]:
    return {
        "color": _colour(k),
        "linestyle": "-" if reference else DASHES[k % len(DASHES)],
        "linewidth": 2.0 if reference else 1.4,
    }


def _dot(k: int, reference: bool) -> dict[str, Any]:
    return {"color": _colour(k), "linestyle": "none", "zorder": 4 if reference else 3}
