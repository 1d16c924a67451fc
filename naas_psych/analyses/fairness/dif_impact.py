"""From items to people: what the flagged items do to the mean and the pass rate of each group."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from naas_psych.analyses.fairness.compared import comparisons_asked
from naas_psych.analyses.fairness.flagged_items import flagged_items
from naas_psych.analyses.fairness.impact_findings import impact_findings as findings
from naas_psych.analyses.fairness.impact_rows import cut_rows, form_rows, mean_rows
from naas_psych.analyses.fairness.options import Group
from naas_psych.analyses.options import Cuts, Omitted, Replicates
from naas_psych.analyses.outcomes import cuts_asked
from naas_psych.analysis import Level, Seed, analysis
from naas_psych.errors import AnalysisImpossible
from naas_psych.result import Result
from naas_psych.study.study import Study

__all__ = ["dif_impact", "findings"]

Flagged = Annotated[
    Literal["large", "moderate"],
    Field(description="leave out items with a large difference, or a moderate one as well"),
]


@analysis
def dif_impact(
    study: Study,
    *,
    group: Group = None,
    cut: Cuts = None,
    flagged: Flagged = "large",
    omitted: Omitted = None,
    replicates: Replicates = 1000,
    level: Level = 0.95,
    seed: Seed = 2017,
) -> Result:
    """What do the items that were flagged do to each group's mean and to who meets each cut?

    Formula
    -------
    Per cent of the marks, and meeting each cut, with all items (before) and without those flagged
    in this comparison (after). The cut keeps its standard: the ability at which the expected total
    of the whole form is the cut; after, it stands at the total expected there on what remains.
    change is the gap after less the gap before (focal less reference); its limits are percentiles
    of samples of persons drawn within each group.

    How to read it
    --------------
    difference_change above 0: without the flagged items the focal group comes closer to the
    reference or passes it. up and down count persons whose outcome changes. Marks are whole, so a
    cut can only move by steps: a shift of the same size in both groups is that, not the items.
    Look at the table forms before taking an item out: what it costs in reliability.

    When not to use it
    ------------------
    Not as a rule to drop items: whether a difference belongs to what the test should measure is for
    people who know the work. The calibration and the choice of items are taken as given, so the
    limits are too narrow where either is doubtful.

    Agrees with
    -----------
    Counts by hand on a small form; the expected totals agree with those of `information`.

    References
    ----------
    efron_tibshirani_1993

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/naas_pilot")
    >>> means = nps.dif_impact(study, group=["setting"]).tables["means"].set_index("focal")
    >>> means.loc["fostering_adoption", "left_out_items"]
    'A04'
    """
    comparisons = comparisons_asked(study, group)
    marked = flagged_items(study, group, omitted=omitted, least=flagged)
    asked = {"replicates": replicates, "seed": seed, "level": level}
    try:
        cuts = cuts_asked(study, cut)
        notes: tuple[str, ...] = ()
    except AnalysisImpossible as none:
        cuts, notes = {}, (str(none),)
    return Result(
        tables={
            "cuts": cut_rows(study, comparisons, marked, cuts, omitted=omitted, **asked),
            "means": mean_rows(study, comparisons, marked, omitted=omitted, **asked),
            "forms": form_rows(study, comparisons, marked, omitted=omitted),
        },
        notes=notes,
        provenance={"seed": seed},
    )
