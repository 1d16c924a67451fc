"""Measurement error: how far a score may be from the true score, overall and at each score."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from naas_psych.analyses.forms import ONE_FORM
from naas_psych.analyses.options import Omitted
from naas_psych.analyses.reliability.findings import dropped_findings, known_rows
from naas_psych.analyses.reliability.forms import Form, complete_forms, dropped_items
from naas_psych.analysis import Level, analysis
from naas_psych.drawing import COLOURS, DASHES, MARKERS, Drawing, new_figure
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.numerics.alpha_intervals import feldt
from naas_psych.numerics.coefficients import alpha, kr21, standard_error_of_measurement
from naas_psych.numerics.intervals import UNDEFINED, Interval
from naas_psych.numerics.measurement_error import (
    TrueScore,
    keats,
    kelley,
    lord,
    part_error_variance,
    smoothed,
)
from naas_psych.result import Result, tidy
from naas_psych.study.study import Study

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from naas_psych.thresholds import Thresholds

_METHODS = {
    "lord": "Lord (binomial error)",
    "keats": "Lord-Keats (agrees with alpha)",
    "feldt_qualls": "Feldt-Qualls (items as parts, quadratic)",
}


@analysis
def measurement_error(
    study: Study,
    *,
    omitted: Omitted = None,
    level: Level = 0.95,
) -> Result:
    """How far may a person's score be from the score they would get on average?

    Formula
    -------
    SEM = s_X sqrt(1 - alpha). At score x of n right/wrong items: Lord sqrt(x (n - x) / (n - 1));
    Lord-Keats is Lord times sqrt((1 - alpha) / (1 - KR21)). With any other items: each person's
    error variance J/(J-1) sum_i [(x_i - mean_i) - (x_mean - mean)]^2 (Feldt & Qualls, every item a
    part), smoothed by a quadratic in the total. True score (Kelley): alpha x + (1 - alpha) mean.

    How to read it
    --------------
    About two thirds of persons with one true score get within one SEM of it, 95 % within two.
    What counts for a decision is the error at the cut, not the average.

    When not to use it
    ------------------
    Lord's form without Keats's correction treats items as equally hard and is a little too large.
    Items that share a scenario make every one of these too small.

    Agrees with
    -----------
    Worked examples: Lord, Keats and Feldt-Qualls to five digits.

    References
    ----------
    lord_1955, keats_1957, feldt_1996, kelley_1947

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/mini")
    >>> summary = nps.measurement_error(study).tables["summary"]
    >>> summary[["sem_low", "sem", "sem_high"]].round(2).to_dict("records")
    [{'sem_low': 0.85, 'sem': 1.26, 'sem_high': 1.71}]
    """
    forms = complete_forms(study, omitted)
    errors = [_errors(form, level) for form in forms.forms]
    return Result(
        tables={
            "scores": _scores_table(errors),
            "summary": _summary_table(errors),
            "true_scores": _true_score_table(errors),
            "dropped_items": pd.DataFrame(dropped_items(study, forms), dtype=object),
        },
        notes=(
            *forms.notes,
            "Totals hold every item of the form, also those without variance.",
            "The reliability used is alpha; its Feldt limits give those of sem.",
        ),
        provenance={"persons_left_out": forms.left_out},
    )


@dataclass(frozen=True)
class _Errors:
    """Everything about one form, on the scale of the recorded scores."""

    form: Form
    score: Any
    n_at: Any
    by_method: dict[str, Any]
    mean: float
    sd: float
    reliability: float
    interval: Interval[float]
    true: TrueScore
    why: str


def _errors(form: Form, level: float) -> _Errors:
    n_items = int(form.varies.sum())
    totals = form.points.sum(axis=1, dtype=np.int64)
    scale = np.arange(form.highest - form.lowest + 1, dtype=np.int64)
    variance = float(totals.var(ddof=1)) if form.n > 2 else np.nan
    rho = float(alpha(form.covariance[None])[0]) if n_items > 1 and form.n > 2 else np.nan
    sd = float(np.sqrt(variance)) * form.unit
    interval = UNDEFINED
    if np.isfinite(rho):
        interval = feldt(rho, n=form.n, n_items=n_items, level=level)
    score = (scale + form.lowest).astype(np.float64) * form.unit
    mean = (float(totals.mean()) + form.lowest) * form.unit if form.n else np.nan
    why = "too_few_persons" if form.n < 3 else "too_few_items" if n_items < 2 else "no_variance"
    return _Errors(
        form=form,
        score=score,
        n_at=np.bincount(totals, minlength=len(scale)),
        by_method=_at_scores(form, totals, scale, rho),
        mean=mean,
        sd=sd,
        reliability=rho,
        interval=interval,
        true=kelley(score, mean=mean, sd=sd, reliability=rho, level=level),
        why="negative_reliability" if rho < 0 else why,
    )


def _at_scores(form: Form, totals: Any, scale: Any, rho: float) -> dict[str, Any]:
    n_items = len(form.items)
    if form.binary:
        simple = float(kr21(totals.mean(), totals.var(), n_items)) if n_items > 1 else np.nan
        x = scale.astype(float)
        corrected = keats(x, n_items, reliability=rho, kr21=simple)
        return {"lord": lord(x, n_items) * form.unit, "keats": corrected * form.unit}
    if not np.isfinite(rho):
        return {"feldt_qualls": np.full(len(scale), np.nan)}
    points = form.points[:, form.varies]
    error = part_error_variance(points, form.moments.mean[form.varies])
    return {"feldt_qualls": smoothed(totals, error, scale.astype(float)) * form.unit}


def _scores_table(errors: list[_Errors]) -> pd.DataFrame:
    parts = [
        pd.DataFrame(
            {
                "form": e.form.name,
                "score": e.score,
                "csem": values,
                "method": _METHODS[name],
                "n": e.n_at,
                "why": np.where(np.isnan(e.reliability), e.why, "outside_observed"),
            }
        )
        for e in errors
        for name, values in e.by_method.items()
    ]
    whole = pd.concat(parts, ignore_index=True)
    why = [str(w) for w in whole.pop("why")]
    return tidy({str(name): whole[name] for name in whole}, {"csem": why})


def _summary_table(errors: list[_Errors]) -> pd.DataFrame:
    sem, low, high = (
        [standard_error_of_measurement(e.sd, rho) for e, rho in zip(errors, rhos, strict=True)]
        for rhos in (
            [e.reliability for e in errors],
            [e.interval.high for e in errors],
            [e.interval.low for e in errors],
        )
    )
    why = [e.why for e in errors]
    return tidy(
        {
            "form": [e.form.name for e in errors],
            "n": [e.form.n for e in errors],
            "items": [len(e.form.items) for e in errors],
            "mean": [e.mean for e in errors],
            "sd": [e.sd for e in errors],
            "reliability": [e.reliability for e in errors],
            "reliability_low": [e.interval.low for e in errors],
            "reliability_high": [e.interval.high for e in errors],
            "sem": sem,
            "sem_low": low,
            "sem_high": high,
        },
        {"mean": why, "sd": why, "reliability": why, "sem": why},
    )


def _true_score_table(errors: list[_Errors]) -> pd.DataFrame:
    columns: dict[str, Any] = {
        "form": np.concatenate([[e.form.name] * len(e.score) for e in errors]),
        "score": np.concatenate([e.score for e in errors]),
        "true_score": np.concatenate([e.true.estimate for e in errors]),
        "true_score_low": np.concatenate([e.true.low for e in errors]),
        "true_score_high": np.concatenate([e.true.high for e in errors]),
    }
    return tidy(columns, {"true_score": [e.why for e in errors for _ in e.score]})


def findings(result: Result, thresholds: Thresholds) -> Iterable[Finding]:
    """How large the error is beside the spread of scores, in words."""
    for row in known_rows(result.tables["summary"], "sem"):
        yield found(
            code="measurement_error_size",
            severity="info",
            subject=str(row["form"]),
            sentence=f"The standard error of measurement is {row['sem']:.2f} score points "
            f"({row['sem_low']:.2f} to {row['sem_high']:.2f}) beside a standard deviation of "
            f"{row['sd']:.2f}.",
            value=float(row["sem"]),
            limits=(row["sem_low"], row["sem_high"]),
        )
    yield from dropped_findings(result, thresholds)


def drawings(result: Result) -> Iterable[Drawing]:
    """The conditional standard error over the score scale, one figure a form."""
    for form, rows in result.tables["scores"].groupby("form", sort=False):
        known = rows.dropna(subset=["csem"])
        if known.empty:
            continue
        of = "" if form == ONE_FORM else f" of {form}"
        title, alt = _curve_words(known, of)
        yield Drawing(
            name=f"csem_{form}" if of else "csem",
            title=title,
            alt=alt,
            draw=partial(_curve, known, title),
            table="scores",
        )


def _curve_words(rows: pd.DataFrame, of: str) -> tuple[str, str]:
    """What the picture finds, and what it shows: each line at its two ends and where it peaks."""
    # The last method is the one to read: Lord's alone is a little too large.
    best = rows[rows["method"] == rows["method"].iloc[-1]]
    top = best.iloc[int(np.argmax(best["csem"].to_numpy(dtype=float)))]
    title = (
        f"A score{of} is least precise near {top['score']:g}: "
        f"its standard error is {top['csem']:.1f} points there"
    )
    lines = [
        f"{method}: {part['csem'].iloc[0]:.2f} at a score of {part['score'].iloc[0]:g}, at most "
        f"{part['csem'].max():.2f}, and {part['csem'].iloc[-1]:.2f} at {part['score'].iloc[-1]:g}"
        for method, part in rows.groupby("method", sort=False)
    ]
    return title, f"Line chart of the standard error of measurement by score. {'; '.join(lines)}."


def _curve(rows: pd.DataFrame, title: str) -> Figure:
    figure = new_figure(title)
    axes = figure.axes[0]
    for k, (method, part) in enumerate(rows.groupby("method", sort=False)):
        axes.plot(
            part["score"],
            part["csem"],
            color=COLOURS[k],
            linestyle=DASHES[k],
            marker=MARKERS[k],
            markevery=max(1, len(part) // 12),
            label=str(method),
        )
    axes.set(xlabel="Total score (points)", ylabel="Standard error (points)")
    axes.set_ylim(0, 1.3 * float(rows["csem"].max()) or 1.0)
    axes.legend(frameon=False, loc="upper left")
    return figure
