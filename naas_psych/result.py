"""A result: tidy tables with provenance. It computes nothing and never changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.finding import Finding


@dataclass(frozen=True)
class Result:
    """What an analysis returns.

    An analysis fills `tables` and `notes`; the checked call (see `analysis.py`) adds the name,
    the options it ran with, the provenance and the findings.
    """

    tables: Mapping[str, pd.DataFrame]
    notes: tuple[str, ...] = ()
    analysis: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    provenance: Mapping[str, Any] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


def tidy(
    columns: Mapping[str, Any], reasons: Mapping[str, Sequence[str | None]] | None = None
) -> pd.DataFrame:
    """A table in which every undefined number has a reason beside it.

    Parameters
    ----------
    columns
        Column name to values, all of one length.
    reasons
        Column name to one short code (or None) a row. A reason given for `x` also holds for
        `x_low`, `x_high` and `x_se`, unless these have their own.

    Raises
    ------
    ValueError
        A number is undefined and nobody said why: that is a fault of the analysis, not of the data.
    """
    reasons = reasons or {}
    frame: dict[str, Any] = {}
    for name, values in columns.items():
        series = pd.Series(values)
        frame[name] = series
        if not pd.api.types.is_float_dtype(series):
            continue
        undefined = ~np.isfinite(series.to_numpy(dtype=float, na_value=np.nan))
        if undefined.any():
            frame[name] = series.mask(undefined)
            frame[f"{name}_reason"] = _reasons_for(name, undefined, reasons)
    return pd.DataFrame(frame)


def _reasons_for(
    name: str, undefined: np.ndarray[Any, Any], reasons: Mapping[str, Sequence[str | None]]
) -> pd.Series[Any]:
    base = name
    for suffix in ("_low", "_high", "_se"):
        base = base.removesuffix(suffix)
    given = reasons.get(name, reasons.get(base))
    if given is None:
        raise ValueError(f"column {name} has undefined values and no reason")
    said = [reason if gap else None for reason, gap in zip(given, undefined, strict=True)]
    if any(gap and reason is None for reason, gap in zip(said, undefined, strict=True)):
        raise ValueError(f"column {name} has an undefined value without a reason")
    return pd.Series(said, dtype=object)
