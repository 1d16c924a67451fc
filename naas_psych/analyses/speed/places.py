"""Where in the test each person met each item, who had extra time, and how long a form lasts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from naas_psych.analyses.forms import ONE_FORM, booklet_names, form_or_test
from naas_psych.analyses.speed.unrecorded import without_rows
from naas_psych.study.booklets import Booklet, find_booklets
from naas_psych.study.responses import NOT_ADMINISTERED, NOT_REACHED
from naas_psych.study.study import Study

#: What stands for the item at a position where not everybody met the same one.
VARIES = "varies"
#: Share of persons with two items at one position from which positions are not believed.
_MOST_TWICE = 0.5

Source = Literal["responses", "items", "order"]
SAID: dict[Source, str] = {
    "responses": "The order of the items is the one in which each person met them.",
    "items": "The order of the items is the column position of the items table.",
    "order": "No positions were given: the order of the items in the data is taken for the order "
    "in which they were met.",
}


@dataclass(frozen=True, eq=False)
class FormPlaces:
    """The n persons who were given the same j items, and where they met them.

    rows : (n,) person indices, whether or not each item has a score
    items : (j,) item indices
    places : (n, j) position of each item for each person, from 1; 0 unknown
    positions : (P,) the positions that occur, rising
    item_at : P item ids, or `varies`
    seconds : the time limit, None where none is given
    """

    name: str
    rows: NDArray[np.int64]
    items: NDArray[np.int64]
    places: NDArray[np.int16]
    positions: NDArray[np.int64]
    item_at: tuple[str, ...]
    seconds: float | None

    @property
    def in_words(self) -> str:
        return form_or_test(self.name)

    def tail(self, share: float) -> NDArray[np.int64]:
        """The last `share` of the positions, rounded up."""
        return self.positions[-max(1, int(np.ceil(share * self.positions.size - 1e-9))) :]

    def at(self, positions: NDArray[np.int64]) -> NDArray[np.bool_]:
        """(n, j) cells whose item stands at one of these positions."""
        return np.isin(self.places, positions)


@dataclass(frozen=True, eq=False)
class Places:
    """Every form with its places; `source` says where these come from.

    given : (N, J) items that each person was given
    without_rows : (N, J) those of them that the data have no row of, as the person stopped before
    places : (N, J) position of each item for each person, 0 where unknown or not administered
    extra_time : (N,) persons who were given more time
    """

    forms: tuple[FormPlaces, ...]
    source: Source
    given: NDArray[np.bool_]
    without_rows: NDArray[np.bool_]
    places: NDArray[np.int16]
    extra_time: NDArray[np.bool_]
    notes: tuple[str, ...]


def find_places(study: Study) -> Places:
    """The places of all items in all forms, by the best source there is.

    Positions of responses come first, then the column position of the items table, then the order
    of the items. A place that is missing is filled in where all others of the form agree on it.
    """
    responses = study.responses
    given = responses.points != NOT_ADMINISTERED
    source, doubts = _source(study, given)
    told = responses.positions if source == "responses" else None
    lacking = without_rows(study, given, told)
    given = given | lacking
    beyond = lacking | (responses.points == NOT_REACHED)
    least = int(study.thresholds["booklet_persons_min"].value)
    found = find_booklets(np.where(given, 0, NOT_ADMINISTERED), min_persons=least)
    kept = found.kept or (Booklet(slice(None), np.arange(responses.n_items), responses.n_persons),)
    names = booklet_names(study, kept)
    places = np.zeros(responses.points.shape, dtype=np.int16)
    forms = []
    for name, booklet in zip(names, kept, strict=True):
        rows = np.arange(responses.n_persons)[booklet.rows]
        at = np.ix_(rows, booklet.items)
        own = _places(study, source, rows, booklet.items, beyond)
        places[at] = own
        forms.append(_form(study, name, rows, booklet.items, own))
    extra, said = _extra_time(study)
    alone = (
        (f"{found.alone} persons had a set of items that too few others had; they are left out.",)
        if found.kept and found.alone
        else ()
    )
    stopped = _stopped_said(lacking)
    notes = (*doubts, SAID[source], *_unknown(forms), *alone, *stopped, *said, *_limits_said(study))
    return Places(tuple(forms), source, given, lacking, places, extra, notes)


def _stopped_said(lacking: NDArray[np.bool_]) -> tuple[str, ...]:
    n = int(lacking.any(axis=1).sum())
    if not n:
        return ()
    return (
        f"{n} persons have no row for the last items of the test: these count as not reached. If "
        "they were given a shorter form, name the form of each row (responses.form).",
    )


def _source(study: Study, given: NDArray[np.bool_]) -> tuple[Source, tuple[str, ...]]:
    """Which places can be believed, and why better ones cannot."""
    doubts: list[str] = []
    positions = study.responses.positions
    if positions is not None:
        doubt = _doubt(np.where(given, positions, 0))
        if doubt is None:
            return "responses", ()
        doubts.append(doubt)
    if "position" in study.items and study.items["position"].notna().all():
        places = study.items["position"].to_numpy(dtype=float)
        if np.unique(places).size > 1 or places.size == 1:
            return "items", tuple(doubts)
        doubts.append(f"All items have the position {places[0]:g} in the items table.")
    return "order", tuple(doubts)


def _doubt(positions: NDArray[np.int16]) -> str | None:
    """Why positions of responses do not tell an order."""
    known = positions[positions > 0]
    if known.size == 0:
        return "No response has a position."
    if positions.shape[1] > 1 and known.min() == known.max():
        return f"All positions equal {known[0]}, so they do not tell the order of the items."
    ordered = np.sort(positions, axis=1)
    twice = ((ordered[:, 1:] == ordered[:, :-1]) & (ordered[:, 1:] > 0)).any(axis=1)
    if twice.mean() > _MOST_TWICE:
        return (
            f"{int(twice.sum())} persons have two items at one position, so positions do not tell "
            "the order of the items."
        )
    return None


def _places(
    study: Study,
    source: Source,
    rows: NDArray[np.int64],
    items: NDArray[np.int64],
    beyond: NDArray[np.bool_],
) -> NDArray[np.int16]:
    """(n, j) places of the items of one form; `beyond` (N, J) is what nobody got to."""
    positions = study.responses.positions
    if source == "responses" and positions is not None:
        at = np.ix_(rows, items)
        return _behind(_filled(positions[at]), beyond[at])
    order = np.arange(1, items.size + 1)
    if source == "items":
        given = study.items["position"].to_numpy(dtype=float)[items]
        order = np.argsort(np.argsort(given, kind="stable"), kind="stable") + 1
    return np.broadcast_to(order.astype(np.int16), (rows.size, items.size))


def _filled(recorded: NDArray[np.int16]) -> NDArray[np.int16]:
    """A place that is missing is the item's, where everybody else met it at the same place."""
    highest = recorded.max(axis=0)
    lowest = np.where(recorded > 0, recorded, np.iinfo(np.int16).max).min(axis=0)
    same = (highest == lowest) & (highest > 0)
    return np.where((recorded == 0) & same, highest, recorded)


def _behind(places: NDArray[np.int16], beyond: NDArray[np.bool_]) -> NDArray[np.int16]:
    """Items not reached whose place is unknown get the places behind all others of the person.

    Which of them has which does not matter where persons have orders of their own: nobody met any.
    """
    lost = (places == 0) & beyond
    rows = np.flatnonzero(lost.any(axis=1) & ~((places == 0) & ~beyond).any(axis=1))
    if rows.size == 0:
        return places
    count = np.cumsum(lost[rows], axis=1)
    behind = (places[rows].max(axis=1)[:, None] + count).astype(np.int16)
    made = places.copy()
    made[rows] = np.where(lost[rows], behind, places[rows])
    return made


def _form(
    study: Study,
    name: str,
    rows: NDArray[np.int64],
    items: NDArray[np.int64],
    places: NDArray[np.int16],
) -> FormPlaces:
    positions = np.unique(places[places > 0]).astype(np.int64)
    ids = study.responses.item_ids
    fixed = np.where((places == places[:1]).all(axis=0), places[0], 0)
    at = {int(place): ids[items[k]] for k, place in enumerate(fixed) if place > 0}
    met = {int(place) for place in np.unique(places[:, fixed == 0])}
    item_at = tuple(VARIES if int(p) in met else at[int(p)] for p in positions)
    return FormPlaces(name, rows, items, places, positions, item_at, _seconds(study, name))


def _seconds(study: Study, name: str) -> float | None:
    limit = study.spec.speed.time_limit
    if isinstance(limit, dict):
        minutes = {form.casefold(): value for form, value in limit.items()}.get(name.casefold())
        if name == ONE_FORM and len(limit) == 1:
            minutes = next(iter(limit.values()))
    else:
        minutes = limit
    return None if minutes is None else 60.0 * float(minutes)


def _extra_time(study: Study) -> tuple[NDArray[np.bool_], tuple[str, ...]]:
    """(N,) persons with extra time, and what is wrong with how the study names them."""
    nobody = np.zeros(study.responses.n_persons, dtype=bool)
    asked = study.spec.speed.extra_time
    if asked is None:
        return nobody, ()
    if asked.column not in study.persons:
        return nobody, (
            f"Persons have no column {asked.column!r}, so nobody is known to have had extra time.",
        )
    levels = {level.strip().casefold() for level in asked.levels}
    values = study.persons[asked.column].tolist()
    extra = np.array([isinstance(v, str) and v.strip().casefold() in levels for v in values])
    if not extra.any():
        named = ", ".join(asked.levels)
        return extra, (f"Nobody has {named} in the column {asked.column}: no extra time.",)
    return extra, ()


def _unknown(forms: list[FormPlaces]) -> tuple[str, ...]:
    lost = sum(int((form.places == 0).sum()) for form in forms)
    if not lost:
        return ()
    return (f"{lost} responses have no known place in the test and count at no position.",)


def _limits_said(study: Study) -> tuple[str, ...]:
    limit = study.spec.speed.time_limit
    if limit is not None:
        return ()
    return (
        "The study names no time limit (speed.time_limit, in minutes), so it is not known who "
        "used all of it.",
    )
