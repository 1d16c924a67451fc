"""Cohen's method: a cut that follows the best of those who sat the test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from naas_psych.analyses.clusters import clusters_of
from naas_psych.analyses.options import Omitted, Replicates
from naas_psych.analyses.outcomes import form_totals
from naas_psych.analyses.speed.chance import chance_levels
from naas_psych.analyses.standard.angoff_ratings import highest_cut
from naas_psych.analyses.standard.cohen_findings import cohen_findings as findings
from naas_psych.analyses.standard.compromise_forms import CurveForm, curve_forms
from naas_psych.analyses.standard.compromise_rows import (
    CutError,
    Row,
    cut_error,
    cut_row,
    cuts_table,
)
from naas_psych.analyses.standard.panel import panel_cuts
from naas_psych.analyses.standard.scored_persons import ALL_FORMS
from naas_psych.analysis import Level, Seed, analysis
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.standard.cohen import cohen_cut, percentiles
from naas_psych.numerics.standard.resampled import Draws, drawn_counts, generator, widened
from naas_psych.result import Result
from naas_psych.study.responses import Counted
from naas_psych.study.study import Study

__all__ = ["cohen", "findings"]

Percentile = Annotated[float, Field(gt=50, le=100, description="percentile of the best")]


@dataclass(frozen=True)
class _Way:
    """One variant of one form: percentile of the best, guess in per cent, share of the way.

    why : why it cannot be gone
    """

    variant: str
    percentile: float
    guess: float
    share: float
    why: str


@analysis
def cohen(
    study: Study,
    *,
    percentile: Percentile = 95.0,
    way: Annotated[
        float, Field(gt=0, le=1, description="share of the way from guessing to the best")
    ] = 0.60,
    guess: Annotated[
        float | None,
        Field(
            ge=0, lt=100, description="score of blind guessing in % of the marks; default: options"
        ),
    ] = None,
    modified_percentile: Percentile = 90.0,
    multiplier: Annotated[
        float | None,
        Field(
            gt=0,
            le=1,
            description="modified: the cut as a share of the best; default: Angoff cut over the "
            "best on the other forms",
        ),
    ] = None,
    definition: Annotated[
        Literal["linear", "weibull", "hazen", "median_unbiased", "inverted_cdf"],
        Field(description="how a percentile lies between two scores"),
    ] = "linear",
    omitted: Omitted = None,
    replicates: Replicates = 1000,
    level: Level = 0.95,
    seed: Seed = 2017,
) -> Result:
    """Where would the cut lie if the best of those who sat it set the measure?

    Formula
    -------
    original: cut = G + 0.60 (P95 - G), with P95 the score at the 95th percentile and G what blind
    guessing earns, the sum over items of marks / options. modified: cut = m P90, without guessing,
    m = mean over other forms of (Angoff cut / P90), or as given. The error is from samples of
    persons.

    How to read it
    --------------
    A relative method at heart: it asks nobody what a person should know. A stronger cohort gets a
    higher cut. It is a check on how hard a form was, held against the methods that ask judges.

    When not to use it
    ------------------
    Not as the standard of a licence. Not below some 100 persons, where the top percentile hangs on
    a handful; there its definition matters too (`definition`).

    Agrees with
    -----------
    A worked example; numpy's percentiles by each definition.

    References
    ----------
    cohen_schotanus_van_der_vleuten_2010, taylor_2011

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/naas_pilot")
    >>> cuts = nps.cohen(study, replicates=0).tables["cuts"]
    >>> [(row.method, row.unit) for row in cuts.itertuples() if row.form == "alpha"]
    [('modified', 'raw'), ('original', 'raw')]
    """
    forms = curve_forms(study, omitted)
    guesses = _guesses(study, forms, omitted, guess)
    shares = _shares(study, forms, multiplier, modified_percentile, definition)
    rows = []
    for form, earned, share in zip(forms, guesses, shares, strict=True):
        why = "" if np.isfinite(share) else "no_other_form"
        ways = (
            _Way("modified", modified_percentile, 0.0, share, why),
            _Way("original", percentile, earned, way, _no_guess(earned)),
        )
        # What other analyses take is the last row: one that has a cut.
        for one in sorted(ways, key=lambda w: not w.why):
            counts = _samples(form, replicates, seed)
            row = _row(form, one, counts, definition=definition, level=level)
            rows.append({"cut_name": highest_cut(study), **row})
    reasons = {"guess_total": "_guess", "way_share": "_share"}
    return Result(
        tables={"cuts": cuts_table(rows, reasons)},
        notes=(
            f"Percentiles by the definition {definition}.",
            "A relative method: the cut follows the persons who sat the test, not what they know.",
            clusters_of(study).said,
        ),
        provenance={"seed": seed},
    )


def _no_guess(earned: float) -> str:
    return "" if np.isfinite(earned) else "no_chance_level"


def _guesses(
    study: Study, forms: tuple[CurveForm, ...], omitted: Counted | None, asked: float | None
) -> list[float]:
    """What guessing earns on each form in per cent; over all forms as their persons had them."""
    if asked is not None:
        return [asked] * len(forms)
    chance = chance_levels(study)
    responses = study.responses
    span = (responses.max_points - responses.min_points).astype(float)
    earned = {
        form.name: float(100 * (chance * span)[form.items].sum() / span[form.items].sum())
        for form in form_totals(study, omitted)
        if form.high > form.low
    }
    single = [form for form in forms if form.name != ALL_FORMS]
    mean = float(np.average([earned[f.name] for f in single], weights=[f.n for f in single]))
    return [mean if form.name == ALL_FORMS else earned[form.name] for form in forms]


def _shares(
    study: Study,
    forms: tuple[CurveForm, ...],
    asked: float | None,
    percentile: float,
    definition: str,
) -> list[float]:
    """m of each form: as asked, else the mean over the other forms of Angoff cut / best."""
    if asked is not None:
        return [asked] * len(forms)
    judged = {c.form: c.percent for c in panel_cuts(study) if c.cut_name == highest_cut(study)}
    best = {f.name: _best(f, f.counts[None], percentile, definition)[0] for f in forms}
    found = {name: judged[name] / top for name, top in best.items() if name in judged and top > 0}
    shares = []
    for form in forms:
        others = [m for name, m in found.items() if name != form.name]
        known = others and form.name != ALL_FORMS
        shares.append(float(np.mean(others)) if known else float("nan"))
    return shares


def _best(form: CurveForm, counts: NDArray[np.int64], q: float, how: str) -> Floats:
    return percentiles(form.curve.points[-1 - form.counts.size : -1], counts, q, how)


def _samples(form: CurveForm, replicates: int, seed: int) -> NDArray[np.int64] | None:
    """(R, S) persons at each score in other samples; None where none are asked for."""
    if not replicates:
        return None
    return drawn_counts(form.counts, form.by_cluster, replicates, generator(seed, form.n))


def _row(
    form: CurveForm,
    way: _Way,
    samples: NDArray[np.int64] | None,
    *,
    definition: str,
    level: float,
) -> Row:
    top = float(_best(form, form.counts[None], way.percentile, definition)[0])
    percent = float(cohen_cut(way.guess, np.array([top]), way.share)[0])
    error = CutError()
    if samples is not None and not way.why:
        tops = _best(form, samples, way.percentile, definition)
        error = cut_error(_spread(form, way, top, tops), level=level)
    return {
        "form": form.name,
        "method": way.variant,
        **cut_row(form, percent, error, why=way.why),
        "top_percentile": way.percentile,
        "top_total": float(form.marks(top)),
        "guess_total": float(form.marks(way.guess)),
        "way_share": way.share,
        "_guess": way.why,
        "_share": way.why,
    }


def _spread(form: CurveForm, way: _Way, top: float, tops: Floats) -> Draws:
    """Few clusters spread the percentile more than their samples show."""
    drawn = cohen_cut(way.guess, tops, way.share)
    if form.by_cluster is None:
        return Draws(drawn, drawn)
    centre = cohen_cut(way.guess, np.array([top]), way.share)
    return widened(centre, drawn, len(form.by_cluster), generator(1, form.n))
