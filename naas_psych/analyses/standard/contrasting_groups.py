"""Contrasting groups: the score at which a person is as likely judged competent as not."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
import pandas as pd
from pydantic import Field

from naas_psych.analyses.options import Omitted, Replicates
from naas_psych.analyses.outcomes import form_totals
from naas_psych.analyses.standard.boundary_cuts import (
    boundary_cut,
    drawn_boundary_cuts,
    error_of,
    in_order,
    log_odds_shift,
    proportional_cuts,
    with_error,
)
from naas_psych.analyses.standard.contrasted import Contrasted, contrasted, shares_asked
from naas_psych.analyses.standard.form_rows import cut_table, rows_by_form
from naas_psych.analyses.standard.level_drawings import level_drawings as drawings
from naas_psych.analyses.standard.level_findings import contrasting_findings as findings
from naas_psych.analyses.standard.level_scores import band_table, level_table
from naas_psych.analysis import Level, Seed, analysis
from naas_psych.numerics.standard.density_crossing import crossings
from naas_psych.result import Result, tidy
from naas_psych.study.study import Study

__all__ = ["contrasting_groups", "drawings", "findings"]

LossRatio = Annotated[
    float,
    Field(
        gt=0,
        le=1000,
        description="how many times as bad it is to pass a person below the level as to fail one "
        "who is at it",
    ),
]
Prior = Annotated[
    list[str] | None,
    Field(
        description="share of those for whom the test is meant who are at or above a boundary, "
        "such as met:0.8, where the persons judged are not like them"
    ),
]


@analysis
def contrasting_groups(
    study: Study,
    *,
    loss_ratio: LossRatio = 1.0,
    prior: Prior = None,
    omitted: Omitted = None,
    replicates: Replicates = 1000,
    seed: Seed = 2017,
    level: Level = 0.95,
) -> Result:
    """At which score is a person as likely to be judged competent as not?

    Formula
    -------
    P(at or above the level | x) = 1 / (1 + exp(-(a + b x))), x in per cent of the marks of the
    person's form; percent = (ln(t / (1 - t)) - a) / b, t = loss_ratio / (1 + loss_ratio). With a
    prior p: a + ln((p / (1 - p)) / (n_above / n_below)). model_se by the delta method;
    percent_se and limits from samples of persons (of clusters, where known). Of several levels:
    one curve a boundary, and percent_proportional with one slope for all (proportional odds).

    How to read it
    --------------
    Beside the curve, `crossings` says where the smoothed scores of the two groups cross, which
    may be twice. estimator firth: the groups do not overlap, so that any cut from
    separation_low to separation_high tells them apart, and the number is Firth's compromise.
    few_persons: fewer than contrast_persons_min on one side.

    When not to use it
    ------------------
    The cut is as good as the judgement that sorted the persons, which must not rest on the test.
    Being endorsed by an employer is no such judgement. It moves with the share of competent
    persons among those judged: without a prior it holds for their mix.

    Agrees with
    -----------
    A worked example to four digits (56.2347, standard error 3.074; 58.7485 with losses 2 to 1).

    References
    ----------
    livingston_zieky_1982, berk_1976, firth_1993, mccullagh_1980, hesterberg_2015

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/naas_pilot")
    >>> cuts = nps.contrasting_groups(study).tables["cuts"]
    >>> sorted(set(cuts["cut_reason"]))
    ['group_empty']
    """
    persons = contrasted(study, omitted)
    shares = shares_asked(prior, persons.names)
    chance = loss_ratio / (1 + loss_ratio)
    made = _boundaries(persons, shares, chance, replicates=replicates, seed=seed, level=level)
    least = study.thresholds["contrast_persons_min"].value
    rows = [
        {name: value for name, value in row.items() if name != "fewest"}
        | {"few_persons": row["fewest"] < least}
        for row in in_order(made)
    ]
    return Result(
        tables={
            "cuts": _cut_rows(rows_by_form(rows, form_totals(study, omitted))),
            "groups": level_table(persons.percent, persons.level, persons.levels),
            "crossings": _crossing_table(persons),
            "bands": band_table(persons.percent, persons.level, persons.names),
        },
        notes=(
            *persons.notes,
            "Scores are per cent of the marks of each person's form; forms count as equally hard.",
            f"The line stands at a chance of {chance:.2f} to be at the level.",
        ),
        provenance={"contrast_persons_min": least, "disagreed": persons.disagreed > 0},
    )


def _boundaries(
    persons: Contrasted,
    shares: dict[str, float],
    chance: float,
    *,
    replicates: int,
    seed: int,
    level: float,
) -> list[dict[str, Any]]:
    """A row a boundary, from the lowest."""
    above = [(persons.level > k).astype(float) for k in range(len(persons.names))]
    shifts = {
        name: log_odds_shift(shares.get(name), own.sum(), own.size - own.sum())
        for name, own in zip(persons.names, above, strict=True)
        if 0 < own.sum() < own.size
    }
    proportional = proportional_cuts(
        persons.percent, persons.level, persons.names, chance=chance, shifts=shifts
    )
    rows = []
    for name, own in zip(persons.names, above, strict=True):
        share = shares.get(name)
        cuts, n_units = drawn_boundary_cuts(
            persons.percent,
            own,
            persons.clusters,
            chance=chance,
            share=share,
            replicates=replicates,
            seed=seed,
        )
        row = {
            "cut_name": name,
            "n": int(own.size),
            "fewest": float(min(own.sum(), own.size - own.sum())),
            **boundary_cut(persons.percent, own, chance=chance, share=share),
            "percent_proportional": proportional[name],
            "judged_in": persons.basis,
        }
        rows.append(with_error(row, error_of(cuts, n_units, level)))
    return rows


def _cut_rows(rows: list[dict[str, Any]]) -> pd.DataFrame:
    curve, apart = ([row.pop(name) for row in rows] for name in ("curve_why", "separation_why"))
    boundaries = len({row["cut_name"] for row in rows})
    why = "not_fitted" if boundaries > 1 else "one_boundary"
    return cut_table(
        rows,
        {
            "curve_slope": curve,
            "curve_intercept": curve,
            "model_se": [row["why"] for row in rows],
            "separation": apart,
            "separation_low": apart,
            "separation_high": apart,
            "percent_proportional": [why] * len(rows),
        },
    )


def _crossing_table(persons: Contrasted) -> pd.DataFrame:
    """A row a crossing of the densities; one with the reason where they do not cross."""
    rows: list[dict[str, Any]] = []
    for k, name in enumerate(persons.names):
        lower, upper = persons.percent[persons.level <= k], persons.percent[persons.level > k]
        found = crossings(lower, upper)
        sizes = {"cut_name": name, "n": int(persons.level.size)}
        rows += [
            sizes | {"crossing_percent": one.score, "upward": one.upward, "why": None}
            for one in found
        ]
        if not found:
            empty = not (lower.size and upper.size)
            why = "group_empty" if empty else "no_crossing"
            rows.append(sizes | {"crossing_percent": np.nan, "upward": None, "why": why})
    columns: dict[str, Any] = {
        name: [row[name] for row in rows] for name in rows[0] if name != "why"
    }
    columns["crossing_percent"] = np.array(columns["crossing_percent"], dtype=float)
    columns["upward"] = pd.Series(columns["upward"], dtype=object)
    return tidy(columns, {"crossing_percent": [row["why"] for row in rows]})
