"""The cuts that a panel of judges recommends, for whatever starts from them."""

from __future__ import annotations

import math
from dataclasses import dataclass

from naas_psych.analyses.standard.angoff_ratings import RatedForm, rated_forms
from naas_psych.numerics.standard.angoff import judge_cuts, panel_mean
from naas_psych.study.study import Study

__all__ = ["PanelCut", "panel_cuts"]


@dataclass(frozen=True, kw_only=True)
class PanelCut:
    """One cut of one form: in marks of the form and in per cent of them, with its standard error.

    The ratings are the last that each judge gave each item; judges who left before the last round
    that covered the form do not count. `se` is s / sqrt(judges) over judges' cuts with `df` =
    judges - 1; of one judge it is nan and df is 0.
    """

    cut_name: str
    form: str
    cut: float
    se: float
    percent: float
    percent_se: float
    judges: int
    df: float


def panel_cuts(study: Study) -> tuple[PanelCut, ...]:
    """The cuts of the panel, form by form; empty without ratings.

    A form whose ratings do not hang together, so that it has no cut, is left out.
    """
    found = (_cut(rated) for rated in rated_forms(study))
    return tuple(cut for cut in found if cut is not None)


def _cut(rated: RatedForm) -> PanelCut | None:
    ratings = rated.counted(len(rated.rounds) - 1)
    shares = judge_cuts(ratings, rated.weights).shares
    mean = panel_mean(shares, level=0.95)
    if not math.isfinite(mean.cut):
        return None
    return PanelCut(
        cut_name=rated.cut_name,
        form=rated.form,
        cut=float(rated.marks(mean.cut)),
        se=mean.se * (rated.high - rated.low),
        percent=100 * mean.cut,
        percent_se=100 * mean.se,
        judges=len(ratings),
        df=mean.df,
    )
