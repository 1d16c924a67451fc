"""Decision rule: how much hangs on the way in which components are put together?"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from naas_psych.analyses.cutscores.decision_drawings import decision_drawings as drawings
from naas_psych.analyses.cutscores.decision_findings import decision_findings as findings
from naas_psych.analyses.cutscores.decision_parts import Parts, parts_of
from naas_psych.analyses.cutscores.decision_rows import (
    accuracy_table,
    cluster_weights,
    component_table,
    crossings,
    driver_table,
    matrix_table,
    outcome_table,
    rows_table,
    true_correlations,
)
from naas_psych.analyses.options import Omitted
from naas_psych.analysis import Level, Seed, analysis
from naas_psych.result import Result
from naas_psych.study.study import Study

__all__ = ["decision_rule", "drawings", "findings"]

Draws = Annotated[
    int, Field(ge=0, le=10_000, description="samples of clusters behind the limits; 0 for none")
]


@analysis
def decision_rule(
    study: Study,
    *,
    omitted: Omitted = None,
    draws: Draws = 100,
    seed: Seed = 2017,
    level: Level = 0.95,
) -> Result:
    """How much hangs on the way in which the outcomes of components become one?

    Formula
    -------
    conjunctive: the worst outcome; complementary: the best; compensatory: cuts on sum_j w_j X_j;
    hybrid: the same, and the lowest outcome below a floor; table: a row for every combination.
    Accuracy and consistency: true scores normal with variances rho_j s2_j and covariances
    s_jk - r_e sem_j sem_k, two sittings with errors of their own, the rule on all three.
    held_alone: raising this component alone to its top cut would give the top outcome.

    How to read it
    --------------
    The same persons and the same scores, under every rule: what differs is the rule. With a worst-
    outcome rule every component adds its own errors, so that false fails rise and fewer would get
    the same outcome twice. held_alone tells which component costs most people the top outcome;
    changed_without how many outcomes would be others if it were dropped.

    When not to use it
    ------------------
    Shares are of persons with all components, who may be a chosen few. Accuracy needs the
    reliability of every component; one that is set too high makes the rule look better than it is.
    True scores and errors are taken to be normal.

    Agrees with
    -----------
    Bivariate normal probabilities for two components to three digits.

    References
    ----------
    hambleton_slater_1997, chester_2003

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/naas_pilot")
    >>> table = nps.decision_rule(study, draws=0).tables["outcomes"]
    >>> met = table[table["outcome"] == "met"].set_index("rule")["share"].round(2)
    >>> met[["conjunctive", "compensatory"]].to_dict()
    {'conjunctive': 0.67, 'compensatory': 0.87}
    """
    parts = parts_of(study, omitted)
    weights = cluster_weights(parts, draws, seed)
    found = crossings(parts, seed)
    rows = rows_table(parts)
    tables = {
        "outcomes": outcome_table(parts, weights, level),
        "components": component_table(parts, weights, level),
        "accuracy": accuracy_table(parts, found, weights, level=level, seed=seed),
        "matrix": matrix_table(parts, found),
        "drivers": driver_table(parts),
    }
    return Result(
        tables=tables if rows is None else {**tables, "table_rows": rows},
        notes=(
            f"The rule of the study is {parts.rule.rule}; the others are shown for comparison.",
            *parts.notes,
            parts.clusters.said,
            *_reliability_notes(parts),
            *(_clipped(true_correlations(parts)) if parts.known else ()),
        ),
        provenance={"rule": parts.rule.rule, "top": parts.outcomes[-1], "seed": seed},
    )


def _reliability_notes(parts: Parts) -> list[str]:
    pairs = list(zip(parts.names, parts.reliability, strict=True))
    said = [
        f"{name} {one.value:.2f} ({one.given_by})" if one.reason is None else f"{name} none"
        for name, one in pairs
    ]
    lacking = [f"[decision.components.{name}] reliability" for name, one in pairs if one.reason]
    notes = [f"Reliabilities: {'; '.join(said)}."]
    if lacking:
        notes.append(
            "Accuracy and consistency need the reliability of every component: give "
            f"{', '.join(lacking)}."
        )
    return notes


def _clipped(found: tuple[object, bool]) -> list[str]:
    if not found[1]:
        return []
    return [
        "True scores would correlate above 1 (or in no possible way) at these reliabilities; the "
        "nearest possible correlations were taken. A reliability is probably set too low."
    ]
