"""What changes when the items that content speaks against are left out of the score."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from naas_psych.analyses.content.flagged import Flags, flagged
from naas_psych.analyses.content.removal_cuts import ALL_FORMS
from naas_psych.analyses.content.removal_findings import removal_findings as findings
from naas_psych.analyses.content.removal_rows import Asked, form_rows, over_forms
from naas_psych.analyses.content.removal_tables import cuts_table, forms_table, removed_table
from naas_psych.analyses.options import NotReachedInTotals, Omitted, Replicates
from naas_psych.analysis import Level, Seed, Threads, analysis
from naas_psych.result import Result
from naas_psych.study.study import Study

__all__ = ["findings", "without_flagged"]


@analysis
def without_flagged(
    study: Study,
    *,
    flags: Annotated[
        Flags,
        Field(description="whose flags count: relevance by experts, how items look, or any"),
    ] = "any",
    samples: Annotated[
        int,
        Field(ge=0, le=10_000, description="random sets of as many other items to compare with"),
    ] = 200,
    replicates: Replicates = 1000,
    omitted: Omitted = None,
    not_reached: NotReachedInTotals = None,
    level: Level = 0.95,
    seed: Seed = 2017,
    threads: Threads = 1,
) -> Result:
    """What happens to reliability, scores and outcomes if the flagged items are left out?

    Formula
    -------
    Items flagged: out_of_role by item_relevance, or warned of by face_validity. Scores are
    percentages of the marks that can be earned; a cut keeps its percentage, a raw cut its share of
    the marks. changed = persons on the other side of a cut; limits of shares are Wilson's, those of
    alpha_change, mean_percent_change and pass_rate_change bootstrap (bias-corrected). Reference:
    the same after taking out as many other items of the form, drawn blindly.

    How to read it
    --------------
    Any shorter test moves persons who stand near a cut. Only where more outcomes change than with
    random other items (as_many_random is small) is it these items, and not their number. Read up
    and down apart: they can cancel in the pass rate.

    When not to use it
    ------------------
    Not to report a better reliability: items were flagged, taken out and judged on the same
    people, and nobody sat the shorter test. Not to change results: that is a decision about the
    content, made by people, with the same rule for everybody.

    Agrees with
    -----------
    alpha as in reliability, on the persons with a total. The outcomes were counted by hand on
    small tests.

    References
    ----------
    cronbach_1951, wilson_1927, efron_1987

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/naas_pilot")
    >>> result = nps.without_flagged(study, replicates=0)
    >>> result.tables["removed"]["item_id"].tolist()
    ['AL07', 'AL19', 'AL22', 'BE06', 'BE20']
    """
    found = flagged(study, by=flags, level=level)
    asked = Asked(replicates, samples, level, seed, threads)
    counted = omitted or study.omitted
    gone = frozenset(flag.item for flag in found)
    rows = form_rows(study, lambda _: gone, asked, omitted=counted, not_reached=not_reached)
    removed = {row.form: row.removed for row in rows}
    cuts = tuple(
        cut if removed.get(cut.form, len(found)) else replace(cut, why_not="nothing_removed")
        for cut in over_forms(rows)
    )
    forms = [row.form for row in rows] if len(rows) == 1 else [ALL_FORMS, *removed]
    counts = {"wrong": "count as wrong", "left_out": "leave the person out"}
    unreached = not_reached or study.unreached(counted)
    return Result(
        tables={
            "cuts": cuts_table(study, cuts, forms, level=level),
            "forms": forms_table(rows, replicates=replicates),
            "removed": removed_table(found),
        },
        notes=(
            f"Omitted responses {counts[counted]}; items not reached {counts[unreached]}.",
            "The items were flagged, taken out and judged on the same people, who sat the whole "
            "test: this is no estimate of a test that was built without them.",
            *(() if found else ("No item is flagged, so nothing changes.",)),
        ),
        provenance={"seed": seed, "items_removed": len(found)},
    )
