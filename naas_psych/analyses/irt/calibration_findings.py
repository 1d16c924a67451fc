"""What a calibration says about its items and about itself, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from scipy.special import ndtr

from naas_psych.analyses.items.phrasing import Row, known, short
from naas_psych.errors import Severity
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.result import Result
from naas_psych.thresholds import Threshold, Thresholds

Rule = Callable[[Row, Thresholds], Finding | None]
#: Two-sided 95 % limits.
_Z = 1.959963984540054
#: The threshold of persons for each model; those not named need as many as the 2PL.
_FLOORS = {
    **dict.fromkeys(("rasch", "1pl", "pcm", "rsm"), "irt_persons_rasch"),
    **dict.fromkeys(("3pl", "4pl"), "irt_persons_3pl"),
    **dict.fromkeys(("grm", "gpcm", "nominal"), "irt_persons_polytomous"),
}


def calibration_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """Findings about the whole first, then item by item."""
    fit = result.tables["fit"].to_dict("records")[0]
    rows: list[Row] = list(result.tables["parameters"].to_dict("records"))
    yield from _whole(fit, rows, thresholds)
    yield from _links(result)
    for row in rows:
        if known(row["a"]) is None and row.get("a_reason") != "nominal":
            yield _not_calibrated(row)
            continue
        for rule in (_slope, _location, _guessing):
            said = rule(row, thresholds)
            if said is not None:
                yield said
    for item, _ in result.provenance["repairs"]:
        yield found(
            code="categories_closed_up",
            severity="info",
            subject=str(item),
            sentence=f"{item} has score points in between that nobody got; the model counts its "
            "categories without them.",
        )


def _whole(fit: Row, rows: list[Row], thresholds: Thresholds) -> Iterator[Finding]:
    if not fit["converged"]:
        yield found(
            code="calibration_not_converged",
            severity="error",
            subject="calibration",
            sentence=f"After {fit['cycles']} cycles the last one still changed a parameter by "
            f"{fit['largest_change']:.2g}.",
            value=float(fit["largest_change"]),
        )
    if fit["error_source"] != "none" and known(fit["condition_number"]) is None:
        yield found(
            code="no_standard_errors",
            severity="warning",
            subject="calibration",
            sentence="The information matrix is not positive definite: some parameters cannot be "
            "told apart by these data, and there are no standard errors.",
        )
    yield from _few_persons(fit, rows, thresholds)


def _links(result: Result) -> Iterator[Finding]:
    """Forms without a common item are on one scale by assumption alone."""
    forms, common = result.provenance["forms"], result.provenance["common_items"]
    if forms > 1 and common == 0:
        yield found(
            code="forms_not_linked",
            severity="warning",
            subject="calibration",
            sentence=f"{forms} forms are calibrated together and no item is common to all of them.",
            value=float(common),
        )


def _few_persons(fit: Row, rows: list[Row], thresholds: Thresholds) -> Iterator[Finding]:
    floors = [thresholds[_FLOORS.get(str(row["model"]), "irt_persons_2pl")] for row in rows]
    floor = max(floors, key=lambda limit: limit.value)
    if fit["n"] < floor.value:
        yield found(
            code="few_persons_for_model",
            severity="warning",
            subject="calibration",
            sentence=f"{fit['n']} persons are fewer than the {floor.value:g} that the model needs.",
            value=float(fit["n"]),
            threshold=floor,
        )


def _not_calibrated(row: Row) -> Finding:
    return found(
        code="item_not_calibrated",
        severity="warning",
        subject=str(row["item_id"]),
        sentence=f"{row['item_id']} has no parameters: "
        f"{_WHY.get(str(row['a_reason']), 'its scores do not tell them')}.",
    )


_WHY = {
    "no_variance": "everybody has the same score on it",
    "no_responses": "nobody has a score on it",
}


def _slope(row: Row, thresholds: Thresholds) -> Finding | None:
    """Works backwards, hardly tells apart, or is suspiciously steep."""
    a = known(row["a"])
    low, high = thresholds["irt_slope_min"], thresholds["irt_slope_max"]
    if a is None or low.value <= a <= high.value:
        return None
    if a < 0:
        return _of_slope(row, _Odd("slope_negative", "error", f"{a:.2f}, below 0"), low, line=0.0)
    if a < low.value:
        words = f"{short(a)}, below {short(low.value)}"
        return _of_slope(row, _Odd("slope_low", "warning", words), low, line=low.value)
    words = f"{a:.1f}, above {high.value:g}"
    return _of_slope(row, _Odd("slope_high", "warning", words), high, line=high.value)


@dataclass(frozen=True)
class _Odd:
    """What is said of a slope."""

    code: str
    severity: Severity
    words: str


def _of_slope(row: Row, odd: _Odd, limit: Threshold, *, line: float) -> Finding:
    """With its interval, and how surely it lies on that side of the line, where it has an error."""
    a, error = float(row["a"]), known(row.get("a_se"))
    beside = f" (standard error {short(error)})" if error else ""
    return found(
        code=odd.code,
        severity=odd.severity,
        subject=str(row["item_id"]),
        sentence=f"The slope of {row['item_id']} is {odd.words}{beside}.",
        value=a,
        limits=(a - _Z * error, a + _Z * error) if error else (None, None),
        probability=float(ndtr(abs(a - line) / error)) if error else None,
        threshold=limit,
    )


def _location(row: Row, thresholds: Thresholds) -> Finding | None:
    limit, b = thresholds["irt_location_max"], known(row["b"])
    if b is None or abs(b) <= limit.value:
        return None
    error = known(row.get("b_se"))
    spread = (None, None) if error is None else (b - _Z * error, b + _Z * error)
    side = "hard" if b > 0 else "easy"
    return found(
        code="location_far_out",
        severity="info",
        subject=str(row["item_id"]),
        sentence=f"{row['item_id']} is so {side} that its location, {b:.1f}, lies where there are "
        "hardly any persons.",
        value=b,
        limits=spread,
        threshold=limit,
    )


def _guessing(row: Row, thresholds: Thresholds) -> Finding | None:
    limit, c = thresholds["irt_guessing_max"], known(row["c"])
    error = known(row.get("c_se"))
    if c is None or error is None or c <= limit.value:
        return None
    return found(
        code="guessing_high",
        severity="warning",
        subject=str(row["item_id"]),
        sentence=f"However little a person knows, {row['item_id']} is answered rightly with "
        f"probability {short(c)} (standard error {short(error)}), above {short(limit.value)}.",
        value=c,
        limits=(max(0.0, c - _Z * error), min(1.0, c + _Z * error)),
        probability=float(ndtr((c - limit.value) / error)),
        threshold=limit,
    )
