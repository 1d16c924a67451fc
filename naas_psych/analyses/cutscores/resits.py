"""Resits: what comes of letting those below the cut sit again?"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from naas_psych.analyses.cutscores.resit_ability import ability, scored_persons
from naas_psych.analyses.cutscores.resit_arms import arms_table
from naas_psych.analyses.cutscores.resit_drawings import resit_drawings as drawings
from naas_psych.analyses.cutscores.resit_findings import resit_findings as findings
from naas_psych.analyses.cutscores.resit_groups import group_table
from naas_psych.analyses.cutscores.resit_policies import (
    assumed,
    assumption_table,
    compared_policies,
    own_policy,
)
from naas_psych.analyses.cutscores.resit_rows import (
    attempt_table,
    first_table,
    month_table,
    outcome_table,
    policy_table,
    sensitivity_table,
    work_all,
)
from naas_psych.analyses.cutscores.resit_world import world_of
from naas_psych.analyses.fairness.compared import groups_asked
from naas_psych.analyses.fairness.options import Group
from naas_psych.analyses.options import Cuts, Omitted
from naas_psych.analyses.outcomes import cuts_asked
from naas_psych.analysis import Level, Seed, analysis
from naas_psych.errors import AnalysisImpossible
from naas_psych.result import Result
from naas_psych.study.study import Study

__all__ = ["drawings", "findings", "resits"]

Attempts = Annotated[
    int | None, Field(ge=1, le=20, description="sittings that a person may have in all")
]
Months = Annotated[
    float | None, Field(ge=0, le=120, description="months between two sittings of a person")
]
Gain = Annotated[
    float | None,
    Field(ge=-3, le=3, description="gain in ability between two sittings, in SD of ability"),
]
Practice = Annotated[
    float | None,
    Field(ge=-3, le=3, description="gain in marks alone between two sittings, in SD of ability"),
]
Correlation = Annotated[
    float | None, Field(ge=0, lt=1, description="correlation of the errors of a person's sittings")
]
DropOut = Annotated[
    float | None, Field(ge=0, le=1, description="share of those who may sit again and do not")
]
FastTrack = Annotated[
    float | None,
    Field(ge=0, le=120, description="months to the next sitting after the middle outcome"),
]
Discounted = Annotated[
    float | None,
    Field(ge=0, le=1, description="share of persons one of whose sittings does not count"),
]
Draws = Annotated[
    int, Field(ge=0, le=10_000, description="samples of clusters behind the limits; 0 for none")
]
People = Annotated[
    int | None, Field(ge=1, description="persons to scale shares to; default: [population] size")
]


@analysis
def resits(
    study: Study,
    *,
    cut: Cuts = None,
    group: Group = None,
    attempts: Attempts = None,
    gap: Months = None,
    true_gain: Gain = None,
    practice_gain: Practice = None,
    error_correlation: Correlation = None,
    drop_out: DropOut = None,
    fast_track: FastTrack = None,
    discounted: Discounted = None,
    counts: Annotated[
        Literal["best", "last"],
        Field(description="outcome of those who never reach the highest: their best or their last"),
    ] = "best",
    population: People = None,
    omitted: Omitted = None,
    draws: Draws = 400,
    seed: Seed = 2017,
    level: Level = 0.95,
) -> Result:
    """What comes of letting those below the cut sit again?

    Formula
    -------
    P(met by sitting m) = 1 - prod_k P(X_k < c | theta + (k - 1)(true + practice gain) SD), over the
    distribution of theta; X from the calibrated model (Lord and Wingersky). Errors that correlate
    by r: Phi((Phi^-1 P - sqrt(r) u) / sqrt(1 - r)) for P, over a normal u. A false pass reaches the
    cut at a sitting when the true score at theta + (k - 1) true gain SD does not; a false fail has
    not reached it though the true score of the last sitting does.

    How to read it
    --------------
    Every sitting is another chance to be lucky: false fails fall and false passes rise. Read both
    beside those of a single sitting (`_once`). `_first` holds them against the standing before the
    first sitting: with a true gain, some who could not at first can in the end. Gains are assumed,
    not measured: the table sensitivity shows what hangs on each. Limits are for the persons who
    happened to be tested, with everything else as assumed.

    When not to use it
    ------------------
    Not as a forecast: who comes again, how they prepare and whether forms leak is not known. People
    of one kind are taken to drop out alike, whatever they believe of their chances.

    Agrees with
    -----------
    Chances of four sittings with and without gains to five digits; with a separate simulation of
    30,000 persons (60 items, reliability .82, mean 78 %, SD 12) within its error.

    References
    ----------
    millman_1989, clauser_nungester_2001, lord_wingersky_1984

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/naas_pilot")
    >>> result = nps.resits(study, cut=["63%"], group=["sex"], draws=0, true_gain=0.2)
    >>> result.tables["policies"]["policy"].tolist()[:3]
    ['1 attempt', '2 attempts', '3 attempts']
    """
    given: dict[str, Any] = {
        "attempts": attempts,
        "gap": gap,
        "fast_track": fast_track,
        "true_gain": true_gain,
        "practice_gain": practice_gain,
        "error_correlation": error_correlation,
        "drop_out": drop_out,
        "discounted": discounted,
    }
    cuts = cuts_asked(study, cut)
    world = world_of(study, cuts, _lowest(study), omitted)
    scored = scored_persons(study, cuts, omitted, draws=draws, seed=seed)
    if not scored.rows.size or not world.reliability > 0:
        raise AnalysisImpossible(
            "Nobody has a total on a form where totals differ. Needed: complete scored responses."
        )
    numbers = assumed(study, given)
    own = own_policy(numbers, best=counts == "best")
    everybody = ability(world, scored, np.ones(scored.rows.size, dtype=bool))
    people = population or study.spec.population.size
    worked = work_all(world, compared_policies(numbers, own))
    found = [one.of(everybody) for one in worked.values()]
    asked = groups_asked(study, group) if group or study.spec.groups else ()
    least = int(study.thresholds["gap_show_min"].value)
    tables = {
        "policies": policy_table(found, people, level),
        "attempts": attempt_table(found, people, level),
        "outcomes": outcome_table(world, found, people, level),
        "first_sitting": first_table(found[0], scored, world, level),
        "months": month_table(found),
        "groups": group_table(world, worked[own.name], scored, asked, least=least, level=level),
        "sensitivity": sensitivity_table(world, own, numbers, everybody),
        "assumptions": assumption_table(numbers, world.reliability),
    }
    arms = arms_table(study, own, numbers["fast_track"].value, people, omitted, seed=seed)
    return Result(
        tables=tables if arms is None else {**tables, "component_arms": arms},
        notes=(
            f"The highest outcome is {world.outcomes[-1]}; whoever reaches it sits no more.",
            "Gains, gaps, drop-out and correlated errors are assumed (table assumptions). Gains "
            "add up from sitting to sitting.",
            f"{scored.said} They hold everything that is assumed as it is.",
            *(() if arms is None else (_ARMS,)),
            "Ability is normal; a group differs in its mean and its spread.",
            *world.notes,
        ),
        provenance={"own_policy": own.name, "top": world.outcomes[-1], "seed": seed},
    )


_ARMS = (
    "The table component_arms is of the whole assessment by the rule of [decision], simulated with "
    "normal scores; what was met is kept where only failed parts are taken again."
)


def _lowest(study: Study) -> str:
    """The name of what lies below all cuts."""
    return study.spec.decision.outcomes[0]
