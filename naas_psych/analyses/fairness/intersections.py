"""Crossed groups: cells of few persons, drawn towards what their groups add up to."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from naas_psych.analyses.fairness.adjusted_outcomes import SCORE, outcomes_asked
from naas_psych.analyses.fairness.crossed_groups import columns_to_cross, crossing_of
from naas_psych.analyses.fairness.crossed_rows import cells_table, modelled, summary_table
from naas_psych.analyses.fairness.intersection_drawings import intersection_drawings as drawings
from naas_psych.analyses.fairness.intersection_findings import intersection_findings as findings
from naas_psych.analyses.fairness.matched import matched_notes
from naas_psych.analyses.fairness.options import Group
from naas_psych.analyses.options import Cuts, Omitted
from naas_psych.analysis import Level, analysis
from naas_psych.result import Result
from naas_psych.study.study import Study

__all__ = ["drawings", "findings", "intersections"]

Cross = Annotated[
    list[str] | None,
    Field(
        description="person column to cross with the others named, twice or more; default: the "
        "first two of --group, else [fairness] intersect"
    ),
]


@analysis
def intersections(
    study: Study,
    *,
    cross: Cross = None,
    group: Group = None,
    cut: Cuts = None,
    omitted: Omitted = None,
    level: Level = 0.95,
) -> Result:
    """Do persons who belong to two groups at once do as the two groups add up to?

    Formula
    -------
    Score: y = form + main effects of each column + u_cell + e, u normal with an unknown variance,
    by restricted likelihood. A cut: the same in log odds of meeting it. cell_additive is the part
    without u, cell_deviation u, cell_shrunken the sum: the cell's own mean, drawn towards what its
    groups add up to, the more the fewer persons it has. remaining = variance of u over the variance
    between cells when there are no main effects. Limits average over the ratio of the variances,
    with a half-normal prior of scale 1/2 (SD between over SD within cells).

    How to read it
    --------------
    Compare cells by cell_shrunken. A deviation whose interval leaves out 0 says that the cell does
    better or worse than its groups by themselves would have it. remaining near 0: the cells differ
    as their groups do; near 1: crossing shows what no single column does. below_floor marks cells
    too small to be spoken of; their raw mean says next to nothing.

    When not to use it
    ------------------
    With few cells the data cannot say how far apart cells are, and the answer is "cannot tell",
    which is not the same as none. Not for one person: a cell is no verdict on who is in it.

    Agrees with
    -----------
    R: lme4's lmer (REML) for scores; mgcv's gam (method REML, s(cell, bs = "re")) for rates, but
    for a weak prior of main effects (SD 2.5 in log odds) that keeps them finite. Limits differ:
    those of R take the variance as known.

    References
    ----------
    evans_2018, wood_2011, wilson_1927

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/naas_pilot")
    >>> tables = nps.intersections(study, cross=["sex", "ethnicity"]).tables
    >>> tables["cells"]["cell"].iloc[0]
    'sex=female, ethnicity=White'
    """
    groups = columns_to_cross(study, cross, group)
    outcomes = outcomes_asked(study, cut, omitted)
    crossing = crossing_of(groups, outcomes.total)
    named = {SCORE: outcomes.score, **outcomes.met}
    found = [
        modelled(crossing, name, values, outcomes.forms, binary=name in outcomes.met, level=level)
        for name, values in named.items()
    ]
    floor = study.thresholds["gap_show_min"].value
    line = study.thresholds["crossing_remaining_half"].value
    without = int(outcomes.total.sum() - (crossing.codes >= 0).sum())
    return Result(
        tables={
            "cells": cells_table(crossing, found, floor=floor, level=level),
            "summary": summary_table(crossing, found, line=line, level=level),
        },
        notes=(
            f"Crossed: {' x '.join(crossing.names)}. Cells are valued at the mix of forms of all.",
            f"Persons with a total who lack a level of a column, or did not state it: {without}.",
            f"below_floor: fewer than {floor:g} persons.",
            *matched_notes(study, omitted)[:1],
        ),
    )
