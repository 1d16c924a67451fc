"""Which answers were too fast to be considered: thresholds, rapid answers and what they earned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.analyses.kept import kept
from naas_psych.analyses.speed.chance import chance_levels
from naas_psych.analyses.speed.options import Asked, RuleName
from naas_psych.analyses.speed.places import Places, find_places
from naas_psych.analyses.speed.unrecorded import untimed_ends
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.rapid import (
    by_time,
    cumulative_thresholds,
    normative_thresholds,
    rapid_answers,
)
from naas_psych.numerics.time_mixture import time_mixtures
from naas_psych.study.responses import NOT_REACHED, OMITTED, TECHNICAL_LOSS
from naas_psych.study.study import Study

Flags = NDArray[np.bool_]

#: How many times the limit of the form one answer may take before the clock is not believed.
_LIMITS_PER_ANSWER = 1.5


@dataclass(frozen=True, eq=False)
class Behaviour:
    """Persons by items (N, J), and items (J,), as this chapter looks at them.

    seen : given and not lost; reached : seen and not beyond the last item reached
    answered, omitted : what reached items hold
    seconds : time spent on a reached item, nan where unknown
    times : the same for answered items only
    earned : share of the marks of the item, nan where not answered; worth : (J,) marks it can earn
    thresholds : rule to (J,) seconds, nan where there is none; whys : rule to (J,) reasons
    limit, rule : (J,) the threshold in force and its rule
    rapid : answered faster than that
    clock_faults : answers whose time passes what the form allows; their time is not used
    untimed_ends : (N, J) blanks at the end of a person without a time, taken as not reached
    """

    places: Places
    seen: Flags
    reached: Flags
    answered: Flags
    omitted: Flags
    seconds: Floats
    times: Floats
    earned: Floats
    chance: Floats
    worth: Floats
    thresholds: dict[RuleName, Floats]
    whys: dict[RuleName, tuple[str | None, ...]]
    limit: Floats
    rule: tuple[RuleName, ...]
    rapid: Flags
    clock_faults: int
    untimed_ends: Flags

    @property
    def timed(self) -> Flags:
        return np.isfinite(self.times)

    @property
    def has_times(self) -> bool:
        return bool(self.timed.any())


def behaviour(study: Study, asked: Asked) -> Behaviour:
    """The behaviour of a study by these rules, worked out once for all analyses."""
    return kept(study, ("behaviour", asked), lambda: _behaviour(study, asked))


def _behaviour(study: Study, asked: Asked) -> Behaviour:
    responses, places = study.responses, find_places(study)
    points = responses.points
    seen = places.given & (points != TECHNICAL_LOSS)
    reached = seen & (points != NOT_REACHED) & ~places.without_rows
    answered = points >= 0
    seconds, faults = _seconds(study, places, reached)
    ends = untimed_ends(points, seconds, places.places)
    reached &= ~ends
    times = np.where(answered, seconds, np.nan)
    low, high = responses.min_points, responses.max_points
    wide = np.maximum(high - low, 1)
    earned = np.where(answered, (points - low) / wide, np.nan)
    chance = chance_levels(study)
    thresholds, whys = _thresholds(times, earned, chance, asked)
    limit, rule = _in_force(thresholds, asked.rule)
    return Behaviour(
        places=places,
        seen=seen,
        reached=reached,
        answered=answered,
        omitted=(points == OMITTED) & ~ends,
        seconds=seconds,
        times=times,
        earned=earned,
        chance=chance,
        worth=np.asarray((high - low) * responses.unit, dtype=float),
        thresholds=thresholds,
        whys=whys,
        limit=limit,
        rule=rule,
        rapid=rapid_answers(times, limit),
        clock_faults=faults,
        untimed_ends=ends,
    )


def _seconds(study: Study, places: Places, reached: Flags) -> tuple[Floats, int]:
    """Times of reached items; one that passes the limit of its form by half is a clock's fault."""
    times = study.responses.times
    if times is None:
        return np.full(reached.shape, np.nan, dtype=np.float32), 0
    most = np.full((reached.shape[0], 1), np.inf)
    for form in places.forms:
        if form.seconds is not None:
            most[form.rows] = _LIMITS_PER_ANSWER * form.seconds
    wrong = reached & (times > most)
    return np.where(reached & ~wrong, times, np.nan), int(wrong.sum())


def _thresholds(
    times: Floats, earned: Floats, chance: Floats, asked: Asked
) -> tuple[dict[RuleName, Floats], dict[RuleName, tuple[str | None, ...]]]:
    ranked = by_time(times)
    mixture = time_mixtures(times)
    cump = cumulative_thresholds(ranked, earned, chance)
    none = tuple(None if n else "no_times" for n in ranked.n.tolist())
    fixed: Any = np.where(ranked.n > 0, asked.fixed, np.nan)
    thresholds: dict[RuleName, Floats] = {
        "nt10": normative_thresholds(ranked, share=asked.share, trim=asked.trim),
        "mixture": mixture.thresholds,
        "cump": cump.thresholds,
        "fixed": fixed,
    }
    return thresholds, {"nt10": none, "mixture": mixture.why, "cump": cump.why, "fixed": none}


def _in_force(
    thresholds: dict[RuleName, Floats], asked: RuleName
) -> tuple[Floats, tuple[RuleName, ...]]:
    """The threshold of each item, and the rule that gave it."""
    n_items = thresholds["nt10"].size
    if asked != "auto":
        return thresholds[asked], (asked,) * n_items
    separate = np.isfinite(thresholds["mixture"])
    limit = np.where(separate, thresholds["mixture"], thresholds["nt10"])
    return limit, tuple("mixture" if apart else "nt10" for apart in separate)
