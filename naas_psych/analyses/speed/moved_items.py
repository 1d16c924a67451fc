"""Items that stand in more than one place, and how many logits a place makes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from naas_psych.analyses.speed.behaviour import Behaviour
from naas_psych.analyses.speed.places import FormPlaces, Places
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.fractional_logit import fractional_logit
from naas_psych.numerics.matching import MatchingSet, matching_set, shares_of_marks
from naas_psych.numerics.pooled import pooled
from naas_psych.study.responses import Counted
from naas_psych.study.study import Study

Design = Literal["within forms", "between forms"]
#: Persons with a mark and a place that an item needs.
_FEWEST = 30
#: Common items in fixed places that show how much items drift between forms by themselves.
_FEWEST_UNMOVED = 3
#: Robust z, (shift - median) / (.7413 IQR), above which a common item is no ordinary one; it takes
#: this many items to say so.
_FAR_OUT, _FEWEST_FOR_ROBUST = 2.7, 8


@dataclass(frozen=True)
class MovedItem:
    """delta with its error apart from drift; `lever` makes the variance of drift one of delta."""

    item_id: str
    design: Design
    n: int
    first: int
    last: int
    delta: float
    error: float
    lever: float
    why: str | None = None

    def se(self, drift_variance: float) -> float:
        if self.design == "within forms" or not np.isfinite(drift_variance):
            return self.error
        return float(np.sqrt(self.error**2 + self.lever * drift_variance))


@dataclass(frozen=True)
class Moved:
    """All moved items, the same without rapid answers, and what items do that did not move."""

    items: list[MovedItem]
    steady: list[MovedItem]
    drift_variance: float
    unmoved: int
    notes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class _World:
    """What the regressions are made from.

    share (N, J) of the marks; places (N, J), 0 unknown; form (N,) index or -1; has (F, J), with
    least and most (F, J) the first and last place. sets : matching sets made so far.
    """

    item_ids: tuple[str, ...]
    share: Floats
    places: NDArray[np.int16]
    form: NDArray[np.int64]
    has: NDArray[np.bool_]
    least: NDArray[np.int64]
    most: NDArray[np.int64]
    sets: dict[Any, tuple[MatchingSet, list[int]]] = field(default_factory=dict)

    @property
    def varies(self) -> NDArray[np.bool_]:
        """(F, J) items that persons of one form met in different places."""
        return self.has & (self.least < self.most)


@dataclass(frozen=True, eq=False)
class _Matched:
    """Persons who met an item (n,), their ability, and what else sets their level (n, L)."""

    rows: NDArray[np.int64]
    ability: Floats
    levels: Floats
    design: Design


def moved_items(study: Study, seen: Behaviour, *, omitted: Counted) -> Moved:
    """Fit every item that stands in more than one place."""
    world = _world(study, seen.places, omitted)
    fitted = list(_fit(world))
    if not fitted:
        return Moved([], [], np.nan, 0, ())
    drift, unmoved = _drift(world) if any(x.design == "between forms" for x in fitted) else (0.0, 0)
    steady = fitted if seen.has_times else []
    if seen.rapid.any():
        steady = list(_fit(_without(world, seen.rapid)))
    notes = _notes(fitted, unmoved, drift, seen.has_times)
    return Moved(fitted, steady, drift, unmoved, notes)


def _world(study: Study, places: Places, omitted: Counted) -> _World:
    responses = study.responses
    marks = responses.marks(omitted=omitted, not_reached="left_out")
    shape = (len(places.forms), responses.n_items)
    form = np.full(responses.n_persons, -1, dtype=np.int64)
    has, least, most = np.zeros(shape, bool), np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    for f, one in enumerate(places.forms):
        form[one.rows] = f
        has[f, one.items] = True
        least[f, one.items], most[f, one.items] = _range(one)
    share = shares_of_marks(marks, responses.min_points, responses.max_points)
    return _World(responses.item_ids, share, places.places, form, has, least, most)


def _range(form: FormPlaces) -> tuple[NDArray[Any], NDArray[Any]]:
    """(j,) first and last place at which anybody met the item; 0 where unknown."""
    known = form.places > 0
    least = np.where(known, form.places, np.iinfo(np.int16).max).min(axis=0, initial=32767)
    most = form.places.max(axis=0, initial=0)
    return np.where(most > 0, least, 0), most


def _without(world: _World, rapid: NDArray[np.bool_]) -> _World:
    return replace(world, share=np.where(rapid, np.nan, world.share), sets={})


def _fit(world: _World) -> Iterator[MovedItem]:
    varies = world.varies
    for j in range(len(world.item_ids)):
        forms = np.flatnonzero(world.has[:, j] & (world.most[:, j] > 0))
        if varies[:, j].any():
            yield _within(world, j, np.flatnonzero(varies[:, j]))
        elif np.unique(world.most[forms, j]).size > 1:
            yield _between(world, j, forms)


def _within(world: _World, j: int, forms: NDArray[np.int64]) -> MovedItem:
    """Only the order differs: each form has a level of its own, all other items match."""
    rows = np.flatnonzero(np.isin(world.form, forms))
    ability = np.full(rows.size, np.nan)
    for f in forms:
        others = np.flatnonzero(world.has[f])
        own = world.form[rows] == f
        ability[own] = _ability(world, (int(f),), others, j)[world.form == f]
    levels = (world.form[rows][:, None] == forms[None, :]).astype(float)
    return _regress(world, j, _Matched(rows, ability, levels, "within forms"))


def _between(world: _World, j: int, forms: NDArray[np.int64]) -> MovedItem:
    """The form differs too: common items that kept their place match persons across forms."""
    rows = np.flatnonzero(np.isin(world.form, forms))
    ability = _ability(world, tuple(forms.tolist()), _common(world, forms, j), j)[rows]
    return _regress(world, j, _Matched(rows, ability, np.ones((rows.size, 1)), "between forms"))


def _common(world: _World, forms: NDArray[np.int64], j: int) -> NDArray[np.int64]:
    """Items of all these forms that stand in one place; all common items if these are too few."""
    common = world.has[forms].all(axis=0)
    fixed = common & _still(world, forms)
    chosen = fixed if (fixed.sum() - fixed[j]) >= _FEWEST_UNMOVED else common
    return np.flatnonzero(chosen)


def _still(world: _World, forms: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(J,) items that stand at one place in all these forms."""
    first, last = world.least[forms].min(axis=0), world.most[forms].max(axis=0)
    return np.asarray((first == last) & (first > 0))


def _ability(world: _World, forms: tuple[int, ...], items: NDArray[np.int64], j: int) -> Floats:
    """(N,) expected true rest score on `items` without item j; nan for persons of other forms."""
    key = (forms, items.tobytes())
    rows = np.flatnonzero(np.isin(world.form, forms))
    if key not in world.sets:
        shares = world.share[np.ix_(rows, items)]
        world.sets[key] = (matching_set(shares, world.form[rows]), items.tolist())
    found, members = world.sets[key]
    ability = np.full(world.form.size, np.nan)
    ability[rows] = found.true_rest(members.index(j) if j in members else None)
    return ability


def _regress(world: _World, j: int, matched: _Matched) -> MovedItem:
    rows = matched.rows
    y, place = world.share[rows, j], world.places[rows, j].astype(float)
    known = np.isfinite(y) & np.isfinite(matched.ability) & (place > 0)
    y, place = y[known], place[known]
    ability, levels = matched.ability[known], matched.levels[known]
    n = y.size
    first, last = (int(place.min()), int(place.max())) if n else (0, 0)
    delta, error, why = np.nan, np.nan, _too_little(y, place)
    if why is None:
        x = np.column_stack([levels, ability - ability.mean(), place.mean() - place])
        x = x[:, [*range(levels.shape[1]), *([-2] if np.ptp(ability) > 1e-12 else []), -1]]
        fit = fractional_logit(y, x)
        delta, error = float(fit.coefficients[-1]), float(np.sqrt(fit.covariance[-1, -1]))
        why = None if fit.converged else "no_finite_estimate"
    return MovedItem(
        world.item_ids[j], matched.design, n, first, last, delta, error, _lever(place), why
    )


def _too_little(y: Floats, place: Floats) -> str | None:
    if y.size < _FEWEST:
        return "too_few_persons"
    if np.ptp(y) == 0:
        return "no_variance"
    return "position_same" if np.ptp(place) == 0 else None


def _lever(place: Floats) -> float:
    """Drift of each form, half the variance of a difference, over the spread of places."""
    levels = np.unique(place)
    if levels.size < 2:
        return 0.0
    return float(0.5 / ((levels - levels.mean()) ** 2).sum())


def _drift(world: _World) -> tuple[float, int]:
    """Variance between the true differences of two forms on items that kept their place."""
    shifts = [
        _shift(world, j, forms)
        for j in range(len(world.item_ids))
        if (forms := np.flatnonzero(world.has[:, j])).size > 1 and _still(world, forms)[j]
    ]
    values = np.array(shifts, dtype=float).reshape(-1, 2)
    kept = _ordinary(values[:, 0])
    found = pooled(values[kept, 0], values[kept, 1])
    return (found.between if found.k >= _FEWEST_UNMOVED else np.nan), found.k


def _ordinary(shifts: Floats) -> NDArray[np.bool_]:
    """Shifts that are not far out by the robust z of anchors; what is, has a reason of its own."""
    known = np.isfinite(shifts)
    if known.sum() < _FEWEST_FOR_ROBUST:
        return known
    low, middle, high = np.quantile(shifts[known], [0.25, 0.5, 0.75])
    spread = 0.7413 * (high - low)
    return np.asarray(known & (np.abs(shifts - middle) <= _FAR_OUT * spread))


def _shift(world: _World, j: int, forms: NDArray[np.int64]) -> tuple[float, float]:
    """Logits by which the item differs between its two largest forms for equal persons."""
    two = forms[:2]
    rows = np.flatnonzero(np.isin(world.form, two))
    ability = _ability(world, tuple(forms.tolist()), _common(world, forms, j), j)[rows]
    y = world.share[rows, j]
    known = np.isfinite(y) & np.isfinite(ability)
    y, ability, second = y[known], ability[known], (world.form[rows][known] == two[1]).astype(float)
    if _too_little(y, second) is not None or np.ptp(ability) == 0:
        return np.nan, np.nan
    x = np.column_stack([np.ones(y.size), ability - ability.mean(), second])
    fit = fractional_logit(y, x)
    return float(fit.coefficients[-1]), float(np.sqrt(fit.covariance[-1, -1]))


def _notes(fitted: list[MovedItem], unmoved: int, drift: float, timed: bool) -> tuple[str, ...]:
    notes = [
        "Items not reached are left out; persons are matched on their expected true rest score."
    ]
    if any(one.design == "between forms" for one in fitted):
        known = np.isfinite(drift)
        notes.append(
            "Between forms persons are matched on common items that kept their place; "
            + (
                f"the interval holds how much {unmoved} of them, without any that stand far out, "
                "drift between forms by themselves."
                if known
                else "too few to say how much items drift by themselves, so the interval is too "
                "narrow by that."
            )
        )
    if not timed:
        notes.append("Without times rapid answers cannot be told from others.")
    return tuple(notes)
