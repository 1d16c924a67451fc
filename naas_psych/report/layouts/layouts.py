"""Which columns a table shows, in which order, and which give way first."""

from __future__ import annotations

from collections.abc import Sequence

from naas_psych.report.layouts.angoff_layouts import ANGOFF_LAYOUTS
from naas_psych.report.layouts.consequence_layouts import CONSEQUENCE_LAYOUTS
from naas_psych.report.layouts.content_layouts import CONTENT_LAYOUTS
from naas_psych.report.layouts.cutscore_layouts import CUTSCORE_LAYOUTS
from naas_psych.report.layouts.dif_layouts import DIF_LAYOUTS
from naas_psych.report.layouts.fairness_layouts import FAIRNESS_LAYOUTS
from naas_psych.report.layouts.irt_layouts import IRT_LAYOUTS
from naas_psych.report.layouts.item_layouts import ITEM_LAYOUTS
from naas_psych.report.layouts.look import FORM, Look
from naas_psych.report.layouts.speed_layouts import SPEED_LAYOUTS
from naas_psych.report.layouts.standard_layouts import STANDARD_LAYOUTS
from naas_psych.report.layouts.structure_layouts import STRUCTURE_LAYOUTS

#: The table of an analysis that a chapter shows, where it is not the first.
MAIN = {
    "item_correlations": "matrices",
    "parallel_analysis": "counts",
    "velicer_map": "counts",
    "local_dependence": "clusters",
    "domain_correlations": "domains",
    "item_writing": "rules",
    "measurement_error": "summary",
    "conditional_rasch": "fit",
    "person_fit": "summary",
    "information": "overview",
    "person_scores": "summary",
    "role_ownership": "roles",
    "test_functioning": "cuts",
    "dif_mantel_haenszel": "overview",
    "intersections": "summary",
    "cut_population": "words",
}

LAYOUTS: dict[str, tuple[Look, ...]] = {
    **ITEM_LAYOUTS,
    **IRT_LAYOUTS,
    **STRUCTURE_LAYOUTS,
    **CONTENT_LAYOUTS,
    **SPEED_LAYOUTS,
    **DIF_LAYOUTS,
    **FAIRNESS_LAYOUTS,
    **ANGOFF_LAYOUTS,
    **STANDARD_LAYOUTS,
    **CUTSCORE_LAYOUTS,
    **CONSEQUENCE_LAYOUTS,
    "scorecard.plants": (
        Look("plant", 0),
        Look("found", 0),
        Look("hit_rate", 0),
        Look("hit_rate", 1, "interval"),
        Look("feature", 2, least=16),
        Look("analysis", 4, least=20),
        Look("evidence", 0, least=26),
    ),
    "scorecard.false_alarms": (
        Look("code", 0, heading="Code of the finding", least=23),
        Look("tested", 0),
        Look("flagged", 0),
        Look("uncertain", 0),
        Look("rate", 0, heading="Rate"),
        Look("rate", 1, "interval"),
        Look("nominal", 0),
        Look("analysis", 2, least=16),
    ),
}


def layout(full_name: str, columns: Sequence[str]) -> tuple[Look, ...]:
    """The layout of a table: its own, or every column, those on the right giving way."""
    if full_name in LAYOUTS:
        return tuple(
            look for look in LAYOUTS[full_name] if look.column in columns or look.form == "flags"
        )
    looks: list[Look] = []
    for place, name in enumerate(columns):
        if name.endswith("_reason") or _is_limit(name, columns):
            continue
        if name == "form":
            looks.append(FORM)
            continue
        rank = 0 if place == 0 else place + 50 * name.endswith("_se")
        looks.append(Look(name, rank))
        if f"{name}_low" in columns and f"{name}_high" in columns:
            looks.append(Look(name, rank + 25, "interval"))
    return tuple(looks)


def foremost(full_name: str, columns: Sequence[str], *, most: int) -> tuple[str, ...]:
    """The columns of a table that a page has room for, in the order of its layout.

    Without a layout of its own, all columns as they stand.
    """
    if full_name not in LAYOUTS:
        return tuple(columns)
    ranks: dict[str, int] = {}
    for look in LAYOUTS[full_name]:
        if look.column in columns:
            ranks.setdefault(look.column, look.rank)
    kept = set(sorted(ranks, key=lambda name: ranks[name])[:most])
    return tuple(name for name in ranks if name in kept)


def same(full_name: str) -> tuple[str, ...]:
    """The columns that are left out of a table where every row has the same value."""
    looks = LAYOUTS.get(full_name, (FORM,))
    return tuple(look.column for look in looks if look.hide == "same")


def _is_limit(name: str, columns: Sequence[str]) -> bool:
    base = name.removesuffix("_low").removesuffix("_high")
    return base != name and base in columns
