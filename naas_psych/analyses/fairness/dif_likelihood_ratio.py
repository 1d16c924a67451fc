"""Likelihood-ratio tests of items on a response model of two groups."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from naas_psych.analyses.fairness.compared import comparisons_asked
from naas_psych.analyses.fairness.judged import family_note
from naas_psych.analyses.fairness.likelihood_ratio_findings import (
    likelihood_ratio_findings as findings,
)
from naas_psych.analyses.fairness.likelihood_ratio_rows import (
    Anchors,
    Compared,
    compared,
    item_table,
)
from naas_psych.analyses.fairness.likelihood_ratio_steps import (
    comparison_table,
    invariance_table,
)
from naas_psych.analyses.fairness.options import Group
from naas_psych.analyses.irt.calibrated import Model
from naas_psych.analyses.kept import remembered
from naas_psych.analyses.options import Omitted
from naas_psych.analysis import Level, analysis
from naas_psych.result import Result
from naas_psych.study.study import Study

__all__ = ["dif_likelihood_ratio", "findings"]

Held = Annotated[
    Anchors,
    Field(
        description="which items are equal in both groups while one is tested: all the others, or "
        "steep ones that a first round found to differ least (selected)"
    ),
]


@analysis
@remembered
def dif_likelihood_ratio(
    study: Study,
    *,
    group: Group = None,
    model: Model = "auto",
    anchors: Held = "others",
    omitted: Omitted = None,
    level: Level = 0.95,
) -> Result:
    """Does a response model with an item's parameters free in each group fit better?

    Formula
    -------
    G2 = 2 (l_free - l_equal), df = parameters that may differ. The reference group is N(0, 1), mean
    and SD of the focal group are estimated; all other items are equal in both groups. anchors =
    selected: after that first round a fifth of the items (four at least), the steepest of the half
    with the smallest G2 / df, are held equal, all others are free, and each of these is constrained
    in turn. Guessing is the same in both groups, at the value of the common fit.
    expected_score_difference = mean over the focal group's theta of E(score | focal) - E(score |
    reference), in points.

    How to read it
    --------------
    Below 0: harder for the focal group, in all columns; difficulty_difference is b_R - b_F (the
    literature has b_F - b_R). Where curves cross, differences cancel in expected_score_difference
    and not in expected_score_distance. The class is A below .05 of the marks or chance (of G2, or
    of the difference in points), C above .10 and above .05 beyond chance, B between. The table
    `invariance` asks the same of all items at once: equal slopes (metric), then equal difficulties
    too (scalar).

    When not to use it
    ------------------
    Fewer than 200 persons of either group (no numbers are given), or a model that does not fit.
    Many items that differ one way make the others look as if they differed the other way: then use
    anchors = selected. Standard errors take the loss by unknown theta from the common fit.

    Agrees with
    -----------
    mirt 1.45 (DIF, scheme drop) to 4e-4 in G2: its fits end a little below the maximum, ours are at
    the higher likelihood throughout. Its scalar, metric and configural log-likelihoods to 2e-5.

    References
    ----------
    thissen_steinberg_wainer_1993, woods_2009, meade_2010, benjamini_hochberg_1995

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/naas_pilot")
    >>> items = nps.dif_likelihood_ratio(study, group=["setting"]).tables["items"]
    >>> hit = items[items["verdict"] == "large"]
    >>> list(zip(hit["item_id"], hit["focal"]))
    [('A04', 'fostering_adoption')]
    """
    made = [
        compared(study, one, omitted, model=model, anchors=anchors)
        for one in comparisons_asked(study, group)
    ]
    items = item_table(study, made, level=level)
    tables = {
        "items": items,
        "comparisons": comparison_table(made, level=level),
        "invariance": invariance_table(made),
    }
    return Result(tables, notes=(*_notes(made), family_note(items, "the likelihood ratio")))


def _notes(made: list[Compared]) -> tuple[str, ...]:
    names = {one.comparison.focal.name: one.said for one in made if one.said}
    failed = [f"{name} could not be compared: {said}" for name, said in names.items()]
    models = dict.fromkeys(one.data.why for one in made if one.why is None)
    return (
        *models,
        "Persons of neither group are left out. An item not reached is left out.",
        *failed,
    )
