"""What became of the records, and what keeping doubtful ones in does to the mean."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats
from naas_psych.result import tidy
from naas_psych.study.responses import ABSENCES, Points
from naas_psych.study.study import Study

_MORE = re.compile(r"^and (\d+) more like it\.$")
_HALF, _TENTH = 0.5, 0.1


def flow_table(study: Study) -> pd.DataFrame:
    """What became of the records, each in one row."""
    answered = int((study.responses.points >= 0).any(axis=1).sum())
    steps = {
        "on the list of persons, no responses": _times(study, "person_without_record"),
        "a second row of the same person, not used": _times(study, "duplicate_person"),
        "no identifier, not used": _times(study, "person_id_blank"),
        "answered nothing": study.responses.n_persons - answered,
        "analysed": answered,
    }
    return tidy({"flow_step": list(steps), "n": np.array(list(steps.values()), dtype=np.int64)})


def _times(study: Study, code: str) -> int:
    """How often a fault was found, those included that were only counted."""
    hit = [fault.found for fault in study.faults if fault.code == code]
    more = [_MORE.match(text) for text in hit]
    return sum(int(found.group(1)) if found else 1 for found in more)


def kept_table(study: Study) -> pd.DataFrame:
    """Records that some would leave out: how many, and the mean with and without them."""
    points = study.responses.points
    given = np.isin(points, (ABSENCES["not_administered"], ABSENCES["technical_loss"]), invert=True)
    answered = points >= 0
    whole = np.maximum(given.sum(axis=1), 1)
    blank = (given & ~answered).sum(axis=1) / whole
    rules = {
        "answered less than half of the items given": blank > _HALF,
        "left a tenth or more of the items without an answer": blank >= _TENTH,
        "lost responses to a machine": (points == ABSENCES["technical_loss"]).any(axis=1),
    }
    percent = _percent(study, points, given)
    counts = np.isfinite(percent)
    hits = [flags & counts for flags in rules.values()]
    mean = percent[counts].mean() if counts.any() else np.nan
    rest = np.array(
        [percent[counts & ~hit].mean() if (counts & ~hit).any() else np.nan for hit in hits]
    )
    columns = {
        "kept_record": list(rules),
        "n": np.array([hit.sum() for hit in hits], dtype=np.int64),
        "mean_percent": np.full(len(hits), mean),
        "mean_percent_rest": rest,
        "mean_percent_kept": mean - rest,
    }
    nobody: list[str | None] = ["no_responses"] * len(hits)
    names = ("mean_percent", "mean_percent_rest", "mean_percent_kept")
    return tidy(columns, dict.fromkeys(names, nobody))


def _percent(study: Study, points: Points, given: NDArray[np.bool_]) -> Floats:
    """(N,) marks in percent of those that could be earned; nan for who answered nothing."""
    r = study.responses
    earned = np.where(points >= 0, points - r.min_points, 0).sum(axis=1).astype(float)
    room = np.where(given, r.max_points - r.min_points, 0).sum(axis=1).astype(float)
    there = (points >= 0).any(axis=1) & (room > 0)
    percent = 100 * earned / np.where(room > 0, room, 1.0)
    return np.asarray(np.where(there, percent, np.nan))
