"""Pictures of person scores: theta by sum score, and the sum scores that the model expects."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from naas_psych.analyses.forms import ONE_FORM, form_in_words
from naas_psych.drawing import COLOURS, Drawing, new_figure
from naas_psych.result import Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Numbers that differ this many times as much as chance makes them differ are not chance.
_CHANCE = 1.5


def person_scores_drawings(result: Result) -> Iterable[Drawing]:
    """For each form: persons observed and expected at each sum score, and theta with its error."""
    for form, rows in result.tables["sum_scores"].groupby("form", sort=False):
        alone = form == ONE_FORM
        of = "" if alone else f" of {form_in_words(str(form))}"
        name = "" if alone else f"_{form}"
        if int(rows["n"].sum()):
            title, alt = _count_words(rows, of)
            yield Drawing(
                name=f"sum_scores{name}",
                title=title,
                alt=alt,
                draw=partial(_counts, rows, title),
                table="sum_scores",
            )
        title, alt = _theta_words(rows, of)
        yield Drawing(
            name=f"theta_by_score{name}",
            title=title,
            alt=alt,
            draw=partial(_theta, rows, title),
            table="sum_scores",
        )


def _count_words(rows: pd.DataFrame, of: str) -> tuple[str, str]:
    total = float(rows["n"].sum())
    expected = rows["persons_expected"].to_numpy(dtype=float)
    gap = (rows["n"] - rows["persons_expected"]).abs()
    # Mean absolute deviation of a count with this expectation.
    chance = float(np.sqrt(2 / np.pi * expected * (1 - expected / total)).sum())
    title = (
        f"Total scores{of} are spread as the model expects, within chance"
        if gap.sum() < _CHANCE * chance
        else f"Total scores{of} are not spread as the model expects: the numbers differ "
        f"{gap.sum() / chance:.1f} times as much as chance makes them"
    )
    at = rows.iloc[int(gap.argmax())]
    alt = (
        f"Bars of {total:.0f} persons by total score and a line of the expected numbers. The "
        f"largest difference is at {at['score']:g}: {at['n']:.0f} observed, "
        f"{at['persons_expected']:.1f} expected."
    )
    return title, alt


def _counts(rows: pd.DataFrame, title: str) -> Figure:
    figure = new_figure(title)
    axes = figure.axes[0]
    step = float(rows["score"].diff().min()) if len(rows) > 1 else 1.0
    axes.bar(
        rows["score"], rows["n"], width=0.8 * step, color=COLOURS[0], alpha=0.5, label="observed"
    )
    axes.plot(
        rows["score"], rows["persons_expected"], color=COLOURS[1], marker=".", label="expected"
    )
    axes.set(xlabel="Total score (points)", ylabel="Persons")
    axes.legend(frameon=False)
    return figure


def _theta_words(rows: pd.DataFrame, of: str) -> tuple[str, str]:
    best = rows.iloc[int(rows["eap_se"].argmin())]
    title = (
        f"A total score{of} says most about theta near {best['score']:g}: "
        f"the error is {best['eap_se']:.2f} there"
    )
    first, last = rows.iloc[0], rows.iloc[-1]
    alt = (
        f"Theta expected at each total score with one standard error on both sides, from "
        f"{first['eap']:.2f} ({first['eap_se']:.2f}) at {first['score']:g} to {last['eap']:.2f} "
        f"({last['eap_se']:.2f}) at {last['score']:g}."
    )
    return title, alt


def _theta(rows: pd.DataFrame, title: str) -> Figure:
    figure = new_figure(title)
    axes = figure.axes[0]
    low, high = rows["eap"] - rows["eap_se"], rows["eap"] + rows["eap_se"]
    axes.fill_between(rows["score"], low, high, color=COLOURS[0], alpha=0.2, linewidth=0)
    axes.plot(rows["score"], rows["eap"], color=COLOURS[0], marker=".")
    axes.set(xlabel="Total score (points)", ylabel="theta (EAP and one standard error)")
    return figure
