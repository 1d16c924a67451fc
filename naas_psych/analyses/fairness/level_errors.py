"""The error of measurement of every level of a group column, form by form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from naas_psych.analyses.fairness.matched import matched_forms
from naas_psych.numerics.group_error import GroupError, group_error
from naas_psych.study.groupings import Groups
from naas_psych.study.responses import Counted
from naas_psych.study.study import Study


@dataclass(frozen=True)
class Place:
    """A level of a group column on a form."""

    form: str
    group: str
    level: str


@dataclass(frozen=True, eq=False)
class LevelError:
    """The error of a level's persons; what its points mean on the form.

    constant : points of the items that everybody has alike, which are in no coefficient
    reach : most points on the others; width : points that can be earned on all
    binary : every item is right or wrong
    """

    error: GroupError
    constant: int
    reach: int
    width: int
    binary: bool


def level_errors(
    study: Study, groups: Sequence[Groups], omitted: Counted | None
) -> dict[Place, LevelError]:
    """By form, group and level, those taken together included."""
    responses = study.responses
    found = {}
    for form in matched_forms(study, omitted):
        varies = form.marks.min(axis=0) != form.marks.max(axis=0)
        widths = responses.max_points[form.items] - responses.min_points[form.items]
        marks = form.marks[:, varies].astype(np.int16)
        for one in groups:
            for each in (*one.levels, *one.combined):
                found[Place(form.name, one.name, each.name)] = LevelError(
                    error=group_error(marks[each.members[form.rows]]),
                    constant=int(form.marks[0, ~varies].sum()),
                    reach=int(widths[varies].sum()),
                    width=int(widths.sum()),
                    binary=bool((widths == 1).all()),
                )
    return found
