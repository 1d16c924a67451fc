"""The lognormal model of times of each form, on answers that were not rapid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.analyses.speed.behaviour import Behaviour
from naas_psych.analyses.speed.places import FormPlaces
from naas_psych.errors import AnalysisImpossible
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.lognormal_times import TimeModel, fit_times
from naas_psych.numerics.person_speeds import Speeds, residuals, speeds
from naas_psych.numerics.total_time import TotalTime, total_time
from naas_psych.study.responses import Counted
from naas_psych.study.study import Study

#: Persons with times below which a form gets no model: its variances would be noise.
_FEWEST = 20


@dataclass(frozen=True, eq=False)
class TimedForm:
    """A form of n persons and j items with its model.

    rows (n,), items (j,) : indices in the study
    ordinary : (n,) persons without extra time and with a time: those the model is fitted to
    rapid, right : (n, j) rapid answers, and answers with all marks
    residuals : (n, j) standardised, nan where there is no time that counts
    score, score_before_tail : (n,) share of the marks of the form, and of its items before the
        tail; nan with a mark missing
    limit : seconds, None where not known
    places (j,) : position of each item, 0 where persons met it in several
    observed (j,) : geometric mean of the seconds of all answers, rapid ones too
    """

    name: str
    rows: NDArray[np.int64]
    items: NDArray[np.int64]
    ordinary: NDArray[np.bool_]
    rapid: NDArray[np.bool_]
    right: NDArray[np.bool_]
    model: TimeModel
    speeds: Speeds
    residuals: Floats
    score: Floats
    score_before_tail: Floats
    limit: float | None
    total: TotalTime
    places: NDArray[np.int64]
    observed: Floats


def timed_forms(study: Study, seen: Behaviour, *, tail: float, omitted: Counted) -> list[TimedForm]:
    """Every form with enough times; without any the question cannot be answered."""
    if not seen.has_times:
        raise AnalysisImpossible(
            "No response has a time, so nothing can be said of how long anything took. Needed: a "
            "response time for each answer (responses.time), in seconds or milliseconds."
        )
    made = [_timed_form(study, seen, form, tail, omitted) for form in seen.places.forms]
    found = [one for one in made if one is not None]
    if not found:
        raise AnalysisImpossible(
            f"No form has {_FEWEST} persons with times that differ on two items or more, so "
            f"speed and time cannot be told apart. Needed: times of {_FEWEST} persons on at least "
            "two items, that are not the same for everybody."
        )
    return found


def _timed_form(
    study: Study, seen: Behaviour, form: FormPlaces, tail: float, omitted: Counted
) -> TimedForm | None:
    at = np.ix_(form.rows, form.items)
    rapid = seen.rapid[at]
    with np.errstate(divide="ignore"):
        log = np.log(np.where(rapid, np.nan, seen.times[at]).astype(float))
    timed = np.isfinite(log).any(axis=1)
    ordinary = timed & ~seen.places.extra_time[form.rows]
    if ordinary.sum() < _FEWEST:
        return None
    model = fit_times(log[ordinary])
    if not model.estimated.any():
        return None
    return TimedForm(
        name=form.name,
        rows=form.rows,
        items=form.items,
        ordinary=ordinary,
        rapid=rapid,
        right=seen.earned[at] >= 1.0,
        model=model,
        speeds=speeds(model, log),
        residuals=residuals(model, log),
        score=_score(study, form, omitted, np.zeros(rapid.shape, dtype=bool)),
        score_before_tail=_score(study, form, omitted, form.at(form.tail(tail))),
        limit=form.seconds,
        total=total_time(model),
        places=np.where((form.places == form.places[:1]).all(axis=0), form.places[0], 0),
        observed=_observed(seen.times[at][ordinary]),
    )


def _observed(times: Floats) -> Floats:
    """(j,) geometric means; nan where nobody has a time."""
    timed = np.isfinite(times)
    n = timed.sum(axis=0)
    # Times are kept in four bytes, which a sum over persons must not be.
    total = np.log(np.where(timed, times, 1.0).astype(np.float64)).sum(axis=0)
    return np.asarray(np.exp(total / np.where(n > 0, n, np.nan)))


def _score(study: Study, form: FormPlaces, omitted: Counted, without: NDArray[np.bool_]) -> Floats:
    """(n,) share of the marks of the items that are not in `without` (n, j)."""
    responses = study.responses
    marks = responses.marks(omitted=omitted, not_reached=study.unreached(omitted))
    own = marks[np.ix_(form.rows, form.items)]
    low, high = responses.min_points[form.items], responses.max_points[form.items]
    width = np.where(without, 0, high - low).sum(axis=1)
    earned = np.where(without, 0, own - low).sum(axis=1)
    share = earned / np.where(width > 0, width, np.nan)
    return np.where((own >= 0).all(axis=1), share, np.nan)
