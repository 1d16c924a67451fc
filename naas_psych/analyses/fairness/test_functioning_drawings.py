"""A drawing of test functioning: the difference in expected marks along theta."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pandas as pd

from naas_psych.analyses.forms import form_or_test
from naas_psych.analyses.items.phrasing import capital, short
from naas_psych.drawing import COLOURS, Drawing, ink, new_figure
from naas_psych.result import Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def test_functioning_drawings(result: Result) -> Iterator[Drawing]:
    """One a comparison and form in which items were freed."""
    for key, rows in result.tables["curves"].groupby(["form", "group", "focal"], sort=False):
        known = rows.dropna(subset=["expected_difference"])
        if len(known) > 1:
            yield _drawing(tuple(str(part) for part in key), known)


def _drawing(key: tuple[str, ...], rows: pd.DataFrame) -> Drawing:
    form, group, focal = key
    gap = rows["expected_difference"]
    place = int(gap.abs().to_numpy().argmax())
    most, theta = float(gap.iloc[place]), float(rows["theta"].iloc[place])
    way = "fewer" if most < 0 else "more"
    reference = str(rows["reference"].iloc[0])
    title = capital(
        f"{form_or_test(form)}: at the same theta {focal} earn at most {short(abs(most))} marks "
        f"{way} than {reference}, at theta {short(theta)}"
    )
    return Drawing(
        name=f"test_functioning_{form}_{group}_{focal}".replace(" ", "_"),
        title=title,
        alt=f"Line of the difference in expected marks, {focal} less {reference}, for theta from "
        f"{short(rows['theta'].min())} to {short(rows['theta'].max())}, with limits where known. "
        f"It lies between {short(gap.min())} and {short(gap.max())} marks.",
        draw=lambda: _draw(title, rows),
        table="curves",
    )


def _draw(title: str, rows: pd.DataFrame) -> Figure:
    figure = new_figure(title)
    axes = figure.axes[0]
    axes.axhline(0, color=ink(), linewidth=0.8)
    limits = rows.dropna(subset=["expected_difference_low", "expected_difference_high"])
    axes.fill_between(
        limits["theta"],
        limits["expected_difference_low"],
        limits["expected_difference_high"],
        color=COLOURS[0],
        alpha=0.2,
        linewidth=0,
    )
    axes.plot(rows["theta"], rows["expected_difference"], color=COLOURS[0])
    axes.set_xlabel("theta")
    axes.set_ylabel("Marks, focal less reference")
    return figure


# A test runner must not take it for a test.
test_functioning_drawings.__dict__["__test__"] = False
