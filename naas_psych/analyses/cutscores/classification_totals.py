"""The methods that need totals and a reliability, but no response model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from naas_psych.analyses.cutscores.classification_draws import Drawing, Drawn, drawn_totals
from naas_psych.analyses.cutscores.classification_forms import CutForm
from naas_psych.analyses.cutscores.classification_methods import Judged, side_by_side, stacked
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.classification.crossed import Crossed
from naas_psych.numerics.classification.hanson_brennan import hanson_brennan
from naas_psych.numerics.classification.huynh import huynh
from naas_psych.numerics.classification.livingston_lewis import livingston_lewis
from naas_psych.numerics.classification.peng_subkoviak import peng_subkoviak
from naas_psych.numerics.classification.spread import kr21
from naas_psych.numerics.classification.subkoviak import subkoviak


@dataclass(frozen=True)
class _Answer:
    crossed: Crossed
    reason: str | None
    fit: dict[str, float]


#: A method as a function of the form and of one sample of totals.
_Ask = Callable[[CutForm, Drawn], _Answer]


def judged_by_totals(form: CutForm, drawing: Drawing, *, stream: int) -> Iterator[Judged]:
    """Every method that takes totals, those of right/wrong items with a reason on other items."""
    whole = Drawn(form.counts, form.spread, form.reliability)
    samples = list(drawn_totals(form, drawing, stream=stream))
    no_limits = drawing.reason(form.totals.rows) or "all_samples_degenerate"
    made: dict[_Ask, list[Crossed]] = {}
    for method, ask in _ASKED.items():
        if method not in _ANY_MARKS and not form.binary:
            yield Judged(method, None, "binary_items_only")
            continue
        found = ask(form, whole)
        if found.reason is not None:
            yield Judged(method, None, found.reason, fit=found.fit)
            continue
        told = _LIMITS.get(method, (ask,))
        for one in told:
            made[one] = made.get(one) or [one(form, sample).crossed for sample in samples]
        drawn = side_by_side([stacked(made[one]) for one in told])
        yield Judged(method, found.crossed, None, drawn, no_limits, found.fit)


def _scores(form: CutForm) -> Floats:
    return np.arange(form.span + 1.0)


def _livingston_lewis(
    form: CutForm, sample: Drawn, error: Literal["binomial", "smooth"] = "binomial"
) -> _Answer:
    found = livingston_lewis(
        _scores(form),
        sample.counts,
        reliability=sample.reliability,
        cuts=form.places,
        low=0.0,
        high=float(form.span),
        error=error,
    )
    true = found.true
    fit = {
        "reliability": sample.reliability,
        "effective_length": found.length,
        "beta_parameters": float(true.parameters or np.nan),
        "beta_alpha": true.alpha,
        "beta_beta": true.beta,
        "beta_from": true.low,
        "beta_to": true.high,
    }
    return _Answer(found.crossed, found.reason, fit)


def _smooth(form: CutForm, sample: Drawn) -> _Answer:
    return _livingston_lewis(form, sample, "smooth")


def _hanson_brennan(form: CutForm, sample: Drawn) -> _Answer:
    found = hanson_brennan(
        _scores(form),
        sample.counts,
        reliability=sample.reliability,
        cuts=form.places,
        items=form.span,
    )
    true = found.true
    fit = {
        "reliability": sample.reliability,
        "beta_parameters": float(true.parameters or np.nan),
        "beta_alpha": true.alpha,
        "beta_beta": true.beta,
        "beta_from": true.low,
        "beta_to": true.high,
        "lords_k": found.lords_k,
        "clipped": found.clipped,
    }
    return _Answer(found.crossed, found.reason, fit)


def _subkoviak(form: CutForm, sample: Drawn) -> _Answer:
    rho = sample.reliability
    found = subkoviak(
        _scores(form), sample.counts, reliability=rho, cuts=form.places, items=form.span
    )
    return _Answer(found.crossed, found.reason, {"reliability": rho})


def _huynh(form: CutForm, sample: Drawn) -> _Answer:
    rho = kr21(sample.spread, form.span)
    found = huynh(mean=sample.spread.mean, kr21=rho, cuts=form.places, items=form.span)
    return _Answer(found.crossed, found.reason, {"reliability": rho})


def _peng_subkoviak(form: CutForm, sample: Drawn) -> _Answer:
    rho, sd = kr21(sample.spread, form.span), float(np.sqrt(sample.spread.variance))
    found = peng_subkoviak(
        mean=sample.spread.mean, sd=sd, kr21=rho, cuts=form.places, items=form.span
    )
    return _Answer(found.crossed, found.reason, {"reliability": rho})


_ASKED: dict[str, _Ask] = {
    "livingston_lewis": _livingston_lewis,
    "livingston_lewis_smooth": _smooth,
    "hanson_brennan": _hanson_brennan,
    "subkoviak": _subkoviak,
    "huynh": _huynh,
    "peng_subkoviak": _peng_subkoviak,
}
#: Those that take items with marks, not only right/wrong ones.
_ANY_MARKS = ("livingston_lewis", "livingston_lewis_smooth")
#: The length and the cut of the effective test are rounded alike in nearly every sample: samples
#: that are not rounded say how much hangs on it.
_LIMITS: dict[str, tuple[_Ask, ...]] = {"livingston_lewis": (_livingston_lewis, _smooth)}
