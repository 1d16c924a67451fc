"""What parallel analysis says in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.forms import form_subject, in_form
from naas_psych.analyses.items.phrasing import known
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.result import Result
from naas_psych.thresholds import Thresholds

Row = Mapping[Any, Any]
#: The table of each matrix.
TABLES = {"pearson": "eigenvalues", "polychoric": "eigenvalues_polychoric"}
WORDS = {"pearson": "Pearson", "polychoric": "tetrachoric or polychoric"}


def parallel_analysis_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """How many dimensions each form has, and whether that hangs on the kind of correlation."""
    counts = result.tables["counts"]
    by_quantile = counts[counts["rule"] == "quantile"]
    for form, rows in by_quantile.groupby("form", sort=False):
        records = rows.to_dict("records")
        for row in records:
            if row["suits"] and known(row["components"]) is not None:
                yield _number(row, result, thresholds)
        numbers = {row["matrix"]: known(row["components"]) for row in records}
        if None not in numbers.values() and len(set(numbers.values())) > 1:
            yield _disagree(str(form), numbers, records)


def _number(row: Row, result: Result, thresholds: Thresholds) -> Finding:
    table = result.tables[TABLES[row["matrix"]]]
    own = table[table["form"] == row["form"]]
    count, least = int(row["components"]), thresholds["parallel_persons_min"]
    few = row["n"] < least.value
    sentence = _few(row, count, least.value) if few else _sentence(row, count, own)
    return found(
        code="number_of_dimensions",
        severity="info" if few or count == 1 else "warning",
        subject=form_subject(row["form"]),
        sentence=sentence,
        case="few" if few else _case(count),
        value=float(count),
        threshold=least if few else None,
    )


def _case(count: int) -> str:
    return "none" if count == 0 else "one" if count == 1 else "several"


def _few(row: Row, count: int, least: float) -> str:
    return (
        f"{row['n']} persons{in_form(row['form'])} are too few to count dimensions (from "
        f"{least:.0f}); for what it is worth, {count} {_noun(count)} out from permuted data."
    )


def _noun(count: int) -> str:
    return "dimension stands" if count == 1 else "dimensions stand"


def _sentence(row: Row, count: int, own: pd.DataFrame) -> str:
    observed, line = (own[name].to_numpy(dtype=float) for name in ("observed", "random_quantile"))
    at = max(count, 1) - 1
    parts = [
        f"{count or 'No'} {_noun(count)} out from chance{in_form(row['form'])} "
        f"({WORDS[row['matrix']]} correlations of {row['items']} items, {row['n']:,} persons): "
        f"eigenvalue {at + 1} is {observed[at]:.2f} against {line[at]:.2f} in permuted data"
    ]
    if 0 < count < observed.size:
        parts.append(f", the next {observed[count]:.2f} against {line[count]:.2f}")
    if np.isfinite(row["eigenvalue_ratio"]) and count > 1:
        parts.append(f". The first is {row['eigenvalue_ratio']:.1f} times the second")
    return "".join(parts) + "."


def _disagree(form: str, numbers: Mapping[str, float | None], rows: list[Any]) -> Finding:
    suits = next((row["matrix"] for row in rows if row["suits"]), "pearson")
    told = {name: int(number or 0) for name, number in numbers.items()}
    return found(
        code="dimensions_disagree",
        severity="info",
        subject=form_subject(form),
        sentence=f"Pearson correlations retain {told['pearson']} and tetrachoric or polychoric "
        f"ones {told['polychoric']} dimensions{in_form(form)}; the "
        f"{'Pearson' if suits == 'pearson' else 'latter'} suit these data.",
        value=float(told[suits]),
    )
