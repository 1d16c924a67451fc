"""The rows of the reliability table: each coefficient of a form with its interval and reasons."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.reliability.forms import Form, groups_of
from naas_psych.analyses.reliability.method_words import method_of
from naas_psych.numerics.alpha_intervals import bonett, feldt
from naas_psych.numerics.bootstrap import bootstrap_interval
from naas_psych.numerics.coefficients import alpha
from naas_psych.numerics.consistency import (
    COEFFICIENTS,
    NOT_BOOTSTRAPPED,
    Design,
    Estimates,
    Matrix,
    estimate,
)
from naas_psych.numerics.intervals import UNDEFINED, Interval
from naas_psych.numerics.omega import FEWEST_ITEMS
from naas_psych.numerics.resample import Distributions, distributions
from naas_psych.result import tidy
from naas_psych.study.study import Study


@dataclass(frozen=True)
class Asked:
    """The options that every row needs."""

    level: float
    replicates: int
    seed: int
    threads: int
    matrix: Matrix


@dataclass(frozen=True)
class Row:
    """One line of the table of coefficients; numbers that are undefined are nan, with a reason."""

    form: str
    coefficient: str
    estimate: float
    interval: Interval[float]
    bonett: Interval[float]
    method: str
    n: int
    items: int
    bias: float
    degenerate: float
    why: str | None
    why_interval: str | None
    why_bias: str | None


def coefficient_rows(study: Study, form: Form, asked: Asked) -> Iterator[Row]:
    strata = groups_of(study, form, "domain")
    design = Design(form.binary, _complete(strata, form), asked.matrix)
    mean = float(form.moments.mean[form.varies].sum())
    found = estimate(form.covariance, mean, form.n, design=design)
    spread = _spread(form, found, design, asked)
    for name in COEFFICIENTS:
        yield _row(form, name, found, spread, asked)
    yield from _over_scenarios(study, form, asked)


def _complete(strata: dict[str, Any], form: Form) -> tuple[Any, ...]:
    """The strata, or none when some items belong to no domain."""
    covered = sum(members.size for members in strata.values())
    return tuple(strata.values()) if covered == int(form.varies.sum()) else ()


def _spread(form: Form, found: Estimates, design: Design, asked: Asked) -> Distributions | None:
    if not asked.replicates or not np.isfinite(found.values["alpha"]):
        return None
    return distributions(
        form.points[:, form.varies],
        found,
        design=design,
        replicates=asked.replicates,
        seed=asked.seed,
        threads=asked.threads,
    )


def _row(
    form: Form, name: str, found: Estimates, spread: Distributions | None, asked: Asked
) -> Row:
    value = found.values[name]
    known = bool(np.isfinite(value))
    boot, knife = _values_of(name, spread)
    usable = boot[np.isfinite(boot)]
    limits = _limits(form, name, value, (boot, knife), asked)
    why = None if known else found.reasons.get(name, "undefined")
    gap = "not_bootstrapped" if name in NOT_BOOTSTRAPPED else "not_asked"
    why_sampled = why or (gap if not boot.size else "all_samples_degenerate")
    return Row(
        form=form.name,
        coefficient=name,
        estimate=value,
        interval=limits.interval,
        bonett=limits.bonett,
        method=method_of(
            name, found, form=form, rule=limits.rule, matrix=asked.matrix, samples=boot.size
        ),
        n=form.n,
        items=int(form.varies.sum()),
        bias=float(usable.mean() - value) if known and usable.size else np.nan,
        degenerate=float(np.isnan(boot).mean()) if boot.size else np.nan,
        why=why,
        why_interval=why_sampled,
        why_bias=why_sampled,
    )


@dataclass(frozen=True)
class _Limits:
    interval: Interval[float]
    rule: str
    bonett: Interval[float] = UNDEFINED


def _limits(form: Form, name: str, value: float, sampled: tuple[Any, Any], asked: Asked) -> _Limits:
    """Feldt and Bonett where the coefficient is alpha, the bootstrap for every other."""
    is_alpha = name in ("alpha", "kr20") or (name == "lambda3" and asked.matrix == "covariance")
    if is_alpha and np.isfinite(value):
        options: dict[str, Any] = {
            "n": form.n,
            "n_items": int(form.varies.sum()),
            "level": asked.level,
        }
        return _Limits(feldt(value, **options), "feldt", bonett(value, **options))
    saturated = name in ("omega_total", "omega_hierarchical") and form.varies.sum() == FEWEST_ITEMS
    found = bootstrap_interval(value, *sampled, level=asked.level, saturated=bool(saturated))
    return _Limits(found.interval, found.rule)


def _values_of(name: str, spread: Distributions | None) -> tuple[Any, Any]:
    if spread is None or name in NOT_BOOTSTRAPPED:
        return np.zeros(0), np.zeros(0)
    return spread.bootstrap[name], spread.jackknife[name]


def _over_scenarios(study: Study, form: Form, asked: Asked) -> Iterator[Row]:
    """Alpha with the scenario as the unit, when items share one; a lone item is a unit itself."""
    shared = groups_of(study, form, "scenario_id")
    if not any(members.size > 1 for members in shared.values()):
        return
    n_items = int(form.varies.sum())
    alone = set(range(n_items)) - {int(j) for members in shared.values() for j in members}
    members = [*shared.values(), *(np.array([j]) for j in sorted(alone))]
    sums = np.zeros((len(members), n_items))
    for k, positions in enumerate(members):
        sums[k, positions] = 1.0
    units = len(members)
    value = np.nan
    if units > 1 and form.n > 2:
        value = float(alpha((sums @ form.covariance @ sums.T)[None])[0])
    known = np.isfinite(value)
    why = None if known else ("too_few_items" if units < 2 else "no_variance")
    options: dict[str, Any] = {"n": form.n, "n_items": units, "level": asked.level}
    yield Row(
        form=form.name,
        coefficient="alpha_over_scenarios",
        estimate=value,
        interval=feldt(value, **options) if known else UNDEFINED,
        bonett=bonett(value, **options) if known else UNDEFINED,
        method="alpha over scenario totals; Feldt interval",
        n=form.n,
        items=units,
        bias=np.nan,
        degenerate=np.nan,
        why=why,
        why_interval=why or "undefined",
        why_bias=why or "not_bootstrapped",
    )


def coefficient_table(rows: list[Row]) -> pd.DataFrame:
    why = [row.why for row in rows]
    limits = [row.why_interval for row in rows]
    bias = [row.why_bias for row in rows]
    no_bonett = [row.why or "only_for_alpha" for row in rows]
    return tidy(
        {
            "form": [row.form for row in rows],
            "coefficient": [row.coefficient for row in rows],
            "estimate": [row.estimate for row in rows],
            "low": [row.interval.low for row in rows],
            "high": [row.interval.high for row in rows],
            "method": [row.method for row in rows],
            "n": [row.n for row in rows],
            "items": [row.items for row in rows],
            "bonett_low": [row.bonett.low for row in rows],
            "bonett_high": [row.bonett.high for row in rows],
            "bootstrap_bias": [row.bias for row in rows],
            "degenerate_share": [row.degenerate for row in rows],
        },
        {
            "estimate": why,
            "low": limits,
            "high": limits,
            "bonett": no_bonett,
            "bootstrap_bias": bias,
            "degenerate_share": bias,
        },
    )
