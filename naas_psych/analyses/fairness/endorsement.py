"""Endorsement: does an employer's rating tell people apart, or is everybody endorsed?"""

from __future__ import annotations

from typing import Annotated

import numpy as np
from pydantic import Field

from naas_psych.analyses.fairness.adjusted_outcomes import Outcomes, outcomes_asked
from naas_psych.analyses.fairness.compared import comparisons_asked
from naas_psych.analyses.fairness.endorsed_persons import Endorsed, endorsed_persons
from naas_psych.analyses.fairness.endorsement_drawings import endorsement_drawings as drawings
from naas_psych.analyses.fairness.endorsement_findings import endorsement_findings as findings
from naas_psych.analyses.fairness.endorsement_gaps import gap_tables
from naas_psych.analyses.fairness.endorsement_rows import (
    halo_rows,
    outcome_rows,
    overview_rows,
    site_rows,
)
from naas_psych.analyses.fairness.options import Group
from naas_psych.analyses.fairness.rated_work import mean_marks
from naas_psych.analyses.options import Cuts, Omitted
from naas_psych.analysis import Level, analysis
from naas_psych.numerics.arrays import Floats
from naas_psych.result import Result
from naas_psych.study.study import Study

__all__ = ["drawings", "endorsement", "findings"]

#: The outcome that is no cut of the test.
MARKS = "upper half of marks"
Top = Annotated[
    float | None,
    Field(
        description="rating from which one counts as high; default: the two highest in use, on a "
        "scale of fewer than five levels the highest"
    ),
]
Criterion = Annotated[
    list[str] | None,
    Field(
        description="column of ratings by criterion, twice or more; default: columns called kss_, "
        "criterion_ or rating_, else every other column on the scale of the rating"
    ),
]


@analysis
def endorsement(
    study: Study,
    *,
    group: Group = None,
    cut: Cuts = None,
    top: Top = None,
    criterion: Criterion = None,
    omitted: Omitted = None,
    level: Level = 0.95,
) -> Result:
    """Does the employer's endorsement tell people apart, or is it a formality?

    Formula
    -------
    top_share: share of those put forward whose rating is among the highest (Wilson). auc: chance
    that somebody who reached the outcome was rated above somebody who did not, a tie counting as
    half (DeLong); auc_within compares persons of one site only. site_variance_share: variance
    between sites over all variance of the rating, by restricted likelihood. Gaps: difference of
    two groups in the mean rating, the share rated high and the share endorsed, as they are and with
    the score on the test held equal (least squares; logistic, average marginal effect), with errors
    by site. criteria_correlation: mean correlation of the ratings by criterion.

    How to read it
    --------------
    endorsement_verdict: formality, if nearly everybody is rated high for certain
    (endorsement_top_formality) or every area lies below endorsement_auc_min for certain;
    informative, if an area surely reaches endorsement_auc_useful, at most endorsement_top_max are
    rated high and evidence is missing for at most endorsement_missing_max; weak, if an area is
    above endorsement_auc_min and the rest is not met; else cannot tell. A site is nearly_all_high
    where that is certain of it (endorsement_site_probability) and its ratings are not shown to tell
    who reaches the first cut. Ratings of criteria that go together nearly perfectly are one rating
    written down several times.

    When not to use it
    ------------------
    Not to rank sites, nor to say why one endorses many: it may put forward its best people, and
    motives leave no number. Of people who were never put forward nothing is known but their
    ratings, if these were recorded. Test and marks are other measures of the work, not the truth:
    a good rating may see what they do not. A score is measured with error, so that holding it equal
    leaves part of a real difference in ability in the adjusted gap.

    Agrees with
    -----------
    R: pROC (auc, DeLong's variance; limits here are on the logit), lme4's lmer (share of sites),
    psych (correlations), and what `adjusted_gaps` agrees with for the gaps.

    References
    ----------
    wilson_1927, delong_1988, pustejovsky_tipton_2018, cooper_1981

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/naas_pilot")
    >>> result = nps.endorsement(study)
    >>> result.tables["overview"]["endorsement_verdict"].iloc[0]
    'cannot_tell'
    """
    found = endorsed_persons(study, top=top, criteria=criterion)
    scores = outcomes_asked(study, cut, omitted)
    reached = _outcomes(study, found, scores, first=list(cut or study.spec.cuts))
    limits = study.thresholds
    told = outcome_rows(found, reached, limits, level)
    comparisons = comparisons_asked(study, group) if group or study.spec.groups else ()
    least = limits["gap_show_min"].value
    return Result(
        tables={
            "overview": overview_rows(found, told, limits, level),
            "outcomes": told,
            "sites": site_rows(found, reached, limits, level),
            **gap_tables(found, scores, comparisons, least=least, level=level),
            "halo": halo_rows(found, level),
        },
        notes=_notes(found, scores),
    )


def _outcomes(
    study: Study, found: Endorsed, scores: Outcomes, *, first: list[str]
) -> dict[str, Floats]:
    """Each cut, as study.toml names them, then the upper half of marks, of N persons each."""
    cuts = {name: scores.met[name] for name in dict.fromkeys(one.strip() for one in first)}
    marks = mean_marks(study)
    own = found.of(found.forward)
    if marks is None or not np.isfinite(own.from_study(marks)).any():
        return cuts
    middle = float(np.nanmedian(own.from_study(marks)))
    upper = np.where(np.isfinite(marks), (marks >= middle).astype(float), np.nan)
    return {**cuts, MARKS: upper}


def _notes(found: Endorsed, scores: Outcomes) -> tuple[str, ...]:
    notes = [
        f"Rated high: {found.top:g} or more. Numbers are of persons put forward, but for the row "
        "of those who were not.",
    ]
    if found.unrated:
        notes.append(f"{found.unrated} persons without a rating are left out.")
    if found.names:
        notes.append(f"Criteria: {', '.join(found.names)}.")
    if found.site is None:
        notes.append(
            "No site is known (a column site, or [fairness] site), so persons count as independent."
        )
    else:
        notes.append("Errors of gaps allow for persons of one site being alike; areas do not.")
    if not scores.met:
        notes.append("No cut is named ([cuts] in study.toml), so the test tells no outcome.")
    notes.append(
        "Held equal in adjusted gaps: the score on the test, and the form where there are several. "
        "p_adjusted: Benjamini and Hochberg over the comparisons of one measure."
    )
    return tuple(notes)
