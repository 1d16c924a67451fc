"""The sentence that matters first, for each kind of result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from naas_psych.assurance.disclosure import persons_shown
from naas_psych.cli.numbers import figure, interval
from naas_psych.finding_codes import label_of
from naas_psych.report.chapters import VERDICTS
from naas_psych.report.wording import count, in_a_sentence

if TYPE_CHECKING:
    import pandas as pd

    from naas_psych.finding import Finding
    from naas_psych.result import Result
    from naas_psych.study.study import Study

#: Items that are named, and reasons that are given for each.
NAMED = 6
REASONS = 2
#: Findings that answer the question of one analysis, where it runs alone.
_ANSWERS = (
    "hofstee_cut",
    "beuk_cut",
    "de_gruijter_cut",
    "cohen_cut",
    "ebel_cut",
    "nedelsky_cut",
    "bookmark_cut",
    "cut_from_persons",
    "share_below_cut",
    "decision_consistency",
    "cut_implies_losses",
    "resits_trade_errors",
    "decision_rule_matters",
    "top_not_stable",
)
#: More forms than these are told by the extremes.
_FEW_FORMS = 3


def headline(study: Study, results: Sequence[Result], *, not_examined: int = 0) -> str:
    """One or two sentences that a person who reads nothing else should have read.

    `not_examined` counts the analyses that these data cannot answer.
    """
    by_name = {result.analysis: result for result in results}
    if "scorecard" in by_name:
        return _score(by_name["scorecard"])
    if "reliability" in by_name:
        return _reliability(study, by_name)
    every = [finding for result in results for finding in result.findings]
    verdicts = [f for f in every if f.code in VERDICTS] or [f for f in every if f.code in _ANSWERS]
    if verdicts:
        return f"{_size(study)}. " + " ".join(f.sentence for f in verdicts[:_FEW_FORMS])
    findings = [f for result in results for f in result.findings]
    return _attention(study, findings, not_examined=not_examined)


def _rank(finding: Finding) -> int:
    """Errors come first; otherwise the order of the analyses and of the file stays."""
    return 0 if finding.severity == "error" else 1


def _size(study: Study) -> str:
    items, persons = study.responses.n_items, persons_shown(study)
    return f"{count(items, 'item')}, {count(persons, 'person')}"


def _attention(study: Study, findings: Sequence[Finding], *, not_examined: int) -> str:
    """How many items need attention, which, and why."""
    size = _size(study)
    urgent = sorted((f for f in findings if f.severity != "info"), key=_rank)
    if not urgent and any(f.code == "small_sample" for f in findings):
        return f"{size}: too few persons to judge the items; read the intervals."
    if not urgent and not_examined:
        gone = count(not_examined, "analysis", "analyses")
        return f"{size}: {gone} could not be made from these data; the rest found nothing urgent."
    if not urgent:
        return f"{size}: nothing here needs attention before the score is used."
    items = set(study.responses.item_ids)
    reasons: dict[str, list[str]] = {}
    for finding in urgent:
        if finding.subject in items:
            reasons.setdefault(finding.subject, []).append(in_a_sentence(label_of(finding.code)))
    if not reasons:
        return f"{size}: {urgent[0].sentence}"
    named = [
        f"{item} ({', '.join(list(dict.fromkeys(said))[:REASONS])})"
        for item, said in list(reasons.items())[:NAMED]
    ]
    more = f" and {len(reasons) - NAMED} more" if len(reasons) > NAMED else ""
    need = "1 item needs" if len(reasons) == 1 else f"{len(reasons)} items need"
    return f"{size}: {need} attention before the score is used: {', '.join(named)}{more}."


def _score(result: Result) -> str:
    """How many plants were found of those that were looked for, then what was missed."""
    plants, alarms = result.tables["plants"], result.tables["false_alarms"]
    looked = plants[plants["found"].notna()]
    missed = [str(row["plant"]) for row in looked.to_dict("records") if not row["found"]]
    waiting = len(plants) - len(looked)
    said = f"{len(looked) - len(missed)} of {count(len(looked), 'plant')} found"
    if not len(plants):
        said = "Nothing was planted"
    said += f", missed: {', '.join(missed)}" if missed else ""
    if waiting:
        said += f"; {waiting} not looked for"
    tested, flagged = int(alarms["tested"].sum()), int(alarms["flagged"].sum())
    return f"{said}. {count(flagged, 'false alarm')} in {count(tested, 'test')} of sound items."


def _reliability(study: Study, by_name: Mapping[str, Result]) -> str:
    """Alpha, omega and the standard error of measurement, then what decides about their use."""
    result = by_name["reliability"]
    table = result.tables["coefficients"]
    said = [
        _coefficient(table, "alpha", "alpha"),
        _coefficient(table, "omega_total", "omega total"),
        _measurement_error(by_name.get("measurement_error")),
    ]
    known = [text for text in said if text]
    if not known:
        return "No coefficient could be had from these data; the table says why."
    size = _size(study)
    decide = [f for f in result.findings if f.code == "reliability_for_decisions"]
    meaning = f" {decide[0].meaning}" if len(decide) == 1 else ""
    return f"{size}: {', '.join(known)}.{meaning}"


def _coefficient(table: pd.DataFrame, name: str, words: str) -> str:
    """The coefficient on each form, or on that where it is lowest and that where it is highest."""
    from naas_psych.analyses.forms import form_in_words

    rows: Any = table.loc[(table["coefficient"] == name) & table["estimate"].notna()]
    if len(rows) > _FEW_FORMS:
        rows = rows.sort_values("estimate").iloc[[0, -1]]
    said = []
    for row in rows.to_dict("records"):
        limits = interval(float(row["low"]), float(row["high"]), "estimate")
        form = f" on {form_in_words(str(row['form']))}" if len(rows) > 1 else ""
        said.append(f"{figure(float(row['estimate']), 'estimate')} {limits}{form}")
    return f"{words} {' and '.join(said)}" if said else ""


def _measurement_error(result: Result | None) -> str:
    table = result.tables.get("summary") if result else None
    if table is None or len(table) != 1 or table["sem"].isna().iloc[0]:
        return ""
    size = figure(float(table["sem"].iloc[0]), "sem")
    return f"standard error of measurement {size} score points"
