"""Every pass mark there could be: who reaches it, whom it gets wrong, and how sure that is."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from naas_psych.analyses.cutscores.sweep_drawings import sweep_drawings as drawings
from naas_psych.analyses.cutscores.sweep_draws import chances
from naas_psych.analyses.cutscores.sweep_findings import sweep_findings as findings
from naas_psych.analyses.cutscores.sweep_judges import judges_errors, judges_notes
from naas_psych.analyses.cutscores.sweep_models import ModelSet, model_set
from naas_psych.analyses.cutscores.sweep_range import Range, range_asked
from naas_psych.analyses.cutscores.sweep_rows import cuts_table, sides_of
from naas_psych.analyses.cutscores.sweep_sources import sources_table
from naas_psych.analyses.cutscores.sweep_tables import (
    draws_table,
    models_table,
    outcomes_table,
    pairs_table,
    rounding_table,
)
from naas_psych.analyses.cutscores.swept import Swept, swept
from naas_psych.analyses.fairness.score_pairs import total_notes
from naas_psych.analyses.irt.calibrated import calibrated
from naas_psych.analyses.options import Cuts, Omitted
from naas_psych.analysis import Level, Seed, Threads, analysis
from naas_psych.result import Result
from naas_psych.study.study import Study

__all__ = ["cut_sweep", "drawings", "findings"]

Draws = Annotated[
    int,
    Field(
        ge=100,
        le=100_000,
        description="most draws of other samples of persons; fewer are made where they are enough",
    ),
]
CutError = Annotated[
    float | None,
    Field(
        ge=0,
        le=50,
        description="standard error of the judges' cut in per cent of the marks; default: that of "
        "the panel in the study",
    ),
]
From = Annotated[
    str | None,
    Field(
        description="lowest cut of the sweep, with its unit (50% or raw:30); default: the lowest"
    ),
]
To = Annotated[
    str | None,
    Field(description="highest cut of the sweep, in the same unit; default: the highest"),
]
Step = Annotated[
    str | None,
    Field(
        description="distance of the cuts in the unit of --from (1% or 1); default: every total "
        "that can be had"
    ),
]
Unit = Annotated[
    Literal["raw", "percent"] | None,
    Field(description="unit in which cuts are told; default: raw where forms have the same totals"),
]


@analysis
def cut_sweep(
    study: Study,
    *,
    cut: Cuts = None,
    from_: From = None,
    to: To = None,
    step: Step = None,
    unit: Unit = None,
    cut_se: CutError = None,
    draws: Draws = 1000,
    omitted: Omitted = None,
    seed: Seed = 2017,
    threads: Threads = 1,
    level: Level = 0.95,
) -> Result:
    """What would each possible pass mark do, and how sure can one be of it?

    Formula
    -------
    pass_rate = share of persons with X >= c, counted. Its limits are quantiles of
    Beta(p n* + 1/2, (1 - p) n* + 1/2), n* the persons' number after clustering, at t scores with
    as many degrees of freedom as the clusters are worth; with judges' error, of draws of the rate
    at c + t SE. By the response model, with X given theta from the recursion of Lord and Wingersky
    and T(theta) its expectation:
    false_pass = integral over T(theta) < c of P(X >= c | theta) g(theta);
    false_fail = integral over T(theta) >= c of P(X < c | theta) g(theta);
    accuracy = 1 - false_pass - false_fail; consistency = integral of P^2 + (1 - P)^2, P = P(X >=
    c | theta); kappa = (consistency - chance) / (1 - chance).
    Draws: item parameters + A^-1 sum_g z_g S_g, S_g the score vector of cluster g, the same z_g
    for the rates; cut + t SE for the judges; one of the models of the table `models`.

    How to read it
    --------------
    Each row is one cut. pass_rate is a fact of these persons; its limits say how another sample
    (as many clusters) and as many other judges might have come out. false_pass and false_fail are
    shares of all persons, not of those who pass or fail. Accuracy is high at low cuts because
    nearly all pass: read kappa beside it. `near` is the share within one standard error of
    measurement of the cut. A cut between two totals means the upper one, see `rounding`. `sources`
    says how much of an interval each source would leave alone.

    When not to use it
    ------------------
    Not to choose the cut: that is a judgement of what a wrong decision costs. It says what a cut
    does to persons like these, with this form, once; not what they would do where it counts.

    Agrees with
    -----------
    cacIRT (Lee's indices), betafunctions (Livingston and Lewis), and the counting of simulated
    answer sheets within its own error.

    References
    ----------
    lee_2010, lord_wingersky_1984, livingston_lewis_1995, korn_graubard_1998, kline_santos_2012,
    bock_aitkin_1981, cohen_1960

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/mini")
    >>> result = nps.cut_sweep(study, cut=["60%"], draws=100)
    >>> result.tables["rounding"][["cut", "unit", "fractional"]].to_dict("records")
    [{'cut': 60.0, 'unit': 'percent', 'fractional': True}]
    """
    asked = range_asked(study, from_=from_, to=to, step=step, unit=unit)
    found = swept(
        study,
        cut=cut,
        omitted=omitted,
        draws=draws,
        seed=seed,
        threads=threads,
        grid=asked.grid,
    )
    models = model_set(study, found, omitted, threads)
    errors = judges_errors(study, found, cut_se)
    drawn = chances(found.n_draws, max(len(models.values), 1), seed=seed)
    sides = sides_of(found, errors, models, drawn)
    made = (
        None
        if found.whole.modelled is None
        else calibrated(study, omitted=omitted, standard_errors="observed", threads=threads)
    )
    points = study.responses.unit
    return Result(
        tables={
            "cuts": cuts_table(sides, found, rows=asked.rows, level=level, unit=points),
            "rounding": rounding_table(found, points),
            "outcomes": outcomes_table(sides, level),
            "sources": sources_table(
                study, found, sides[0], made, drawn=drawn, level=level, threads=threads
            ),
            "models": models_table(found, models),
            "pairs": pairs_table(found),
            "draws": draws_table(found, sides[0], most=draws, level=level),
        },
        notes=(
            *total_notes(study, omitted),
            *found.notes,
            *judges_notes(found, errors, cut_se),
            *_model_notes(found, models),
            *_range_notes(asked),
        ),
        provenance={
            "draws": found.n_draws,
            "clusters": found.clusters.n if found.clusters.name else None,
            "mcse_share_max": study.thresholds["mcse_share_max"].value,
        },
    )


def _model_notes(found: Swept, models: ModelSet) -> tuple[str, ...]:
    if found.whole.modelled is None:
        return (
            f"No response model: {found.why_no_model} Wrong outcomes are those of Livingston and "
            "Lewis, without limits.",
        )
    names = ", ".join(models.values)
    lost = "".join(f" {name}: {why}." for name, why in models.why_not.items())
    said = [
        f"Wrong outcomes come from the model named calibrated; the limits let each of these stand "
        f"in turn, as a share of the draws: {names}.{lost}"
    ]
    if found.whole.modelled.draws is None:
        said.append("Item parameters have no errors here, so the model has no draws and no limits.")
    return tuple(said)


def _range_notes(asked: Range) -> tuple[str, ...]:
    return (asked.said,) if asked.said else ()
