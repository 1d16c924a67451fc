"""Forms as this chapter scores them: calibrated items, and what the others add."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.analyses.forms import ONE_FORM, named_booklets
from naas_psych.analyses.irt.calibrated import Calibrated
from naas_psych.numerics.arrays import Floats
from naas_psych.study.booklets import Booklet
from naas_psych.study.study import Study


@dataclass(frozen=True)
class ScoredForm:
    """A form in recorded score units.

    items : calibrated items; rows : persons with a score on every item of the form
    constant : what items without variance add to everybody's total, in points
    low, high : lowest and highest possible total of all items that anybody answered
    """

    name: str
    items: tuple[int, ...]
    rows: NDArray[np.int64]
    constant: int
    unit: float
    low: float
    high: float

    def recorded(self, points: Any) -> Floats:
        """Totals from sums of points on the calibrated items."""
        return (np.asarray(points, float) + self.constant) * self.unit

    def points(self, recorded: float) -> float:
        """The sum of points on the calibrated items that makes this total."""
        return recorded / self.unit - self.constant

    def at_percent(self, percent: float) -> float:
        """The total at a percentage of the marks that can be earned."""
        return self.low + percent / 100 * (self.high - self.low)


def scored_forms(study: Study, made: Calibrated, omitted: str | None) -> tuple[ScoredForm, ...]:
    """Forms that hold calibrated items, largest first; if nobody has a total, all items as one."""
    asked = omitted or study.omitted
    found = named_booklets(study, omitted=asked, not_reached="left_out")  # type: ignore[arg-type]
    pairs = zip(found.names, found.booklets.kept, strict=True)
    forms = (_form(study, made, name, booklet) for name, booklet in pairs)
    whole = Booklet(np.empty(0, np.int64), np.arange(made.points.shape[1]), 0)
    return tuple(f for f in forms if f.items) or (_form(study, made, ONE_FORM, whole),)


def _form(study: Study, made: Calibrated, name: str, booklet: Booklet) -> ScoredForm:
    reasons, responses = made.fit.reasons, study.responses
    answered = [int(j) for j in booklet.items if reasons[j] != "no_responses"]
    constant = sum(int(made.points[:, j].max()) for j in answered if reasons[j] == "no_variance")
    return ScoredForm(
        name=name,
        items=tuple(j for j in answered if reasons[j] is None),
        rows=np.arange(made.points.shape[0])[booklet.rows],
        constant=constant,
        unit=responses.unit,
        low=float(responses.min_points[answered].sum() * responses.unit),
        high=float(responses.max_points[answered].sum() * responses.unit),
    )
