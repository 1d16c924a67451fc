"""Numbers and names as the sentences of findings write them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

Row = Mapping[Any, Any]


def known(value: Any) -> float | None:
    """A number, or None where it is undefined."""
    return None if value is None or not np.isfinite(value) else float(value)


def short(value: float) -> str:
    """Two decimals without the leading zero: .08, -.12, 1.00."""
    text = f"{value + 0.0:.2f}".replace("-0.00", "0.00")
    return text.replace("0.", ".", 1) if abs(float(text)) < 1 else text


def coefficient(value: float, *, signed: bool = False) -> str:
    """Three decimals without the leading zero: .818, +.021; what rounds to nothing has no sign."""
    rounded = round(value, 3) + 0.0
    text = format(rounded, "+.3f" if signed and rounded else ".3f")
    return text.replace("0.", ".", 1) if abs(rounded) < 1 else text


def between(low: Any, high: Any) -> str:
    """` (.02 to .18)`, or nothing where a limit is undefined."""
    if known(low) is None or known(high) is None:
        return ""
    return f" ({short(low)} to {short(high)})"


def percent(share: Any, decimals: int = 0) -> str:
    """`12 %` of a share of .12."""
    return f"{100 * float(share):.{decimals}f} %"


def capital(text: str) -> str:
    """The text with a capital at its beginning; names within it keep their letters."""
    return text[:1].upper() + text[1:]


def listed(names: Iterable[str], most: int = 6) -> str:
    """`Q01, Q02 and 3 more`."""
    every = list(names)
    shown = ", ".join(every[:most])
    return shown if len(every) <= most else f"{shown} and {len(every) - most} more"
