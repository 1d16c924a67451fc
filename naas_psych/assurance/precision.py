"""Is the score precise enough to decide about a person? The weakest form answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from naas_psych.analyses.forms import form_in_words
from naas_psych.assurance.entry import Caveat, Entry, number, people_and_items, table_of
from naas_psych.assurance.verdict import Level, Verdict, cannot_tell, severity, verdict
from naas_psych.reason_codes import reason_label
from naas_psych.result import Result
from naas_psych.study.study import Study

_ACTIONS: dict[Level, str] = {
    "top": "Keep watching it each time the test is used.",
    "middle": "Use the score with care, and treat scores near a pass mark as uncertain.",
    "bottom": "Do not decide about a person by this score alone; add good items first.",
    "cannot_tell": "Add good items, or collect answers from more people, before it decides "
    "about anybody.",
}
#: The later replaces the earlier where it could be computed.
_COEFFICIENTS = {
    "alpha": "reliability (alpha)",
    "alpha_over_scenarios": "reliability (alpha over scenarios)",
}


@dataclass(frozen=True)
class _Form:
    """The reliability of one form, with the verdict on it."""

    name: str
    coefficient: str
    row: int | None
    estimate: float | None
    low: float | None
    high: float | None
    verdict: Verdict


def precision(study: Study, results: Mapping[str, Result]) -> Entry:
    """The entry on precision; with several forms that of the form that does worst."""
    forms = [_form(row, study) for row in _rows(results)] or [_form({}, study)]
    weakest = min(forms, key=_place)
    return Entry(
        question="Is the score precise enough for a pass or fail decision?",
        claim="The score is precise enough for a pass or fail decision.",
        verdict=weakest.verdict,
        measure=_COEFFICIENTS[weakest.coefficient]
        + (f" of the weakest form, {form_in_words(weakest.name)}" if len(forms) > 1 else ""),
        column="estimate",
        estimate=weakest.estimate,
        low=weakest.low,
        high=weakest.high,
        chapter="reliability",
        source=_source(weakest),
        action=_ACTIONS[weakest.verdict.level],
        caveat=Caveat(
            based_on=people_and_items(study),
            main_assumption="the items are alternatives drawn from one domain, and answers to "
            "one item do not help with another",
            would_change_if="the people who sit the test next are more alike, or more different, "
            "than these; or items are added or removed",
            does_not_show="how many people near a pass mark would change sides on another day, "
            "and whether the score measures what it is meant to",
        ),
    )


def _source(form: _Form) -> tuple[str, ...]:
    place = f"reliability/coefficients/{form.row}"
    there = () if form.row is None else ("estimate", "low", "high")
    return tuple(f"{place}/{column}" for column in there)


def alpha_rows(study: Study, results: Mapping[str, Result]) -> list[dict[str, Any]]:
    """The row of alpha that judges each form, weakest first."""
    return sorted(_rows(results), key=lambda row: _place(_form(row, study)))


def _place(form: _Form) -> tuple[int, bool, float]:
    """The worst verdict first; among equals no interval, then the lowest."""
    return (severity(form.verdict), form.low is not None, form.low or 0.0)


def _rows(results: Mapping[str, Result]) -> list[dict[str, Any]]:
    """One row a form: alpha, with each scenario as one item where items share one.

    Items of a scenario repeat each other, which raises alpha without making scores more precise.
    """
    table = table_of(results, "reliability", "coefficients")
    if table is None:
        return []
    placed = table.assign(row=range(len(table)))
    found: dict[Any, dict[str, Any]] = {}
    for coefficient in _COEFFICIENTS:
        for row in placed[placed["coefficient"] == coefficient].to_dict("records"):
            if coefficient == "alpha" or number(row["estimate"]) is not None:
                found[row.get("form")] = {str(name): value for name, value in row.items()}
    return list(found.values())


def _form(row: Mapping[str, Any], study: Study) -> _Form:
    if not row:
        why = cannot_tell("reliability could not be estimated from these data")
        return _Form("", "alpha", None, None, None, None, why)
    limits = study.thresholds
    estimate, low, high = (number(row.get(name)) for name in ("estimate", "low", "high"))
    made = verdict(
        estimate=estimate,
        low=low,
        high=high,
        n=int(number(row.get("n")) or 0),
        minimum=limits["pass_fail_reliability_min"].value,
        target=limits["pass_fail_reliability_target"].value,
        n_min=int(limits["pass_fail_reliability_n"].value),
        reason=reason_label(str(row.get("estimate_reason") or "")),
        write=lambda line: f"{line:.2f}".removeprefix("0"),
    )
    name, coefficient = str(row.get("form", "")), str(row.get("coefficient", "alpha"))
    return _Form(name, coefficient, row.get("row"), estimate, low, high, made)
