"""Picture of the rules side by side: the same persons, other outcomes."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from naas_psych.drawing import COLOURS, Drawing, ink, new_figure
from naas_psych.result import Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Beside colour, a hatch tells outcomes apart.
_HATCHES = ("", "///", "...", "xx", "++")
_ROW, _ROUND = 0.36, 1.3
#: A share narrower than this has no number in it.
_NARROW = 0.06


def decision_drawings(result: Result) -> Iterable[Drawing]:
    """One bar a rule of which every share is shown, parted by outcome."""
    whole = result.tables["outcomes"]
    lacking = set(whole.loc[whole["share"].isna(), "rule"])
    table = whole[~whole["rule"].isin(lacking)]
    if table["rule"].nunique() < 2:
        return
    title = _title(table, str(result.provenance["top"]))
    yield Drawing(
        name="outcomes_by_rule",
        title=title,
        alt=_alt(table),
        draw=partial(_draw, table, title),
        table="outcomes",
    )


def _title(table: pd.DataFrame, top: str) -> str:
    met = table[table["outcome"] == top].set_index("rule")["share"]
    return (
        f"Of the same persons {100 * met.min():.0f} to {100 * met.max():.0f} of 100 reach "
        f"{top.replace('_', ' ')}, by the rule that puts components together"
    )


def _alt(table: pd.DataFrame) -> str:
    said = []
    for rule, own in table.groupby("rule", sort=False):
        shares = ", ".join(
            f"{outcome} {100 * share:.0f}"
            for outcome, share in zip(own["outcome"], own["share"], strict=True)
        )
        said.append(f"{rule}: {shares}")
    return "Of 100 persons with all components, by rule. " + "; ".join(said) + "."


def _draw(table: pd.DataFrame, title: str) -> Figure:
    rules = list(dict.fromkeys(table["rule"]))
    outcomes = list(dict.fromkeys(table["outcome"]))
    figure = new_figure(title, height=_ROUND + _ROW * (len(rules) + 1))
    figure.subplots_adjust(left=0.25)
    axes = figure.axes[0]
    for y, rule in enumerate(rules):
        start = 0.0
        own = table[table["rule"] == rule].set_index("outcome")["share"]
        for k, outcome in enumerate(outcomes):
            share = float(own[outcome])
            axes.barh(
                len(rules) - y,
                100 * share,
                left=100 * start,
                height=0.7,
                color=COLOURS[(1, 4, 0, 2, 5)[k % 5]],
                hatch=_HATCHES[k % len(_HATCHES)],
                edgecolor=axes.get_facecolor(),
            )
            if share >= _NARROW:
                axes.text(
                    100 * (start + share / 2),
                    len(rules) - y,
                    f"{100 * share:.0f}",
                    ha="center",
                    va="center",
                    fontsize=8,
                    bbox={"facecolor": axes.get_facecolor(), "edgecolor": "none", "pad": 1.0},
                )
            start += share
    _name_outcomes(axes, table, rules[0], outcomes, len(rules))
    axes.set_yticks(range(len(rules), 0, -1), rules, fontsize=8)
    axes.set(xlim=(0, 100), xlabel="of 100 persons with all components")
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    return figure


def _name_outcomes(
    axes: object, table: pd.DataFrame, rule: str, outcomes: list[str], top: int
) -> None:
    """The outcomes by name above the first bar, spread where they would meet."""
    place = 0.0
    own = table[table["rule"] == rule].set_index("outcome")["share"]
    least = 0.0
    for outcome in outcomes:
        share = float(own[outcome])
        at = max(100 * place, least)
        axes.text(  # type: ignore[attr-defined]
            at, top + 0.45, outcome.replace("_", " "), fontsize=8, va="bottom", color=ink()
        )
        least = at + 4 + 1.9 * len(outcome)
        place += share
