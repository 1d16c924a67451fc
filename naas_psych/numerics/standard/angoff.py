"""The cut of a panel from the ratings of its judges: mean, error, median, trimmed mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.intervals import Interval, t_quantile
from naas_psych.numerics.judge_effects import additive_fill
from naas_psych.numerics.one_thread import one_blas_thread


@dataclass(frozen=True)
class PanelMean:
    """Of J judges' cuts: mean, s / sqrt(J), t limits with J - 1 df, median, trimmed mean.

    `trimmed` leaves out the highest and the lowest judge (nan below three). Of one judge the mean
    stands and the error is nan.
    """

    cut: float
    se: float
    df: float
    interval: Interval[float]
    sd: float
    median: float
    trimmed: float


def panel_mean(cuts: Floats, *, level: float) -> PanelMean:
    """The panel's cut from the cuts (J,) of its judges; nan throughout where one is unknown."""
    n = cuts.size
    if n == 0 or not np.isfinite(cuts).all():
        nothing = float("nan")
        return PanelMean(nothing, nothing, float(max(n - 1, 0)), _NO_LIMITS, *[nothing] * 3)
    cut = float(cuts.mean())
    sd = float(cuts.std(ddof=1)) if n > 1 else float("nan")
    se = sd / np.sqrt(n)
    half = t_quantile(level, n - 1) * se if n > 1 else float("nan")
    return PanelMean(
        cut=cut,
        se=float(se),
        df=float(n - 1),
        interval=Interval(cut - half, cut + half),
        sd=sd,
        median=float(np.median(cuts)),
        trimmed=float(np.sort(cuts)[1:-1].mean()) if n > 2 else float("nan"),
    )


_NO_LIMITS = Interval(float("nan"), float("nan"))


@dataclass(frozen=True)
class JudgeCuts:
    """Shares of the marks (J,) that each judge expects of a borderline person.

    filled : (J, I) ratings, gaps filled by judge + item, nan for items that nobody rated; None
        where no chain of ratings connects the judges, or the items have no marks
    part : (J,) which part of the connected ratings a judge belongs to, from 0
    """

    shares: Floats
    filled: Floats | None
    part: NDArray[np.int64]


def judge_cuts(ratings: Floats, weights: Floats) -> JudgeCuts:
    """Cuts from ratings (J, I) in 0 to 1 (nan where not given) and the marks (I,) of the items.

    Items that nobody rated are taken to be as hard as the others.
    """
    part = connected_parts(ratings)
    rated = np.isfinite(ratings).any(axis=0)
    held = weights[rated]
    own = _filled(ratings[:, rated])
    if own is None or not held.sum() > 0:
        return JudgeCuts(np.full(len(ratings), np.nan), None, part)
    filled = np.full(ratings.shape, np.nan)
    filled[:, rated] = own
    # einsum: the sum must not depend on how many threads a product of matrices would use.
    return JudgeCuts(np.einsum("ji,i->j", own, held / held.sum()), filled, part)


def _filled(ratings: Floats) -> Floats | None:
    """The same digits for any number of threads; setting their number takes time, too."""
    if np.isfinite(ratings).all():
        return ratings
    with one_blas_thread():
        return additive_fill(ratings)


def connected_parts(ratings: Floats) -> NDArray[np.int64]:
    """(J,) the part of each judge: two are in one when a chain of common items joins them."""
    given = np.isfinite(ratings)
    part = np.full(len(ratings), -1, dtype=np.int64)
    for start in range(len(ratings)):
        if part[start] >= 0:
            continue
        inside = np.zeros(len(ratings), dtype=bool)
        inside[start] = True
        while True:
            items = given[inside].any(axis=0)
            wider: Any = inside | given[:, items].any(axis=1)
            if (wider == inside).all():
                break
            inside = wider
        part[inside] = part.max() + 1
    return part
