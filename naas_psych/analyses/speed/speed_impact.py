"""Speed and outcomes: who is placed on the other side of a cut because time was short?"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from naas_psych.analyses.options import Omitted
from naas_psych.analyses.speed.behaviour import behaviour
from naas_psych.analyses.speed.impact_drawings import impact_drawings as drawings
from naas_psych.analyses.speed.impact_findings import impact_findings as findings
from naas_psych.analyses.speed.impact_tables import cuts_table, groups_table
from naas_psych.analyses.speed.judged_forms import judged_forms
from naas_psych.analyses.speed.options import Asked, Rule, Tail
from naas_psych.analysis import Level, Seed, analysis
from naas_psych.errors import AnalysisImpossible
from naas_psych.result import Result
from naas_psych.study.study import Study

__all__ = ["drawings", "findings", "speed_impact"]

Draws = Annotated[
    int, Field(ge=20, le=5000, description="random sets of as many other positions to compare with")
]


@analysis
def speed_impact(
    study: Study,
    *,
    tail: Tail = 0.125,
    draws: Draws = 200,
    rule: Rule = "auto",
    omitted: Omitted = None,
    level: Level = 0.95,
    seed: Seed = 2017,
) -> Result:
    """Whose outcome changes at each cut when the hurried tail of the test is left out?

    Formula
    -------
    A person meets a cut when marks / possible marks reach it. The same without the last positions,
    in per cent of what remains; changed = persons who are then on the other side / n. Reference:
    the same with as many positions drawn at random from the others, `draws` times.

    How to read it
    --------------
    Any shorter test moves persons near a cut. reference_mean says how many as many other items
    would move; changed above reference_high is more than 95 of 100 such sets do. Then look at who
    moves: gain is (up - down) / n. If time was the reason, persons who rushed in the tail go up
    and those who did not hardly move (table groups, rushed_in_tail). "without rapid answers" leaves
    out the answers that were too fast to be considered, wherever they stand.

    When not to use it
    ------------------
    Not to correct anybody's outcome: what a person would have earned with more time is not in these
    data. Leaving out rapid answers favours those who guess where they know little, so it is a line
    of a sensitivity check and no way to score.

    Agrees with
    -----------
    The rule of effort-moderated scoring. Limits are Wilson's, which a bootstrap of persons gives
    within its Monte-Carlo error, as the cut is fixed.

    References
    ----------
    wise_demars_2006, wilson_1927

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/naas_pilot")
    >>> cuts = nps.speed_impact(study).tables["cuts"].set_index(["form", "cut", "variant"])
    >>> row = cuts.loc[("alpha", "met", "without the tail")]
    >>> bool(row["up"] > row["down"])
    True
    """
    if not study.spec.cuts:
        raise AnalysisImpossible(
            "No cut is given, so there is no outcome that could change. Needed: a cut in "
            'study.toml, such as [cuts] met = {value = 63, unit = "percent"}.'
        )
    seen = behaviour(study, Asked(rule=rule))
    forms = judged_forms(study, seen, tail=tail, omitted=omitted or study.omitted)
    return Result(
        tables={
            "cuts": cuts_table(study, forms, draws=draws, seed=seed, level=level),
            "groups": groups_table(study, forms, level=level),
        },
        notes=(*seen.places.notes, *forms.notes),
        provenance={"seed": seed},
    )
