"""Person fit: whose answers are so unlike their level that the score may not mean what it says?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import numpy as np
import pandas as pd
from pydantic import Field

from naas_psych.analyses.irt.calibrated import Model, calibrated, impossible
from naas_psych.analyses.irt.person_fit_drawings import person_fit_drawings as drawings
from naas_psych.analyses.options import Omitted
from naas_psych.analysis import Threads, analysis
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.irt.fit.person_fit import PersonFit
from naas_psych.irt.fit.person_fit import person_fit as measured
from naas_psych.irt.refusal import Refused
from naas_psych.irt.scores.person_scores import person_scores
from naas_psych.numerics.proportions import wilson
from naas_psych.result import Result, tidy
from naas_psych.study.study import Study
from naas_psych.thresholds import Thresholds

__all__ = ["drawings", "findings", "person_fit"]

Nominal = Annotated[
    float,
    Field(gt=0.0, lt=0.5, description="share of fitting persons that may be flagged by chance"),
]
#: Edges of the histogram of lz*.
_EDGES = np.arange(-5.0, 3.01, 0.5)


@analysis
def person_fit(
    study: Study,
    *,
    model: Model = "auto",
    omitted: Omitted = None,
    nominal: Nominal = 0.05,
    threads: Threads = 1,
) -> Result:
    """How many people answer in a way that does not go with their own level?

    Formula
    -------
    lz* = (l - E(l) + c r0) / sqrt(Var(l) - A^2 / I), l the log-likelihood of a person's answers at
    Warm's estimate of theta, A its covariance with the score and c = A / I. Flagged: probability
    of an lz* as low below `nominal`. Outfit = mean of (x - E)^2 / V over the person's items.

    How to read it
    --------------
    Look at the share flagged before any person: of persons who fit, about the nominal share is
    flagged too. A flag says that easy items were missed and hard ones solved; it does not say why.
    Haste, a language problem, answers copied in part and a misplaced answer sheet look alike.

    When not to use it
    ------------------
    Never as the only ground to accuse or to exclude somebody. Not with fewer than about 20 items,
    where lz* has little power, and not where items misfit (see item_fit): then persons seem to.

    Agrees with
    -----------
    PerFit 1.4.6: lz* at ML, MAP and Warm's estimates to its four decimals; mirt 1.45.1: lz (its Zh)
    to 1e-4, infit and outfit. Mean squares stand at Warm's estimate, those of mirt at EAP.

    References
    ----------
    snijders_2001, magis_raiche_beland_2012, sinharay_2016, drasgow_levine_williams_1985, warm_1989,
    wilson_1927

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/mini")
    >>> summary = nps.person_fit(study, model="rasch").tables["summary"]
    >>> bool(summary["flagged"].iloc[0] <= summary["tested"].iloc[0])
    True
    """
    made = calibrated(study, model=model, omitted=omitted, threads=threads)
    try:
        theta = person_scores(made.fit, made.points, methods=("wle",), threads=threads).wle.theta
        fit = measured(made.fit, made.points, theta, estimator="wle")
    except Refused as refusal:
        raise impossible(refusal) from refusal
    return Result(
        tables={
            "persons": _persons(made.prepared.person_ids, theta, fit, nominal=nominal),
            "summary": _summary(fit, nominal=nominal),
            "distribution": _distribution(fit),
        },
        notes=(
            *made.notes,
            "Theta is Warm's estimate. Of persons with the highest or lowest score on every item "
            "nothing can be said.",
        ),
    )


#: What the engine says of a person, in the codes of the catalogue.
_REASONS = {
    "all_right": "highest_score",
    "all_wrong": "lowest_score",
    "no_responses": "no_responses",
    "too_few_responses": "too_few_responses",
    "no_estimate": "no_estimate",
    "no_information": "no_information",
}


def _persons(ids: Any, theta: Any, fit: PersonFit, *, nominal: float) -> pd.DataFrame:
    squares = fit.mean_squares
    columns: dict[str, Any] = {
        "person_id": list(ids),
        "n": squares.n,
        "theta": theta,
        "lz_star": fit.lz_star,
        "p_pattern": fit.p,
        "is_flagged": [bool(p < nominal) if np.isfinite(p) else None for p in fit.p],
        "outfit": squares.outfit,
        "infit": squares.infit,
    }
    why = [_REASONS.get(str(reason), "no_information") for reason in fit.reasons]
    scored = ["no_responses" if n == 0 else "no_estimate" for n in squares.n]
    reasons = {"lz_star": why, "p_pattern": why, "theta": scored, "outfit": scored, "infit": scored}
    return tidy(columns, reasons)


def _summary(fit: PersonFit, *, nominal: float) -> pd.DataFrame:
    """Tested, flagged and left out; the share with Wilson's limits."""
    known = np.isfinite(fit.p)
    tested, flagged = int(known.sum()), int((fit.p[known] < nominal).sum())
    limits = wilson(flagged, tested, level=0.95)
    share = flagged / tested if tested else np.nan
    return tidy(
        {
            "tested": [tested],
            "left_out": [int((~known).sum())],
            "flagged": [flagged],
            "flagged_share": [share],
            "flagged_share_low": [float(limits.low)],
            "flagged_share_high": [float(limits.high)],
            "nominal": [nominal],
            "lz_star_mean": [float(fit.lz_star[known].mean()) if tested else np.nan],
            "lz_star_sd": [float(fit.lz_star[known].std(ddof=1)) if tested > 1 else np.nan],
        },
        {name: [_why_none(fit)] for name in ("flagged_share", "lz_star_mean", "lz_star_sd")},
    )


def _why_none(fit: PersonFit) -> str:
    """Too few persons, or too few answers of each."""
    short = "too_few_responses" in fit.reasons
    return "too_few_responses" if short else "too_few_persons"


def _distribution(fit: PersonFit) -> pd.DataFrame:
    """Persons by lz*, those beyond the ends in the last class; and as many as the normal has."""
    from scipy.special import ndtr

    known = fit.lz_star[np.isfinite(fit.lz_star)]
    counts, _ = np.histogram(np.clip(known, _EDGES[0], _EDGES[-1]), _EDGES)
    inner = ndtr(_EDGES)
    inner[0], inner[-1] = 0.0, 1.0
    return pd.DataFrame(
        {
            "lz_star": (_EDGES[:-1] + _EDGES[1:]) / 2,
            "n": counts,
            "persons_expected": np.diff(inner) * known.size,
        }
    )


def findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """Whether more persons are flagged than chance flags. Nobody is named."""
    row = result.tables["summary"].to_dict("records")[0]
    limit = thresholds["irt_person_misfit_ratio"]
    low = row["flagged_share_low"]
    if np.isfinite(low) and low > limit.value * row["nominal"]:
        yield found(
            code="persons_misfit",
            severity="warning",
            subject="persons",
            sentence=f"The answers of {row['flagged']} of {row['tested']} persons "
            f"({100 * row['flagged_share']:.1f} %) do not go with their own level; by chance "
            f"{100 * row['nominal']:.0f} % would be flagged.",
            value=float(row["flagged_share"]),
            limits=(row["flagged_share_low"], row["flagged_share_high"]),
            threshold=limit,
        )
