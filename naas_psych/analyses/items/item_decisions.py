"""What a panel decided of the items, and what the decisions do to scores and outcomes."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from pydantic import Field

from naas_psych.analyses.content.removal_rows import Asked, FormRow, form_rows
from naas_psych.analyses.items.decided_items import decided, items_table
from naas_psych.analyses.items.decision_drawings import decision_drawings as drawings
from naas_psych.analyses.items.decision_effects import (
    cut_shares,
    effects_table,
    optimism_table,
    outcomes_table,
)
from naas_psych.analyses.items.decision_findings import decision_findings as findings
from naas_psych.analyses.items.decision_groups import gaps_table, groups_table
from naas_psych.analyses.options import NotReachedInTotals, Omitted, Replicates
from naas_psych.analysis import Level, Seed, Threads, analysis
from naas_psych.result import Result
from naas_psych.study.study import Study

__all__ = ["drawings", "findings", "item_decisions"]

Splits = Annotated[
    int,
    Field(ge=0, le=1000, description="random halvings that show what choosing by the data adds"),
]


@analysis
def item_decisions(
    study: Study,
    *,
    samples: Annotated[
        int,
        Field(ge=0, le=10_000, description="random sets of as many other items to compare with"),
    ] = 200,
    splits: Splits = 50,
    replicates: Replicates = 1000,
    omitted: Omitted = None,
    not_reached: NotReachedInTotals = None,
    level: Level = 0.95,
    seed: Seed = 2017,
    threads: Threads = 1,
) -> Result:
    """What was decided of each item, and what would the decisions do to scores and outcomes?

    Formula
    -------
    dropped: without the items decided drop; drop_and_hold: without those on hold as well. Scores
    are percentages of the marks that can be earned. A cut keeps its percentage of the marks that
    remain: a raw cut its share of the marks, a cut on theta the share expected there on the whole
    form. change = after - before, with bootstrap limits of the same persons (bias-corrected); g:
    difference of each person's influence on both g. random: as many other items of the form, drawn
    blindly. Optimism: items with the lowest item-rest correlation in one random half are left out;
    gain of alpha in that half less the gain in the other.

    How to read it
    --------------
    Start with `items`: what is flagged and not decided is open. Any shorter test moves persons who
    stand near a cut; only what goes beyond random items is an effect of these. A test that became
    easier passes more people at the same percentage who know no more: look at the mean facility.

    When not to use it
    ------------------
    Not to report a better reliability: items were judged, left out and measured on the same people,
    and nobody sat the shorter test. What an item that is to be revised will do cannot be shown.

    Agrees with
    -----------
    Outcomes and alpha agree with `without_flagged` where the same items go, and with counts.

    References
    ----------
    cronbach_1951, wilson_1927, efron_1987, hedges_1981

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/naas_pilot")
    >>> items = nps.item_decisions(study, replicates=0, samples=0).tables["items"]
    >>> items.loc[items["decision"] == "drop", "item_id"].tolist()
    ['AL07', 'AL19', 'BE06', 'BE20']
    """
    found = decided(study)
    asked = Asked(replicates, samples, level, seed, threads)
    counted = omitted or study.omitted
    made: dict[str, tuple[FormRow, ...]] = {
        scenario: form_rows(
            study,
            found.gone(scenario),
            asked,
            omitted=counted,
            not_reached=not_reached,
            cut_shares=partial(cut_shares, omitted=counted),
        )
        for scenario in found.scenarios
    }
    return Result(
        tables={
            "items": items_table(study, found),
            "effects": effects_table(made, level=level, replicates=replicates),
            "outcomes": outcomes_table(study, made, level=level),
            "groups": groups_table(study, made, asked),
            "gaps": gaps_table(study, made, level=level),
            "optimism": optimism_table(made, splits=splits, seed=seed),
        },
        notes=(
            "A cut keeps its per cent of the marks that remain; a cut on theta stands at the share "
            "of the marks expected there on the whole form.",
            "The items were judged, left out and measured on the same people, who sat the whole "
            "test: a reliability after dropping items is flattered by that. The table optimism "
            "shows by how much, had every item been chosen for how it worked.",
            *found.notes,
        ),
        provenance={"seed": seed},
    )
