"""A picture of opinion beside behaviour: who rushed, by what they say of the time."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from naas_psych.analyses.forms import form_or_test
from naas_psych.analyses.speed.opinion_tables import RUSHED
from naas_psych.drawing import COLOURS, Drawing, new_figure, shortened
from naas_psych.result import Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_GROUPS = (
    ("value_short_time", "say there was not enough time", "s", COLOURS[1]),
    ("value_enough", "say there was enough", "o", COLOURS[0]),
)


def opinion_drawings(result: Result) -> Iterable[Drawing]:
    """One picture of all forms in which both groups are large enough."""
    table = result.tables["behaviour"]
    own = table[(table["measure"] == RUSHED) & table["difference"].notna()]
    if own.empty:
        return
    title = _title(own)
    said = "; ".join(
        f"{form_or_test(str(row['form']))}: {100 * row['value_short_time']:.0f} % of those who say "
        f"there was not enough time, {100 * row['value_enough']:.0f} % of the others"
        for row in own.to_dict("records")
    )
    yield Drawing(
        name="opinion_and_rushing",
        title=title,
        alt=f"Share who rushed in the tail by opinion on the time. {said}.",
        draw=partial(_draw, own, title),
        table="behaviour",
    )


def _title(own: pd.DataFrame) -> str:
    agree = bool((own["difference_low"] > 0).any())
    against = bool((own["difference_high"] < 0).any())
    if agree and not against:
        return "Those who say that time was short rushed more often"
    if against and not agree:
        return "Those who say that time was short did not rush more often"
    return "What people say of the time does not clearly tell who rushed"


def _draw(own: pd.DataFrame, title: str) -> Figure:
    figure = new_figure(title, height=1.7 + 0.6 * len(own))
    figure.subplots_adjust(left=0.22)
    axes = figure.axes[0]
    y = np.arange(len(own))[::-1].astype(float)
    for k, (name, label, marker, colour) in enumerate(_GROUPS):
        value, low, high = (
            100 * own[f"{name}{end}"].to_numpy(dtype=float) for end in ("", "_low", "_high")
        )
        axes.errorbar(
            value,
            y + 0.12 - 0.24 * k,
            xerr=np.maximum(np.stack([value - low, high - value]), 0.0),
            color=colour,
            fmt=marker,
            markersize=6,
            capsize=2,
            label=label,
        )
    axes.set_yticks(y, [shortened(form_or_test(str(form)), 18) for form in own["form"]])
    axes.set(xlabel="% who rushed in the tail", xlim=(0, 100), ylim=(-0.6, len(own) - 0.1))
    axes.legend(frameon=False, loc="best", fontsize=8)
    return figure
