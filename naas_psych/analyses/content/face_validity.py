"""Face validity: how each item looks to those who take the test, judge it and use it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field

from naas_psych.analyses.content.face_drawings import face_drawings as drawings
from naas_psych.analyses.content.face_evidence import (
    INSUFFICIENT,
    Evidence,
    Rule,
    face_evidence,
)
from naas_psych.analyses.content.face_findings import face_findings as findings
from naas_psych.analyses.content.face_overview import View, picture, ranked, views
from naas_psych.analyses.content.face_tables import (
    items_table,
    naming_table,
    quadrants_table,
    questions_table,
)
from naas_psych.analyses.content.item_behaviour import ItemBehaviour, item_behaviour
from naas_psych.analyses.content.naming import Namings, namings
from naas_psych.analysis import Level, analysis
from naas_psych.errors import AnalysisImpossible
from naas_psych.result import Result, tidy
from naas_psych.study.study import Study

__all__ = ["drawings", "face_validity", "findings"]


@analysis
def face_validity(
    study: Study,
    *,
    level: Level = 0.95,
    prior: Annotated[
        Literal["jeffreys", "moments"],
        Field(description="prior of each endorsement: Jeffreys, or by the moments of all items"),
    ] = "jeffreys",
) -> Result:
    """Do the items look right to candidates, experts and users, and which of them do not?

    Formula
    -------
    endorsement = s / n, the share of raters who give 4 or 5 of 5 (experts: relevance 3 or 4 of 4).
    probability_weak = P(p < target) with p ~ Beta(a + s, b + n - s), Jeffreys' a = b = 0.5.
    weak from .80, watch from .50, else ok; insufficient below 5 experts or 15 other raters.
    Named items: P(X >= named), X ~ Binomial(given, mean of one over the items given), adjusted
    for the number of items. The verdict on an item is the worst of its sources, never an average.
    endorsement_adjusted = (low + 2 middle + top) / 4 over thirds of the raters' score.

    How to read it
    --------------
    Weak says that fewer than the target endorse the item, almost surely; it is a reason to look at
    the item with the people who object, not proof that it is wrong. How the item works (works,
    item_rest_r) stands apart and never enters the verdict: an item can look right and not work, or
    look wrong and work. Where experts doubt an item and those who took the test do not, it is
    plausible but perhaps off the construct; the other way round it is badly explained.

    When not to use it
    ------------------
    Not as evidence that the test measures the job: looking right is not measuring right. People
    who do badly like a test less, so compare endorsement_adjusted; it needs raters in every third
    of the score. Those who answer may differ from those who do not: see feedback_summary.

    Agrees with
    -----------
    R's pbeta and prop.test (without correction) for probability_weak, low and high. item_rest_r is
    that of item_statistics. No other program has the verdict; its lines are this project's own and
    stand in the thresholds.

    References
    ----------
    mosier_1947, nevo_1985, wilson_1927, benjamini_hochberg_1995, kleinman_1973

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/naas_pilot")
    >>> overview = nps.face_validity(study).tables["overview"]
    >>> sorted(overview["item_id"].head(5))
    ['AL07', 'AL19', 'AL22', 'BE06', 'BE20']
    """
    rule = Rule(study.thresholds, by_moments=prior == "moments")
    evidence = face_evidence(study, by_moments=rule.by_moments)
    named = namings(study, evidence.feedback, level=level)
    if not evidence.main and not named.every:
        raise AnalysisImpossible(_NEEDED)
    behaviour = item_behaviour(study, level=level)
    ordered = ranked(views(evidence, named, rule, level=level))
    ids = study.responses.item_ids
    items = items_table(evidence, ids, level=level)
    return Result(
        tables={
            "overview": _overview(ordered, items, named, behaviour, ids),
            "items": items,
            "questions": questions_table(evidence, ids, level=level),
            "naming": naming_table(named, ids),
            "quadrants": quadrants_table(evidence, named, rule, ids, level=level),
        },
        notes=(*evidence.notes, *named.notes, *_notes(evidence)),
        provenance={name: rule.value(name) for name in ("endorsement_target", "item_rest_r_min")},
    )


_NEEDED = (
    "Nobody said how any item looks: there are no judgements of relevance or clarity, no feedback "
    "on items, and no column in which people name an item. Needed: a table judgements with "
    "relevance (1-4) by judge and item, or a table feedback with item_id and a question rated 1-5, "
    "or with a column such as most_irrelevant_item."
)


def _overview(
    ordered: tuple[View, ...],
    shown: pd.DataFrame,
    named: Namings,
    behaviour: ItemBehaviour,
    ids: tuple[str, ...],
) -> pd.DataFrame:
    """A row an item, weak first: how it looks on the left, how it works on the right."""
    rated: dict[str, list[dict[Any, Any]]] = {}
    for row in shown.to_dict("records"):
        rated.setdefault(row["item_id"], []).append(row)
    rows = [_against(rated.get(ids[view.item], [])) for view in ordered]
    at = np.array([view.item for view in ordered], dtype=np.int64)
    works = behaviour.works[at]
    share, chance = named.largest(len(ids))
    columns: dict[str, Any] = {
        "item_id": [ids[j] for j in at],
        "verdict": [view.verdict for view in ordered],
        "reasons": [view.reasons or "nobody was asked about it" for view in ordered],
        "warned": [view.warned for view in ordered],
        "source": pd.Series([row["source"] for row in rows], dtype=object),
        "endorsement": _numbers(rows, "endorsement"),
        "endorsement_low": _numbers(rows, "low"),
        "endorsement_high": _numbers(rows, "high"),
        "probability_weak": _numbers(rows, "probability_weak"),
        "named_share": share[at],
        "named_chance_share": chance[at],
        "looks_right": [view.looks_right for view in ordered],
        "item_rest_r": behaviour.r[at],
        "item_rest_r_low": behaviour.low[at],
        "item_rest_r_high": behaviour.high[at],
        "key_suspect": behaviour.suspect[at],
        "works": works,
        "picture": [picture(v.looks_right, str(w)) for v, w in zip(ordered, works, strict=True)],
    }
    return tidy(columns, _reasons(behaviour, at))


def _reasons(behaviour: ItemBehaviour, at: NDArray[np.int64]) -> dict[str, list[str]]:
    why = [str(behaviour.reason[j] or "too_few_persons") for j in at]
    limits = [
        "perfect_correlation" if behaviour.r[j] ** 2 == 1 else reason
        for j, reason in zip(at, why, strict=True)
    ]
    nobody = ["not_rated"] * len(at)
    return {
        "endorsement": nobody,
        "probability_weak": nobody,
        "named_share": ["nobody_named"] * len(at),
        "named_chance_share": ["nobody_named"] * len(at),
        "item_rest_r": why,
        "item_rest_r_low": limits,
        "item_rest_r_high": limits,
    }


def _numbers(rows: list[dict[Any, Any]], name: str) -> list[float]:
    return [float("nan") if row[name] is None else float(row[name]) for row in rows]


def _against(own: list[dict[Any, Any]]) -> dict[Any, Any]:
    """The ratings that speak most against the item, of a source with enough raters if any has."""
    own = [row for row in own if row["n"] > 0]
    enough = [row for row in own if row["verdict"] != INSUFFICIENT] or own
    nothing = dict.fromkeys(("source", "endorsement", "low", "high", "probability_weak"))
    return max(enough, key=lambda row: row["probability_weak"], default=nothing)


def _notes(evidence: Evidence) -> tuple[str, ...]:
    said = [
        "The verdict on an item is the worst of its sources. It rests on one question a source "
        "(the first in the table questions) and on who named the item; other questions stand "
        "beside it. No statistic of the responses enters it.",
        "A weak item is no warning where the judges hold it essential (CVR at or above its "
        "critical value), or where only experts doubt it and those who took the test do not.",
    ]
    if any(t.by_third is not None for t in evidence.tallies):
        said.append(
            "Thirds of the score are formed within forms; endorsement_adjusted counts the middle "
            "third twice. Nobody knows from the table whether people rated before they knew their "
            "result."
        )
    return tuple(said)
