"""The rows of classification: what every method says of every cut, alone and together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.cutscores.classification_forms import (
    ALL_CUTS,
    ALL_FORMS,
    CutForm,
    FormCut,
)
from naas_psych.analyses.cutscores.classification_methods import (
    DEFAULTS,
    METHODS,
    Judged,
    mixed,
)
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.classification.crossed import Crossed
from naas_psych.result import tidy

#: Columns with limits, and what they are called in the tables of outcomes.
INDICES = {
    "accuracy": "accurate",
    "consistency": "consistent",
    "kappa": "kappa",
    "false_pass": "false_pass",
    "false_fail": "false_fail",
}
_SHARES = ("sensitivity", "specificity", "ppv", "npv")
#: Share of samples that may give nothing before no limits are given.
_LOST = 0.5


@dataclass(frozen=True, eq=False)
class Answered:
    """A form (or all of them) with what every method said of its told cuts."""

    form: CutForm
    judged: Mapping[str, Judged]


@dataclass(frozen=True, eq=False)
class Cell:
    """One cut (or all) of one form by one method; crossed is None with the reason."""

    form: str
    cut: str
    at: FormCut | None
    method: str
    n: int
    outcomes: tuple[str, ...]
    crossed: Crossed | None
    draws: Crossed | None
    reason: str | None
    no_limits: str
    percent: float


def cells(answers: Sequence[Answered]) -> list[Cell]:
    """Every form and cut by every method, then all forms together by those of DEFAULTS."""
    own = [cell for answer in answers for cell in _of_form(answer)]
    return own if len(answers) < 2 else [*own, *_of_all(answers, own)]


def _of_form(answer: Answered) -> Iterator[Cell]:
    form = answer.form
    several = len(form.cuts) > 1
    for cut in (*form.cuts, *([None] if several else [])):
        for method in METHODS:
            judged = answer.judged.get(method) or Judged(method, None, "not_calibrated")
            reason = (form.together if cut is None else cut.reason) or judged.reason
            crossed = draws = None
            if reason is None:
                crossed, draws = (_at(one, form, cut) for one in (judged.crossed, judged.draws))
            yield Cell(
                form=form.name,
                cut=ALL_CUTS if cut is None else cut.name,
                at=cut,
                method=method,
                n=form.n,
                outcomes=form.outcomes if cut is None else (f"below {cut.name}", cut.name),
                crossed=crossed,
                draws=draws,
                reason=reason,
                no_limits=judged.no_limits,
                percent=np.nan if cut is None else _percent(form, cut),
            )


def _at(crossed: Crossed | None, form: CutForm, cut: FormCut | None) -> Crossed | None:
    return crossed if crossed is None or cut is None else crossed.at(form.place(cut))


def _percent(form: CutForm, cut: FormCut) -> float:
    return 100 * (cut.total - form.totals.low) / (form.totals.high - form.totals.low)


def _of_all(answers: Sequence[Answered], own: Sequence[Cell]) -> Iterator[Cell]:
    """Persons of all forms together: the tables of each form by its share of persons."""
    sizes = np.array([answer.form.n for answer in answers], dtype=float)
    names = [cut.name for cut in answers[0].form.cuts]
    for cut in [*names, *([ALL_CUTS] if len(names) > 1 else [])]:
        for method in DEFAULTS:
            parts = [one for one in own if one.cut == cut and one.method == method]
            reason = next((one.reason for one in parts if one.reason is not None), None)
            if reason is None and len({one.outcomes for one in parts}) > 1:
                reason = "cuts_in_other_order"
            yield Cell(
                form=ALL_FORMS,
                cut=cut,
                at=None,
                method=method,
                n=int(sizes.sum()),
                outcomes=parts[0].outcomes,
                crossed=_mixed([one.crossed for one in parts], sizes) if reason is None else None,
                draws=_mixed([one.draws for one in parts], sizes) if reason is None else None,
                reason=reason,
                no_limits=next(
                    (one.no_limits for one in parts if one.draws is None), parts[0].no_limits
                ),
                percent=np.nan,
            )


def _mixed(parts: Sequence[Crossed | None], sizes: Floats) -> Crossed | None:
    known = [one for one in parts if one is not None]
    if len(known) < len(parts) or len({one.consistency.shape for one in known}) > 1:
        return None
    return mixed(known, sizes / sizes.sum())


def cuts_table(found: Sequence[Cell], level: float) -> pd.DataFrame:
    """One row a form, cut and method: what is asked of the cut first, where it stands last."""
    rows = [_row(cell, level) for cell in found]
    columns: dict[str, Any] = {n: [row[n] for row in rows] for n in ("form", "cut", "method")}
    reasons: dict[str, Any] = {}
    for name in _NUMBERS:
        columns[name] = np.array([row[name] for row in rows], dtype=float)
        reasons[name] = [row["why"].get(name) for row in rows]
    columns["n"] = [row["n"] for row in rows]
    for name in ("cut_total", "operational", "percent"):
        columns[name] = [row[name] for row in rows]
        reasons[name] = ["several_forms" if c.form == ALL_FORMS else "several_cuts" for c in found]
    return tidy(columns, reasons)


_LIMITED = [name + end for name in INDICES for end in ("", "_low", "_high")]
_NUMBERS = [
    *_LIMITED,
    "false_pass_per_1000",
    "false_fail_per_1000",
    "n_false_pass",
    "n_false_fail",
    *_SHARES,
]


def _row(cell: Cell, level: float) -> dict[str, Any]:
    row: dict[str, Any] = {
        "form": cell.form,
        "cut": cell.cut,
        "method": cell.method,
        "n": cell.n,
        "cut_total": np.nan if cell.at is None else cell.at.total,
        "operational": np.nan if cell.at is None else cell.at.operational,
        "percent": cell.percent,
        "why": {},
    }
    row |= dict.fromkeys(_NUMBERS, np.nan)
    if cell.crossed is None:
        row["why"] = dict.fromkeys(_NUMBERS, cell.reason)
        return row
    for name, attribute in INDICES.items():
        row[name] = float(getattr(cell.crossed, attribute))
        low, high = limits(cell.draws, lambda one, a=attribute: getattr(one, a), level)
        row[f"{name}_low"], row[f"{name}_high"] = low, high
    for name in ("false_pass", "false_fail"):
        # Whole persons: an exact product would give away an n that is shown rounded.
        row[f"{name}_per_1000"], row[f"n_{name}"] = 1000 * row[name], np.round(cell.n * row[name])
    row |= _conditional(cell.crossed)
    row["why"] = {name: _why(name, cell) for name in _NUMBERS}
    return row


def _why(name: str, cell: Cell) -> str:
    """Why a number of a row with tables is undefined."""
    of_true = name in _SHARES or name.startswith(("accuracy", "false", "n_false"))
    if of_true and (cell.crossed is None or cell.crossed.accuracy is None):
        return "no_true_outcome"
    if name.endswith(("_low", "_high")):
        return cell.no_limits
    if name in _SHARES and cell.cut == ALL_CUTS:
        return "several_cuts"
    return "outcome_of_nobody"


def limits(draws: Crossed | None, number: Any, level: float) -> tuple[float, float]:
    """Percentiles of a number over the samples that gave one; nan where too few did.

    Where samples were judged in several ways (W, R), limits hold those of every way.
    """
    if draws is None:
        return np.nan, np.nan
    ways = np.atleast_2d(np.asarray(number(draws), dtype=float))
    ends = np.array([_percentiles(values, level) for values in ways])
    return float(ends[:, 0].min()), float(ends[:, 1].max())


def _percentiles(values: Floats, level: float) -> Floats:
    known = values[np.isfinite(values)]
    if known.size < max(_LOST * values.size, 2):
        return np.full(2, np.nan)
    return np.asarray(np.quantile(known, [(1 - level) / 2, (1 + level) / 2]))


def _conditional(crossed: Crossed) -> dict[str, float]:
    """Of those who should and should not pass, and of those who do and do not: how many rightly."""
    if crossed.accuracy is None or crossed.accuracy.shape[-1] != 2:
        return {}
    (below, false_pass), (false_fail, above) = crossed.accuracy
    pairs = ((above, false_fail), (below, false_pass), (above, false_pass), (below, false_fail))
    return {
        name: float(right / (right + wrong)) if right + wrong > 1e-12 else np.nan
        for name, (right, wrong) in zip(_SHARES, pairs, strict=True)
    }


def matrix_table(found: Sequence[Cell]) -> pd.DataFrame:
    """Both tables of every method for all cuts at once, one row a cell; true or first by row."""
    rows: list[tuple[str, str, str, str, str, float]] = []
    for cell in _together(found):
        if cell.crossed is None:
            continue
        for kind, table in _tables(cell.crossed):
            rows += [
                (cell.form, cell.method, kind, row, column, max(float(table[i, j]), 0.0))
                for i, row in enumerate(cell.outcomes)
                for j, column in enumerate(cell.outcomes)
            ]
    names = ("form", "method", "kind", "row", "column", "proportion")
    return pd.DataFrame(rows, columns=names)


def _tables(crossed: Crossed) -> Iterator[tuple[str, Floats]]:
    if crossed.accuracy is not None:
        yield "accuracy", crossed.accuracy
    yield "consistency", crossed.consistency


def _together(found: Sequence[Cell]) -> list[Cell]:
    """The cells of all cuts at once: with one cut, those of that cut."""
    whole = [cell for cell in found if cell.cut == ALL_CUTS]
    return whole or list(found)
