"""The tables of the blueprint: domains against the plan, forms as a whole, forms side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any, Literal

import numpy as np
import pandas as pd

from naas_psych.analyses.content.content_counts import Cells, cells_of
from naas_psych.analyses.content.forms_of_items import FormItems
from naas_psych.analyses.content.plan import NO_DOMAIN, Plan
from naas_psych.numerics.alignment import multinomial_limits, porter_index
from naas_psych.numerics.arrays import Floats
from naas_psych.result import tidy

Weight = Literal["points", "items"]

#: Rounding noise in a gap that stands exactly on the line.
_NOISE = 1e-9


@dataclass(frozen=True)
class Rules:
    """gap : largest gap that is within the plan; thin : items below which a domain is thin."""

    gap: float
    thin: int
    weight: Weight
    level: float


@dataclass(frozen=True)
class FormContent:
    """One form: its cells, and the planned shares (K,), nan where the form has no plan."""

    form: str
    cells: Cells
    planned: Floats

    def share(self, weight: Weight) -> Floats:
        return self.cells.score_share if weight == "points" else self.cells.items_share


def contents(forms: FormItems, labels: Sequence[str], plan: Plan | None) -> list[FormContent]:
    """The content of each form, over the domains that any form or the plan names."""
    seen = {labels[j] for members in forms.members.values() for j in members}
    planned = {name for shares in (plan.shares.values() if plan else ()) for name in shares}
    names = sorted((seen | planned) - {NO_DOMAIN}) + [NO_DOMAIN] * (NO_DOMAIN in seen)
    return [
        FormContent(
            form=form,
            cells=cells_of(labels, forms.points, members, names),
            planned=_planned(plan.of(form) if plan else {}, names),
        )
        for form, members in forms.members.items()
    ]


def _planned(shares: Mapping[str, float], names: Sequence[str]) -> Floats:
    if not shares:
        return np.full(len(names), np.nan)
    return np.array([shares.get(name, 0.0) for name in names])


def domain_table(made: Sequence[FormContent], rules: Rules) -> pd.DataFrame:
    """A row a form and domain."""
    parts = [_domains(content, rules) for content in made]
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    size = len(columns["form"])
    bare = {name: list(v) if v.dtype == object else v for name, v in columns.items()}
    reasons = {name: ["no_blueprint"] * size for name in ("planned_share", "planned_items", "gap")}
    # Without score points there is no share of them, and so no gap.
    worthless = np.isnan(columns["score_share"])
    reasons["gap"] = ["no_range" if none else "no_blueprint" for none in worthless]
    return tidy(bare, {**reasons, "score_share": ["no_range"] * size})


def _domains(content: FormContent, rules: Rules) -> dict[str, Any]:
    cells, planned = content.cells, content.planned
    limits = multinomial_limits(cells.items, level=rules.level)
    gap = content.share(rules.weight) - planned
    known = np.isfinite(gap)
    near = np.abs(gap) <= rules.gap + _NOISE
    within = np.empty(gap.size, dtype=object)
    within[:] = [bool(one) if told else None for one, told in zip(near, known, strict=True)]
    return {
        "form": np.full(gap.size, content.form, dtype=object),
        "domain": np.array(cells.names, dtype=object),
        "items": cells.items.astype(int),
        "points": cells.points,
        "items_share": cells.items_share,
        "items_share_low": limits.low,
        "items_share_high": limits.high,
        "score_share": cells.score_share,
        "planned_share": planned,
        "planned_items": planned * cells.items.sum(),
        "gap": gap,
        "within": within,
        "thin": _is_thin(content, rules),
    }


def _is_thin(content: FormContent, rules: Rules) -> Any:
    """Fewer items than an area needs, where it is there or planned."""
    unplanned = np.nan_to_num(content.planned) == 0
    absent = (content.cells.items == 0) & unplanned
    return (content.cells.items < rules.thin) & ~absent


def overall_table(made: Sequence[FormContent], rules: Rules) -> pd.DataFrame:
    """A row a form: how well it agrees with the plan as a whole."""
    rows = [_overall(content, rules) for content in made]
    columns: dict[str, Any] = {name: [row[name] for row in rows] for name in rows[0]}
    told = ("porter_items", "porter_points", "largest_gap", "off_plan")
    for name in ("points", *told):
        columns[name] = np.array(columns[name], dtype=float)
    why = [_why(content) for content in made]
    return tidy(
        columns,
        dict.fromkeys(told, why),
    )


def _overall(content: FormContent, rules: Rules) -> dict[str, Any]:
    cells, planned = content.cells, content.planned
    real = np.array([name != NO_DOMAIN for name in cells.names])
    gaps = np.abs(content.share(rules.weight) - planned)
    known = np.isfinite(gaps).all()
    return {
        "form": content.form,
        "items": int(cells.items.sum()),
        "points": cells.points.sum(),
        "domains": int((real & (cells.items > 0)).sum()),
        "domains_missing": int((real & (cells.items == 0) & (np.nan_to_num(planned) > 0)).sum()),
        "domains_thin": int((_is_thin(content, rules) & real & (cells.items > 0)).sum()),
        "items_without_domain": int(cells.items[~real].sum()),
        "porter_items": porter_index(cells.items, planned),
        "porter_points": porter_index(cells.points, planned),
        "largest_gap": gaps.max() if known else np.nan,
        "off_plan": float((gaps > rules.gap + _NOISE).sum()) if known else np.nan,
    }


def _why(content: FormContent) -> str:
    return "no_blueprint" if np.isnan(content.planned).all() else "no_range"


def overlap_table(forms: FormItems, made: Sequence[FormContent]) -> pd.DataFrame:
    """A row an ordered pair of forms: how much of the first is in the second."""
    of = {content.form: content for content in made}
    rows = []
    for one, other in permutations(forms.members, 2):
        own = forms.members[one]
        shared = np.intersect1d(own, forms.members[other])
        worth = forms.points[own].sum()
        rows.append(
            {
                "form": one,
                "other_form": other,
                "items": len(own),
                "shared_items": len(shared),
                "shared_share": len(shared) / len(own),
                "shared_score_share": forms.points[shared].sum() / worth if worth else np.nan,
                "porter_points": porter_index(of[one].cells.points, of[other].cells.points),
            }
        )
    names = (
        *("form", "other_form", "items", "shared_items"),
        *("shared_share", "shared_score_share", "porter_points"),
    )
    columns: dict[str, Any] = {name: [row[name] for row in rows] for name in names}
    for name in names[4:]:
        columns[name] = np.array(columns[name], dtype=float)
    why = ["no_range"] * len(rows)
    return tidy(columns, {"shared_score_share": why, "porter_points": why})
