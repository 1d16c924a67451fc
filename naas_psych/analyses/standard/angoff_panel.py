"""A panel of an Angoff study beside the persons who took the form."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from naas_psych.analyses.content.judge_cuts import form_facility
from naas_psych.analyses.irt.calibrated import calibrated
from naas_psych.analyses.standard.angoff_ratings import RatedForm
from naas_psych.errors import AnalysisImpossible
from naas_psych.irt.calibration import Calibration
from naas_psych.irt.scores.information import information
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.coefficients import alpha_from_sums
from naas_psych.numerics.standard.angoff import JudgeCuts, PanelMean, judge_cuts, panel_mean
from naas_psych.numerics.standard.angoff_variance import (
    CutError,
    Variances,
    concentration,
    cut_error,
    rating_variances,
    rest_of_design,
)
from naas_psych.study.study import Study


@dataclass(frozen=True)
class Observed:
    """How n persons did on the I items: shares of the marks, and the variances of these shares."""

    n: int
    share: Floats
    error: Floats
    why: str = "no_responses"


@dataclass(frozen=True)
class FormError:
    """Reliability (alpha) and error of measurement of a form, in recorded marks; nan with why."""

    reliability: float
    sem: float
    why: str


@dataclass(frozen=True, eq=False)
class Panel:
    """The P judges whose ratings count after round index `last`, and their cuts."""

    rated: RatedForm
    last: int
    level: float

    @cached_property
    def judges(self) -> tuple[str, ...]:
        return self.rated.names(self.last)

    @cached_property
    def ratings(self) -> Floats:
        """(P, I) shares of an item's marks, nan where never given."""
        return self.rated.counted(self.last)

    @cached_property
    def cuts(self) -> JudgeCuts:
        return judge_cuts(self.ratings, self.rated.weights)

    @cached_property
    def shares(self) -> PanelMean:
        """The panel's mean in shares of the marks."""
        return panel_mean(self.cuts.shares, level=self.level)

    @cached_property
    def used(self) -> NDArray[np.bool_]:
        """(I,) items that a judge of the panel rated."""
        return np.asarray(np.isfinite(self.ratings).any(axis=0))

    @cached_property
    def weights(self) -> Floats:
        """Marks of the items that count."""
        return self.rated.weights[self.used]

    @cached_property
    def variances(self) -> Variances:
        if self.cuts.filled is None:
            # Judges cannot be told from items where no chain of ratings connects them.
            nan = math.nan
            return Variances(nan, nan, nan, (), icc_single=nan, icc_panel=nan)
        if not self.weights.sum() > 0:
            return rating_variances(self.ratings[:, self.used])
        return rating_variances(self.ratings[:, self.used], self.weights)

    @cached_property
    def error(self) -> CutError:
        """Standard errors of the mean share by generalizability theory."""
        if self.cuts.filled is None:
            return CutError(float("nan"), float("nan"))
        return cut_error(
            self.variances,
            judges=len(self.judges),
            rest=rest_of_design(self.ratings[:, self.used], self.weights),
            items=concentration(self.weights),
        )

    @property
    def width(self) -> float:
        """Marks between the lowest and the highest total."""
        return self.rated.high - self.rated.low

    @property
    def cut(self) -> float:
        return float(self.rated.marks(self.shares.cut))

    @property
    def why(self) -> str:
        """Why there is no cut."""
        return "not_connected" if self.cuts.part.max() > 0 else "no_range"

    @property
    def why_no_error(self) -> str:
        """Why the cut has no standard error."""
        return "one_judge" if len(self.judges) == 1 else self.why

    @property
    def key(self) -> dict[str, str]:
        """The columns that say what a row is about."""
        return {"cut_name": self.rated.cut_name, "form": self.rated.form}


def everyone(study: Study, rated: RatedForm) -> Observed:
    """All persons who were given the form."""
    share = form_facility(study, rated.items)
    taken = rated.taken
    n = study.responses.n_persons if taken is None else int(taken.rows.size)
    return Observed(n, share, share * (1 - share) / max(n, 1))


def near(study: Study, panel: Panel, error: FormError, *, least: int) -> Observed:
    """Persons with a total within one standard error of measurement of the cut."""
    rated = panel.rated
    nothing = np.full(rated.items.size, np.nan)
    if rated.taken is None or not np.isfinite(error.sem):
        return Observed(0, nothing, nothing, error.why)
    if not np.isfinite(panel.cut):
        return Observed(0, nothing, nothing, panel.why)
    inside = np.abs(rated.taken.totals - panel.cut) <= error.sem + 1e-9
    n = int(inside.sum())
    if n < least:
        return Observed(n, nothing, nothing, "too_few_persons")
    return _shares(study, rated, rated.taken.rows[inside])


def _shares(study: Study, rated: RatedForm, rows: NDArray[np.int64]) -> Observed:
    responses = study.responses
    marks = responses.marks(omitted=study.omitted, not_reached="left_out")
    own = marks[np.ix_(rows, rated.items)].astype(float)
    own[own < 0] = np.nan
    low, high = responses.min_points[rated.items], responses.max_points[rated.items]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = (own - low) / np.where(high > low, high - low, np.nan)
        n = np.isfinite(share).sum(axis=0)
        mean = np.nansum(share, axis=0) / n
        spread = np.nansum((share - mean) ** 2, axis=0) / (n - 1)
    return Observed(len(rows), mean, spread / np.maximum(n, 1))


def form_error(study: Study, rated: RatedForm) -> FormError:
    """Alpha of the form and the standard error of measurement that follows from it."""
    nan = float("nan")
    if rated.taken is None:
        return FormError(nan, nan, "no_total")
    taken, responses = rated.taken, study.responses
    if taken.rows.size < 3 or taken.items.size < 2:
        few = "too_few_persons" if taken.rows.size < 3 else "too_few_items"
        return FormError(nan, nan, few)
    marks = responses.marks(omitted=study.omitted, not_reached=study.unreached(study.omitted))
    own = marks[np.ix_(taken.rows, taken.items)].astype(float) * responses.unit
    varies = own.min(axis=0) != own.max(axis=0)
    total = float(own.sum(axis=1).var(ddof=1))
    if not total > 1e-12:
        return FormError(nan, nan, "no_variance")
    rho = float(alpha_from_sums(own.var(axis=0, ddof=1).sum(), total, int(varies.sum())))
    if not rho >= 0:
        why = "negative_reliability" if rho < 0 else "too_few_items"
        return FormError(rho, nan, why)
    return FormError(rho, float(np.sqrt(total * (1 - rho))), "no_variance")


@dataclass(frozen=True)
class Curve:
    """The expected shares of the marks of some items by ability, and why the others have none.

    known : (I,) items of the form that are calibrated
    """

    known: NDArray[np.bool_]
    at: Callable[[Floats], Floats]


def curve_of(study: Study, rated: RatedForm) -> Curve | None:
    """The calibrated items of a form; None where the scores cannot be calibrated."""
    try:
        fit: Calibration = calibrated(study).fit
    except AnalysisImpossible:
        return None
    known = np.array([fit.reasons[int(j)] is None for j in rated.items])
    items = [int(j) for j in rated.items[known]]
    if not items:
        return None
    low = study.responses.min_points[items]
    span = np.maximum(study.responses.max_points[items] - low, 1)

    def at(theta: Floats) -> Floats:
        expected = information(fit, theta, items=items).item_expected
        return np.asarray((expected - low[:, None]) / span[:, None])

    return Curve(known, at)
