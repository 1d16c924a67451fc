"""Ratings of an Angoff panel as they stood after each round, form by form and cut by cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from naas_psych.analyses.forms import ONE_FORM
from naas_psych.analyses.kept import kept
from naas_psych.analyses.outcomes import FormTotals, form_totals
from naas_psych.errors import AnalysisImpossible
from naas_psych.numerics.arrays import Floats
from naas_psych.study.study import Study

#: A round in which this share of the items was rated covers the form; the few others are slips.
_WHOLE = 0.9
#: The columns of ratings that are known without being named in study.toml.
_RATED = ("probability", "p_partial")


@dataclass(frozen=True, eq=False)
class RatedForm:
    """The ratings of J judges on I items of a form for one cut, in R rounds.

    ratings : (R, J, I) shares of an item's marks, nan where not given in that round
    rounds : (R,) their numbers, ascending; items (I,) : places of the items in the study
    weights : (I,) marks that can be earned on each item
    low, high : lowest and highest total of the whole form, with items that nobody rated
    taken : the form as persons took it, None where nobody has a total on it
    """

    cut_name: str
    form: str
    judges: tuple[str, ...]
    items: NDArray[np.int64]
    rounds: Floats
    ratings: Floats
    weights: Floats
    low: float
    high: float
    taken: FormTotals | None

    @property
    def unrated(self) -> int:
        """Items of the form that no judge rated."""
        return 0 if self.taken is None else int(self.taken.items.size - self.items.size)

    @property
    def given(self) -> NDArray[np.bool_]:
        """(R, J, I) whether a rating was given in the round."""
        return np.isfinite(self.ratings)

    @property
    def whole(self) -> NDArray[np.bool_]:
        """(R,) rounds in which the items of the form were rated, not a part of them."""
        return np.asarray(self.given.any(axis=1).mean(axis=1) >= _WHOLE)

    def since(self, last: int) -> int:
        """The last whole round up to round index `last`; the first round where there is none."""
        found = np.flatnonzero(self.whole[: last + 1])
        return int(found[-1]) if found.size else 0

    def panel(self, last: int) -> NDArray[np.bool_]:
        """(J,) judges whose ratings count after round `last`: not those who left before.

        A judge counts with a rating in the last round that covered the form, or after it.
        """
        return np.asarray(self.given[self.since(last) : last + 1].any(axis=(0, 2)))

    def standing(self, last: int) -> Floats:
        """(J, I) the last rating that each judge gave each item up to round `last`."""
        found: Floats = self.ratings[0]
        for turn in self.ratings[1 : last + 1]:
            found = np.where(np.isfinite(turn), turn, found)
        return found

    def turns(self, last: int) -> Floats:
        """(J, I) the number of the round in which the standing rating was given."""
        numbers = np.where(self.given, self.rounds[:, None, None], np.nan)
        found: Floats = numbers[0]
        for turn in numbers[1 : last + 1]:
            found = np.where(np.isfinite(turn), turn, found)
        return found

    def counted(self, last: int) -> Floats:
        """(P, I) standing ratings of the panel after round `last`."""
        return self.standing(last)[self.panel(last)]

    def names(self, last: int) -> tuple[str, ...]:
        """The P judges of the panel after round `last`."""
        return tuple(np.array(self.judges, dtype=object)[self.panel(last)])

    def marks(self, share: Any) -> Any:
        """Totals of the form from shares of its marks."""
        return self.low + np.asarray(share) * (self.high - self.low)


def boundaries(study: Study, asked: str | None = None) -> dict[str, str]:
    """Column of ratings to the name of the cut that it is about.

    Named in [standard] boundaries; else probability is about the highest cut of the study and
    p_partial about partially_met. `asked` renames what `probability` is about.
    """
    table = study.tables.get("angoff")
    columns = [] if table is None else list(table.columns)
    named = dict(study.spec.standard.boundaries)
    if asked is not None:
        named["probability"] = asked
    found: dict[str, str] = {}
    for column in dict.fromkeys([*_RATED, *named]):
        if column not in columns:
            continue
        default = highest_cut(study) if column == "probability" else "partially_met"
        name = named.get(column, default)
        found[column] = column if name in found.values() else name
    return found


def highest_cut(study: Study) -> str:
    """The name of the highest cut of the study; `cut` where it has none."""
    cuts = study.spec.cuts
    if not cuts:
        return "cut"
    if len({cut.unit for cut in cuts.values()}) > 1:
        return "met" if "met" in cuts else next(iter(cuts))
    return max(cuts, key=lambda name: cuts[name].value)


def rated_forms(study: Study, asked: str | None = None) -> tuple[RatedForm, ...]:
    """Every form and cut that was rated, kept with the study; empty without ratings."""
    return kept(study, ("rated_forms", asked), lambda: _rated_forms(study, asked))


def _rated_forms(study: Study, asked: str | None) -> tuple[RatedForm, ...]:
    table = study.tables.get("angoff")
    if table is None or table.empty:
        return ()
    table = table[table["item_id"].isin(study.responses.item_ids)]
    found: list[RatedForm] = []
    for column, name in boundaries(study, asked).items():
        rating = pd.to_numeric(table[column], errors="coerce")
        rated = table.assign(rating=rating)[rating.notna() & table["judge_id"].notna()]
        found.extend(_one_form(study, name, part) for part in _by_form(study, rated))
    return tuple(found)


@dataclass(frozen=True)
class _Part:
    """The rows about one form, its name, and its totals where persons took it."""

    form: str
    rows: pd.DataFrame
    totals: FormTotals | None


def _by_form(study: Study, rated: pd.DataFrame) -> list[_Part]:
    """Ratings by form: by the column that names it, else by the items that each form has."""
    forms = _totals(study)
    if "form_id" not in rated or rated["form_id"].isna().all():
        place = pd.Index(study.responses.item_ids).get_indexer(pd.Index(rated["item_id"]))
        parts = [_Part(f.name, rated[np.isin(place, f.items)], f) for f in forms]
        return [p for p in parts if len(p.rows)] or (
            [_Part(ONE_FORM, rated, None)] * bool(len(rated))
        )
    label = rated["form_id"].fillna(ONE_FORM).astype(str)
    return [_named(study, name, rated[label == name], forms) for name in sorted(label.unique())]


def _named(study: Study, name: str, rows: pd.DataFrame, forms: Sequence[FormTotals]) -> _Part:
    """A form under the name that the responses give it; matched by name, else by its items."""
    place = pd.Index(study.responses.item_ids).get_indexer(pd.Index(rows["item_id"].unique()))
    same = [f for f in forms if f.name.casefold() == name.casefold()]
    alike = [f for f in forms if np.isin(place, f.items).all()]
    found = next(iter(same or (alike if len(alike) == 1 else [])), None)
    if found is None:
        return _Part(name, rows, None)
    inside = pd.Index(study.responses.item_ids)[found.items]
    return _Part(found.name, rows[rows["item_id"].isin(inside)], found)


def _totals(study: Study) -> tuple[FormTotals, ...]:
    try:
        return kept(study, ("angoff_totals",), lambda: form_totals(study, None))
    except AnalysisImpossible:
        return ()


def _one_form(study: Study, cut_name: str, part: _Part) -> RatedForm:
    responses, table, totals = study.responses, part.rows, part.totals
    judges, who = np.unique(
        table["judge_id"].astype(str).to_numpy(dtype=object), return_inverse=True
    )
    place = pd.Index(responses.item_ids).get_indexer(pd.Index(table["item_id"]))
    items, what = np.unique(place, return_inverse=True)
    rounds, turn = np.unique(_rounds(table), return_inverse=True)
    ratings = np.full((rounds.size, judges.size, items.size), np.nan)
    # Of several values for one cell numpy keeps the last.
    ratings[turn, who, what] = table["rating"].to_numpy(dtype=float)
    whole = items if totals is None else totals.items
    span = responses.max_points - responses.min_points
    return RatedForm(
        cut_name=cut_name,
        form=part.form,
        judges=tuple(judges),
        items=items.astype(np.int64),
        rounds=rounds,
        ratings=ratings,
        weights=np.asarray(span[items] * responses.unit, dtype=float),
        low=float(responses.min_points[whole].sum() * responses.unit),
        high=float(responses.max_points[whole].sum() * responses.unit),
        taken=totals,
    )


def _rounds(table: pd.DataFrame) -> Floats:
    """The number of the round of each rating; without one it is the first."""
    if "round" not in table:
        return np.ones(len(table))
    return table["round"].fillna(1).to_numpy(dtype=float)
