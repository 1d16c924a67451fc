"""Judges' expectations item by item, and the cut that follows, form by form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from naas_psych.analyses.outcomes import form_totals
from naas_psych.analyses.standard.compromise_forms import CurveForm, curve_forms
from naas_psych.analyses.standard.compromise_rows import CutError, Row, cut_row
from naas_psych.analyses.standard.scored_persons import ALL_FORMS
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.intervals import t_quantile
from naas_psych.numerics.judge_effects import additive_fill
from naas_psych.result import tidy
from naas_psych.study.responses import Counted
from naas_psych.study.study import Study


@dataclass(frozen=True, eq=False)
class Expected:
    """What J judges expect of a person on the border, on all J_items of a study, for one cut.

    shares (J, J_items) of an item's marks, nan where not judged
    """

    cut_name: str
    judges: tuple[str, ...]
    shares: Floats


@dataclass(frozen=True, eq=False)
class JudgedForm:
    """One cut of one form: percents (J,) of the judges, in per cent of the marks judged.

    items : places of the items judged; filled (J, I) : their shares, gaps filled by judge + item
    weights (I,) : marks of these items; covered : their share of the marks of the form
    why : why there is no cut, or empty
    """

    cut_name: str
    form: CurveForm
    judges: tuple[str, ...]
    items: NDArray[np.int64]
    filled: Floats
    weights: Floats
    covered: float
    percents: Floats
    gaps: int
    why: str


def judged_forms(
    study: Study, expected: Sequence[Expected], omitted: Counted | None
) -> list[JudgedForm]:
    """Every cut and form with items that were judged; all forms together where judges had all."""
    curves = curve_forms(study, omitted)
    items = {form.name: form.items for form in form_totals(study, omitted)}
    found = []
    for one in expected:
        own = [
            _one(study, one, curve, items[curve.name]) for curve in curves if curve.name in items
        ]
        own = [form for form in own if form.items.size]
        found += own
        if len(own) > 1 and len(own) == len(curves) - 1:
            found.append(_together(own, curves[-1]))
    return found


def _one(
    study: Study, expected: Expected, curve: CurveForm, items: NDArray[np.int64]
) -> JudgedForm:
    responses = study.responses
    span = (responses.max_points - responses.min_points) * responses.unit
    judged = items[np.isfinite(expected.shares[:, items]).any(axis=0)]
    shares = expected.shares[:, judged]
    takes = np.isfinite(shares).any(axis=1) if judged.size else np.zeros(len(shares), bool)
    shares, weights = shares[takes], np.asarray(span[judged], float)
    filled = additive_fill(shares) if judged.size else None
    why = "" if filled is not None else "not_connected"
    made = np.full(shares.shape, np.nan) if filled is None else filled
    return JudgedForm(
        cut_name=expected.cut_name,
        form=curve,
        judges=tuple(np.array(expected.judges, dtype=object)[takes]),
        items=judged,
        filled=made,
        weights=weights,
        covered=float(weights.sum() / curve.width),
        percents=100 * (made @ weights) / weights.sum() if judged.size else np.empty(0),
        gaps=int(np.isnan(shares).sum()),
        why=why,
    )


def _together(forms: Sequence[JudgedForm], curve: CurveForm) -> JudgedForm:
    """Each form counts alike, of judges who judged all of them."""
    names = [j for j in forms[0].judges if all(j in form.judges for form in forms)]
    percents = np.array([[f.percents[f.judges.index(j)] for j in names] for f in forms])
    items = np.unique(np.concatenate([form.items for form in forms]))
    return JudgedForm(
        cut_name=forms[0].cut_name,
        form=curve,
        judges=tuple(names),
        items=items,
        filled=np.empty((len(names), 0)),
        weights=np.empty(0),
        covered=float(np.mean([form.covered for form in forms])),
        percents=percents.mean(axis=0) if names else np.empty(0),
        gaps=sum(form.gaps for form in forms),
        why=next((form.why for form in forms if form.why), "" if names else "no_common_judges"),
    )


def judges_error(percents: Floats, *, level: float) -> CutError:
    """s / sqrt(J) with limits of Student's t."""
    n = percents.size
    if n < 2:
        return CutError(why="one_judge")
    se = float(percents.std(ddof=1) / np.sqrt(n))
    half = t_quantile(level, n - 1) * se
    mean = float(percents.mean())
    return CutError(se, mean - half, mean + half, "")


def judged_row(judged: JudgedForm, error: CutError, percent: float) -> Row:
    """The row of `cuts` of one form."""
    return {
        "cut_name": judged.cut_name,
        "judges": len(judged.judges),
        "items": int(judged.items.size),
        "marks_share": judged.covered,
        **cut_row(judged.form, percent, error, why=judged.why),
        "judged_marks": percent / 100 * float(judged.weights.sum())
        if judged.weights.size
        else np.nan,
        "_judged": judged.why or "several_forms",
    }


def judges_table(
    forms: Sequence[JudgedForm], more: Sequence[Mapping[str, Floats]] | None = None
) -> pd.DataFrame:
    """A row a form and judge: the judge's cut; `more` holds further columns (J,) of each form."""
    parts: list[dict[str, Any]] = []
    for k, one in enumerate(forms):
        for j, name in enumerate(one.judges):
            row = {
                "cut_name": one.cut_name,
                "form": one.form.name,
                "judge_id": name,
                "judge_cut": float(one.form.marks(one.percents[j])),
                "judge_cut_percent": float(one.percents[j]),
                "unit": one.form.unit,
            }
            extra = more[k] if more else {}
            parts.append({**row, **{n: float(v[j]) for n, v in extra.items()}, "_why": one.why})
    whys = [row.pop("_why") or "several_forms" for row in parts]
    columns = {name: [row[name] for row in parts] for name in parts[0]}
    return tidy(columns, dict.fromkeys(columns, whys))


def cover_notes(forms: Sequence[JudgedForm]) -> tuple[str, ...]:
    """What was done about items that nobody judged, and about gaps."""
    said = []
    for one in forms:
        if one.covered < 1 - 1e-9 and one.form.name != ALL_FORMS:
            said.append(
                f"{one.form.name}: judged items hold {100 * one.covered:.0f} % of the marks; the "
                "percentage is carried over to the rest."
            )
    gaps = sum(one.gaps for one in forms if one.form.name != ALL_FORMS)
    if gaps:
        said.append(f"{gaps} judgements that are missing are filled by judge + item.")
    return tuple(dict.fromkeys(said))


def named_cuts(table: pd.DataFrame, default: str) -> dict[str, pd.DataFrame]:
    """Rows by the cut that they are about."""
    if "boundary" not in table:
        return {default: table}
    named = table["boundary"].fillna(default).astype(str)
    return {name: table[named == name] for name in dict.fromkeys(named)}


def last_values(
    table: pd.DataFrame, values: Any, item_ids: Sequence[str]
) -> tuple[tuple[str, ...], Floats]:
    """Judges, and (J, J_items) the last value that each gave each item."""
    rated = pd.DataFrame(
        {
            "judge": table["judge_id"].astype(str).to_numpy(),
            "place": pd.Index(item_ids).get_indexer(pd.Index(table["item_id"])),
            "turn": table["round"].fillna(1).to_numpy(float) if "round" in table else 1.0,
            "value": np.asarray(values, float),
        }
    )
    rated = rated[(rated["place"] >= 0) & rated["value"].notna()]
    rated = rated.sort_values("turn", kind="stable")
    judges = tuple(sorted(rated["judge"].unique()))
    found = np.full((len(judges), len(item_ids)), np.nan)
    who = pd.Index(judges).get_indexer(pd.Index(rated["judge"]))
    found[who, rated["place"]] = rated["value"]
    return judges, found
