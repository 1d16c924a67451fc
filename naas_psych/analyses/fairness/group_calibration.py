"""The calibration of two groups on one scale: made once for all analyses that compare them."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.analyses.irt.calibrated import ModelName, chosen, impossible
from naas_psych.analyses.kept import kept
from naas_psych.irt import calibrate
from naas_psych.irt.calibration import Calibration
from naas_psych.irt.refusal import Refused
from naas_psych.study.groupings import Comparison
from naas_psych.study.responses import Counted
from naas_psych.study.study import Study

#: The groups as the calibration calls them; sorted, so that these are their places in it.
FOCAL, REFERENCE = 0, 1
_LABELS = np.array(["focal", "reference"])


@dataclass(frozen=True, eq=False)
class TwoGroupData:
    """The n persons of two groups who have a response.

    rows (n,) : persons of the study; group (n,) : FOCAL or REFERENCE
    points (n, J) : points above the lowest possible, negative where absent
    names : the model of each item; why : why these
    """

    rows: NDArray[np.int64]
    group: NDArray[np.int64]
    points: NDArray[Any]
    names: tuple[str, ...]
    why: str

    def size(self, group: int) -> int:
        """Persons of a group."""
        return int((self.group == group).sum())


@dataclass(frozen=True, eq=False)
class TwoGroupFit:
    """A calibration of two groups with its data.

    fit : group_labels are focal, reference; the reference is N(0, 1); an item that was freed has
        two columns. covariance (P, P) is of fit.x, then of the population's free parameters.
    """

    fit: Calibration
    data: TwoGroupData


def two_group_data(
    study: Study,
    comparison: Comparison,
    omitted: Counted | None = None,
    *,
    model: ModelName = "auto",
) -> TwoGroupData:
    """Responses of the persons of both groups; an item not reached is left out."""
    asked = omitted or study.omitted
    key = ("two_group_data", _name(comparison), asked, model)
    return kept(study, key, lambda: _data(study, comparison, asked, model=model))


def two_group_fit(
    study: Study,
    comparison: Comparison,
    omitted: Counted | None = None,
    freed: frozenset[int] = frozenset(),
    *,
    model: ModelName = "auto",
    errors: bool = True,
    threads: int = 1,
) -> TwoGroupFit:
    """Both groups calibrated together, with items `freed` having parameters of each group's own.

    Raises
    ------
    AnalysisImpossible
        The scores cannot be calibrated, with the reason and what would be needed.
    """
    asked = omitted or study.omitted
    key: Hashable = ("two_group_fit", _name(comparison), asked, freed, model, errors)
    data = two_group_data(study, comparison, omitted, model=model)
    return kept(study, key, lambda: _fit(data, freed, errors=errors, threads=threads))


def _name(comparison: Comparison) -> Hashable:
    focal = comparison.focal
    return comparison.group, comparison.reference.name, focal.name, focal.of


def _data(
    study: Study, comparison: Comparison, omitted: Counted, *, model: ModelName
) -> TwoGroupData:
    marks = study.responses.marks(omitted=omitted, not_reached="left_out")
    answered = marks.max(axis=1, initial=-1) >= 0
    focal, reference = comparison.focal.members, comparison.reference.members
    rows = np.flatnonzero((focal | reference) & answered)
    points = marks[rows]
    names, why = chosen(study, points, model)
    group = np.where(focal[rows], FOCAL, REFERENCE)
    return TwoGroupData(rows, group, points, names, why)


def _fit(data: TwoGroupData, freed: frozenset[int], *, errors: bool, threads: int) -> TwoGroupFit:
    others = [j for j in range(data.points.shape[1]) if j not in freed]
    try:
        fit: Calibration = calibrate(
            data.points,
            data.names,
            groups=_LABELS[data.group],
            reference="reference",
            anchors=others if freed else None,
            standard_errors="observed" if errors else None,
            threads=threads,
        )
    except Refused as refusal:
        raise impossible(refusal) from refusal
    return TwoGroupFit(fit, data)
