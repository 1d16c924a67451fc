"""Gaps between groups as they are, and between persons alike in what was declared."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from naas_psych.analyses.fairness.adjusted_columns import columns_of, reasons_of
from naas_psych.analyses.fairness.adjusted_drawings import adjusted_drawings as drawings
from naas_psych.analyses.fairness.adjusted_findings import adjusted_findings as findings
from naas_psych.analyses.fairness.adjusted_outcomes import outcomes_asked
from naas_psych.analyses.fairness.adjusted_rows import Compared, compared_persons, gap_rows
from naas_psych.analyses.fairness.compared import comparisons_asked
from naas_psych.analyses.fairness.covariates import Covariate, covariates_asked, person_column
from naas_psych.analyses.fairness.matched import matched_notes
from naas_psych.analyses.fairness.options import Group
from naas_psych.analyses.options import Cuts, Omitted
from naas_psych.analysis import Level, analysis
from naas_psych.result import Result, tidy
from naas_psych.study.study import Study

__all__ = ["adjusted_gaps", "drawings", "findings"]

AdjustFor = Annotated[
    list[str] | None,
    Field(description="person column to hold equal, once or more; default: [fairness] adjust_for"),
]
Sites = Annotated[
    Literal["errors", "random"],
    Field(
        description="sites ([fairness] site) enter the errors (errors), or as intercepts drawn at "
        "random (random)"
    ),
]


@analysis
def adjusted_gaps(
    study: Study,
    *,
    group: Group = None,
    cut: Cuts = None,
    adjust_for: AdjustFor = None,
    sites: Sites = "errors",
    omitted: Omitted = None,
    level: Level = 0.95,
) -> Result:
    """How large are the gaps between groups, before and after holding other things equal?

    Formula
    -------
    Score: least squares of the percentage of marks on group, covariates and form. A cut: logistic
    regression of meeting it; adjusted = mean over all persons of P(focal) - P(reference), with
    everything else as each person has it (average marginal effect), its interval by the delta
    method. Ordered: one model of proportional odds for all cuts. unadjusted = the plain difference
    of the same persons; explained = unadjusted - adjusted, its interval from what each person or
    site adds to both. Errors by site: CR2 with Satterthwaite's degrees of freedom (without sites
    HC2).

    How to read it
    --------------
    Negative: the focal group is lower. Percent of the marks for the score, percent points for a
    cut. Neither column is the real gap. The unadjusted one is what people meet. The adjusted one
    compares persons alike in the covariates, and may hide an effect that runs through one of them:
    if a group is kept from posts in which one learns, holding the post equal takes that part of the
    gap away. So read both, and say what each covariate stands for before calling a gap explained.

    When not to use it
    ------------------
    Not as proof of a cause, nor of its absence: what was not recorded is not held equal. Where
    rows of kind cut and ordered differ, the odds are not proportional: read those of kind cut.

    Agrees with
    -----------
    R: lm and glm with clubSandwich (CR2, for glm of the whitened fit), MASS polr with sandwich's
    errors by site times G / (G - 1), lme4's lmer and glmer (15 nodes) for random sites. Where an
    outcome is separated the fit is Firth's, with errors of the model. With random sites the
    adjusted difference is averaged over the sites there might be.

    References
    ----------
    pustejovsky_tipton_2018, firth_1993, mccullagh_1980, pinheiro_bates_1995

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/naas_pilot")
    >>> gaps = nps.adjusted_gaps(study, group=["employment"]).tables["gaps"]
    >>> gaps.loc[gaps["outcome_kind"] == "cut", "outcome"].tolist()
    ['partially_met', 'met']
    """
    covariates = covariates_asked(study, adjust_for)
    comparisons = comparisons_asked(study, group)
    site = (
        None if study.spec.fairness.site is None else person_column(study, study.spec.fairness.site)
    )
    outcomes = outcomes_asked(study, cut, omitted)
    least = study.thresholds["gap_show_min"].value
    found = [
        compared_persons(one, outcomes, covariates, site=site, least=least) for one in comparisons
    ]
    rows = [
        row
        for one in found
        for row in gap_rows(one, outcomes, random=sites == "random", level=level)
    ]
    return Result(
        tables={"gaps": tidy(columns_of(rows, level), reasons_of(rows))},
        notes=(*_notes(found, covariates, site), *matched_notes(study, omitted)[:1]),
    )


def _notes(
    found: list[Compared], covariates: tuple[Covariate, ...], site: Covariate | None
) -> tuple[str, ...]:
    """What was held equal, who is left out, how many tests, and what adjusting can hide."""
    numbers = [one.name for one in covariates if one.codes is None]
    levels = [one.name for one in covariates if one.codes is not None]
    said = [f"{', '.join(numbers)} as numbers"] if numbers else []
    said += [f"{', '.join(levels)} as levels"] if levels else []
    notes = [
        "Adjusting can hide an effect that runs through a covariate (post, experience, setting): "
        "neither column is the real gap.",
        f"Held equal: {'; '.join(said)}, and the form where there are several.",
        "Both columns rest on the same persons: those with a total and every covariate "
        "(n_incomplete lack one; a value not stated is none).",
    ]
    own = dict.fromkeys(
        one.comparison.group for one in found if len(one.covariates) < len(covariates)
    )
    if own:
        notes.append(f"Left out where it is the group itself: {', '.join(own)}.")
    notes.append(_site_note(found, site))
    notes.append(
        f"p_adjusted: Benjamini and Hochberg over the {len(found)} comparisons of an outcome."
    )
    return tuple(notes)


def _site_note(found: list[Compared], site: Covariate | None) -> str:
    if site is None:
        return "No site is declared ([fairness] site), so persons count as independent."
    without = dict.fromkeys(one.comparison.group for one in found if one.sites is None)
    alone = f" Not for {', '.join(without)}, where there are not two." if without else ""
    return f"Persons of one {site.name} may be alike, and errors allow for it.{alone}"
