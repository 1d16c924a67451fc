"""Model fit: does one dimension with these curves explain how items go together?"""

from __future__ import annotations

from typing import Any

import pandas as pd

from naas_psych.analyses.irt.calibrated import Calibrated, Model, calibrated, impossible
from naas_psych.analyses.irt.model_fit_findings import model_fit_findings as findings
from naas_psych.analyses.options import Omitted
from naas_psych.analysis import Level, Threads, analysis
from naas_psych.irt.fit.limited_information import GlobalFit, limited_information
from naas_psych.irt.refusal import Refused
from naas_psych.result import Result, tidy
from naas_psych.study.study import Study

__all__ = ["findings", "model_fit"]


@analysis
def model_fit(
    study: Study,
    *,
    model: Model = "auto",
    omitted: Omitted = None,
    level: Level = 0.95,
    threads: Threads = 1,
) -> Result:
    """Does the response model as a whole explain how the items go together?

    Formula
    -------
    M2 = n e'C (C'GC)^-1 C'e: e the observed less expected mean scores and mean products of pairs of
    items, G their covariance under the model, C what the parameters cannot move; df = number of
    these moments less number of parameters. C2 takes the share of every category instead of mean
    scores, M2* the mean scores. rmsea = sqrt(max(0, (M2 / df - 1) / (n - 1))). srmsr = root mean
    square of observed less expected correlations. tli and cfi compare with items that have nothing
    in common.

    How to read it
    --------------
    Read rmsea with its interval: with right/wrong items up to .05 the model is close, up to .089 it
    is adequate; with K categories divide both by K - 1. srmsr up to .05 is small. p says only
    whether the model is exactly true, which no model is: with thousands of persons it is always
    near 0. If the whole fits, look at item_fit for single items all the same.

    When not to use it
    ------------------
    Not with scattered missing answers: the persons must fall into booklets of the same items, and
    the table says how many were left out. It cannot say what is wrong: item_fit (pairs) can. A
    model may fit on average and fail at the cut.

    Agrees with
    -----------
    mirt 1.45.1: M2 of the 2PL, M2* and C2 of the graded model to 2e-3, with df, p, rmsea, srmsr,
    tli and cfi; M2 of the Rasch model to 6e-5 of its size. mirt leaves the variance of theta out of
    the Jacobian of Rasch and partial credit models (its M2* is up to 8 % larger), and its
    derivatives for the generalised partial credit model and for guessing are not those of the
    curves; ours are checked against every pattern enumerated. Its limits of rmsea divide by n, its
    tli and cfi with M2* compare with a null model of fewer pairs.

    References
    ----------
    maydeu_olivares_joe_2006, cai_hansen_2013, cai_monroe_2014, maydeu_olivares_joe_2014,
    browne_cudeck_1993

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/naas_pilot")
    >>> fit = nps.model_fit(study, model="pcm").tables["fit"]
    >>> list(fit["statistic"])
    ['C2', 'M2*']
    """
    made = calibrated(study, model=model, omitted=omitted, threads=threads)
    least = float(study.thresholds["irt_persons_rasch"].value)
    try:
        found = [
            limited_information(
                made.fit, made.points, statistic=statistic, level=level, fewest=least
            )
            for statistic in statistics_of(made)
        ]
    except Refused as refusal:
        raise impossible(refusal) from refusal
    return Result(
        tables={"fit": _table(made, found)},
        notes=(*made.notes, *_notes(found)),
    )


def statistics_of(made: Calibrated) -> tuple[Any, ...]:
    """M2 of right/wrong items; of others C2, which more designs allow, and M2*."""
    return ("M2",) if (made.fit.model.n_categories == 2).all() else ("C2", "M2*")


def _table(made: Calibrated, found: list[GlobalFit]) -> pd.DataFrame:
    columns: dict[str, Any] = {
        "statistic": [one.statistic for one in found],
        "m2": [one.value for one in found],
        "df": [one.df for one in found],
        **{
            name: [getattr(one, name) for one in found]
            for name in ("p_value", "rmsea", "rmsea_low", "rmsea_high")
        },
        **{name: [getattr(one, name) for one in found] for name in ("srmsr", "tli", "cfi")},
        "converged": [made.fit.converged for _ in found],
        "parameters": [made.fit.n_parameters for _ in found],
        "most_categories": [int(made.fit.model.n_categories.max()) for _ in found],
        "n": [int(one.n) for one in found],
        "n_left_out": [int(one.n_left_out) for one in found],
        "booklets": [one.booklets for one in found],
    }
    why = [one.reason for one in found]
    no_baseline = [one.reason or "no_common_variance" for one in found]
    return tidy(
        columns,
        {
            **dict.fromkeys(("m2", "p_value", "rmsea"), why),
            **dict.fromkeys(("tli", "cfi"), no_baseline),
            "srmsr": ["no_variance" for _ in found],
        },
    )


def _notes(found: list[GlobalFit]) -> tuple[str, ...]:
    first = found[0]
    notes = [f"Limits of RMSEA are those of a {first.level:.0%} interval; many programs give 90 %."]
    if first.n_left_out:
        notes.append(
            f"{first.n_left_out:,.0f} persons answered a set of items that too few others answered "
            f"and are not in these statistics; {first.n:,.0f} are."
        )
    notes += [
        f"{one.statistic} needs more moments than parameters; {one.alternative} has them."
        for one in found
        if one.alternative
    ]
    return tuple(notes)
