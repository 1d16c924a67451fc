"""The three models of a form with domains, and what their estimates say of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.analyses.structure.factor_data import FactorData, best_of, factor_data, why_not
from naas_psych.analyses.structure.factor_rows import Fitted
from naas_psych.analyses.structure.matrices import CodedForm
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.confirmatory.bifactor_indices import (
    BifactorIndices,
    IndexErrors,
    bifactor_indices,
    index_errors,
)
from naas_psych.numerics.confirmatory.bifactor_search import Bifactor, fit_bifactor, is_proper
from naas_psych.numerics.confirmatory.categorical_omega import CategoricalOmega, categorical_omega
from naas_psych.numerics.confirmatory.estimate import (
    CONTINUOUS,
    Estimate,
    Estimator,
    estimates,
)
from naas_psych.numerics.confirmatory.model import (
    grouped_model,
    one_factor_model,
)

#: A factor needs three items: two have one correlation, which two loadings cannot be told from.
FEWEST_ITEMS = 3


@dataclass(frozen=True)
class DomainForm:
    """A form with its domains of three items or more; groups (j,) numbers them from 0.

    short : domains of fewer items, which are in no model; loose : items of no or a short domain
    """

    data: FactorData
    domains: tuple[str, ...]
    groups: NDArray[np.int64]
    short: tuple[str, ...]
    loose: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.data.form.form

    @property
    def member(self) -> NDArray[np.bool_]:
        """(j, D) which item is of which domain."""
        return np.asarray(self.groups[:, None] == np.arange(len(self.domains)))

    @property
    def sizes(self) -> list[int]:
        return [int(np.sum(self.groups == g)) for g in range(len(self.domains))]


def domain_form(form: CodedForm, labels: list[str | None], *, threads: int) -> DomainForm | None:
    """The form with the domain of each of its items (None: of none), if two are large enough."""
    named = sorted({label for label in labels if label})
    domains = tuple(name for name in named if labels.count(name) >= FEWEST_ITEMS)
    if len(domains) < 2:
        return None
    kept = np.array([k for k, label in enumerate(labels) if label in domains], dtype=np.int64)
    return DomainForm(
        data=factor_data(form, items=kept, threads=threads),
        domains=domains,
        groups=np.array([domains.index(labels[k] or "") for k in kept], dtype=np.int64),
        short=tuple(name for name in named if name not in domains),
        loose=tuple(form.item_ids[k] for k in range(len(labels)) if labels[k] not in domains),
    )


@dataclass(frozen=True)
class DomainFits:
    """Estimates of a form by model, then by estimator; `bifactors` has how each was found."""

    form: DomainForm
    found: Mapping[str, Mapping[Estimator, Estimate]]
    bifactors: Mapping[Estimator, Bifactor]

    def best(self, model: str) -> Estimator | None:
        """The estimator of a model that is to be judged."""
        return best_of(self.found[model], self.form.data.form)

    def rows(self) -> Iterator[Fitted]:
        """One a model and estimator."""
        for model, found in self.found.items():
            best = self.best(model)
            for name, one in found.items():
                yield Fitted(self.form.name, model, self.form.data.item_ids, one, name == best)


def fit_domains(form: DomainForm, wanted: tuple[Estimator, ...]) -> DomainFits:
    """All models by every estimator that was asked for."""
    scores, pairs = form.data.scores, form.data.pairs
    found: dict[str, Mapping[Estimator, Estimate]] = {
        name: estimates(shape, wanted, scores=scores, pairs=pairs)
        for name, shape in (
            ("one_factor", one_factor_model(len(form.groups))),
            ("domain_factors", grouped_model(form.groups)),
        )
    }
    made = {name: fit_bifactor(form.groups, name, scores=scores, pairs=pairs) for name in wanted}
    found["bifactor"] = {name: one.full for name, one in made.items()}
    reduced = {name: one.proper for name, one in made.items() if one.dropped}
    if reduced:
        found["bifactor_reduced"] = reduced
    return DomainFits(form, found, made)


@dataclass(frozen=True)
class General:
    """What the proper bifactor model says of the sum of a form's items, by one estimator.

    loadings, loadings_se (j, 1 + D) : standardised, 0 for domains without a factor
    omega is of the observed sum: linear for scores, Green and Yang's for ordered items.
    """

    loadings: Floats
    loadings_se: Floats
    indices: BifactorIndices
    errors: IndexErrors
    omega: CategoricalOmega


def general(form: DomainForm, made: Bifactor) -> General | None:
    """Indices of a bifactor model; None where nothing came out."""
    one = made.proper
    if not is_proper(one):
        return None
    at = [0, *(1 + g for g in made.kept)]

    def widened(values: Floats) -> Floats:
        wide = np.zeros((len(values), 1 + len(form.domains)))
        wide[:, at] = values
        return wide

    raw = widened(one.raw_loadings)
    continuous = one.estimator in CONTINUOUS
    errors = index_errors(one.raw_loadings, one.uniqueness, one.errors, free_uniqueness=continuous)
    return General(
        loadings=widened(one.loadings),
        loadings_se=widened(one.loadings_se),
        indices=bifactor_indices(raw, one.uniqueness, form.member),
        errors=errors,
        omega=_omega(one, errors) if continuous else _ordered_omega(form, one),
    )


def _omega(one: Estimate, errors: IndexErrors) -> CategoricalOmega:
    whole = bifactor_indices(one.raw_loadings, one.uniqueness, one.model.loads[:, 1:])
    return CategoricalOmega(
        whole.omega_total, errors.omega_total, whole.omega_hierarchical, errors.omega_hierarchical
    )


def _ordered_omega(form: DomainForm, one: Estimate) -> CategoricalOmega:
    place = {item: k for k, item in enumerate(form.data.form.item_ids)}
    rows = [place[item] for item in form.data.item_ids]
    thresholds = form.data.form.polychoric.thresholds[rows]
    return categorical_omega(one.raw_loadings, one.phi, thresholds, one.errors)


def why_no_general(made: Bifactor) -> str:
    """Why there is nothing on the general factor."""
    one = made.proper
    if (reason := why_not(one)) is not None:
        return reason
    return "heywood_case" if one.heywood.any() else "not_identified"
