"""Pictures of domains: HTMT of each pair with its interval, or as a matrix where they are many."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from naas_psych.analyses.forms import in_form
from naas_psych.drawing import COLOURS, MARKERS, Drawing, ink, new_figure, shortened
from naas_psych.result import Result
from naas_psych.thresholds import default_thresholds

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: More pairs than these are drawn as a matrix; more forms than these are not drawn.
_MOST_ROWS, _MOST_FORMS = 15, 3
_SIGNS = {"distinct": "\N{NOT EQUAL TO}", "indistinct": "=", "cannot_tell": "?"}
#: HTMT of the darkest shade, and of the end of the palette.
_DARKEST, _PALETTE = 1.2, 2.2
#: Which colour and marker each has.
_STYLES = {"distinct": 1, "cannot_tell": 6, "indistinct": 0}
_WORDS = {"distinct": "distinct", "indistinct": "not told apart", "cannot_tell": "cannot tell"}


def domain_correlations_drawings(result: Result) -> Iterable[Drawing]:
    """One picture a form."""
    table = result.tables["pairs"]
    for form, pairs in list(table.groupby("form", sort=False))[:_MOST_FORMS]:
        known = pairs.dropna(subset=["htmt"])
        if known.empty:
            continue
        title = _title(str(form), pairs)
        drawn = _forest if len(pairs) <= _MOST_ROWS else _matrix
        yield Drawing(
            name=f"domain_correlations_{form}",
            title=title,
            alt=_alt(pairs, known),
            draw=partial(drawn, pairs, title),
            table="pairs",
        )


def _line() -> float:
    return default_thresholds()["htmt_max"].value


def _title(form: str, pairs: pd.DataFrame) -> str:
    where = in_form(form)
    counts = {case: int((pairs["apart"] == case).sum()) for case in _WORDS}
    if pairs["htmt_low"].isna().all():
        return f"How domains go together{where}; without intervals nothing is decided"
    if counts["cannot_tell"] == len(pairs):
        return f"These data cannot tell whether the domains are distinct{where}"
    return (
        f"Of {len(pairs)} pairs of domains{where} {counts['distinct']} are distinct, "
        f"{counts['indistinct']} are not, {counts['cannot_tell']} are open"
    )


def _alt(pairs: pd.DataFrame, known: pd.DataFrame) -> str:
    least, most = (known.sort_values("htmt", kind="stable").iloc[k] for k in (0, -1))
    return (
        f"HTMT of {len(pairs)} pairs of domains, with the line of {_line()}. Smallest: "
        f"{least['domain_a']} and {least['domain_b']}, {least['htmt']:.2f}; largest: "
        f"{most['domain_a']} and {most['domain_b']}, {most['htmt']:.2f}."
    )


def _forest(pairs: pd.DataFrame, title: str) -> Figure:
    rows = pairs.sort_values("htmt", kind="stable", na_position="first")
    figure = new_figure(title, height=1.35 + 0.27 * len(rows))
    axes = figure.axes[0]
    figure.subplots_adjust(left=0.42)
    for y, row in enumerate(rows.to_dict("records")):
        style = _STYLES[row["apart"]]
        ends = row["htmt_low"], row["htmt_high"]
        axes.plot(ends, (y, y), color=COLOURS[style], linewidth=1.6)
        axes.plot(row["htmt"], y, MARKERS[style], color=COLOURS[style], markersize=5)
    axes.axvline(_line(), color=ink(), linewidth=0.8, linestyle="--")
    axes.text(_line(), len(rows) - 0.4, f" {_line()}", fontsize=8, va="bottom", ha="center")
    labels = [
        f"{shortened(a, 15)} \N{EN DASH} {shortened(b, 15)}"
        for a, b in zip(rows["domain_a"], rows["domain_b"], strict=True)
    ]
    axes.set_yticks(range(len(rows)), labels, fontsize=8)
    axes.set_ylim(-0.6, len(rows) - 0.1)
    axes.set_xlabel("HTMT" if pairs["htmt_low"].isna().all() else "HTMT, with limits")
    _legend(axes, pairs)
    return figure


def _legend(axes: Axes, pairs: pd.DataFrame) -> None:
    for case, style in _STYLES.items():
        if (pairs["apart"] == case).any():
            axes.plot([], [], MARKERS[style], color=COLOURS[style], label=_WORDS[case])
    axes.legend(frameon=False, fontsize=8, loc="lower right")


def _matrix(pairs: pd.DataFrame, title: str) -> Figure:
    names = list(dict.fromkeys([*pairs["domain_a"], *pairs["domain_b"]]))
    figure = new_figure(title, height=4.9)
    axes = figure.axes[0]
    figure.subplots_adjust(left=0.25, bottom=0.24)
    _cells(axes, pairs, names)
    labels = [shortened(name, 16) for name in names]
    axes.set_yticks(range(1, len(names)), labels[1:], fontsize=8)
    axes.set_xticks(range(len(names) - 1), labels[:-1], fontsize=8, rotation=40, ha="right")
    axes.set_xlim(-0.5, len(names) - 1.5)
    axes.set_ylim(len(names) - 0.5, 0.5)
    axes.tick_params(length=0)
    axes.spines[["left", "bottom"]].set_visible(False)
    signs = [f"{_SIGNS[case]}  {words}" for case, words in _WORDS.items()]
    axes.text(0.99, 0.98, "\n".join(["HTMT", *signs]), transform=axes.transAxes, ha="right",
              va="top", fontsize=8)  # fmt: skip
    return figure


def _cells(axes: Axes, pairs: pd.DataFrame, names: list[str]) -> None:
    """HTMT of each pair as a shade and a number, with the sign of what it says."""
    from matplotlib import colormaps

    place = {name: k for k, name in enumerate(names)}
    values = np.full((len(names), len(names)), np.nan)
    for row in pairs.to_dict("records"):
        x, y = place[row["domain_a"]], place[row["domain_b"]]
        values[y, x] = row["htmt"]
        if np.isfinite(row["htmt"]):
            axes.text(x, y, f"{row['htmt']:.2f}\n{_SIGNS[row['apart']]}", ha="center", va="center",
                      fontsize=7, color="black", linespacing=0.95)  # fmt: skip
    # Only the lighter half of the palette, so that black can be read on all of it.
    shades = colormaps["Blues"](np.clip(np.nan_to_num(values), 0, _DARKEST) / _PALETTE)
    shades[np.isnan(values)] = (0, 0, 0, 0)
    axes.imshow(shades, aspect="auto")
