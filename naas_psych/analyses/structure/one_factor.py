"""One factor: do all items of a form go with one common thing, and how strongly does each?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from naas_psych.analyses.options import Omitted
from naas_psych.analyses.structure.factor_data import (
    FactorData,
    FactorEstimator,
    best_of,
    data_notes,
    factor_data,
    wanted,
)
from naas_psych.analyses.structure.factor_rows import Fitted, fit_table, loading_table
from naas_psych.analyses.structure.matrices import coded_forms
from naas_psych.analyses.structure.one_factor_drawings import one_factor_drawings as drawings
from naas_psych.analyses.structure.one_factor_findings import one_factor_findings as findings
from naas_psych.analysis import Level, Threads, analysis
from naas_psych.errors import AnalysisImpossible
from naas_psych.numerics.confirmatory.estimate import estimates
from naas_psych.numerics.confirmatory.model import one_factor_model
from naas_psych.numerics.one_thread import one_blas_thread
from naas_psych.result import Result
from naas_psych.study.study import Study

__all__ = ["drawings", "findings", "one_factor"]

#: Pairs of items shown, those with the largest residual correlations.
_PAIRS = 20
_FEWEST_ITEMS = 3


@analysis
def one_factor(
    study: Study,
    *,
    estimator: FactorEstimator = "all",
    omitted: Omitted = None,
    level: Level = 0.95,
    threads: Threads = 1,
) -> Result:
    """Do all items of a form go with one common thing, and how strongly does each?

    Formula
    -------
    sigma = l l' + diag(psi), one factor of variance 1. ML: F = ln|sigma| + tr(S sigma^-1) - ln|S|
    - J on the covariances of the scores, S with divisor n, chi_square = n F. DWLS and ULS: sum of
    w (r - sigma)^2 over pairs, r polychoric, w = 1 / (n times the variance of r) or 1, chi_square =
    (n - 1) times it. mlr divides chi_square by a scaling factor; wlsmv and ulsmv are dwls and uls
    with chi_square scaled and shifted to the mean and variance of its df. rmsea = sqrt(max(0,
    chi_square - df) / (df n)); cfi = 1 - (chi_square - df) / (baseline - its df); srmr is the root
    mean square of residual correlations, diagonal included.

    How to read it
    --------------
    Read the row that the notes call suited: wlsmv for right or wrong items. Usual lines: cfi .95,
    rmsea .06, srmr .08. They were found for ML with continuous scores; under dwls and wlsmv
    models that are wrong pass them too, so that passing shows little, and failing much. Limits of
    rmsea and cfi have 90 %. A loading is the correlation of an item with the common factor.
    residuals names the pairs that the factor leaves most.

    When not to use it
    ------------------
    ml and mlr take right or wrong for a continuous score: loadings come out too low and a factor of
    difficulty may seem to be missing. Polychoric correlations of fewer than 200 persons are
    unsteady. The p of ml, dwls and uls is not to be trusted for items with few categories.

    Agrees with
    -----------
    lavaan 0.6-14: chi-squares and indices to 1e-6 (scaled ones 1e-7 of their size), loadings 1e-5.
    srmr for ordered items is over the correlations only, as lavaan's. The library semopy was tried:
    its ML stops early, its estimators for ordered items do not run with current numpy.

    References
    ----------
    yuan_bentler_2000, asparouhov_muthen_2010, hu_bentler_1999, xia_yang_2019, browne_cudeck_1993

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/mini")
    >>> fit = nps.one_factor(study, estimator="wlsmv").tables["fit"]
    >>> bool(fit["converged"].all())
    True
    """
    forms = coded_forms(study, omitted=omitted)
    made = [factor_data(f, threads=threads) for f in forms.forms if f.n_items >= _FEWEST_ITEMS]
    if not made:
        raise AnalysisImpossible(
            "No form has three items on which persons differ, and one factor behind fewer says "
            "nothing that could be wrong. Needed: three such items; four to test the model."
        )
    with one_blas_thread():
        rows = [row for data in made for row in _rows(data, estimator)]
        return Result(
            tables={
                "fit": fit_table(rows, with_model=False),
                "loadings": loading_table(rows, level),
                "residuals": _residuals(rows),
            },
            notes=(*forms.notes, *data_notes(tuple(d.form for d in made)), *_notes(made)),
        )


def _rows(data: FactorData, estimator: str) -> Iterator[Fitted]:
    model = one_factor_model(len(data.item_ids))
    found = estimates(model, wanted(estimator), scores=data.scores, pairs=data.pairs)
    best = best_of(found, data.form)
    for name, one in found.items():
        yield Fitted(data.form.form, "one_factor", data.item_ids, one, suited=name == best)


def _residuals(rows: list[Fitted]) -> pd.DataFrame:
    """The pairs of items that the factor leaves most, by the estimator that suits each form."""
    tables = [_largest(row) for row in rows if row.suited]
    columns = ["form", "item_a", "item_b", "estimator", "residual_r", "modelled_r"]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=columns)


def _largest(row: Fitted) -> pd.DataFrame:
    residuals, loading = row.one.residuals, row.one.loadings[:, 0]
    i, j = np.triu_indices(len(residuals), 1)
    order = np.argsort(-np.abs(residuals[i, j]), kind="stable")[:_PAIRS]
    i, j = i[order], j[order]
    return pd.DataFrame(
        {
            "form": row.form,
            "item_a": [row.item_ids[k] for k in i],
            "item_b": [row.item_ids[k] for k in j],
            "estimator": row.one.estimator,
            "residual_r": residuals[i, j],
            "modelled_r": loading[i] * loading[j],
        }
    )


def _notes(made: list[FactorData]) -> Iterator[str]:
    yield "Limits of rmsea and cfi have 90 %; those of cfi take the baseline as known."
    for data in made:
        if data.form.few_enough and not np.isnan(data.form.polychoric.r).any():
            smallest = float(np.linalg.eigvalsh(data.form.polychoric.r)[0])
            if smallest < 0:
                yield (
                    f"The polychoric matrix of {data.form.form} is not positive definite (least "
                    f"eigenvalue {smallest:.3f}); it is used as it is, as lavaan does."
                )
