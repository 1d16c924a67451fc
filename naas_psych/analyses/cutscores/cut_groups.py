"""What a pass mark does to the gap between groups, at every place where it could stand."""

from __future__ import annotations

from naas_psych.analyses.clusters import clusters_of
from naas_psych.analyses.cutscores.cut_groups_counts import met_along, met_at
from naas_psych.analyses.cutscores.cut_groups_drawings import group_drawings as drawings
from naas_psych.analyses.cutscores.cut_groups_findings import group_findings as findings
from naas_psych.analyses.cutscores.cut_groups_gaps import gaps_table
from naas_psych.analyses.cutscores.cut_groups_model import (
    level_models,
    modelled_columns,
    totals_along,
    totals_of,
)
from naas_psych.analyses.cutscores.cut_groups_rows import (
    counted,
    curve_table,
    cuts_table,
    modelled_table,
)
from naas_psych.analyses.cutscores.population_model import PopulationModel, population_model
from naas_psych.analyses.fairness.compared import comparisons_asked
from naas_psych.analyses.fairness.options import Group
from naas_psych.analyses.fairness.outcome_counts import (
    passes_along,
    passes_at,
    placed_cuts,
    possible_cuts,
)
from naas_psych.analyses.fairness.score_pairs import total_notes
from naas_psych.analyses.options import Cuts, Omitted
from naas_psych.analyses.outcomes import form_totals
from naas_psych.analysis import Level, analysis
from naas_psych.errors import AnalysisImpossible
from naas_psych.result import Result
from naas_psych.study.responses import Counted
from naas_psych.study.study import Study

__all__ = ["cut_groups", "drawings", "findings"]


@analysis
def cut_groups(
    study: Study,
    *,
    group: Group = None,
    cut: Cuts = None,
    omitted: Omitted = None,
    level: Level = 0.95,
) -> Result:
    """At which pass marks do groups pass at different rates, and how much is owed to the place?

    Formula
    -------
    ratio = p_F / p_R, difference = p_F - p_R, shortfall = n_F p_R - passes_F. Where persons came
    in clusters: variance of ln ratio = G/(G-1) sum over clusters of
    [sum_F (y - p_F) / (n_F p_F) - sum_R (y - p_R) / (n_R p_R)]^2, limits with Student's t at
    G - 1 degrees of freedom; alike for the difference. `..._simple` are limits of persons drawn
    one by one (Morris and Lobsenz, Newcombe).
    Modelled: mean and SD of theta of each group by EM with the items as calibrated, and
    P(X >= c) = sum_q w_q P(X >= c | theta_q) from the exact distribution of totals.

    How to read it
    --------------
    The gap in ability between two groups stays what it is; the ratio of pass rates falls as the
    cut rises, and the difference is largest where the cut cuts through the middle. `modelled`
    shows this for every attainable cut, `gaps` from which cut the ratio is below pass_ratio_min
    (.80): by the count, and as far as its limits say. The rates at the cuts asked for are those
    of adverse_impact.

    When not to use it
    ------------------
    Not to choose the pass mark: it follows from what the work demands. Not as an answer to why
    groups differ, nor to whether that is right or lawful.

    Agrees with
    -----------
    adverse_impact at the cuts asked for; the limits of the ratio with a worked example to five
    digits; the modelled rates with answers drawn from the model.

    References
    ----------
    uniform_guidelines_1978, morris_lobsenz_2000, newcombe_1998, lord_wingersky_1984

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/naas_pilot")
    >>> result = nps.cut_groups(study, group=["sex"], cut=["63%"])
    >>> result.tables["cuts"][["cut", "focal", "n_focal", "verdict"]].to_dict("records")
    [{'cut': '63%', 'focal': 'male', 'n_focal': 130, 'verdict': 'above'}]
    """
    comparisons = comparisons_asked(study, group)
    placed = placed_cuts(study, cut, omitted)
    forms, clusters = form_totals(study, omitted), clusters_of(study)
    grid, limits = possible_cuts(study, forms), study.thresholds
    model, doubt = _model(study, omitted)
    levels = level_models(model, forms, comparisons) if model else {}
    asked, along = (
        counted(passes, met, clusters, comparisons, limits, level=level)
        for passes, met in (
            (passes_at(forms, placed.cuts, comparisons), met_at(forms, placed.cuts)),
            (passes_along(forms, grid, comparisons), met_along(forms, grid)),
        )
    )
    at_cuts, by_cut = (
        modelled_columns(model, levels, comparisons, totals)
        for totals in (totals_of(placed.cuts, len(forms)), totals_along(forms, grid))
    )
    tables = {
        "cuts": cuts_table(comparisons, placed.cuts, asked, at_cuts, limits),
        "gaps": gaps_table(
            comparisons,
            grid,
            along,
            modelled=by_cut if model else {},
            levels=levels,
            limits=limits,
        ),
        "curve": curve_table(comparisons, grid, along),
    }
    if model:
        tables["modelled"] = modelled_table(comparisons, grid, along.shown, by_cut)
    ratio_min = limits["pass_ratio_min"].value
    return Result(
        tables=tables,
        notes=(
            *total_notes(study, omitted),
            clusters.said,
            *doubt,
            *_notes(ratio_min),
            *placed.notes,
        ),
        provenance={"pass_ratio_min": ratio_min},
    )


def _notes(ratio_min: float) -> tuple[str, ...]:
    return (
        "Whoever is at the cut or above meets it; each form is judged at its own total.",
        f"The ratio of {ratio_min:.2f} is a screening rule from the United States; no law of the "
        "United Kingdom has such a number.",
        "Modelled rates take an item that was not reached as left out, counted ones as wrong.",
    )


def _model(study: Study, omitted: Counted | None) -> tuple[PopulationModel | None, tuple[str, ...]]:
    """The response model, or why there is none."""
    try:
        return population_model(study, omitted), ()
    except AnalysisImpossible as error:
        return None, (f"There are no modelled rates: {error}",)
