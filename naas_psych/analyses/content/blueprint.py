"""Blueprint: does each form ask about each area as much as was planned?"""

from __future__ import annotations

import re
from typing import Annotated, Any

import pandas as pd
from pydantic import Field

from naas_psych.analyses.content.alignment import alignment_tables
from naas_psych.analyses.content.blueprint_drawings import blueprint_drawings as drawings
from naas_psych.analyses.content.blueprint_findings import blueprint_findings as findings
from naas_psych.analyses.content.blueprint_tables import (
    Rules,
    Weight,
    contents,
    domain_table,
    overall_table,
    overlap_table,
)
from naas_psych.analyses.content.content_counts import by_label, by_tag, crossed
from naas_psych.analyses.content.forms_of_items import FormItems, form_items
from naas_psych.analyses.content.plan import NO_DOMAIN, Plan, plan_of
from naas_psych.analysis import Level, analysis
from naas_psych.errors import AnalysisImpossible
from naas_psych.result import Result
from naas_psych.study.study import Study

__all__ = ["blueprint", "drawings", "findings"]

_NO_LEVEL = "(no level)"


@analysis
def blueprint(
    study: Study,
    *,
    weight: Annotated[
        Weight, Field(description="what is compared with the plan: score points, or items")
    ] = "points",
    tags: Annotated[
        str, Field(description="tags that items should have, between commas; 0 items are shown")
    ] = "",
    level: Level = 0.95,
) -> Result:
    """Does each form ask about each area as much as was planned?

    Formula
    -------
    items_share = items of the domain / items of the form; score_share = their score points /
    those of the form; gap = score_share - planned_share. Porter's index = 1 - sum |x - y| / 2
    over domains. Webb's balance = 1 - sum |1 / O - I_k / H| / 2 over the O areas hit, I_k items of
    H. Limits of items_share are Goodman's for all domains at once.

    How to read it
    --------------
    The counts are exact for these forms: a gap is a fact, and no chance is in it. The limits are
    for forms whose items were drawn at random from the same pool, which no form is; they say how
    much luck alone could do. Read score_share: an item worth three marks weighs three times.
    An area with fewer than 3 items is thin: it hangs on one or two questions.

    When not to use it
    ------------------
    It counts what items are labelled as, not what they ask; the table alignment has what judges
    see in them. Webb's limits are for school tests: six items an area is more than many forms hold.

    Agrees with
    -----------
    Webb's worked balance (hits 3, 1, 2, 6: .75).

    References
    ----------
    porter_2002, webb_2007, goodman_1965

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/mini")
    >>> table = nps.blueprint(study).tables["domains"]
    >>> float(table["items_share"].sum())
    1.0
    """
    labels = _labels(study)
    forms = form_items(study)
    plan = plan_of(study, list(forms.members), [name for name in labels if name != NO_DOMAIN])
    rules = Rules(
        gap=study.thresholds["blueprint_gap_max"].value,
        thin=int(study.thresholds["blueprint_items_min"].value),
        weight=weight,
        level=level,
    )
    made = contents(forms, labels, plan)
    tables = {
        "domains": domain_table(made, rules),
        "overall": overall_table(made, rules),
        "overlap": overlap_table(forms, made),
        **_labelled(study, forms, labels, tags),
        **alignment_tables(study, forms, labels, level=level),
    }
    return Result(tables=tables, notes=_notes(plan, rules), provenance=_said(plan))


def _labels(study: Study) -> list[str]:
    """The domain of each item of the study."""
    column = study.spec.content.domain
    if column not in study.items:
        raise AnalysisImpossible(
            f"The items do not say what they are about. Needed: a column `{column}` in the items "
            "table with the area of each item (another name goes in study.toml as "
            '[content] domain = "...").'
        )
    return _filled(study.items[column], NO_DOMAIN)


def _filled(column: pd.Series[Any], nothing: str) -> list[str]:
    texts = column.astype(object).where(column.notna(), "").astype(str).str.strip()
    return [text or nothing for text in texts]


def _labelled(
    study: Study, forms: FormItems, labels: list[str], tags: str
) -> dict[str, pd.DataFrame]:
    """Tables of the levels of thinking and of the tags, as far as items name any."""
    found: dict[str, pd.DataFrame] = {}
    column = study.spec.content.cognitive
    if column in study.items and study.items[column].notna().any():
        levels = _filled(study.items[column], _NO_LEVEL)
        found["levels"] = by_label(forms, levels, "cognitive_level")
        found["cells"] = crossed(forms, labels, levels)
    wanted = _split(tags)
    if wanted or ("tags" in study.items and study.items["tags"].notna().any()):
        cells = _filled(study.items["tags"], "") if "tags" in study.items else [""] * len(labels)
        found["tags"] = by_tag(forms, [_split(cell) for cell in cells], sorted(wanted))
    return found


def _split(text: str) -> frozenset[str]:
    return frozenset(part.strip() for part in re.split(r"[|;,]", text) if part.strip())


def _notes(plan: Plan | None, rules: Rules) -> tuple[str, ...]:
    counted = "score points" if rules.weight == "points" else "items"
    compared = f"The gap compares the share of {counted} with the plan."
    return (
        *((compared,) if plan else ("No plan was given, so there is nothing to compare with.",)),
        "Counts are exact for these forms; the limits are for forms drawn at random from the same "
        "pool of items.",
    )


def _said(plan: Plan | None) -> dict[str, Any]:
    """Planned domains that no item has, with the nearest that items have."""
    return {"nearest_domains": dict(plan.nearest)} if plan and plan.nearest else {}
