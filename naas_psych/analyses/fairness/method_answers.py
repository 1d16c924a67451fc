"""What each method says of each item: one class a method, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from naas_psych.analyses.fairness.dif_likelihood_ratio import dif_likelihood_ratio
from naas_psych.analyses.fairness.dif_logistic import dif_logistic
from naas_psych.analyses.fairness.dif_mantel_haenszel import dif_mantel_haenszel
from naas_psych.analyses.fairness.dif_sibtest import dif_sibtest
from naas_psych.analyses.fairness.dif_standardisation import dif_standardisation
from naas_psych.analysis import Checked
from naas_psych.errors import AnalysisImpossible
from naas_psych.study.study import Study

#: What makes a row of a comparison.
KEY = ["item_id", "group", "reference", "focal"]
FLAGGED = ("B", "C")


@dataclass(frozen=True)
class Method:
    """A method as it stands in the summary.

    name : its column; words : its name in a sentence
    analysis, kind : whose table `items` has it, and which rows of it
    letter : the column of its class; p : instead of a class, the adjusted p value
    """

    name: str
    words: str
    analysis: Checked
    letter: str = ""
    p: str = ""
    kind: str = ""


METHODS = (
    Method("mantel_haenszel", "Mantel-Haenszel", dif_mantel_haenszel, "ets_class_purified"),
    Method("standardisation", "standardisation", dif_standardisation, "std_class_purified"),
    Method(
        "logistic_uniform",
        "logistic regression",
        dif_logistic,
        "jodoin_gierl_class_purified",
        kind="uniform",
    ),
    Method(
        "logistic_nonuniform",
        "logistic regression (crossing)",
        dif_logistic,
        "jodoin_gierl_class_purified",
        kind="nonuniform",
    ),
    Method("sibtest", "SIBTEST", dif_sibtest, "sibtest_class_bands", kind="uniform"),
    Method("likelihood_ratio", "likelihood ratio", dif_likelihood_ratio, p="p_adjusted"),
)


def answers(
    study: Study, options: dict[str, Any], *, alpha: float
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """KEY and one column a method (A, B, C, yes, no or nothing), and why a method is not there."""
    # What is impossible for the first is so for all: nobody is matched.
    found, missing = [_answers(study, METHODS[0], options, alpha)], []
    for method in METHODS[1:]:
        try:
            found.append(_answers(study, method, options, alpha))
        except AnalysisImpossible as impossible:
            missing.append(f"{method.words} gives no answer: {impossible}")
    every = found[0]
    for one in found[1:]:
        every = every.merge(one, on=KEY, how="left")
    for method in METHODS:
        if method.name not in every:
            every[method.name] = None
    return every, tuple(missing)


def _answers(study: Study, method: Method, options: dict[str, Any], alpha: float) -> pd.DataFrame:
    model = method.analysis.__dict__["options_model"]
    own = {k: v for k, v in options.items() if k in model.model_fields}
    table = method.analysis(study, **own).tables["items"]
    if method.kind:
        table = table[table["kind"] == method.kind]
    if method.p:
        p = table[method.p]
        said = p.lt(alpha).map({True: "yes", False: "no"}).where(p.notna(), None)
    else:
        letter = (
            method.letter if method.letter in table else method.letter.removesuffix("_purified")
        )
        said = table[letter].where(table[letter].notna(), None)
    return table[KEY].assign(**{method.name: said})


def flags(row: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Methods that flag the item, and those that could and do not, in words.

    The test of crossing asks another question: where it is silent it contradicts nobody.
    """
    said = [(method, row[method.name]) for method in METHODS]
    yes = [method.words for method, answer in said if answer in (*FLAGGED, "yes")]
    no = [
        method.words
        for method, answer in said
        if answer in ("A", "no") and method.kind != "nonuniform"
    ]
    return yes, no


def agreement(yes: Sequence[str], no: Sequence[str], *, judged: bool) -> str:
    """How the methods stand to each other, in a word or two."""
    if not judged or not (yes or no):
        return "too few to tell"
    if yes and no:
        return "they disagree"
    return "all flag it" if yes else "none flags it"
