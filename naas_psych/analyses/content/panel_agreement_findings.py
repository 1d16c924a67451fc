"""What agreement says in words: kappa that is low by prevalence alone, and panels that disagree."""

from __future__ import annotations

from collections.abc import Iterable

from naas_psych.analyses.content.expert_panel import in_words
from naas_psych.analyses.items.phrasing import Row, known, short
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.result import Result
from naas_psych.thresholds import Threshold, Thresholds

#: The criteria as a sentence about agreement goes on.
_QUESTIONS = {
    "relevant": "whether an item is relevant",
    "relevance": "how relevant an item is",
    "clarity": "how clear an item is",
    "essential": "whether an item is essential",
    "role_owner": "whose work an item is about",
}


def panel_agreement_findings(result: Result, thresholds: Thresholds) -> Iterable[Finding]:
    """Kappa that is low only because nearly all ratings are the same; panels that disagree."""
    good, poor = thresholds["agreement_good_min"], thresholds["agreement_poor_max"]
    for row in result.tables["criteria"].to_dict("records"):
        kappa, high = known(row["fleiss_kappa"]), known(row["ac_high"])
        if row["prevalence"] >= thresholds["agreement_prevalence_min"].value:
            low = known(row["ac_low"])
            if low is not None and low >= good.value and kappa is not None and kappa < poor.value:
                yield _prevalent(row, poor)
        if high is not None and high < poor.value:
            yield _apart(row, poor)


def _prevalent(row: Row, line: Threshold) -> Finding:
    most = f"{100 * row['prevalence']:.0f} of 100 ratings are {in_words(row['prevalent'])!r}"
    return found(
        code="kappa_low_by_prevalence",
        severity="info",
        subject=str(row["criterion"]),
        sentence=f"Two judges agree {_QUESTIONS[row['criterion']]} in "
        f"{100 * row['p_a']:.0f} of 100 cases (AC {short(row['ac'])}), yet Fleiss' kappa is "
        f"{short(row['fleiss_kappa'])}: {most}.",
        value=row["fleiss_kappa"],
        limits=(row["fleiss_kappa_low"], row["fleiss_kappa_high"]),
        threshold=line,
    )


def _apart(row: Row, line: Threshold) -> Finding:
    return found(
        code="panel_disagrees",
        severity="warning",
        subject=str(row["criterion"]),
        sentence=f"Two judges agree {_QUESTIONS[row['criterion']]} in only "
        f"{100 * row['p_a']:.0f} of 100 cases (AC {short(row['ac'])}, at most "
        f"{short(row['ac_high'])}).",
        value=row["ac"],
        limits=(row["ac_low"], row["ac_high"]),
        threshold=line,
    )
