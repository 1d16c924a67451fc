"""The components of a decision: scores of the persons who have all of them, cuts, reliabilities."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from naas_psych.analyses.clusters import Clusters, clusters_of
from naas_psych.analyses.cutscores.decision_reliability import Reliability, reliability_of
from naas_psych.errors import AnalysisImpossible
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.decision_rules import Codes, Lines, combinations
from naas_psych.study.decided import MOST_COMBINATIONS, table_of
from naas_psych.study.policy import Decision
from naas_psych.study.responses import Counted
from naas_psych.study.study import Study

_NEEDED = (
    "a table components with a column of scores a component, and in study.toml "
    "[decision.components.NAME] column = ..., cuts = { met = ... } for two components or more."
)


@dataclass(frozen=True, eq=False)
class Parts:
    """m components of n persons who have all of them.

    names (m,); outcomes (K,) from the lowest; rows (n,) of the study; scores (n, m)
    with_score (m,) : persons with a score on each component, whatever else they lack
    declared (m,) : weights as given; reliability : one a component
    """

    names: tuple[str, ...]
    outcomes: tuple[str, ...]
    rows: NDArray[np.int64]
    scores: Floats
    with_score: NDArray[np.int64]
    declared: Floats
    lines: Lines
    reliability: tuple[Reliability, ...]
    clusters: Clusters
    rule: Decision
    notes: tuple[str, ...]

    @property
    def n(self) -> int:
        return int(self.rows.size)

    @property
    def known(self) -> bool:
        """Every component has a reliability between 0 and 1."""
        return all(one.reason is None for one in self.reliability)

    @property
    def reliabilities(self) -> Floats:
        return np.array([one.value for one in self.reliability])

    @property
    def rules(self) -> tuple[str, ...]:
        """Every rule that can be applied, the one of the study first."""
        every = ["conjunctive", "compensatory", "hybrid", "complementary"]
        if self.lines.table is not None:
            every.append("table")
        own = self.rule.rule
        return (own, *(name for name in every if name != own))


def parts_of(study: Study, omitted: Counted | None) -> Parts:
    """The components of the study.

    Raises
    ------
    AnalysisImpossible
        Fewer than two components are named, or fewer than three persons have all of them.
    """
    rule, table = study.spec.decision, study.tables.get("components")
    if len(rule.components) < 2 or table is None:
        raise AnalysisImpossible(f"No two components are named. Needed: {_NEEDED}")
    scores = _scores(study, table, [one.column for one in rule.components.values()])
    whole = np.asarray(np.isfinite(scores).all(axis=1))
    rows = np.flatnonzero(whole)
    if rows.size < 3:
        raise AnalysisImpossible(
            f"{rows.size} persons have a score on every component ({', '.join(rule.components)}). "
            "Needed: three persons or more with all of them."
        )
    lines, notes = _lines(rule, scores[whole])
    lacking = int(np.isfinite(scores).any(axis=1).sum()) - rows.size
    return Parts(
        names=tuple(rule.components),
        outcomes=tuple(rule.outcomes),
        rows=rows,
        scores=scores[whole],
        with_score=np.isfinite(scores).sum(axis=0).astype(np.int64),
        declared=np.array([one.weight for one in rule.components.values()]),
        lines=lines,
        reliability=tuple(
            reliability_of(study, one, scores[:, k], whole, omitted)
            for k, one in enumerate(rule.components.values())
        ),
        clusters=clusters_of(study),
        rule=rule,
        notes=(
            "Only persons with every component count; "
            f"{'nobody is' if not lacking else 'others are'} left out for a missing one.",
            *notes,
        ),
    )


def _scores(study: Study, table: pd.DataFrame, columns: list[str]) -> Floats:
    """(N, m) in the order of the study's persons; nan where there is none."""
    once = table.dropna(subset=["person_id"]).drop_duplicates("person_id").set_index("person_id")
    return np.asarray(once[columns].reindex(study.responses.person_ids), dtype=float)


def _lines(rule: Decision, scores: Floats) -> tuple[Lines, tuple[str, ...]]:
    parts = list(rule.components.values())
    cuts = np.array([[one.cuts[name] for name in rule.outcomes[1:]] for one in parts])
    weights = np.array([one.weight for one in parts])
    if rule.cuts:
        multipliers = weights
        composite = np.array([rule.cuts[name] for name in rule.outcomes[1:]])
        said = "The weighted sum is of the scores as they are, with the cuts of [decision]."
    else:
        steps = _steps(cuts, scores)
        share = weights / weights.sum() if weights.sum() > 0 else weights
        multipliers = share / steps
        composite = np.einsum("m,mb->b", multipliers, cuts)
        said = (
            "No cuts of the weighted sum are given: each component counts in steps "
            f"{'from its lowest to its highest cut' if cuts.shape[1] > 1 else 'of its SD'}, and "
            "the cuts of the sum are the weighted cuts of the components."
        )
    floors = np.full(len(parts), -np.inf)
    for k, name in enumerate(rule.components):
        floors[k] = rule.floors.get(name, -np.inf if rule.floors else cuts[k, 0])
    floor = "" if rule.floors else " No floors are given: they are the lowest cuts."
    return Lines(cuts, multipliers, composite, floors, _table(rule)), (f"{said}{floor}",)


def _steps(cuts: Floats, scores: Floats) -> Floats:
    """(m,) what one step of a component is: between its outer cuts, or its SD, or 1."""
    width = cuts[:, -1] - cuts[:, 0]
    spread = scores.std(axis=0, ddof=1)
    return np.where(width > 0, width, np.where(spread > 0, spread, 1.0))


def _table(rule: Decision) -> Codes | None:
    outcomes, m = len(rule.outcomes), len(rule.components)
    if not rule.rows or outcomes**m > MOST_COMBINATIONS:
        return None
    given = table_of(rule)
    rank = {name: k for k, name in enumerate(rule.outcomes)}
    found = np.zeros((outcomes,) * m, np.int64)
    for place in combinations(m, outcomes):
        found[place] = rank[given[tuple(rule.outcomes[k] for k in place)]]
    return found
