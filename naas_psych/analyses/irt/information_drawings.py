"""Pictures of information: the test's with its error and the cuts, the items', and the total."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd

from naas_psych.analyses.forms import ONE_FORM, form_in_words
from naas_psych.drawing import COLOURS, DASHES, Drawing, ink, new_figure, shortened
from naas_psych.result import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: How many items' curves a reader can tell apart.
_MOST = 6


def information_drawings(result: Result) -> Iterable[Drawing]:
    """For each form the information and the expected total; then the most informative items."""
    cuts = result.tables["cuts"].dropna(subset=["theta"])
    for form, rows in result.tables["test"].groupby("form", sort=False):
        own = cuts[cuts["form"] == form]
        alone = form == ONE_FORM
        of = "" if alone else f" of {form_in_words(str(form))}"
        name = "" if alone else f"_{form}"
        title, alt = _test_words(rows, own, of)
        yield Drawing(
            f"test_information{name}", title, alt, partial(_test, rows, own, title), "test"
        )
        title, alt = _total_words(rows, own, of)
        yield Drawing(
            f"expected_total{name}", title, alt, partial(_total, rows, own, title), "test"
        )
    yield from _items_drawing(result)


def _test_words(rows: pd.DataFrame, cuts: pd.DataFrame, of: str) -> tuple[str, str]:
    best = rows.iloc[int(rows["information"].argmax())]
    title = (
        f"The test{of} is most precise at theta {best['theta']:.1f}: "
        f"the standard error is {best['theta_se']:.2f} there"
    )
    ends = rows.iloc[[0, -1]]
    low, high = (f"{r.information:.2f} at {r.theta:g}" for r in ends.itertuples())
    alt = (
        f"Information by theta: {low}, {best['information']:.2f} at {best['theta']:.1f}, {high}; "
        f"and the standard error as a second line.{_cut_words(cuts)}"
    )
    return title, alt


def _cut_words(cuts: pd.DataFrame) -> str:
    return "".join(
        f" The cut {row.cut} is at theta {row.theta:.2f}, error {row.theta_se:.2f}."
        for row in cuts.itertuples()
    )


def _mark_cuts(axes: Axes, cuts: pd.DataFrame) -> None:
    """Names of cuts that lie close stand below one another."""
    rows: Any = cuts.sort_values("theta").itertuples()
    for place, row in enumerate(rows):
        axes.axvline(float(row.theta), color=ink(), linestyle=":", linewidth=1)
        axes.annotate(
            str(row.cut),
            (float(row.theta), 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(3, -3 - 10 * (place % 3)),
            textcoords="offset points",
            va="top",
            fontsize=8,
        )


def _test(rows: pd.DataFrame, cuts: pd.DataFrame, title: str) -> Figure:
    figure = new_figure(title, right=0.62)
    axes = figure.axes[0]
    lines = axes.plot(rows["theta"], rows["information"], color=COLOURS[0], label="information")
    axes.set(xlabel="theta", ylabel="Information")
    axes.set_ylim(0, 1.25 * float(rows["information"].max()))
    other = axes.twinx()
    other.spines["top"].set_visible(False)
    lines += other.plot(
        rows["theta"], rows["theta_se"], color=COLOURS[1], linestyle="--", label="standard error"
    )
    # Far from the items the error grows without bound and would flatten the rest.
    other.set_ylim(0, min(4 * float(rows["theta_se"].min()), 1.1 * float(rows["theta_se"].max())))
    other.set_ylabel("Standard error of theta")
    axes.legend(lines, ["information", "standard error"], frameon=False, loc="upper left")
    _mark_cuts(axes, cuts)
    return figure


def _total_words(rows: pd.DataFrame, cuts: pd.DataFrame, of: str) -> tuple[str, str]:
    steepest = rows.iloc[int(rows["expected_total"].diff().abs().fillna(0).argmax())]
    middle = rows.iloc[int((rows["theta"].abs()).argmin())]
    title = (
        f"At theta 0 a person is expected to get {middle['expected_total']:.1f} points{of}, "
        f"with a standard error of {middle['total_error']:.1f}"
    )
    first, last = rows.iloc[0], rows.iloc[-1]
    alt = (
        f"Expected total by theta, from {first['expected_total']:.1f} at {first['theta']:g} to "
        f"{last['expected_total']:.1f} at {last['theta']:g}, steepest near "
        f"{steepest['theta']:.1f}; with one standard error on both sides.{_cut_words(cuts)}"
    )
    return title, alt


def _total(rows: pd.DataFrame, cuts: pd.DataFrame, title: str) -> Figure:
    figure = new_figure(title)
    axes = figure.axes[0]
    low, high = (rows["expected_total"] + side * rows["total_error"] for side in (-1, 1))
    axes.fill_between(rows["theta"], low, high, color=COLOURS[0], alpha=0.2, linewidth=0)
    axes.plot(rows["theta"], rows["expected_total"], color=COLOURS[0])
    axes.set(xlabel="theta", ylabel="Expected total and one standard error")
    _mark_cuts(axes, cuts)
    return figure


def _items_drawing(result: Result) -> Iterable[Drawing]:
    items = result.tables["items"].dropna(subset=["information_share"])
    if items.empty:
        return
    # Sorted by name where equal, so that the picture does not depend on the order of the items.
    best = items.sort_values(["information_share", "item_id"], ascending=[False, True]).head(_MOST)
    share = 100 * float(best["information_share"].sum())
    title = (
        f"The {len(best)} most informative of {len(items)} items hold {share:.0f} % "
        "of the information"
    )
    said = "; ".join(
        f"{r.item_id} {r.peak_information:.2f} at theta {r.peak_theta:.2f}"
        for r in best.itertuples()
    )
    curves = result.tables["item_curves"]
    yield Drawing(
        name="item_information",
        title=title,
        alt=f"Information by theta of single items. Their peaks: {said}.",
        draw=partial(_items, curves, best["item_id"].tolist(), title),
        table="item_curves",
    )


def _items(curves: pd.DataFrame, names: list[str], title: str) -> Figure:
    figure = new_figure(title)
    axes = figure.axes[0]
    for k, name in enumerate(names):
        own = curves[curves["item_id"] == name]
        axes.plot(
            own["theta"],
            own["information"],
            color=COLOURS[k],
            linestyle=DASHES[k],
            label=shortened(str(name), 14),
        )
    axes.set(xlabel="theta", ylabel="Information")
    axes.set_ylim(0, None)
    axes.legend(frameon=False, fontsize=8)
    return figure
