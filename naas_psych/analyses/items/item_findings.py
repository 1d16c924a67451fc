"""What the statistics of the items say, in words that an item writer can act on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from scipy.special import ndtr

from naas_psych.analyses.items.judge import Row, between, finding, known, listed, short
from naas_psych.errors import Severity
from naas_psych.finding import Finding
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
    return finding(
        thresholds,
        "item_rest_r_min",
        code="no_variance",
        severity="warning",
        subject=str(row["item_id"]),
        sentence=f"All {row['n']} persons scored {row['mean_score']:g} on {row['item_id']}.",
        value=float(row["facility"]),
        limits=(row["facility_low"], row["facility_high"]),
        meaning="The item adds the same marks for everybody and tells nobody apart.",
        action="Check the key and the scoring; if both are right, the item is too easy or too hard "
        "for these persons.",
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
    return finding(
        thresholds,
        "item_facility_max",
        code="facility_high",
        severity="info",
        subject=str(row["item_id"]),
        sentence=f"{row['item_id']} is very easy: facility {_facility_text(row)}, above "
        f"{short(ceiling)}{_unsure(probability, thresholds)}.",
        value=float(row["facility"]),
        limits=(row["facility_low"], row["facility_high"]),
        probability=probability,
        meaning="Nearly everybody earns the marks, so the item cannot rank persons. That is fine "
        "where it covers something that all must know.",
        action="Keep it if the blueprint needs it; otherwise replace it by a harder one.",
    )


def _too_hard(row: Row, thresholds: Thresholds, line: float, *, guess: bool) -> Finding:
    probability = _below(row, line)
    sure = probability >= thresholds["item_flag_probability"].value
    right_or_wrong = row["biserial_method"] == "biserial"
    said = "is very hard" if right_or_wrong else "draws a small part of its marks"
    what = f"the {short(line)} of blind choice" if guess else short(line)
    return finding(
        thresholds,
        "item_facility_min",
        code="facility_low",
        severity="warning" if sure and right_or_wrong else "info",
        subject=str(row["item_id"]),
        sentence=f"{row['item_id']} {said}: facility {_facility_text(row)}, below "
        f"{what}{_unsure(probability, thresholds)}.",
        value=float(row["facility"]),
        limits=(row["facility_low"], row["facility_high"]),
        probability=probability,
        meaning="Few persons know it, or the key is wrong, or one wrong option is more tempting "
        "than the right one.",
        action="Look at the option table and the key, then at whether it was taught and asked "
        "clearly.",
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


class _Band:
    """A stretch of item-rest correlations: what it is called and what it means."""

    def __init__(self, code: str, threshold: str, sure: Severity, words: tuple[str, str, str]):
        self.code, self.threshold, self.sure = code, threshold, sure
        self.unsure: Severity = "warning" if sure == "error" else "info"
        self.said, self.meaning, self.action = words


_BANDS = (
    _Band(
        "discrimination_negative",
        "item_rest_r_negative",
        "error",
        (
            "stronger persons do worse on it",
            "The key is wrong, two options are right, or the wording misleads those who know most.",
            "Check the key first; do not count the item before somebody has looked at it.",
        ),
    ),
    _Band(
        "discrimination_weak",
        "item_rest_r_min",
        "warning",
        (
            "it hardly tells stronger from weaker persons",
            "The item measures something else, is ambiguous, or is far too easy or too hard.",
            "Look at the options and the wording; revise it before it is used again.",
        ),
    ),
    _Band(
        "discrimination_review",
        "item_rest_r_review",
        "info",
        (
            "it tells stronger from weaker persons only a little",
            "Often harmless in a broad test; sometimes a distractor that does not work.",
            "Review it when the item is next revised.",
        ),
    ),
)


def _weak(row: Row, thresholds: Thresholds, band: _Band, probability: float | None) -> Finding:
    sure = probability is None or probability >= thresholds["item_flag_probability"].value
    line = thresholds[band.threshold].value
    limits = (row["item_rest_r_low"], row["item_rest_r_high"])
    return finding(
        thresholds,
        band.threshold,
        code=band.code,
        # A weak item stays a warning: the estimate itself is below the line that is asked for.
        severity=band.sure if sure or band.sure == "warning" else band.unsure,
        subject=str(row["item_id"]),
        sentence=f"{row['item_id']}: {band.said}; item-rest correlation "
        f"{short(row['item_rest_r'])}{between(*limits)}, below {short(line)}"
        f"{_unsure(probability, thresholds)}.",
        value=float(row["item_rest_r"]),
        limits=limits,
        probability=probability,
        meaning=band.meaning,
        action=band.action,
    )


def _biserial(row: Row, thresholds: Thresholds) -> Finding | None:
    """A biserial above 1 is printed, and said to be no correlation."""
    value = known(row["biserial"])
    if value is None or abs(value) <= thresholds["biserial_max"].value:
        return None
    return finding(
        thresholds,
        "biserial_max",
        code="biserial_above_one",
        severity="info",
        subject=str(row["item_id"]),
        sentence=f"The biserial of {row['item_id']} is {short(value)}, outside -1 to 1.",
        value=value,
        meaning="The scores are not what a normal trait cut in two would give (many at the top or "
        "the bottom, or two groups of persons). No correlation is that strong.",
        action="Read the item-rest correlation instead.",
    )


def _omitted(row: Row, thresholds: Thresholds) -> Finding | None:
    share = known(row["omitted_share"]) or 0.0
    line = thresholds["item_omitted_share_max"].value
    if share <= line:
        return None
    met = round(row["omitted"] / share)
    probability = 1 - probability_below(float(row["omitted"]), float(met), line=line)
    return finding(
        thresholds,
        "item_omitted_share_max",
        code="many_omitted",
        severity="warning" if probability >= thresholds["item_flag_probability"].value else "info",
        subject=str(row["item_id"]),
        sentence=f"{row['omitted']} of {met} persons ({share:.0%}) left {row['item_id']} out"
        f"{_unsure(probability, thresholds)}.",
        value=float(share),
        probability=probability,
        meaning="The item is unclear, frightening or long, or persons expected a wrong answer to "
        "cost them marks.",
        action="Read it as somebody who sees it for the first time; check the instructions.",
    )


def _alpha(row: Row, thresholds: Thresholds) -> Finding | None:
    """Only where the gain is worth saying; a weak item has been named already."""
    alpha, gain = known(row["alpha_if_dropped"]), known(row["alpha_gain"])
    line = thresholds["alpha_gain_max"].value
    if alpha is None or gain is None or gain <= line:
        return None
    return finding(
        thresholds,
        "alpha_gain_max",
        code="alpha_rises_if_dropped",
        severity="info",
        subject=str(row["item_id"]),
        sentence=f"Without {row['item_id']} alpha rises by {gain:.3f} to {alpha:.3f}.",
        value=gain,
        meaning="The item goes with the others so little that the total is more consistent "
        "without it.",
        action="Drop it only if the content allows; a test is not better for covering less.",
    )


def _small_sample(names: list[str], rows: Sequence[Row], thresholds: Thresholds) -> Finding:
    least = min(int(row["n"]) for row in rows)
    line = thresholds["item_persons_min"].value
    return finding(
        thresholds,
        "item_persons_min",
        code="small_sample",
        severity="info",
        subject="items",
        sentence=f"{listed(names)}: fewer than {line:g} persons (the fewest is {least}), so no "
        "item is judged by its facility or correlation.",
        value=float(least),
        meaning="With so few persons chance decides which item looks weak.",
        action="Read the intervals; wait for more persons before changing an item.",
    )
