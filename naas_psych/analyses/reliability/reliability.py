"""Reliability: every internal-consistency coefficient of a test, with its interval."""

from __future__ import annotations

from typing import Annotated

import pandas as pd
from pydantic import Field

from naas_psych.analyses.options import Omitted, Replicates
from naas_psych.analyses.reliability.coefficient_rows import (
    Asked,
    coefficient_rows,
    coefficient_table,
)
from naas_psych.analyses.reliability.findings import reliability_findings as findings
from naas_psych.analyses.reliability.forms import (
    Forms,
    complete_forms,
    dropped_items,
)
from naas_psych.analysis import Level, Seed, Threads, analysis
from naas_psych.numerics.consistency import Matrix
from naas_psych.result import Result
from naas_psych.study.study import Study

__all__ = ["findings", "reliability"]


@analysis
def reliability(
    study: Study,
    *,
    replicates: Replicates = 1000,
    matrix: Annotated[
        Matrix,
        Field(description="compute lambda, split-half and glb from covariances or correlations"),
    ] = "covariance",
    omitted: Omitted = None,
    level: Level = 0.95,
    seed: Seed = 2017,
    threads: Threads = 1,
) -> Result:
    """How far would the total score repeat itself, if the test were taken again without learning?

    Formula
    -------
    With S the covariance matrix of the J items, V the sum of all its cells and tr S that of its
    diagonal: alpha = J/(J-1) (1 - tr S / V), which is KR-20 for right/wrong items. The other
    coefficients differ in what they count as error; `explain lambda2` and so on give each formula.
    Intervals: Feldt for alpha (Bonett beside it), bootstrap of persons for all others (BCa; where
    most samples lie on one side of the estimate, percentiles reflected about it and, if need be,
    stretched to hold it; bootstrap_bias is the bias that this takes off).

    How to read it
    --------------
    1 means that the order of persons would be repeated exactly, 0 that it would be chance. For a
    decision about a person .80 is usual as the least and .90 as good. Read the interval, not the
    estimate. alpha, lambda2 and omega_total that agree are a good sign; lambda4 and glb lean upward
    in samples and are never the headline.

    When not to use it
    ------------------
    Not when several marks come from one scenario, case or rater: marks that share a source agree
    for reasons that are not ability. See the row alpha_over_scenarios. Not over items that measure
    unlike things (use stratified_alpha), nor on a speeded test.

    Agrees with
    -----------
    psych 2.2.9: alpha, alpha.ci and guttman (with matrix="correlation") to the last digits, omega
    to 1e-5, glb.fa (here glb_factor) to 1e-5. lambda4 is searched harder than psych samples it.
    pingouin: cronbach_alpha and its interval. KR-21 divides by N, as its authors do; programs that
    divide by N - 1 print a little more.

    References
    ----------
    cronbach_1951, kuder_1937, guttman_1945, feldt_1965, bonett_2002, mcdonald_1999,
    schmid_1957, jackson_1977, tenberge_2004, cronbach_1965, efron_1987

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/mini")
    >>> table = nps.reliability(study, replicates=0).tables["coefficients"].set_index("coefficient")
    >>> table.loc["alpha", ["low", "estimate", "high"]].astype(float).round(2).tolist()
    [0.51, 0.73, 0.88]
    """
    asked = Asked(level, replicates, seed, threads, matrix)
    forms = complete_forms(study, omitted)
    rows = [row for form in forms.forms for row in coefficient_rows(study, form, asked)]
    return Result(
        tables={
            "coefficients": coefficient_table(rows),
            "forms": _forms_table(forms),
            "dropped_items": pd.DataFrame(dropped_items(study, forms), dtype=object),
        },
        notes=(*forms.notes, *_said(asked)),
        provenance={"seed": seed, "persons_left_out": forms.left_out},
    )


def _forms_table(forms: Forms) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "form": [form.name for form in forms.forms],
            "n": [form.n for form in forms.forms],
            "items": [len(form.items) for form in forms.forms],
            "items_used": [int(form.varies.sum()) for form in forms.forms],
            "binary": [form.binary for form in forms.forms],
        }
    )


def _said(asked: Asked) -> tuple[str, ...]:
    sayings = [
        f"lambda, split-half and glb are computed from the {asked.matrix} matrix, omega and "
        "glb_factor from correlations.",
        "lambda4 and split_half_best compare halves of equal size.",
        "The greatest lower bound leans upward in samples below about 1,000 persons or above 20 "
        "items; bootstrap_bias shows by how much here.",
    ]
    if asked.replicates:
        sayings.append(
            f"Bootstrap intervals: {asked.replicates} samples of persons, BCa, seed {asked.seed}. "
            "Reflected: a bias too large for BCa (see bootstrap_bias) is taken off, and the "
            "interval is stretched to hold the estimate. Intervals of lambda4 and glb still lie "
            "too high: of 200 persons and 8 items they held the true value in about 70 of 100 "
            "samples, of 150 persons and 15 items in about 25."
        )
    return tuple(sayings)
