"""What speededness says in words: the verdict of each form, and when blanks mislead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from naas_psych.analyses.forms import form_or_test, form_subject
from naas_psych.analyses.items.phrasing import capital, known, percent
from naas_psych.analyses.speed.speed_verdict import Held, SpeedVerdict, speed_verdict
from naas_psych.errors import Severity
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.result import Result
from naas_psych.thresholds import Thresholds

Row = Mapping[Any, Any]

_SEVERITY: dict[str, Severity] = {
    "rushed": "error",
    "partly": "warning",
    "cannot_tell": "warning",
    "not_rushed": "info",
}
#: How the sentence of a verdict begins.
_LEADS = {
    "rushed": "{} was rushed",
    "partly": "{} was rushed in part",
    "at_most": "{} was at most rushed in part",
    "not_rushed": "{} was not rushed",
    "cannot_tell": "{}: we cannot tell whether there was time",
}


@dataclass(frozen=True)
class _Form:
    """What findings need to know of one form; `accuracy` is of the rule in force."""

    name: str
    rows: Mapping[str, Row]
    accuracy: Row | None
    tail: int
    n: int

    @property
    def words(self) -> str:
        return capital(form_or_test(self.name))

    @property
    def subject(self) -> str:
        return form_subject(self.name)

    @property
    def last(self) -> str:
        return "the last position" if self.tail == 1 else f"the last {self.tail} positions"


def speededness_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """A verdict a form, the rule that misleads, and what rapid answers earned."""
    if not result.provenance["has_times"]:
        yield found(
            code="times_absent",
            severity="warning",
            subject="test",
            sentence="No response times can be used: rapid guessing, effort, the time used and the "
            "time by position cannot be worked out. What is left counts blanks, and blanks "
            "understate lack of time where a wrong answer costs nothing.",
        )
    for form in _forms(result):
        verdict = speed_verdict(form.rows, form.n, thresholds)
        yield _verdict(form, verdict)
        yield from _blanks(form, verdict, thresholds)
        yield from _not_guesses(form, thresholds)


def _forms(result: Result) -> Iterator[_Form]:
    positions, accuracy = result.tables["positions"], result.tables["accuracy"]
    for name, rows in result.tables["summary"].groupby("form", sort=False):
        by_measure = {str(row["measure"]): row for row in rows.to_dict("records")}
        in_force = accuracy[(accuracy["form"] == name) & (accuracy["method"] == "in_force")]
        seen = in_force.to_dict("records")
        tail = int(positions.loc[positions["form"] == name, "in_tail"].sum())
        n = int(result.provenance["persons"][name] or 0)
        yield _Form(str(name), by_measure, seen[0] if seen else None, tail, n)


def _verdict(form: _Form, verdict: SpeedVerdict) -> Finding:
    first = verdict.because[0] if verdict.because else None
    limits = _limits(first.row) if first else (None, None)
    return found(
        code="speed_verdict",
        severity="info" if _at_most(verdict) else _SEVERITY[verdict.word],
        subject=form.subject,
        case="at_most" if _at_most(verdict) else verdict.case,
        numbers={"n": verdict.n, "enough": verdict.enough},
        sentence=_sentence(form, verdict),
        value=verdict.word,
        limits=limits,
        threshold=first.threshold if first else None,
    )


def _sentence(form: _Form, verdict: SpeedVerdict) -> str:
    if verdict.case == "too_few_persons":
        return (
            f"{form.words}: we cannot tell whether there was time. There are {verdict.n} persons "
            f"and at least {verdict.enough} are needed."
        )
    if verdict.case == "no_times":
        return (
            f"{form.words}: we cannot tell whether there was time. {_said(form, 'reached_last')} "
            "reached the last item, but without response times nobody knows how many guessed."
        )
    if verdict.case == "rapid_throughout":
        return (
            f"{form.words}: we cannot tell whether there was time. "
            f"{_said(form, 'rapid_tail_share')} of the answers at {form.last} came faster than "
            f"anyone can read them, but not surely more than before them ({_before(form)})."
        )
    lead = _LEADS["at_most" if _at_most(verdict) else verdict.word].format(form.words)
    return f"{lead}: {' and '.join(_because(form, one) for one in _told(verdict))}."


def _at_most(verdict: SpeedVerdict) -> bool:
    """In part or not at all: the interval holds values within the target."""
    return verdict.word == "partly" and not any(_beyond(one) for one in verdict.because)


def _beyond(one: Held) -> bool:
    return float(one.row["value_low"]) > one.threshold.value


def _told(verdict: SpeedVerdict) -> tuple[Held, ...]:
    """The measures to name: of a form with time, the first and the rapid answers are enough."""
    if verdict.word != "not_rushed":
        return verdict.because
    return tuple(one for one in verdict.because if one.measure != "reached_three_quarters")


def _because(form: _Form, one: Held) -> str:
    line = percent(one.threshold.value)
    size = _said(form, one.measure)
    where = {
        "reached_last": f"{size} reached the last item",
        "reached_three_quarters": f"{size} reached the item at three quarters of the test",
        "rapid_tail_share": f"{size} of the answers at {form.last} came faster than anyone can "
        "read them",
    }[one.measure]
    return f"{where}, {_beside(one, line)}"


def _beside(one: Held, line: str) -> str:
    least = one.measure != "rapid_tail_share"
    if one.word == "not_rushed":
        return (
            f"{'at or above' if least else 'within'} the {'limit' if least else 'target'} of {line}"
        )
    if one.word == "partly":
        astride = f"perhaps, but not surely, within the target of {line}"
        return f"more than the target of {line} but within the limit" if _beyond(one) else astride
    if one.word == "rushed":
        return f"{'below' if least else 'above'} the limit of {line}"
    return f"and values on both sides of the limit of {line} remain plausible"


def _blanks(form: _Form, verdict: SpeedVerdict, thresholds: Thresholds) -> Iterator[Finding]:
    """The rule of 80 % passes a form whose last answers were guessed."""
    reasons = {one.measure for one in verdict.because}
    least = thresholds["speed_reached_last_min"]
    low = known(form.rows["reached_last"]["value_low"])
    if verdict.word != "rushed" or reasons != {"rapid_tail_share"} or low is None:
        return
    if low < least.value:
        return
    rushed = _said(form, "rushed_persons_share")
    yield found(
        code="blanks_rule_misleads",
        severity="warning",
        subject=form.subject,
        sentence=f"{_said(form, 'reached_last')} reach the last item of {form_or_test(form.name)}, "
        f"so the {percent(least.value)} rule passes it. That is wrong: a guess costs nothing, so "
        f"people guess rather than leave blanks. {rushed} answered at least one item at "
        f"{form.last} faster than anyone can read it{_at_chance(form, thresholds)}.",
        value=float(form.rows["rushed_persons_share"]["value"]),
        limits=_limits(form.rows["rushed_persons_share"]),
        threshold=least,
    )


def _at_chance(form: _Form, thresholds: Thresholds) -> str:
    """What those answers earned beside blind choice."""
    row = form.accuracy
    chance = known(row["chance"]) if row else None
    if row is None or chance is None:
        return ""
    earned, rest = percent(row["accuracy_rapid"]), percent(row["accuracy_rest"])
    others = f"chance gives {percent(chance)}, other answers earned {rest}"
    if row["accuracy_rapid"] <= chance + thresholds["speed_above_chance_max"].value:
        return (
            f", and such answers were right about as often as blind choice ({earned} of the marks; "
            f"{others})"
        )
    return f"; such answers earned {earned} of the marks ({others})"


def _not_guesses(form: _Form, thresholds: Thresholds) -> Iterator[Finding]:
    """Fast answers that are surely right more often than guesses, and not by a hair."""
    row, margin = form.accuracy, thresholds["speed_above_chance_max"]
    chance = known(row["chance"]) if row else None
    low = known(row["accuracy_rapid_low"]) if row else None
    if row is None or chance is None or low is None or low <= chance + margin.value:
        return
    limits = (row["accuracy_rapid_low"], row["accuracy_rapid_high"])
    yield found(
        code="rapid_answers_above_chance",
        severity="info",
        subject=form.subject,
        sentence=f"{form.words}: rapid answers earned {percent(row['accuracy_rapid'])} of the "
        f"marks ({percent(limits[0])} to {percent(limits[1])}), more than the {percent(chance)} "
        "of blind choice.",
        value=float(row["accuracy_rapid"]),
        limits=limits,
        threshold=margin,
    )


def _said(form: _Form, measure: str) -> str:
    """`22.8 % (18.8 to 27.4)`."""
    row = form.rows[measure]
    low, high = _limits(row)
    between = "" if pd.isna(low) or pd.isna(high) else f" ({100 * low:.1f} to {100 * high:.1f})"
    return f"{100 * float(row['value']):.1f} %{between}"


def _before(form: _Form) -> str:
    """The share of rapid answers in front of the tail."""
    tail, rise = (form.rows[name]["value"] for name in ("rapid_tail_share", "rapid_tail_rise"))
    return f"{100 * (float(tail) - float(rise)):.1f} %"


def _limits(row: Row) -> tuple[Any, Any]:
    return row["value_low"], row["value_high"]
