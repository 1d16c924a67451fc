"""What the comparison of models says in words: which one to use, and why not the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from naas_psych.analyses.items.phrasing import known
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.result import Result
from naas_psych.thresholds import Thresholds

Row = Mapping[Any, Any]


def model_comparison_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """One recommendation, or the reason why there is none."""
    rows: Sequence[Row] = result.tables["models"].to_dict("records")
    refused = "; ".join(_refusal(row) for row in rows if not row["bearable"])
    chosen = result.provenance["recommended"]
    if chosen is None:
        yield found(
            code="no_model_bearable",
            severity="warning",
            subject="model",
            sentence=f"{rows[0]['n']:,} persons bear none of these models: {refused}.",
            value=float(rows[0]["n"]),
            threshold=thresholds["irt_persons_rasch"],
        )
        return
    why = _WHY[result.provenance["why"]]
    tests: Sequence[Row] = result.tables["tests"].to_dict("records")
    misfit = "none of those fits adequately by RMSEA" if result.provenance["fits"] is False else ""
    parts = [f"Use the {named(chosen)}: {why}{_tested(chosen, tests)}", misfit, refused]
    yield found(
        code="model_recommended",
        severity="info",
        subject="model",
        sentence=". ".join(_capital(part) for part in parts if part) + ".",
        value=str(chosen),
    )


_WHY = {
    "sole_bearable": "it is the only one that these data bear",
    "lowest_bic": "of the models that these data bear it has the lowest BIC",
    "lowest_bic_of_those_that_fit": "of the models that these data bear and that fit by RMSEA it "
    "has the lowest BIC",
}


_NAMES = {
    "rasch": "Rasch model",
    "rsm": "rating scale model",
    "pcm": "partial credit model",
    "gpcm": "generalised partial credit model",
    "grm": "graded model",
}


def named(model: str) -> str:
    """2PL, partial credit model."""
    return _NAMES.get(model, model.upper())


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _refusal(row: Row) -> str:
    """Why not a model, in a clause."""
    reason, model = row["reason"], named(row["model"])
    if reason == "too_few_persons":
        return f"the {model} needs {row['persons_needed']:,} persons and there are {row['n']:,}"
    return f"the {model} {_REFUSALS[reason]}"


_REFUSALS = {
    "sparse_categories": "needs more answers in the rarest category of most items",
    "not_fitted": "could not be fitted to these scores",
    "not_converged": "did not converge",
}


def _tested(chosen: str, tests: Sequence[Row]) -> str:
    """What the likelihood-ratio tests say of the chosen model."""
    said = []
    for test in tests:
        p = known(test["p_value"])
        if p is None or chosen not in (test["restricted"], test["general"]):
            continue
        other = test["restricted"] if test["general"] == chosen else test["general"]
        pair = "against the" if test["general"] == chosen else "of the more general"
        said.append(f"{pair} {named(other)} p {_probability(p)}")
    return f" (likelihood ratio {', '.join(said)})" if said else ""


def _probability(p: float) -> str:
    return "below .001" if p < 0.001 else f"= {p:.3f}".replace("0.", ".", 1)
