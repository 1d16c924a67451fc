"""Domain factors: one thing, several related things, or one thing with something of its own?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from naas_psych.analyses.forms import of_form
from naas_psych.analyses.options import Omitted
from naas_psych.analyses.structure.domain_factors_drawings import (
    domain_factors_drawings as drawings,
)
from naas_psych.analyses.structure.domain_factors_findings import (
    domain_factors_findings as findings,
)
from naas_psych.analyses.structure.domain_factors_tables import (
    bifactor_table,
    correlation_table,
    domain_table,
    item_table,
)
from naas_psych.analyses.structure.domain_models import (
    FEWEST_ITEMS,
    DomainForm,
    domain_form,
    fit_domains,
)
from naas_psych.analyses.structure.factor_data import data_notes
from naas_psych.analyses.structure.factor_rows import fit_table
from naas_psych.analyses.structure.matrices import CodedForm, coded_forms
from naas_psych.analysis import Level, Threads, analysis
from naas_psych.errors import AnalysisImpossible
from naas_psych.numerics.confirmatory.estimate import Estimator
from naas_psych.numerics.one_thread import one_blas_thread
from naas_psych.result import Result
from naas_psych.study.study import Study

__all__ = ["domain_factors", "drawings", "findings"]

DomainEstimator = Annotated[
    Literal["both", "ml", "mlr", "wlsmv", "ulsmv"],
    Field(description="how models are estimated; both: ml (which has a BIC) and wlsmv"),
]


@analysis
def domain_factors(
    study: Study,
    *,
    estimator: DomainEstimator = "both",
    omitted: Omitted = None,
    level: Level = 0.95,
    threads: Threads = 1,
) -> Result:
    """Is each domain a thing of its own, or is there one thing behind all of them?

    Formula
    -------
    Three models of the same items: one factor; a factor a domain, correlated freely; bifactor, a
    general factor with an uncorrelated factor a domain. From the bifactor loadings g and s: ecv =
    sum g2 / (sum g2 + sum s2); item_ecv the same for an item; omega_hierarchical = (sum g)2 / V,
    omega_total = ((sum g)2 + sum over domains (sum s)2) / V, V the variance of the sum by the
    model; puc = share of pairs of items from different domains; construct_h = 1 / (1 + 1 / sum
    g2 / (1 - g2)). For ordered items (wlsmv) both omegas are of the observed sum (Green & Yang).
    Limits are by the delta method.

    How to read it
    --------------
    Where domain factors correlate near 1 the domains cannot be told apart, and a score for each
    says what the total says. Where omega_hierarchical and ecv are high (both above .70) the total
    is mostly one thing, and omega_hierarchical_subscale says what a domain adds beyond it: below
    .30 little. bic: lower is better; the other fit measures favour the larger model.

    When not to use it
    ------------------
    Domains of fewer than three items are left out. Where a domain adds nothing there is no group
    factor to find, and the full bifactor model has no possible solution. Then the factor to blame
    is taken out, one at a time, until there is one (bifactor_reduced): domains_dropped names them,
    in itself a sign of one dimension. What is left is chosen by the data, so that ecv and group
    loadings flatter the domains: in two samples of 400 and 560 persons of a test of one dimension,
    60 items in 10 domains, ecv was .67 to .81, omega_hierarchical .78. With fewer than about 300
    persons do not read group factors.

    Agrees with
    -----------
    lavaan 0.6-14: loadings, factor correlations and chi-square of all three models to 1e-5, also
    scaled; bifactor indices to the worked example of the method sheet.

    References
    ----------
    rodriguez_reise_haviland_2016, green_yang_2009, asparouhov_muthen_2010, schwarz_1978

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/naas_pilot")
    >>> models = nps.domain_factors(study, estimator="ml").tables["models"]
    >>> models["model"].unique().tolist()
    ['one_factor', 'domain_factors', 'bifactor', 'bifactor_reduced']
    """
    coded = coded_forms(study, omitted=omitted)
    made = _forms(study, coded.forms, threads=threads)
    wanted: tuple[Estimator, ...] = ("ml", "wlsmv") if estimator == "both" else (estimator,)
    with one_blas_thread():
        fits = [fit_domains(form, wanted) for form in made]
        return Result(
            tables={
                "models": fit_table([row for fit in fits for row in fit.rows()], with_model=True),
                "factor_correlations": correlation_table(fits, level),
                "bifactor": bifactor_table(fits, level),
                "domains": domain_table(fits),
                "items": item_table(fits),
            },
            notes=(
                *coded.notes,
                *data_notes(tuple(form.data.form for form in made)),
                *_notes(made),
            ),
        )


def _forms(study: Study, forms: tuple[CodedForm, ...], *, threads: int) -> list[DomainForm]:
    column = study.spec.content.domain
    made = []
    if column in study.items:
        for form in forms:
            own = study.items[column].iloc[form.items]
            # No text, and text of nothing but blanks, name no domain.
            labels = [
                str(v).strip() or None if k else None for v, k in zip(own, own.notna(), strict=True)
            ]
            if (one := domain_form(form, labels, threads=threads)) is not None:
                made.append(one)
    if not made:
        raise AnalysisImpossible(
            f"No form has two domains of {FEWEST_ITEMS} items or more on which persons differ. "
            f"Needed: a column `{column}` in the items table that names the domain of each item, "
            f"with at least {FEWEST_ITEMS} items in each of two domains."
        )
    return made


def _notes(made: list[DomainForm]) -> Iterator[str]:
    for form in made:
        if form.loose:
            short = f" ({', '.join(form.short)})" if form.short else ""
            yield (
                f"{len(form.loose)} items{of_form(form.name)} are in no model: their domain"
                f"{short} has fewer than {FEWEST_ITEMS} items, or they have none."
            )
    yield "Limits of rmsea and cfi have 90 %; thresholds of items count as known in omega's limits."
