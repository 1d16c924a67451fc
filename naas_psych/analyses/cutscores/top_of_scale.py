"""The top of the scale: can the test pick out the best, or only guard a floor?"""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
from pydantic import Field

from naas_psych.analyses.cutscores.top_of_scale_findings import top_of_scale_findings as findings
from naas_psych.analyses.cutscores.top_rows import TopRow, top_row
from naas_psych.analyses.irt.calibrated import Model, calibrated
from naas_psych.analyses.irt.scored_forms import scored_forms
from naas_psych.analyses.options import Omitted
from naas_psych.analysis import Level, Seed, Threads, analysis
from naas_psych.result import Result, tidy
from naas_psych.study.study import Study

__all__ = ["findings", "top_of_scale"]

Draws = Annotated[
    int, Field(ge=0, le=20_000, description="draws of the item parameters; 0 for no limits")
]
_NAMES = (
    "tenth_from",
    "tenth_share",
    "top_again",
    "error_top",
    "error_at_cut",
    "error_ratio",
    "ceiling_share",
)


@analysis
def top_of_scale(
    study: Study,
    *,
    model: Model = "auto",
    omitted: Omitted = None,
    draws: Draws = 200,
    level: Level = 0.95,
    seed: Seed = 2017,
    threads: Threads = 1,
) -> Result:
    """Would the best tenth be the best tenth again, and how well does the test measure up there?

    Formula
    -------
    Top tenth: the totals from t on, with t the total whose share of persons is nearest to .10.
    top_again = integral of P(X >= t | theta)^2 g(theta) / integral of P(X >= t | theta) g(theta):
    of those in it, who would be in it again on a parallel form (Lord and Wingersky).
    error_ratio = error of theta 1.5 SD above the mean / error of theta at the highest cut.
    Limits: quantiles of draws from N(estimates, covariance) of the item parameters.

    How to read it
    --------------
    By chance alone a share of tenth_share would be in it again. From .70 on (lower limit) the test
    can be used to name the best; an error ratio above 1.5 says that it was built for the floor.
    ceiling_share: persons with every mark, who cannot be told apart.

    When not to use it
    ------------------
    Being among the best on the test is not being among the best with families. Whoever takes a
    test that does not count may not show what they can.

    Agrees with
    -----------
    Answer sheets simulated twice from the same parameters.

    References
    ----------
    lord_wingersky_1984, lee_2010

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/naas_pilot")
    >>> forms = nps.top_of_scale(study, draws=20).tables["forms"]
    >>> bool((forms["top_again"] < 0.7).all())
    True
    """
    made = calibrated(
        study, model=model, omitted=omitted, standard_errors="observed", threads=threads
    )
    forms = scored_forms(study, made, omitted)
    rows = [top_row(study, made, form, draws=draws, level=level, seed=seed) for form in forms]
    columns: dict[str, Any] = {"form": [form.name for form in forms]}
    columns["n"] = [form.rows.size for form in forms]
    for name in _NAMES:
        columns[name] = np.array([getattr(row, name).value for row in rows])
        if name in ("top_again", "error_ratio"):
            columns[f"{name}_low"] = np.array([getattr(row, name).low for row in rows])
            columns[f"{name}_high"] = np.array([getattr(row, name).high for row in rows])
    return Result(
        tables={"forms": tidy(columns, _reasons(rows))},
        notes=made.notes,
        provenance={"seed": seed},
    )


def _reasons(rows: list[TopRow]) -> dict[str, list[str]]:
    """Why a number is undefined: without a cut on the scale there is no error there."""
    no_cut = dict.fromkeys(("error_at_cut", "error_ratio"), "no_cut")
    others = dict.fromkeys(_NAMES, "no_such_theta") | {
        "ceiling_share": "no_responses",
        "top_again": "no_draws",
    }
    return {name: [code] * len(rows) for name, code in (others | no_cut).items()}
