"""The items that content speaks against, each with the reasons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from naas_psych.analyses.content.expert_panel import read_panel
from naas_psych.analyses.content.face_evidence import Rule, face_evidence
from naas_psych.analyses.content.face_overview import views
from naas_psych.analyses.content.naming import namings
from naas_psych.analyses.content.relevance_verdict import total, verdicts, votes_by_judge
from naas_psych.errors import AnalysisImpossible
from naas_psych.study.study import Study

Flags = Literal["any", "relevance", "face"]
OUT_OF_ROLE, LOOKS_WRONG = "out of role", "does not look right"


@dataclass(frozen=True)
class Flagged:
    """An item, its column in the responses, and why it is flagged."""

    item: int
    item_id: str
    reasons: tuple[str, ...]


def flagged(study: Study, *, by: Flags = "any", level: float = 0.95) -> tuple[Flagged, ...]:
    """Items that experts call out of role, or whose face validity is warned of, in test order.

    AnalysisImpossible where nobody was asked.
    """
    out = _out_of_role(study) if by in ("any", "relevance") else None
    wrong = _looks_wrong(study, level) if by in ("any", "face") else None
    if out is None and wrong is None:
        raise AnalysisImpossible(_NEEDED)
    return tuple(
        Flagged(j, item_id, tuple(reasons))
        for j, item_id in enumerate(study.responses.item_ids)
        if (
            reasons := [
                *([OUT_OF_ROLE] if out and j in out else []),
                *([LOOKS_WRONG] if wrong and j in wrong else []),
            ]
        )
    )


_NEEDED = (
    "Nobody said which items belong in the test, so none can be flagged and left out. Needed: a "
    "table judgements with relevance (1-4) and role_owner by judge and item, or a table feedback "
    "with ratings of items or a column such as most_irrelevant_item."
)


def _out_of_role(study: Study) -> frozenset[int] | None:
    """By the verdict of item_relevance; None where there is no panel."""
    try:
        panel = read_panel(study)
    except AnalysisImpossible:
        return None
    if "relevance" not in panel.asked:
        return None
    found = verdicts(total(votes_by_judge(panel)), study.thresholds)
    return frozenset(j for j, verdict in enumerate(found) if verdict == "out_of_role")


def _looks_wrong(study: Study, level: float) -> frozenset[int] | None:
    """By the verdict of face_validity; None where nobody said how items look."""
    evidence = face_evidence(study)
    named = namings(study, evidence.feedback, level=level)
    if not evidence.main and not named.every:
        return None
    seen = views(evidence, named, Rule(study.thresholds), level=level)
    return frozenset(view.item for view in seen if view.warned)
