"""Opinions on time: shares by source and form, beside behaviour, and who gave one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from naas_psych.analyses.speed.behaviour import Behaviour
from naas_psych.analyses.speed.options import GROUP_LEAST
from naas_psych.analyses.speed.places import FormPlaces
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.intervals import UNDEFINED, Interval
from naas_psych.numerics.proportions import newcombe, wilson
from naas_psych.numerics.ranks import spearman, spearman_interval
from naas_psych.numerics.two_groups import mean_interval, welch
from naas_psych.result import tidy
from naas_psych.study.study import Study

#: The form of answers that name no person.
NO_FORM = "not known"
#: The highest rating that says there was not enough time.
_NOT_ENOUGH = 2
RUSHED, RAPID = "rushed_in_tail", "rapid_share"


@dataclass(frozen=True, eq=False)
class Opinions:
    """M answers to the question on time: source, row of the person (-1 unknown), rating 1-5."""

    question: str
    source: NDArray[np.object_]
    person: NDArray[np.int64]
    rating: Floats
    notes: tuple[str, ...]


def _enough(study: Study, ratings: Floats) -> NDArray[np.bool_]:
    return np.asarray(ratings >= study.thresholds["endorsement_min_rating"].value)


def _form_of(seen: Behaviour, said: Opinions) -> NDArray[np.object_]:
    """(M,) name of the form that the person of each answer took."""
    forms = np.full(seen.places.places.shape[0] + 1, NO_FORM, dtype=object)
    for form in seen.places.forms:
        forms[form.rows] = form.name
    return np.asarray(forms[said.person])


def shares_table(study: Study, seen: Behaviour, said: Opinions, *, level: float) -> pd.DataFrame:
    """A row a source and form, in the order in which sources come."""
    form = _form_of(seen, said)
    names = [*(one.name for one in seen.places.forms), NO_FORM]
    cells = [
        (source, name, which)
        for source in dict.fromkeys(said.source.tolist())
        for name in names
        if (which := (said.source == source) & (form == name)).any()
    ]
    n = np.array([int(which.sum()) for *_, which in cells])
    enough = np.array([int(_enough(study, said.rating[which]).sum()) for *_, which in cells])
    short = np.array([int((said.rating[which] <= _NOT_ENOUGH).sum()) for *_, which in cells])
    known = n >= GROUP_LEAST
    why = [None if ok else "too_few_persons" for ok in known]
    columns: dict[str, Any] = {
        "source": [source for source, *_ in cells],
        "form": [name for _, name, _ in cells],
        "n": n,
    }
    for name, count in (("enough", enough), ("short_time", short)):
        limits = wilson(count, n, level=level)
        columns[name] = np.where(known, count / n, np.nan)
        columns[f"{name}_low"] = np.where(known, limits.low, np.nan)
        columns[f"{name}_high"] = np.where(known, limits.high, np.nan)
    means = np.array([said.rating[which].mean() for *_, which in cells])
    columns["time_rating"] = np.where(known, means, np.nan)
    return tidy(columns, dict.fromkeys(("enough", "short_time", "time_rating"), why))


def _shown(seen: Behaviour, form: FormPlaces, tail: float) -> dict[str, Floats]:
    """(N,) what each person did; nan but for persons of the form with times, no extra time."""
    shape = seen.places.places.shape[0]
    at = np.ix_(form.rows, form.items)
    rapid, timed = seen.rapid[at], seen.timed[at]
    last = form.at(form.tail(tail))
    usual = ~seen.places.extra_time[form.rows]
    found = {}
    for name, hits, among in (
        (RUSHED, (rapid & last).any(axis=1), (timed & last).any(axis=1)),
        (RAPID, rapid.sum(axis=1) / np.maximum(timed.sum(axis=1), 1), timed.any(axis=1)),
    ):
        found[name] = np.full(shape, np.nan)
        found[name][form.rows] = np.where(usual & among, hits, np.nan)
    return found


def behaviour_table(
    study: Study, seen: Behaviour, said: Opinions, *, tail: float, level: float
) -> pd.DataFrame:
    """A row a form and measure: those who say there was not enough against those who say enough."""
    rows = list(_behaviour_rows(study, seen, said, tail=tail, level=level))
    why = [row.pop("why") for row in rows]
    why_r = [row.pop("why_r") for row in rows]
    whys = dict.fromkeys(("value_short_time", "value_enough", "difference"), why)
    return tidy(
        {name: [row[name] for row in rows] for name in rows[0]},
        {**whys, "rank_r": why_r},
    )


def _behaviour_rows(
    study: Study, seen: Behaviour, said: Opinions, *, tail: float, level: float
) -> Iterator[dict[str, Any]]:
    person, rating = _one_each(said)
    for form in seen.places.forms:
        for measure, values in _shown(seen, form, tail).items():
            shown = values[person] if person.size else np.empty(0)
            known = np.isfinite(shown)
            yield {
                "form": form.name,
                "measure": measure,
                **_compared(
                    study, shown[known], rating[known], measure=measure, seen=seen, level=level
                ),
            }


def _one_each(said: Opinions) -> tuple[NDArray[np.int64], Floats]:
    """Persons who are known, each with the mean of what they said in several places."""
    known = said.person >= 0
    person, inverse = np.unique(said.person[known], return_inverse=True)
    total = np.bincount(inverse, weights=said.rating[known], minlength=person.size)
    return person, total / np.maximum(np.bincount(inverse, minlength=person.size), 1)


def _compared(
    study: Study, shown: Floats, rating: Floats, *, measure: str, seen: Behaviour, level: float
) -> dict[str, Any]:
    short, enough = shown[rating <= _NOT_ENOUGH], shown[_enough(study, rating)]
    why = None if min(short.size, enough.size) >= GROUP_LEAST else "too_few_persons"
    if not seen.has_times:
        why = "no_times"
    r = spearman(-rating, shown) if shown.size >= GROUP_LEAST else np.nan
    known_r = spearman_interval(r, shown.size, level=level) if np.isfinite(r) else UNDEFINED
    limits = UNDEFINED if why else _difference(short, enough, measure, level)
    return {
        "n": shown.size,
        "n_short_time": short.size,
        "n_enough": enough.size,
        **_value("value_short_time", short, measure, why, level),
        **_value("value_enough", enough, measure, why, level),
        "difference": float(short.mean() - enough.mean()) if why is None else np.nan,
        "difference_low": limits.low,
        "difference_high": limits.high,
        "rank_r": r,
        "rank_r_low": known_r.low,
        "rank_r_high": known_r.high,
        "why": why or "no_variance",
        "why_r": _why_r(shown, seen),
    }


def _value(
    name: str, shown: Floats, measure: str, why: str | None, level: float
) -> dict[str, float]:
    """The mean of one group with limits: Wilson's for a share of persons, else Student's."""
    if why is not None:
        return dict.fromkeys((name, f"{name}_low", f"{name}_high"), np.nan)
    if measure == RUSHED:
        share = wilson(shown.sum(), shown.size, level=level)
        limits = Interval(float(share.low), float(share.high))
    else:
        limits = mean_interval(shown, level=level)
    return {name: float(shown.mean()), f"{name}_low": limits.low, f"{name}_high": limits.high}


def _why_r(shown: Floats, seen: Behaviour) -> str:
    if not seen.has_times:
        return "no_times"
    return "too_few_persons" if shown.size < GROUP_LEAST else "no_variance"


def _difference(short: Floats, enough: Floats, measure: str, level: float) -> Interval[float]:
    if measure == RUSHED:
        return newcombe(
            (float(short.sum()), float(short.size)),
            (float(enough.sum()), float(enough.size)),
            level=level,
        )
    return welch(short, enough, level=level)


def answered_table(seen: Behaviour, said: Opinions, *, tail: float, level: float) -> pd.DataFrame:
    """Two rows a form: of those who rushed in the tail, and of others, how many gave an opinion."""
    spoke = np.zeros(seen.places.places.shape[0], dtype=bool)
    spoke[said.person[said.person >= 0]] = True
    rows = []
    for form in seen.places.forms:
        rushed = _shown(seen, form, tail)[RUSHED]
        for label, which in (("yes", rushed == 1), ("no", rushed == 0)):
            rows.append((form.name, label, int(which.sum()), int((which & spoke).sum())))
    n = np.array([row[2] for row in rows])
    count = np.array([row[3] for row in rows])
    known = n >= GROUP_LEAST
    limits = wilson(count, np.maximum(n, 1), level=level)
    why = "too_few_persons" if seen.has_times else "no_times"
    return tidy(
        {
            "form": [row[0] for row in rows],
            "rushed_in_tail": [row[1] for row in rows],
            "n": n,
            "opinion_rate": np.where(known, count / np.maximum(n, 1), np.nan),
            "opinion_rate_low": np.where(known, limits.low, np.nan),
            "opinion_rate_high": np.where(known, limits.high, np.nan),
        },
        {"opinion_rate": [why] * len(rows)},
    )
