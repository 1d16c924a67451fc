"""The tables of domain factors: correlations, the general factor, domains and items."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.structure.domain_models import (
    DomainFits,
    General,
    general,
    why_no_general,
)
from naas_psych.analyses.structure.factor_data import best_of, why_not
from naas_psych.numerics.confirmatory.bifactor_indices import contaminated_share
from naas_psych.numerics.confirmatory.bifactor_search import Bifactor
from naas_psych.numerics.confirmatory.estimate import Estimator
from naas_psych.numerics.intervals import normal_quantile
from naas_psych.result import tidy

Rows = list[dict[str, Any]]


def correlation_table(fits: list[DomainFits], level: float) -> pd.DataFrame:
    """Correlations of domain factors by every estimator; the limits may pass 1."""
    rows = [row for fit in fits for row in _correlations(fit, normal_quantile(level))]
    why = [row.pop("why") for row in rows]
    return tidy(_columns(rows), {"factor_r": why})


def _correlations(fit: DomainFits, z: float) -> Iterator[dict[str, Any]]:
    best = fit.best("domain_factors")
    for name, one in fit.found["domain_factors"].items():
        why = why_not(one)
        for a in range(len(fit.form.domains)):
            for b in range(a + 1, len(fit.form.domains)):
                r, se = (np.nan, np.nan) if why else (one.phi[a, b], one.phi_se[a, b])
                yield {
                    "form": fit.form.name,
                    "domain_a": fit.form.domains[a],
                    "domain_b": fit.form.domains[b],
                    "estimator": name,
                    "factor_r": r,
                    "factor_r_low": r - z * se,
                    "factor_r_high": r + z * se,
                    "factor_r_se": se,
                    "suited": name == best,
                    "why": why or one.inexact or "not_identified",
                }


def _columns(rows: Rows) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows] for name in rows[0]}


@dataclass(frozen=True)
class _Made:
    """The bifactor model of a form by one estimator, with what it says (None: nothing)."""

    fit: DomainFits
    estimator: Estimator
    made: Bifactor
    found: General | None
    suited: bool

    @property
    def reason(self) -> str:
        """Why a number may be undefined."""
        if self.found is None:
            return why_no_general(self.made)
        return self.made.proper.inexact or "not_identified"

    @property
    def start(self) -> dict[str, Any]:
        return {"form": self.fit.form.name, "estimator": self.estimator}


def _bifactors(fits: list[DomainFits]) -> Iterator[_Made]:
    for fit in fits:
        found = {name: general(fit.form, made) for name, made in fit.bifactors.items()}
        proper = {name: fit.bifactors[name].proper for name, one in found.items() if one}
        best = best_of(proper, fit.form.data.form)
        for name, made in fit.bifactors.items():
            yield _Made(fit, name, made, found[name], name == best)


#: Numbers of the table `bifactor` that have limits.
_LIMITED = ("omega_total", "omega_hierarchical", "ecv")


def bifactor_table(fits: list[DomainFits], level: float) -> pd.DataFrame:
    """What the general factor is to the total; one row a form and estimator."""
    rows, why = [], []
    for one in _bifactors(fits):
        domains = one.fit.form.domains
        rows.append(
            {
                **one.start,
                **_general_row(one.found, normal_quantile(level)),
                "puc": contaminated_share(one.fit.form.member),
                "factors_kept": len(one.made.kept),
                "domains_dropped": ", ".join(domains[g] for g in one.made.dropped),
                "n": one.made.proper.n,
                "items": len(one.fit.form.groups),
                "suited": one.suited,
            }
        )
        why.append(one.reason)
    return tidy(_columns(rows), dict.fromkeys((*_LIMITED, "construct_h"), why))


def _general_row(found: General | None, z: float) -> dict[str, float]:
    values = dict.fromkeys(_LIMITED, (np.nan, np.nan))
    h = np.nan
    if found is not None:
        h = found.indices.h
        values = {
            "omega_total": (found.omega.total, found.omega.total_se),
            "omega_hierarchical": (found.omega.hierarchical, found.omega.hierarchical_se),
            "ecv": (found.indices.ecv, found.errors.ecv),
        }
    row: dict[str, float] = {}
    for name, (value, se) in values.items():
        row |= {name: value, f"{name}_low": value - z * se, f"{name}_high": value + z * se}
    return {**row, "construct_h": h}


def domain_table(fits: list[DomainFits]) -> pd.DataFrame:
    """Each domain in the bifactor model; one row a form, estimator and domain."""
    rows, why = [], []
    for one in _bifactors(fits):
        for g, domain in enumerate(one.fit.form.domains):
            rows.append(
                {
                    **one.start,
                    "domain": domain,
                    "items": one.fit.form.sizes[g],
                    "has_factor": g in one.made.kept,
                    **_domain_row(one.found, g, kept=g in one.made.kept),
                    "suited": one.suited,
                }
            )
            lacking = one.found is not None and g not in one.made.kept
            why.append("no_factor" if lacking else one.reason)
    names = ("omega", "omega_hierarchical_subscale", "ecv_share", "construct_h")
    return tidy(_columns(rows), dict.fromkeys(names, why))


def _domain_row(found: General | None, g: int, *, kept: bool) -> dict[str, float]:
    """A domain without a factor has no share of its own: 0, and no H."""
    said = None if found is None else found.indices
    return {
        "omega": np.nan if said is None else said.omega_group[g],
        "omega_hierarchical_subscale": np.nan if said is None else said.omega_group_hierarchical[g],
        "ecv_share": np.nan if said is None else said.ecv_group[g],
        "construct_h": np.nan if said is None or not kept else said.h_group[g],
    }


def item_table(fits: list[DomainFits]) -> pd.DataFrame:
    """Loadings of each item on the general factor and on that of its domain, with item ECV."""
    rows, why, why_domain = [], [], []
    for one in _bifactors(fits):
        for k, item in enumerate(one.fit.form.data.item_ids):
            group = int(one.fit.form.groups[k])
            rows.append(_item_row(one, k, item, group))
            why.append(one.reason)
            lacking = one.found is not None and group not in one.made.kept
            why_domain.append("no_factor" if lacking else one.reason)
    reasons = {"loading_general": why, "item_ecv": why, "loading_domain": why_domain}
    return tidy(_columns(rows), reasons)


def _item_row(one: _Made, k: int, item: str, group: int) -> dict[str, Any]:
    gap = np.full(2, np.nan)
    general, own, ecv = gap, gap, np.nan
    if one.found is not None:
        both = np.stack([one.found.loadings[k], one.found.loadings_se[k]])
        general, ecv = both[:, 0], one.found.indices.item_ecv[k]
        own = both[:, 1 + group] if group in one.made.kept else gap
    return {
        "form": one.fit.form.name,
        "item_id": item,
        "domain": one.fit.form.domains[group],
        "estimator": one.estimator,
        "loading_general": general[0],
        "loading_general_se": general[1],
        "loading_domain": own[0],
        "loading_domain_se": own[1],
        "item_ecv": ecv,
        "suited": one.suited,
    }
