"""What item fit says in words: by size first, and only where it is not chance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtr

from naas_psych.analyses.items.phrasing import known, short
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.result import Result
from naas_psych.thresholds import Thresholds

Row = Mapping[Any, Any]


def item_fit_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """Items that leave their curve, noisy and too predictable items, pairs that depend."""
    curves = result.tables["curves"]
    for row in result.tables["items"].to_dict("records"):
        for said in (_curve(row, curves, thresholds), _mean_square(row, thresholds)):
            if said is not None:
                yield said
    for pair in result.tables["pairs"].to_dict("records"):
        yield from _pair(pair, thresholds)


def _curve(row: Row, curves: pd.DataFrame, thresholds: Thresholds) -> Finding | None:
    """A large gap is a warning, a small one that a test is sure of is only said."""
    p, rmsd, rmsea = (known(row[name]) for name in ("p_adjusted", "rmsd", "rmsea"))
    if p is None or rmsd is None or rmsea is None or p >= thresholds["irt_p_value_max"].value:
        return None
    large = rmsd > thresholds["irt_rmsd_max"].value
    if not large and rmsea <= thresholds["irt_item_rmsea_max"].value:
        return None
    size = (
        f"by {short(rmsd)} of the marks on the whole"
        if large
        else f"in places (RMSEA {short(rmsea)}), though by only {short(rmsd)} of the marks in all"
    )
    return found(
        code="item_off_its_curve",
        severity="warning" if large else "info",
        subject=str(row["item_id"]),
        sentence=f"{row['item_id']} is not answered as its curve says, {size}"
        f"{_worst(row, curves)}.",
        value=rmsd if large else rmsea,
        threshold=thresholds["irt_rmsd_max" if large else "irt_item_rmsea_max"],
    )


def _worst(row: Row, curves: pd.DataFrame) -> str:
    """Where the gap is largest for its number of persons."""
    own = curves[curves["item_id"] == row["item_id"]]
    gap = (own["observed_score"] - own["expected_score"]).abs() * np.sqrt(own["persons_expected"])
    if not len(own):
        return ""
    at = own.loc[gap.idxmax()]
    return (
        f"; most near theta {at['theta']:.1f}, where {_share(at['observed_score'])} of the marks "
        f"are earned and {_share(at['expected_score'])} expected"
    )


def _share(value: Any) -> str:
    return f"{100 * float(value):.0f} %"


def _mean_square(row: Row, thresholds: Thresholds) -> Finding | None:
    """The mean square that lies farther from 1, if its t says so too."""
    least, most = thresholds["irt_mean_square_min"], thresholds["irt_mean_square_max"]
    sure = thresholds["irt_mean_square_t_min"].value
    seen = [
        (name, value, t)
        for name in ("infit", "outfit")
        if (value := known(row[name])) is not None and (t := known(row[f"{name}_t"])) is not None
    ]
    noisy = [one for one in seen if one[1] > most.value and one[2] > sure]
    tame = [one for one in seen if one[1] < least.value and one[2] < -sure]
    if not noisy and not tame:
        return None
    code, limit = ("item_noisy", most) if noisy else ("item_too_predictable", least)
    name, value, t = max(noisy or tame, key=lambda one: abs(one[1] - 1))
    return _of_square(row, code, words=f"{name} {value:.2f}, t {t:.1f}", value=value, limit=limit)


def _of_square(row: Row, code: str, *, words: str, value: float, limit: Any) -> Finding:
    noisy = code == "item_noisy"
    how = "less" if noisy else "more"
    return found(
        code=code,
        severity="warning" if noisy else "info",
        subject=str(row["item_id"]),
        sentence=f"Answers to {row['item_id']} are {how} predictable than the model says "
        f"({words}).",
        value=value,
        threshold=limit,
    )


def _pair(pair: Row, thresholds: Thresholds) -> Iterator[Finding]:
    """Adjusted Q3 above the line, and too far above 0 for the most extreme of so many pairs."""
    limit, size, n = thresholds["irt_q3_adjusted_max"], float(pair["q3_adjusted"]), float(pair["n"])
    # Null, where so few are not shown, is above nothing.
    if not (size > limit.value and n > 3):
        return
    z = float(np.arctanh(min(size, 1 - 1e-12)) * np.sqrt(n - 3))
    if ndtr(-z) * pair["pairs_tested"] > thresholds["irt_p_value_max"].value:
        return
    for item, other in (
        (pair["item_id"], pair["other_item"]),
        (pair["other_item"], pair["item_id"]),
    ):
        yield found(
            code="items_depend",
            severity="warning",
            subject=str(item),
            sentence=f"{item} and {other} go together beyond what they measure: adjusted Q3 "
            f"{short(size)}, above {short(limit.value)}, and too far above 0 to be the chance "
            f"extreme of {int(pair['pairs_tested']):,} pairs.",
            value=size,
            threshold=limit,
        )
