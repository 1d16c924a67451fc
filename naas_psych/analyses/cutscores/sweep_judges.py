"""How far the judges' own error moves each cut."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from naas_psych.analyses.cutscores.sweep_axis import ALL_FORMS, Axis
from naas_psych.analyses.cutscores.swept import Swept, SweptForm
from naas_psych.analyses.standard.panel import PanelCut, panel_cuts
from naas_psych.numerics.arrays import Floats
from naas_psych.study.study import Study

#: Degrees of freedom of an error that was given and not estimated.
_GIVEN = 1e9
_NO_JUDGES = (
    "The limits carry no judges' error, for none is known: give --cut-se (in per cent of the "
    "marks), or ratings of a panel."
)


@dataclass(frozen=True, eq=False)
class JudgesError:
    """Standard error (C,) in per cent of the marks of each cut of an axis, and its df (C,).

    of : (C,) the panel's cut whose error it is, "" where none is known
    """

    se: Floats
    df: Floats
    of: tuple[str, ...]

    def shifts(self, uniform: Floats) -> Floats:
        """(R, C) by how many per cent of the marks the judges might have been off.

        uniform : (R,) between 0 and 1. One number moves all cuts: they are the same judges'.
        """
        return np.asarray(stdtrit(self.df, uniform[:, None]) * self.se)


def judges_errors(study: Study, found: Swept, cut_se: float | None) -> dict[str, JudgesError]:
    """By form (and "all forms"): the error given, else the panel's, of the cut of the same name.

    A cut that no panel named takes the error of the panel's nearest cut.
    """
    sides = (found.whole, *found.forms)
    if cut_se is not None:
        return {side.name: _given(side.axis, cut_se) for side in sides}
    panel = [cut for cut in panel_cuts(study) if np.isfinite(cut.percent_se)]
    return {side.name: _of_panel(side, panel, found) for side in sides}


def judges_notes(found: Swept, errors: dict[str, JudgesError], cut_se: float | None) -> list[str]:
    """What was taken for the judges' error of the cuts asked for."""
    if cut_se is not None:
        return [f"Judges' error: {cut_se:g} per cent of the marks at every cut, as asked."]
    own, axis = errors[ALL_FORMS], found.whole.axis
    if not any(own.of):
        return [_NO_JUDGES]
    said = [
        f"{axis.names[k]}: {own.se[k]:.2f} per cent of the marks"
        + ("" if own.of[k] == axis.names[k] else f" (that of {own.of[k]}, the nearest cut rated)")
        for k in axis.asked
    ]
    text = "; ".join(said) or "none is asked for"
    return [
        f"Judges' error of the cuts, from their ratings (t limits): {text}. Other cuts have that "
        "of the nearest cut rated, and one draw moves all cuts: they are the same judges'."
    ]


def _given(axis: Axis, se: float) -> JudgesError:
    n = axis.cut.size
    return JudgesError(np.full(n, float(se)), np.full(n, _GIVEN), ("as asked",) * n)


def _of_panel(side: SweptForm, panel: list[PanelCut], found: Swept) -> JudgesError:
    """All forms take the mean over forms; a form that was not rated takes that of all forms."""
    own = [cut for cut in panel if cut.form == side.name] or panel
    names = list(dict.fromkeys(cut.cut_name for cut in own))
    n = side.axis.cut.size
    if not names:
        return JudgesError(np.zeros(n), np.full(n, _GIVEN), ("",) * n)
    weight = {form.name: float(form.n) for form in found.forms}
    means = {name: _mean([c for c in own if c.cut_name == name], weight) for name in names}
    chosen = [
        name if name in means else min(means, key=lambda one: abs(means[one].percent - at))
        for name, at in zip(side.axis.names, side.axis.percent.tolist(), strict=True)
    ]
    return JudgesError(
        np.array([means[name].se for name in chosen]),
        np.array([means[name].df for name in chosen]),
        tuple(chosen),
    )


@dataclass(frozen=True)
class _Mean:
    percent: float
    se: float
    df: float


def _mean(cuts: list[PanelCut], weight: dict[str, float]) -> _Mean:
    """Over the forms that the panel rated, each counting as its persons."""
    w = np.array([weight.get(cut.form, 1.0) for cut in cuts])
    return _Mean(
        float(np.average([cut.percent for cut in cuts], weights=w)),
        float(np.average([cut.percent_se for cut in cuts], weights=w)),
        max(min(cut.df for cut in cuts), 1.0),
    )
