"""Reliability: every internal-consistency coefficient of a test, with its interval."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from naas_psych.analyses.reliability.findings import reliability_findings as findings
from naas_psych.analyses.reliability.forms import (
    Form,
    Forms,
    complete_forms,
    dropped_items,
    groups_of,
)
from naas_psych.analyses.reliability.words import method_of
from naas_psych.analysis import Level, Seed, Threads, analysis
from naas_psych.numerics.alpha_intervals import UNDEFINED, Interval, bonett, feldt
from naas_psych.numerics.bootstrap import bca
from naas_psych.numerics.coefficients import alpha
from naas_psych.numerics.consistency import (
    COEFFICIENTS,
    NOT_BOOTSTRAPPED,
    Design,
    Estimates,
    estimate,
)
from naas_psych.numerics.resample import Distributions, distributions
from naas_psych.result import Result, tidy
from naas_psych.study.responses import Counted
from naas_psych.study.study import Study

__all__ = ["findings", "reliability"]

Matrix = Literal["covariance", "correlation"]


@dataclass(frozen=True)
class _Asked:
    level: float
    replicates: int
    seed: int
    threads: int
    matrix: Matrix


@analysis
def reliability(
    study: Study,
    *,
    replicates: Annotated[
        int,
        Field(
            ge=0, le=100_000, description="bootstrap samples of persons; 0 for no such intervals"
        ),
    ] = 1000,
    matrix: Annotated[
        Matrix,
        Field(description="compute lambda, split-half and glb from covariances or correlations"),
    ] = "covariance",
    omitted: Annotated[
        Counted | None,
        Field(description="how an omitted response counts; default: as the study says"),
    ] = None,
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
    Intervals: Feldt for alpha (Bonett beside it), bootstrap of persons (BCa) for all others.

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
    jackson_1977, cronbach_1965, efron_1987

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/mini")       # doctest: +SKIP
    >>> nps.reliability(study, replicates=200).tables["coefficients"]  # doctest: +SKIP
    """
    asked = _Asked(level, replicates, seed, threads, matrix)
    forms = complete_forms(study, omitted)
    rows = [row for form in forms.forms for row in _rows(study, form, asked)]
    return Result(
        tables={
            "coefficients": _table(rows),
            "forms": _forms_table(forms),
            "dropped_items": pd.DataFrame(dropped_items(study, forms), dtype=object),
        },
        notes=(*forms.notes, *_said(asked)),
        provenance={"seed": seed, "persons_left_out": forms.left_out},
    )


@dataclass(frozen=True)
class _Row:
    """One line of the table of coefficients; numbers that are undefined are nan, with a reason."""

    form: str
    coefficient: str
    estimate: float
    interval: Interval
    bonett: Interval
    method: str
    n: int
    items: int
    bias: float
    degenerate: float
    why: str | None
    why_interval: str | None
    why_bias: str | None


def _rows(study: Study, form: Form, asked: _Asked) -> Iterator[_Row]:
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


def _spread(form: Form, found: Estimates, design: Design, asked: _Asked) -> Distributions | None:
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
    form: Form, name: str, found: Estimates, spread: Distributions | None, asked: _Asked
) -> _Row:
    n_items = int(form.varies.sum())
    value = found.values[name]
    known = np.isfinite(value)
    exact = name in ("alpha", "kr20") or (name == "lambda3" and asked.matrix == "covariance")
    boot, knife = _values_of(name, spread)
    share = float(np.isnan(boot).mean()) if boot.size else np.nan
    interval = bca(value, boot, knife, level=asked.level) if boot.size else UNDEFINED
    second = UNDEFINED
    if exact and known:
        interval = feldt(value, n=form.n, n_items=n_items, level=asked.level)
        second = bonett(value, n=form.n, n_items=n_items, level=asked.level)
    why = None if known else found.reasons.get(name, "undefined")
    gap = "not_bootstrapped" if name in NOT_BOOTSTRAPPED else "not_asked"
    why_interval = why or (gap if not boot.size else "all_samples_degenerate")
    usable = boot[np.isfinite(boot)]
    return _Row(
        form=form.name,
        coefficient=name,
        estimate=value,
        interval=interval,
        bonett=second,
        method=method_of(name, found, form=form, exact=exact, matrix=asked.matrix, boot=boot.size),
        n=form.n,
        items=n_items,
        bias=float(usable.mean() - value) if known and usable.size else np.nan,
        degenerate=share,
        why=why,
        why_interval=why_interval,
        why_bias=why or (gap if not boot.size else "all_samples_degenerate"),
    )


def _values_of(name: str, spread: Distributions | None) -> tuple[Any, Any]:
    if spread is None or name in NOT_BOOTSTRAPPED:
        return np.zeros(0), np.zeros(0)
    return spread.bootstrap[name], spread.jackknife[name]


def _over_scenarios(study: Study, form: Form, asked: _Asked) -> Iterator[_Row]:
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
    yield _Row(
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


def _table(rows: list[_Row]) -> pd.DataFrame:
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


def _said(asked: _Asked) -> tuple[str, ...]:
    sayings = [
        f"lambda, split-half and glb are computed from the {asked.matrix} matrix, omega and "
        "glb_factor from correlations.",
        "lambda4 and split_half_best compare halves of equal size.",
        "The greatest lower bound leans upward in samples below about 1,000 persons or above 20 "
        "items; bootstrap_bias shows by how much here.",
    ]
    if asked.replicates:
        sayings.append(
            f"Bootstrap intervals: {asked.replicates} samples of persons, BCa, seed {asked.seed}."
        )
    return tuple(sayings)
