"""What the statistics of the items say, in words that an item writer can act on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from naas_psych.analyses.items.phrasing import Row, between, coefficient, known, listed, short
from naas_psych.errors import Severity
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.numerics.correlations import probability_r_below
from naas_psych.numerics.proportions import probability_below
from naas_psych.result import Result
from naas_psych.thresholds import Thresholds

Rule = Callable[[Row, Thresholds], Finding | None]


def findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """Findings of `item_statistics`, item by item, then those about all items."""
    rows = result.tables["items"].to_dict("records")
    few = [row for row in rows if row["n"] < thresholds["item_persons_min"].value]
    for row in rows:
        yield from _of_item(row, thresholds, judged=row not in few)
    if few:
        yield _small_sample([str(row["item_id"]) for row in few], few, thresholds)


def _of_item(row: Row, thresholds: Thresholds, *, judged: bool) -> Iterator[Finding]:
    rules: tuple[Rule, ...] = (_no_variance,)
    if judged and row["score_sd"] > 0:
        rules = (_facility, _discrimination, _biserial, _omitted, _alpha)
    for rule in rules:
        found = rule(row, thresholds)
        if found is not None:
            yield found


def _no_variance(row: Row, thresholds: Thresholds) -> Finding | None:
    """Everybody scored the same: said whatever the number of persons."""
    if row["n"] < 2 or row["score_sd"] != 0:
        return None
    return found(
        code="no_variance",
        severity="warning",
        subject=str(row["item_id"]),
        sentence=f"All {row['n']} persons scored {row['mean_score']:g} on {row['item_id']}.",
        value=float(row["facility"]),
        limits=(row["facility_low"], row["facility_high"]),
        threshold=thresholds["item_rest_r_min"],
    )


def _facility(row: Row, thresholds: Thresholds) -> Finding | None:
    """Too hard, below what blind choice would give, or too easy."""
    chance = known(row["chance"]) or 0.0
    floor, ceiling = thresholds["item_facility_min"].value, thresholds["item_facility_max"].value
    if row["facility"] < max(floor, chance):
        return _too_hard(row, thresholds, max(floor, chance), guess=chance > floor)
    if row["facility"] <= ceiling:
        return None
    probability = 1 - _below(row, ceiling)
    return found(
        code="facility_high",
        severity="info",
        subject=str(row["item_id"]),
        sentence=f"{row['item_id']} is very easy: facility {_facility_text(row)}, above "
        f"{short(ceiling)}{_unsure(probability, thresholds)}.",
        value=float(row["facility"]),
        limits=(row["facility_low"], row["facility_high"]),
        probability=probability,
        threshold=thresholds["item_facility_max"],
    )


def _too_hard(row: Row, thresholds: Thresholds, line: float, *, guess: bool) -> Finding:
    probability = _below(row, line)
    sure = probability >= thresholds["item_flag_probability"].value
    right_or_wrong = row["biserial_method"] == "biserial"
    said = "is very hard" if right_or_wrong else "draws a small part of its marks"
    what = f"the {short(line)} of blind choice" if guess else short(line)
    return found(
        code="facility_low",
        severity="warning" if sure and right_or_wrong else "info",
        subject=str(row["item_id"]),
        sentence=f"{row['item_id']} {said}: facility {_facility_text(row)}, below "
        f"{what}{_unsure(probability, thresholds)}.",
        value=float(row["facility"]),
        limits=(row["facility_low"], row["facility_high"]),
        probability=probability,
        threshold=thresholds["item_facility_min"],
    )


def _facility_text(row: Row) -> str:
    return f"{short(row['facility'])}{between(row['facility_low'], row['facility_high'])}"


def _below(row: Row, line: float) -> float:
    """P(facility < line): Jeffreys' posterior for right and wrong, else the normal one."""
    if row["biserial_method"] == "biserial":
        n = float(row["n"])
        return probability_below(row["facility"] * n, n, line=line)
    width = (row["max_score"] - row["min_score"]) * np.sqrt(row["n"])
    return float(ndtr((line - row["facility"]) / (row["score_sd"] / width)))


def _unsure(probability: float | None, thresholds: Thresholds) -> str:
    """What is added where the interval reaches over the line."""
    if probability is None or probability >= thresholds["item_flag_probability"].value:
        return ""
    return "; uncertain, because values on both sides of the line remain plausible"


def _discrimination(row: Row, thresholds: Thresholds) -> Finding | None:
    """Negative, weak, or worth a review."""
    r = known(row["item_rest_r"])
    if r is None:
        return None
    for band in _BANDS:
        line = thresholds[band.threshold].value
        if r < line:
            probability = known(probability_r_below(r, float(row["n_rest"]) - 1, line=line))
            return _weak(row, thresholds, band, probability)
    return None


@dataclass(frozen=True)
class _Band:
    """A stretch of item-rest correlations, below a threshold: how serious, and what is said."""

    code: str
    threshold: str
    sure: Severity
    unsure: Severity
    said: str


# A weak item stays a warning: the estimate itself is below the line that is asked for.
_BANDS = (
    _Band(
        "discrimination_negative",
        "item_rest_r_negative",
        sure="error",
        unsure="warning",
        said="stronger persons do worse on it",
    ),
    _Band(
        "discrimination_weak",
        "item_rest_r_min",
        sure="warning",
        unsure="warning",
        said="it hardly tells stronger from weaker persons",
    ),
    _Band(
        "discrimination_review",
        "item_rest_r_review",
        sure="info",
        unsure="info",
        said="it tells stronger from weaker persons only a little",
    ),
)


def _weak(row: Row, thresholds: Thresholds, band: _Band, probability: float | None) -> Finding:
    sure = probability is None or probability >= thresholds["item_flag_probability"].value
    limit = thresholds[band.threshold]
    ends = (row["item_rest_r_low"], row["item_rest_r_high"])
    return found(
        code=band.code,
        severity=band.sure if sure else band.unsure,
        subject=str(row["item_id"]),
        sentence=f"{row['item_id']}: {band.said}; item-rest correlation "
        f"{short(row['item_rest_r'])}{between(*ends)}, below {short(limit.value)}"
        f"{_unsure(probability, thresholds)}.",
        value=float(row["item_rest_r"]),
        limits=ends,
        probability=probability,
        threshold=limit,
    )


def _biserial(row: Row, thresholds: Thresholds) -> Finding | None:
    """A biserial above 1 is printed, and said to be no correlation."""
    value = known(row["biserial"])
    if value is None or abs(value) <= thresholds["biserial_max"].value:
        return None
    return found(
        code="biserial_above_one",
        severity="info",
        subject=str(row["item_id"]),
        sentence=f"The biserial of {row['item_id']} is {short(value)}, outside -1 to 1.",
        value=value,
        threshold=thresholds["biserial_max"],
    )


def _omitted(row: Row, thresholds: Thresholds) -> Finding | None:
    share = known(row["omitted_share"]) or 0.0
    line = thresholds["item_omitted_share_max"].value
    if share <= line:
        return None
    met = round(row["omitted"] / share)
    probability = 1 - probability_below(float(row["omitted"]), float(met), line=line)
    return found(
        code="many_omitted",
        severity="warning" if probability >= thresholds["item_flag_probability"].value else "info",
        subject=str(row["item_id"]),
        sentence=f"{row['omitted']} of {met} persons ({share:.0%}) left {row['item_id']} out"
        f"{_unsure(probability, thresholds)}.",
        value=float(share),
        probability=probability,
        threshold=thresholds["item_omitted_share_max"],
    )


def _alpha(row: Row, thresholds: Thresholds) -> Finding | None:
    """Only where the gain is worth saying; a weak item has been named already."""
    alpha, gain = known(row["alpha_if_dropped"]), known(row["alpha_gain"])
    line = thresholds["alpha_gain_max"].value
    if alpha is None or gain is None or gain <= line:
        return None
    return found(
        code="alpha_rises_if_dropped",
        severity="info",
        subject=str(row["item_id"]),
        sentence=f"Without {row['item_id']} alpha rises by {coefficient(gain)} to "
        f"{coefficient(alpha)}.",
        value=gain,
        threshold=thresholds["alpha_gain_max"],
    )


def _small_sample(names: list[str], rows: Sequence[Row], thresholds: Thresholds) -> Finding:
    least = min(int(row["n"]) for row in rows)
    line = thresholds["item_persons_min"].value
    return found(
        code="small_sample",
        severity="info",
        subject="items",
        sentence=f"{listed(names)}: fewer than {line:g} persons (the fewest is {least}), so no "
        "item is judged by its facility or correlation.",
        value=float(least),
        threshold=thresholds["item_persons_min"],
    )
