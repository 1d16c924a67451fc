"""Pictures of classification: errors by method, and where each outcome would go next time."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from naas_psych.analyses.cutscores.classification_forms import ALL_CUTS, ALL_FORMS
from naas_psych.analyses.cutscores.classification_methods import BY_THETA, TOLD, WORDS
from naas_psych.analyses.forms import ONE_FORM, form_in_words
from naas_psych.drawing import COLOURS, MARKERS, Drawing, ink, new_figure, shortened
from naas_psych.numerics.arrays import Floats
from naas_psych.result import Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Cuts of one form that are drawn at most.
_MOST = 4
_SIGNS = {"false_pass": "false pass", "false_fail": "false fail"}


def classification_drawings(result: Result) -> Iterable[Drawing]:
    """False passes and fails by method at each cut; what becomes of three outcomes."""
    cuts = result.tables["cuts"]
    shown = cuts[(cuts["form"] != ALL_FORMS) & (cuts["cut"] != ALL_CUTS)]
    shown = shown[shown["false_pass"].notna() & shown["false_fail"].notna()]
    for k, (_, own) in enumerate(shown.groupby(["form", "cut"], sort=False)):
        if k < _MOST:
            yield _errors(own)
    matrix = result.tables["matrix"]
    if matrix.empty or matrix["row"].nunique() < 3:
        return
    again = matrix[(matrix["kind"] == "consistency") & matrix["proportion"].notna()]
    told = next((name for name in TOLD if name in set(again["method"])), None)
    again = again[again["method"] == told]
    forms = list(again["form"].unique())
    for form in [ALL_FORMS] if ALL_FORMS in forms else forms[:1]:
        own = again[again["form"] == form]
        if own["proportion"].notna().all() and len(own):
            yield _transitions(str(form), own)


def _of(form: str) -> str:
    if form == ALL_FORMS:
        return " over all forms"
    return "" if form == ONE_FORM else f" on {form_in_words(form)}"


def _errors(own: pd.DataFrame) -> Drawing:
    form, cut = str(own["form"].iloc[0]), str(own["cut"].iloc[0])
    by_theta = own["method"].isin(BY_THETA)
    alike = own if by_theta.all() else own[~by_theta]
    wrong = 1000 * (alike["false_pass"] + alike["false_fail"]).to_numpy(dtype=float)
    most = f"{wrong.min():.0f} to {wrong.max():.0f}"
    same = round(wrong.min()) == round(wrong.max())
    title = (
        f"At {cut}{_of(form)} {f'{wrong.max():.0f}' if same else most} of 1,000 outcomes would be "
        f"wrong{'' if same else ', by the method'}"
    )
    parts = [
        f"{WORDS[str(row['method'])]} {1000 * row['false_pass']:.0f} false passes and "
        f"{1000 * row['false_fail']:.0f} false fails"
        for row in own.to_dict("records")
    ]
    return Drawing(
        name=f"wrong_outcomes_{cut}" + ("" if form == ONE_FORM else f"_{form}"),
        title=title,
        alt=f"Dots for each method, of 1,000 people: {'; '.join(parts)}.",
        draw=partial(_draw_errors, own, title),
        table="cuts",
    )


def _draw_errors(own: pd.DataFrame, title: str) -> Figure:
    figure = new_figure(title, height=1.5 + 0.28 * len(own))
    figure.subplots_adjust(left=0.34)
    axes = figure.axes[0]
    place = np.arange(len(own))[::-1]
    for k, (name, label) in enumerate(_SIGNS.items()):
        middle = 1000 * own[name].to_numpy(dtype=float)
        low, high = (1000 * own[f"{name}_{end}"].to_numpy(dtype=float) for end in ("low", "high"))
        at = place + (0.12 if k == 0 else -0.12)
        has = np.isfinite(low) & np.isfinite(high)
        axes.hlines(at[has], low[has], high[has], color=COLOURS[k], linewidth=1)
        axes.plot(middle, at, MARKERS[k], color=COLOURS[k], markersize=5)
        axes.annotate(
            label,
            (middle[0], at[0]),
            xytext=(0, 6 if k == 0 else -13),
            textcoords="offset points",
            ha="center",
            color=COLOURS[k],
            fontsize=8,
        )
    axes.set_yticks(place, [WORDS[str(name)] for name in own["method"]], fontsize=8)
    axes.set_ylim(-0.7, len(own) - 0.2)
    axes.set_xlim(left=0)
    axes.set_xlabel("of 1,000 people")
    return figure


def _transitions(form: str, own: pd.DataFrame) -> Drawing:
    names = list(dict.fromkeys(own["row"].astype(str)))
    table = own["proportion"].to_numpy(dtype=float).reshape(len(names), len(names))
    whole = table.sum(axis=1, keepdims=True)
    share = np.divide(table, whole, out=np.zeros_like(table), where=whole > 0)
    middle = 1 if len(names) == 3 else int(np.argmin(np.diagonal(share)))
    title = (
        f"Of 100 people with {names[middle]}{_of(form)}, about {100 * share[middle, middle]:.0f} "
        "would get it again on a second version"
    )
    said = [
        f"of 100 with {name}, "
        + ", ".join(f"{100 * share[i, j]:.0f} then {names[j]}" for j in range(len(names)))
        for i, name in enumerate(names)
    ]
    return Drawing(
        name="second_sitting" + ("" if form == ONE_FORM else f"_{form}".replace(" ", "_")),
        title=title,
        alt=f"Bars, one a first outcome, split by the outcome of a second version: "
        f"{'; '.join(said)}.",
        draw=partial(_draw_transitions, names, share, whole[:, 0], title),
        table="matrix",
    )


def _draw_transitions(names: list[str], share: Floats, whole: Floats, title: str) -> Figure:
    figure = new_figure(title, height=1.5 + 0.55 * len(names))
    figure.subplots_adjust(left=0.33, bottom=0.24)
    axes = figure.axes[0]
    place = np.arange(len(names))
    start = np.zeros(len(names))
    hatches = ("", "//", "..", "xx", "--")
    for j, name in enumerate(names):
        width = 100 * share[:, j]
        axes.barh(
            place,
            width,
            left=start,
            color=COLOURS[j % len(COLOURS)],
            alpha=0.35,
            hatch=hatches[j % len(hatches)],
            edgecolor=ink(),
            linewidth=0.6,
        )
        for y in place[width >= 7]:
            axes.text(
                start[y] + width[y] / 2,
                y,
                f"{width[y]:.0f}",
                ha="center",
                va="center",
                fontsize=9,
                bbox={"boxstyle": "round,pad=0.15", "facecolor": "white", "linewidth": 0},
                color="black",
            )
        row = int(np.argmax(width))
        axes.annotate(
            shortened(f"then {name}", 22),
            (start[row] + width[row] / 2, row + 0.4),
            xytext=(0, 1),
            textcoords="offset points",
            ha="center",
            fontsize=7.5,
        )
        start += width
    labels = [
        f"{shortened(name, 20)}\n({100 * one:.0f} of 100 first)"
        for name, one in zip(names, whole, strict=True)
    ]
    axes.set_yticks(place, labels, fontsize=8)
    axes.set(xlim=(0, 100), ylim=(-0.5, len(names) - 0.25), xlabel="of 100 people with it")
    return figure
