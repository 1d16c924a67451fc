"""How well a model fits: chi-square with its p, CFI, TLI, RMSEA with an interval, SRMR."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.noncentral import non_centrality

#: Of the interval of rmsea and cfi, as is usual.
LEVEL = 0.90


@dataclass(frozen=True)
class Indices:
    """Fit of a model; nan where there are no degrees of freedom or the baseline leaves no room.

    The limits of rmsea (and, with the baseline taken as fixed, of cfi) invert the non-central
    chi-square (Browne & Cudeck 1993), at `level`. srmr is over
    all J (J + 1) / 2 cells of the residual correlations, diagonal included, as lavaan's.
    """

    chi_square: float
    df: int
    p_value: float
    baseline: float
    baseline_df: int
    cfi: float
    cfi_low: float
    cfi_high: float
    tli: float
    rmsea: float
    rmsea_low: float
    rmsea_high: float
    srmr: float


def indices(
    chi_square: float,
    *,
    df: int,
    baseline: float,
    n_items: int,
    n: float,
    residuals: Floats,
    scaling: float = 1.0,
    level: float = LEVEL,
) -> Indices:
    """Indices from the chi-squares of model and baseline (no item goes with another).

    `n` is what chi-square is a multiple of: persons for ML, persons - 1 for least squares. Where
    chi-square was divided by `scaling`, limits come from what it was before, on scaling * df.
    """
    from scipy.special import chdtrc

    none = n_items * (n_items - 1) // 2
    tested = df > 0 and np.isfinite(chi_square)
    excess = [np.nan, np.nan, np.nan]
    if tested:
        tail, value, spread = (1 - level) / 2, chi_square * scaling, df * scaling
        limits = [_beyond(value, spread, tail=p) / scaling for p in (1 - tail, tail)]
        excess = [max(chi_square - df, 0.0), *limits]
    rmsea, low, high = (float(np.sqrt(e / (df * n))) if tested else np.nan for e in excess)
    cfi, cfi_high, cfi_low = (_cfi(e, baseline - none) for e in excess)
    return Indices(
        chi_square=chi_square,
        df=df,
        p_value=float(chdtrc(df, max(chi_square, 0.0))) if tested else np.nan,
        baseline=baseline,
        baseline_df=none,
        cfi=cfi,
        cfi_low=cfi_low,
        cfi_high=cfi_high,
        tli=_tli(chi_square, df, baseline, none) if tested else np.nan,
        rmsea=rmsea,
        rmsea_low=low,
        rmsea_high=high,
        srmr=srmr(residuals),
    )


def srmr(residuals: Floats) -> float:
    """Root mean square of the residual correlations (J, J), diagonal included."""
    return float(np.sqrt(np.mean(residuals[np.triu_indices(len(residuals))] ** 2)))


def _cfi(excess: float, room: float) -> float:
    room = max(room, excess)
    return 1 - excess / room if room > 0 else np.nan


def _tli(value: float, df: int, baseline: float, none: int) -> float:
    """May pass 1, and is undefined where the baseline fits as well as chance."""
    if none <= 0 or baseline <= none:
        return np.nan
    ratio = baseline / none
    return (ratio - value / df) / (ratio - 1)


def _beyond(value: float, df: float, *, tail: float) -> float:
    """The non-centrality at which a chi-square is below `value` with the probability `tail`."""
    return non_centrality(value, df=df, below=tail) if value > 0 else 0.0
