"""What a pass mark would mean for everybody the test is for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from naas_psych.analyses.cutscores.population_ability import AbilityModel, ability_model, over
from naas_psych.analyses.cutscores.population_curve import curve_table
from naas_psych.analyses.cutscores.population_drawings import population_drawings as drawings
from naas_psych.analyses.cutscores.population_findings import population_findings as findings
from naas_psych.analyses.cutscores.population_frame import (
    Frame,
    frame_of,
    population_size,
    shared_columns,
)
from naas_psych.analyses.cutscores.population_outcomes import Side, outcomes_table, side_of
from naas_psych.analyses.cutscores.population_rows import (
    errors_table,
    near_shares,
    selection_curves,
    selection_table,
    words_table,
)
from naas_psych.analyses.cutscores.population_shares import population_shares
from naas_psych.analyses.cutscores.population_strata import strata_table
from naas_psych.analyses.cutscores.population_weights import (
    Weighted,
    by_raking,
    by_strata,
    unweighted,
)
from naas_psych.analyses.cutscores.sweep_axis import ALL_FORMS
from naas_psych.analyses.cutscores.sweep_draws import chances
from naas_psych.analyses.cutscores.sweep_judges import judges_errors, judges_notes
from naas_psych.analyses.cutscores.sweep_models import model_set
from naas_psych.analyses.cutscores.swept import Swept, swept
from naas_psych.analyses.fairness.score_pairs import total_notes
from naas_psych.analyses.options import Cuts, Omitted
from naas_psych.analysis import Level, Seed, analysis
from naas_psych.errors import AnalysisImpossible
from naas_psych.irt.scores.group_moments import GroupMoments
from naas_psych.result import Result
from naas_psych.study.cutting import SPELLINGS
from naas_psych.study.responses import Counted
from naas_psych.study.study import Study

__all__ = ["cut_population", "drawings", "findings"]

PopulationSize = Annotated[
    int | None,
    Field(
        ge=1,
        description="how many people the test is for; default: [population] size, else the frame's",
    ),
]
Weighting = Annotated[
    Literal["strata", "raking", "none"],
    Field(
        description="weight persons to the frame by strata of all its columns together (strata), "
        "to each column by itself (raking), or not"
    ),
]
Draws = Annotated[
    int, Field(ge=100, le=100_000, description="most draws of other samples of persons")
]
CutError = Annotated[
    float | None,
    Field(
        ge=0,
        le=50,
        description="standard error of the cut, in per cent of the marks; default: the panel's",
    ),
]


@analysis
def cut_population(
    study: Study,
    *,
    population: PopulationSize = None,
    cut: Cuts = None,
    weighting: Weighting = "strata",
    cut_se: CutError = None,
    draws: Draws = 1000,
    omitted: Omitted = None,
    seed: Seed = 2017,
    level: Level = 0.95,
) -> Result:
    """How many people would be below the cut, in each outcome, or given the wrong one?

    Formula
    -------
    Strata h with N_h people in the frame and n_h persons: p = sum W_h p_h, W_h = N_h / N. One by
    one: variance sum W_h^2 (1 - n_h / N_h) p_h (1 - p_h) / (n_h - 1). Between clusters: the sum
    over clusters of (sum of w_i (y_i - p_h(i)))^2, limits of a beta distribution that weighs as
    much. With the judges: the cut moves by its standard error (Student's t) while persons are
    drawn again. Strata with fewer than stratum_persons_min persons give up their last column and
    join others that do and agree in the rest; if these are too few, the largest that agrees.
    design_effect = variance between clusters over p (1 - p) / (n - 1); effective_size = n over it.

    How to read it
    --------------
    `outcomes` gives each share three times: with the limits of persons drawn one by one, of
    clusters, and of clusters with the judges' error; the last are the ones to quote. The words
    follow thresholds fixed beforehand: very small up to 2 %, small up to 5, moderate up to 10, not
    small above. `selection` says what would follow if the population is abler or less able than
    those who came, weights and all; the tipping point is the shift at which the word changes.

    When not to use it
    ------------------
    Weights cannot mend what the columns do not hold: volunteers may differ from others of the
    same kind. It says what would happen at a first sitting if people responded as these did.

    Agrees with
    -----------
    A worked example of post-stratification to its digits; cut_sweep without weights.

    References
    ----------
    cochran_1977, deming_stephan_1940, deville_sarndal_1992, lord_wingersky_1984

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/mini")
    >>> result = nps.cut_population(study, population=30000, draws=100)
    >>> result.tables["words"][["cut_name", "very_small_fits"]].to_dict("records")
    [{'cut_name': 'met', 'very_small_fits': 'does not fit'}]
    """
    people = population_size(study, population)
    found = swept(study, cut=cut, omitted=omitted, draws=draws, seed=seed)
    if not found.placed:
        raise AnalysisImpossible(
            f"No pass mark is given. Needed: --cut {SPELLINGS}, or [cuts] in study.toml."
        )
    frame = None if weighting == "none" else frame_of(study)
    ways = _ways(study, found, frame, weighting)
    made = _made(study, found, ways, _Asked(people, cut_se, omitted, seed))
    unit, limits = study.responses.unit, study.thresholds
    near = [near_shares(found, way, unit) for way in ways]
    curves = selection_curves(made.sides, made.moments, made.model)
    errors = judges_errors(study, found, cut_se)
    return Result(
        tables={
            "outcomes": outcomes_table(made.sides, people, level),
            "words": words_table(made.sides, curves, people, limits, level),
            "errors": errors_table(made.sides, near, people, level),
            "selection": selection_table(curves, people, limits),
            "strata": strata_table(found, ways[-1], limits),
            "curve": curve_table(made.sides[-1], level),
        },
        notes=(
            *total_notes(study, omitted),
            *judges_notes(found, errors, cut_se),
            *_population_notes(study, people, ways, frame),
            *found.notes,
        ),
        provenance={
            "draws": found.n_draws,
            "population": None if np.isnan(people) else people,
            "weighted_by": list(frame.columns) if frame else [],
        },
    )


@dataclass(frozen=True)
class _Asked:
    people: float
    cut_se: float | None
    omitted: Counted | None
    seed: int


@dataclass(frozen=True, eq=False)
class _Made:
    sides: list[Side]
    moments: list[GroupMoments]
    model: AbilityModel | None


def _ways(study: Study, found: Swept, frame: Frame | None, weighting: str) -> list[Weighted]:
    """Nobody weighted, then as asked where there is a frame."""
    rows = np.sort(np.concatenate([form.rows for form in found.totals]))
    ways = [unweighted(rows)]
    least = int(study.thresholds["stratum_persons_min"].value)
    if frame is not None:
        way = by_raking if weighting == "raking" else by_strata
        ways.append(way(frame, rows, least=max(least, 2)))
    return ways


def _made(study: Study, found: Swept, ways: list[Weighted], asked: _Asked) -> _Made:
    model = ability_model(study, found, asked.omitted)
    moments = [model.moments(way) for way in ways] if model else []
    models = list(model_set(study, found, asked.omitted, 1).of(ALL_FORMS).values())
    judges = judges_errors(study, found, asked.cut_se)[ALL_FORMS]
    drawn = chances(found.n_draws, max(len(models), 1), seed=asked.seed)
    sides: list[Side] = []
    for k, way in enumerate(ways):
        shares = population_shares(found, way, unit=study.responses.unit, population=asked.people)
        ratio = None
        if model and k > 0:
            first = model.measures(moments[0].mean, moments[0].sd, sides[0].shares.by_form)
            here = model.measures(moments[k].mean, moments[k].sd, shares.by_form)
            ratio = over(here, first)
        sides.append(
            side_of(
                found,
                way.name,
                shares,
                judges=judges,
                models=models,
                chances=drawn,
                ratio=ratio,
            )
        )
    return _Made(sides, moments, model)


def _population_notes(
    study: Study, people: float, ways: list[Weighted], frame: Frame | None
) -> list[str]:
    said = []
    n = ways[0].rows.size
    if np.isnan(people):
        said.append(
            "Shares are not scaled to a population: none is given. Needed: --population, "
            "[population] size, or a table frame."
        )
    elif people < n:
        said.append(
            f"The population given ({people:,.0f}) is smaller than the {n:,} persons with a "
            "total, so that these are no sample of it: shares are scaled to it as they are."
        )
    if frame is None:
        shared = ", ".join(shared_columns(study))
        hint = f" The frame and the persons share {shared}." if shared else ""
        said.append(
            "Persons are not weighted to a population: that needs a table frame and [population] "
            f"strata in study.toml.{hint}"
        )
        return said
    way = ways[-1]
    by = " by ".join(frame.columns)
    said.append(f"Weighted to a frame of {frame.counts.sum():,.0f} people: {by}.")
    if way.unknown:
        said.append(
            f"{way.unknown} persons are of a kind of which the frame has nobody; they are in no "
            "weighted share."
        )
    if frame.lacking:
        said.append(
            f"{frame.lacking:,} rows of the frame lack a level or a count and are left out."
        )
    joined = int(way.strata["joined_with"].notna().sum())
    if joined:
        said.append(
            f"{joined} of {len(way.strata)} strata have too few persons and are joined with others "
            "(table strata): they give up their last column until there are enough."
        )
    return said
