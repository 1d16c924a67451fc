"""What classification says in words: of 100 people, how many would get the same result again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from naas_psych.analyses.cutscores.classification_forms import ALL_CUTS, ALL_FORMS
from naas_psych.analyses.cutscores.classification_methods import BY_THETA, TOLD, WORDS
from naas_psych.analyses.forms import ONE_FORM, form_in_words
from naas_psych.analyses.items.phrasing import Row, known, short
from naas_psych.errors import Severity
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.result import Result
from naas_psych.thresholds import Threshold, Thresholds

#: How the error at a cut is told: the first of these that the form has.
_ERRORS = ("keats", "feldt_qualls", "response_model", "lord")


def classification_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """By form and cut: repeats, right, hangs on the method, kappa; then the line and the middle."""
    cuts = result.tables["cuts"]
    outcomes = int(result.provenance.get("outcomes", 2))
    for (form, cut), own in cuts.groupby(["form", "cut"], sort=False):
        row = _told(own)
        if row is None:
            continue
        several = cut == ALL_CUTS
        if known(row["n"]) is None or row["n"] < thresholds["classification_persons_min"].value:
            yield _few(row, thresholds)
            continue
        yield from _consistency(row, thresholds, outcomes=outcomes if several else 2)
        yield from _accuracy(row, thresholds, several=several)
        if not several:
            yield from _kappa(row, thresholds)
        if form != ALL_FORMS:
            yield from _differ(own, thresholds, several=several)
    yield from _near_the_line(result.tables["error_at_cut"], thresholds)
    yield from _middle(result.tables.get("middle"), thresholds)


def _told(own: pd.DataFrame, number: str = "consistency") -> Row | None:
    """The row of the method whose number is told; the other methods stand in the table."""
    rows: list[dict[Any, Any]] = own[own[number].notna()].to_dict("records")
    by_method = {row["method"]: row for row in rows}
    named = [by_method[name] for name in TOLD if name in by_method]
    limited = [row for row in named if known(row[f"{number}_low"]) is not None]
    return next(iter([*limited, *named, *rows]), None)


def subject_of(row: Row) -> str:
    """`met, form alpha`: the cut, and the form where there are several."""
    if row["form"] == ONE_FORM:
        return str(row["cut"])
    form = ALL_FORMS if row["form"] == ALL_FORMS else form_in_words(str(row["form"]))
    return f"{row['cut']}, {form}"


def _at(row: Row) -> str:
    """`At the cut met (63 % of the marks, form alpha)`."""
    text = str(row["cut"])
    plain = known(row.get("percent")) is None or text.endswith("%")
    where = [] if plain else [f"{row['percent']:.3g} % of the marks"]
    if row["form"] not in (ONE_FORM, ALL_FORMS):
        where.append(form_in_words(str(row["form"])))
    if row["form"] == ALL_FORMS:
        where.append("over all forms")
    tail = f" ({', '.join(where)})" if where else ""
    if row["cut"] == ALL_CUTS:
        return f"With all cuts at once{tail}"
    named = text if any(sign in text for sign in "%:") else f"the cut {text}"
    return f"At {named}{tail}"


@dataclass(frozen=True)
class _Held:
    case: str
    severity: Severity


def _held(row: Row, name: str, least: Threshold, target: Threshold) -> _Held:
    """Where the interval lies; without one nothing can be told."""
    low, high = known(row[f"{name}_low"]), known(row[f"{name}_high"])
    if low is None or high is None:
        return _Held("cannot_tell", "info")
    if low >= target.value:
        return _Held("target", "info")
    if low >= least.value:
        return _Held("minimum", "info")
    return _Held("below", "warning") if high < least.value else _Held("cannot_tell", "warning")


def _hundred(share: float) -> str:
    return f"{100 * share:.0f}"


def _range(row: Row, name: str, scale: float = 100, decimals: int = 0) -> str:
    low, high = known(row.get(f"{name}_low")), known(row.get(f"{name}_high"))
    if low is None or high is None:
        return ""
    return f" ({scale * low:.{decimals}f} to {scale * high:.{decimals}f})"


def _consistency(row: Row, thresholds: Thresholds, *, outcomes: int) -> Iterator[Finding]:
    two = ("decision_consistency_min", "decision_consistency_target")
    three = ("decision_consistency_three_min", "decision_consistency_three_target")
    least, target = (thresholds[name] for name in (three if outcomes > 2 else two))
    held = _held(row, "consistency", least, target)
    yield found(
        code="decision_consistency",
        severity=held.severity,
        subject=subject_of(row),
        sentence=f"{_at(row)}: if 100 people sat a second version, about "
        f"{_hundred(row['consistency'])} would get the same result"
        f"{_range(row, 'consistency')} (by {WORDS[str(row['method'])]}).",
        case=held.case,
        value=float(row["consistency"]),
        limits=(row["consistency_low"], row["consistency_high"]),
        threshold=least,
    )


def _accuracy(row: Row, thresholds: Thresholds, *, several: bool) -> Iterator[Finding]:
    if any(known(row[name]) is None for name in ("accuracy", "false_pass", "false_fail")):
        return
    least = thresholds["decision_accuracy_min"]
    held = _held(row, "accuracy", least, thresholds["decision_accuracy_target"])
    up, down = (
        ("a higher outcome than their true score deserves", "a lower one")
        if several
        else ("pass though their true score is below the cut", "are below though it reaches it")
    )
    yield found(
        code="decision_accuracy",
        severity=held.severity,
        subject=subject_of(row),
        sentence=f"{_at(row)}: of 1,000 people like these about {1000 * row['accuracy']:.0f}"
        f"{_range(row, 'accuracy', 1000)} get the outcome that their true score deserves; "
        f"{1000 * row['false_pass']:.0f}{_range(row, 'false_pass', 1000)} {'get ' * several}{up}, "
        f"{1000 * row['false_fail']:.0f}{_range(row, 'false_fail', 1000)} {down} "
        f"(by {WORDS[str(row['method'])]}).",
        case=held.case,
        value=float(row["accuracy"]),
        limits=(row["accuracy_low"], row["accuracy_high"]),
        threshold=least,
    )


def _few(row: Row, thresholds: Thresholds) -> Finding:
    least = thresholds["classification_persons_min"]
    n = known(row["n"])
    said = "So few people sat the test" if n is None else f"Only {n:.0f} people sat the test"
    return found(
        code="classification_few_persons",
        severity="warning",
        subject=subject_of(row),
        sentence=f"{_at(row)}: {said[0].lower()}{said[1:]}; {least.value:g} are needed before "
        "accuracy and consistency of outcomes are judged.",
        value=n,
        threshold=least,
    )


def _kappa(row: Row, thresholds: Thresholds) -> Iterator[Finding]:
    least, agreement = thresholds["decision_kappa_min"], thresholds["decision_consistency_min"]
    kappa = known(row["kappa"])
    if kappa is None or row["consistency"] < agreement.value or kappa >= least.value:
        return
    chance = (row["consistency"] - kappa) / (1 - kappa)
    yield found(
        code="agreement_by_base_rate",
        severity="info",
        subject=subject_of(row),
        sentence=f"{_at(row)}: {_hundred(row['consistency'])} of 100 would get the same result, "
        f"but {_hundred(chance)} would by chance alone, because so many have the same outcome; "
        f"kappa is {short(kappa)}{_plain_range(row)} (by {WORDS[str(row['method'])]}).",
        value=kappa,
        limits=(row["kappa_low"], row["kappa_high"]),
        threshold=least,
    )


def _plain_range(row: Row) -> str:
    low, high = known(row["kappa_low"]), known(row["kappa_high"])
    return "" if low is None or high is None else f" ({short(low)} to {short(high)})"


def _differ(own: pd.DataFrame, thresholds: Thresholds, *, several: bool) -> Iterator[Finding]:
    """Methods on different sides of the line; those that judge by theta follow another rule."""
    name = "decision_consistency_three_min" if several else "decision_consistency_min"
    line = thresholds[name]
    by_total = own["consistency"].notna() & ~own["method"].isin(BY_THETA)
    rows = own[by_total].sort_values("consistency", kind="stable")
    if len(rows) < 2:
        return
    first, last = (dict(rows.iloc[k]) for k in (0, -1))
    if not first["consistency"] < line.value <= last["consistency"]:
        return
    yield found(
        code="outcomes_differ_by_method",
        severity="info",
        subject=subject_of(first),
        sentence=f"{_at(first)}: by {WORDS[str(first['method'])]} about "
        f"{_hundred(first['consistency'])} of 100 would get the same result again, by "
        f"{WORDS[str(last['method'])]} {_hundred(last['consistency'])}: the line of "
        f"{_hundred(line.value)} lies between them.",
        value=float(last["consistency"] - first["consistency"]),
        threshold=line,
    )


def _near_the_line(errors: pd.DataFrame, thresholds: Thresholds) -> Iterator[Finding]:
    line = thresholds["near_cut_share_max"]
    for _, own in errors.groupby(["form", "cut"], sort=False):
        some = own[own["csem"].notna() & own["near_share"].notna()]
        rows = {row["method"]: row for row in some.to_dict("records")}
        row = next((rows[name] for name in _ERRORS if name in rows), None)
        if row is None:
            continue
        many = row["near_share"] > line.value
        count = known(row["n_near"])
        counted = "" if count is None else f" ({count:.0f} persons)"
        yield found(
            code="many_near_the_line" if many else "error_at_the_cut",
            severity="warning" if many else "info",
            subject=subject_of(row),
            sentence=f"{_at(row)}: a score there is usually off by {row['csem']:.1f} marks "
            f"({row['csem_of_marks']:.1f} % of the marks) from what the person would get on "
            f"average. {_hundred(row['near_share'])} of 100{_range(row, 'near_share')} stand so "
            f"near to the cut{counted}.",
            value=float(row["near_share"]),
            limits=(row["near_share_low"], row["near_share_high"]),
            threshold=line,
        )


def _middle(table: pd.DataFrame | None, thresholds: Thresholds) -> Iterator[Finding]:
    if table is None:
        return
    line = thresholds["middle_repeat_min"]
    middle = table[table["in_the_middle"]]
    for _, own in middle.groupby(["form", "outcome_reached"], sort=False):
        row = _told(own, "repeats")
        if row is None:
            continue
        low, high = known(row["repeats_low"]), known(row["repeats_high"])
        if low is not None and low >= line.value:
            continue
        noise = high is not None and high < line.value
        right = known(row["deserved"])
        deserve = "" if right is None else f"; the true score of {_hundred(right)} lies there"
        form = "" if row["form"] in (ONE_FORM, ALL_FORMS) else form_in_words(str(row["form"]))
        yield found(
            code="middle_is_noise",
            severity="warning",
            subject=", ".join(filter(None, (str(row["outcome_reached"]), form))),
            sentence=f"Of 100 people who get {row['outcome_reached']}{' on ' * bool(form)}{form}, "
            f"about {_hundred(row['repeats'])} would get it again on a second version"
            f"{_range(row, 'repeats')}{deserve} (by {WORDS[str(row['method'])]}).",
            case="noise" if noise else "cannot_tell",
            value=float(row["repeats"]),
            limits=(row["repeats_low"], row["repeats_high"]),
            threshold=line,
        )
