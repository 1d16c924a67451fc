"""What factor models of a form are fitted to: complete scores, and polychoric correlations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from naas_psych.analyses.forms import ONE_FORM
from naas_psych.analyses.kept import kept
from naas_psych.analyses.structure.matrices import CodedForm
from naas_psych.numerics.confirmatory.estimate import ESTIMATORS, Estimate, Estimator
from naas_psych.numerics.confirmatory.moments import PairMoments, ScoreMoments

FactorEstimator = Annotated[
    Literal["all", "ml", "mlr", "dwls", "wlsmv", "uls", "ulsmv"],
    Field(description="how models are estimated; all: by every estimator, each in a row"),
]


@dataclass(frozen=True)
class FactorData:
    """The moments of some items of a form; `pairs` None where items have too many categories."""

    form: CodedForm
    item_ids: tuple[str, ...]
    scores: ScoreMoments
    pairs: PairMoments | None


@dataclass(frozen=True)
class _Moments:
    """The part of the data that is slow to make; it must not refer to the form."""

    scores: ScoreMoments
    pairs: PairMoments | None


def factor_data(
    form: CodedForm, *, items: NDArray[np.int64] | None = None, threads: int = 1
) -> FactorData:
    """Moments of all items of the form, or of those at the positions `items`; kept for the form."""
    at = np.arange(form.n_items) if items is None else items
    made = kept(form, ("moments", at.tobytes()), lambda: _moments(form, at, threads=threads))
    return FactorData(form, tuple(form.item_ids[k] for k in at), made.scores, made.pairs)


def _moments(form: CodedForm, at: NDArray[np.int64], *, threads: int) -> _Moments:
    codes = form.codes if at.size == form.n_items else np.ascontiguousarray(form.codes[:, at])
    pairs = None
    if form.few_enough:
        i, j = np.triu_indices(at.size, 1)
        pairs = PairMoments(codes, form.polychoric.r[np.ix_(at, at)][i, j], threads=threads)
    return _Moments(ScoreMoments(codes), pairs)


def wanted(estimator: str) -> tuple[Estimator, ...]:
    """The estimators that an option asks for."""
    return ESTIMATORS if estimator == "all" else (estimator,)  # type: ignore[return-value]


def suited_to(form: CodedForm) -> Estimator:
    """The robust estimator that suits the data: for ordered items, or for scores."""
    return "wlsmv" if form.suited.name == "polychoric" else "mlr"


def best_of(found: Mapping[Estimator, Estimate], form: CodedForm) -> Estimator | None:
    """Of the estimates by estimator, the one to be judged: the suited one if it came out."""
    order: tuple[Estimator, ...] = ("wlsmv", "mlr", "ulsmv", "dwls", "ml", "uls")
    order = (suited_to(form), *order)
    return next((name for name in order if name in found and why_not(found[name]) is None), None)


def why_not(one: Estimate) -> str | None:
    """Why an estimate has no numbers at all, or None."""
    if one.reason is not None:
        return one.reason
    return None if one.converged else "not_converged"


def data_notes(forms: tuple[CodedForm, ...]) -> Iterator[str]:
    """What every table of factor models should say about the data behind it."""
    for form in forms:
        where = "" if form.form == ONE_FORM else f" Form {form.form}:"
        if form.left_out:
            names = ", ".join(one.item_id for one in form.left_out)
            yield f"{where} Items without variance are in no model: {names}.".strip()
        if not form.complete:
            n = ScoreMoments(form.codes).n
            yield (
                f"{where} ML and MLR use the {n:,} of {form.n:,} persons with every score; "
                "the others use, for each pair of items, the persons who have both."
            ).strip()
        yield (f"{where} {suited_to(form)} suits these data best ({form.suited.why}).").strip()
