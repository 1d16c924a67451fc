"""How the total scores are spread."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from naas_psych.analyses.items.forms import OMITTED_SAID, Form, Forms, find_forms
from naas_psych.analyses.items.phrasing import known
from naas_psych.analyses.options import NotReachedInTotals, Omitted
from naas_psych.analysis import Level, analysis
from naas_psych.drawing import COLOURS, Drawing, new_figure
from naas_psych.numerics.intervals import t_quantile
from naas_psych.numerics.score_moments import score_moments
from naas_psych.result import Result, tidy
from naas_psych.study.responses import Responses
from naas_psych.study.study import Study

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SAID = {
    "wrong": "Items not reached count as wrong in totals.",
    "left_out": "Who did not reach every item has no total.",
}


@analysis
def score_distribution(
    study: Study,
    *,
    level: Level = 0.95,
    omitted: Omitted = None,
    not_reached: NotReachedInTotals = None,
) -> Result:
    """How are the total scores spread?

    Formula
    -------
    mean and N - 1 standard deviation of the total; skewness m3 / s^3 and kurtosis m4 / s^4 - 3,
    with m3 and m4 over N and s over N - 1 (type 3). Limits of the mean: t s / sqrt(N).

    How to read it
    --------------
    A mean near the highest score (negative skewness) says that the test was easy for these
    persons; a heap at either end says that it cannot tell the persons there apart.

    When not to use it
    ------------------
    Totals of different forms do not compare: read each row by itself.

    Agrees with
    -----------
    psych 2.2.9: skew and kurtosi, type 3. Quartiles are R's type 7.

    References
    ----------
    joanes_gill_1998

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/mini")
    >>> summary = nps.score_distribution(study).tables["summary"]
    >>> summary[["n", "mean", "sd"]].round(2).to_dict("records")
    [{'n': 20, 'mean': 4.75, 'sd': 2.45}]
    """
    counted = omitted or study.omitted
    unreached = not_reached or study.unreached(counted)
    forms = find_forms(study, omitted=counted, not_reached=unreached)
    tables = {
        "summary": _summary(study.responses, forms, level),
        "scores": _scores(study.responses, forms),
    }
    return Result(tables, notes=(OMITTED_SAID[counted], _SAID[unreached], *forms.notes))


def _summary(responses: Responses, forms: Forms, level: float) -> pd.DataFrame:
    """One row a form."""
    rows = [_row(form, responses, level) for form in forms.forms]
    names = tuple(rows[0]) if rows else ("form", "n")
    columns = {name: [row[name] for row in rows] for name in names}
    few = ["no_responses" if row["n"] == 0 else "too_few_persons" for row in rows]
    shape = ["too_few_persons" if row["n"] < 2 else "no_variance" for row in rows]
    moments = ("mean", "sd", "min", "max", "median", "quartile_1", "quartile_3", "mean_se")
    reasons: dict[str, Sequence[str | None]] = {
        **dict.fromkeys(moments, few),
        "skewness": shape,
        "kurtosis": shape,
    }
    return tidy(columns, reasons)


def _row(form: Form, responses: Responses, level: float) -> dict[str, Any]:
    """One form, in score units."""
    found, unit = score_moments(np.bincount(form.totals)), responses.unit
    error = found.sd / np.sqrt(found.n) if found.n > 1 else float("nan")
    half = t_quantile(level, found.n - 1) * error if found.n > 1 else float("nan")
    return {
        "form": form.name,
        "n": found.n,
        "mean": found.mean * unit,
        "sd": found.sd * unit,
        "skewness": found.skewness,
        "kurtosis": found.kurtosis,
        "min": found.low * unit,
        "max": found.high * unit,
        "median": found.median * unit,
        "quartile_1": found.quartile_1 * unit,
        "quartile_3": found.quartile_3 * unit,
        "items": int(form.items.size),
        "possible_min": float(responses.min_points[form.items].sum() * unit),
        "possible_max": float(responses.max_points[form.items].sum() * unit),
        "mean_se": error * unit,
        "mean_low": (found.mean - half) * unit,
        "mean_high": (found.mean + half) * unit,
    }


def _scores(responses: Responses, forms: Forms) -> pd.DataFrame:
    """Every attainable score of every form, with the persons who have it."""
    parts = []
    for form in forms.forms:
        low = int(responses.min_points[form.items].sum())
        high = int(responses.max_points[form.items].sum())
        counts = np.bincount(form.totals, minlength=high + 1)[low:]
        share = counts / max(form.n, 1)
        parts.append(
            pd.DataFrame(
                {
                    "form": form.name,
                    "score": np.arange(low, low + counts.size) * responses.unit,
                    "n": counts,
                    "proportion": share,
                    "cumulative": np.cumsum(counts) / max(form.n, 1),
                }
            )
        )
    empty: dict[str, list[Any]] = {
        "form": [],
        "score": [],
        "n": [],
        "proportion": [],
        "cumulative": [],
    }
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(empty)


def drawings(result: Result) -> Iterable[Drawing]:
    """A histogram of each form."""
    return _histograms(result)


def _histograms(result: Result) -> Iterator[Drawing]:
    summary, scores = result.tables["summary"], result.tables["scores"]
    for k, row in enumerate(summary.to_dict("records"), start=1):
        form = row["form"]
        of = f" in {form}" if len(summary) > 1 else ""
        part = scores[scores["form"] == form].dropna(subset=["n"])
        if not known(row["n"]) or not part["n"].sum() or known(row["mean"]) is None:
            continue
        title, alt = _words(row, of)
        yield Drawing(
            f"score_distribution_{k}" if of else "score_distribution",
            title,
            alt,
            partial(_histogram, part, row, title),
            "scores",
        )


def _words(row: Mapping[Any, Any], of: str) -> tuple[str, str]:
    """Title and text; the ends and the quarters are single persons' scores and may be withheld."""
    alt = f"Histogram of the total scores of {row['n']} people{of}."
    if all(known(row[name]) is not None for name in ("quartile_1", "median", "quartile_3")):
        alt += (
            f" Half of them score between {row['quartile_1']:g} and {row['quartile_3']:g}; the "
            f"median is {row['median']:g}."
        )
    if known(row["min"]) is None or known(row["max"]) is None:
        title = f"Scores{of} have a mean of {row['mean']:.1f} of {row['possible_max']:g}"
    else:
        title = (
            f"Scores{of} run from {row['min']:g} to {row['max']:g} of {row['possible_max']:g}, "
            f"with a mean of {row['mean']:.1f}"
        )
    return title, alt


def _histogram(scores: pd.DataFrame, row: Mapping[Any, Any], title: str) -> Figure:
    figure = new_figure(title)
    axes = figure.axes[0]
    x = scores["score"].to_numpy()
    step = float(x[1] - x[0]) if x.size > 1 else 1.0
    # Bars of whole steps: uneven ones would make a comb out of a smooth distribution.
    width = step * -(-x.size // 60)
    edges = np.arange(x[0] - step / 2, x[-1] + width, width)
    counts, _ = np.histogram(x, bins=edges, weights=scores["n"].to_numpy())
    axes.stairs(counts, edges, fill=True, color=COLOURS[0], alpha=0.75)
    axes.axvline(row["mean"], color=COLOURS[6], linestyle="--", linewidth=1.2)
    axes.annotate(
        f"mean {row['mean']:.1f}",
        (row["mean"], 1),
        xytext=(4, -2),
        xycoords=("data", "axes fraction"),
        textcoords="offset points",
        va="top",
    )
    # Room above the bars for the name of the line, whatever the shape of the distribution.
    axes.set(xlabel="Total score (points)", ylabel="People", ylim=(0, 1.12 * counts.max()))
    return figure
