"""Judges of standard setting: do they know which items are hard, and what hangs on each of them?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.content.expert_panel import backgrounds
from naas_psych.analyses.standard.angoff_ratings import RatedForm, boundaries, rated_forms
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.correlations import fisher_interval
from naas_psych.numerics.judge_effects import additive_fill, correlation_within, group_p
from naas_psych.result import tidy
from naas_psych.study.responses import NOT_ADMINISTERED
from naas_psych.study.study import Study

#: Fewer persons with a whole form than this: facility is taken over all who were given the item.
_PERSONS = 10


@dataclass(frozen=True, kw_only=True)
class FormRatings:
    """The last ratings of one form: (J, I) probabilities, marks of the items and facilities (I,).

    floor, width : the lowest total of the form, and how far the highest is above it
    items : (I,) places of the items in the study
    filled : ratings with gaps filled by judge + item, None where they do not hang together
    """

    form: str
    judges: tuple[str, ...]
    items: Any
    ratings: Floats
    rounds: Floats
    weights: Floats
    floor: float
    width: float
    facility: Floats
    filled: Floats | None

    @property
    def cuts(self) -> Floats:
        """(J,) expected score of a borderline person, judge by judge; nan where it cannot be."""
        if self.filled is None:
            return np.full(len(self.judges), np.nan)
        total = self.weights.sum()
        share = np.einsum("ji,i->j", self.filled, self.weights / (total if total > 0 else np.nan))
        return np.asarray(self.floor + self.width * share)


def form_ratings(study: Study) -> list[FormRatings]:
    """The last rating that each judge gave each item, form by form, for the highest cut.

    Judges who left before the last round that covered the form are in no panel.
    """
    name = boundaries(study).get("probability")
    return [panel_ratings(study, form) for form in rated_forms(study) if form.cut_name == name]


def panel_ratings(study: Study, rated: RatedForm) -> FormRatings:
    """The ratings of one form that count, beside the facilities of its items."""
    last = len(rated.rounds) - 1
    ratings = rated.counted(last)
    # An item that only judges rated who left is one that nobody rated.
    used = np.isfinite(ratings).any(axis=0)
    ratings, items = ratings[:, used], rated.items[used]
    return FormRatings(
        form=rated.form,
        judges=rated.names(last),
        items=items,
        ratings=ratings,
        rounds=rated.turns(last)[rated.panel(last)][:, used],
        weights=rated.weights[used],
        floor=rated.low,
        width=rated.high - rated.low,
        facility=form_facility(study, items),
        filled=additive_fill(ratings),
    )


def form_facility(study: Study, items: Any) -> Floats:
    """(I,) share of the marks earned by those who were given the whole form and the item."""
    responses = study.responses
    marks = responses.marks(omitted=study.omitted, not_reached="left_out")[:, items]
    whole = (responses.points[:, items] != NOT_ADMINISTERED).all(axis=1)
    if whole.sum() >= _PERSONS:
        marks = marks[whole]
    given = marks >= 0
    low, high = responses.min_points[items], responses.max_points[items]
    n = given.sum(axis=0)
    earned = np.where(given, marks, 0).sum(axis=0, dtype=float) - n * low
    span = n * (high - low)
    return np.where(span > 0, earned / np.where(span > 0, span, 1), np.nan)


def setter_table(study: Study, forms: list[FormRatings], *, level: float) -> pd.DataFrame:
    """A row a judge over all forms: the spread of ratings and how they go with facility."""
    names = sorted({judge for form in forms for judge in form.judges})
    known = backgrounds(study, tuple(names))
    rows = [_setter(name, forms, level) for name in names]
    line = study.thresholds["judge_facility_r_min"].value
    columns: dict[str, Any] = {
        "judge_id": names,
        "background": pd.Series(known, dtype=object),
        **{name: [row[name] for row in rows] for name in rows[0] if name != "why"},
    }
    columns["insensitive"] = [bool(row["facility_r_high"] < line) for row in rows]
    why = [row["why"] for row in rows]
    return tidy(columns, {"facility_r": why, "judged_sd": ["too_few_ratings"] * len(rows)})


def _setter(name: str, forms: list[FormRatings], level: float) -> dict[str, Any]:
    mine = [(form, form.judges.index(name)) for form in forms if name in form.judges]
    given = np.concatenate([form.ratings[j] for form, j in mine])
    facility = np.concatenate([form.facility for form, _ in mine])
    item = np.concatenate([form.items for form, _ in mine])
    group = np.concatenate([np.full(form.items.size, float(k)) for k, (form, _) in enumerate(mine)])
    rated = np.isfinite(given)
    both = rated & np.isfinite(facility)
    distinct = np.unique(item[both]).size
    found = correlation_within(given, facility, group, distinct=distinct)
    limits = fisher_interval(found.r, found.df, level=level)
    ratings = given[rated]
    same = bool((ratings == ratings[0]).all())
    return {
        "items": distinct,
        "ratings": int(rated.sum()),
        "judged_mean": float(ratings.mean()),
        "judged_sd": float(ratings.std(ddof=1)) if ratings.size > 1 else np.nan,
        "facility_r": found.r,
        "facility_r_low": limits.low,
        "facility_r_high": limits.high,
        "one_value": same and ratings.size > 1,
        "why": "one_value_only" if same and ratings.size > 1 else "too_few_ratings",
    }


def cut_table(forms: list[FormRatings]) -> pd.DataFrame:
    """A row a form and judge: the cut, and the panel's cut without that judge."""
    parts = []
    for form in forms:
        everyone = np.eye(len(form.judges), dtype=bool)
        parts.append(
            pd.DataFrame(
                {
                    "form": form.form,
                    "judge_id": list(form.judges),
                    "last_round": np.nanmax(form.rounds, axis=1),
                    "items": np.isfinite(form.ratings).sum(axis=1),
                    "judge_cut": form.cuts,
                    **_cuts_without(form, everyone),
                }
            )
        )
    return _tidied(pd.concat(parts, ignore_index=True), forms)


def cut_background_table(study: Study, forms: list[FormRatings]) -> pd.DataFrame | None:
    """A row a form and background that can be left out; None where fewer than two are known."""
    parts = []
    for form in forms:
        known = np.array([b or "" for b in backgrounds(study, form.judges)], dtype=object)
        names = sorted(set(known) - {""})
        if len(names) < 2:
            continue
        members = np.stack([known == name for name in names])
        columns = {"form": form.form, "background": names, "judges": members.sum(axis=1)}
        p = np.minimum(group_p(form.cuts, members) * len(names), 1.0)
        parts.append(pd.DataFrame({**columns, **_cuts_without(form, members), "p_background": p}))
    return _tidied(pd.concat(parts, ignore_index=True), forms) if parts else None


def _cuts_without(form: FormRatings, members: Any) -> dict[str, Any]:
    """The panel's cut, its standard error, and the cut without each group (G, J) of judges."""
    cuts = form.cuts
    n = len(cuts)
    panel = float(cuts.mean())
    se = float(cuts.std(ddof=1) / np.sqrt(n)) if n > 1 else np.nan
    left = (~members).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        without = np.where(left > 0, (~members) @ cuts / left, np.nan)
        in_se = np.where(se > 0, (without - panel) / se, np.nan)
    return {
        "panel_cut": panel,
        "panel_cut_se": se,
        "panel_cut_without": without,
        "cut_change": without - panel,
        "cut_change_in_se": in_se,
    }


def _tidied(frame: pd.DataFrame, forms: list[FormRatings]) -> pd.DataFrame:
    """Every undefined cut with its reason."""
    unlinked = {form.form for form in forms if form.filled is None}
    why = ["not_connected" if form in unlinked else "too_few_judges" for form in frame["form"]]
    columns: dict[str, Any] = {str(name): frame[name].to_numpy() for name in frame.columns}
    return tidy(columns, dict.fromkeys(columns, why))
