"""Ebel's method: items by relevance and difficulty, and the success expected in each cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field

from naas_psych.analyses.options import Omitted, Replicates
from naas_psych.analyses.standard.angoff_ratings import highest_cut
from naas_psych.analyses.standard.compromise_rows import CutError, Row, cuts_table
from naas_psych.analyses.standard.judged_findings import ebel_findings as findings
from naas_psych.analyses.standard.judged_items import (
    Expected,
    JudgedForm,
    cover_notes,
    judged_forms,
    judged_row,
    judges_error,
    judges_table,
    last_values,
    named_cuts,
)
from naas_psych.analysis import Level, Seed, analysis
from naas_psych.errors import AnalysisImpossible
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.intervals import t_quantile
from naas_psych.numerics.standard.ebel import expected_shares, modal_shares
from naas_psych.numerics.standard.resampled import drawn_judges, generator
from naas_psych.result import Result, tidy
from naas_psych.study.study import Study

__all__ = ["ebel", "findings"]

#: The name under which a judgement that the panel made as one is kept.
_PANEL = "panel"


@dataclass(frozen=True, eq=False)
class _Grid:
    """placed (J, J_items) cell of each item, -1 where not placed; success (J, G); the G cells."""

    cut_name: str
    judges: tuple[str, ...]
    cells: tuple[tuple[str, str], ...]
    placed: NDArray[np.int64]
    success: Floats

    def shares(self, rows: NDArray[np.int64], kind: str) -> Floats:
        """(J', J_items) expected success of some judges."""
        placed, success = self.placed[rows], self.success[rows]
        if kind == "modal":
            return modal_shares(placed, success)
        return expected_shares(placed, success)


@analysis
def ebel(
    study: Study,
    *,
    cells: Annotated[
        Literal["judge", "modal"],
        Field(description="in whose cell an item stands: the judge's own, or that of most judges"),
    ] = "judge",
    omitted: Omitted = None,
    replicates: Replicates = 1000,
    level: Level = 0.95,
    seed: Seed = 2017,
) -> Result:
    """What would a person on the border earn, given how relevant and how hard each item is?

    Formula
    -------
    Judges put items into cells of relevance by difficulty and state the success P_g that they
    expect of a person on the border in each cell. C = sum_g n_g P_g with n_g the marks in cell g.
    cells = judge: each judge's cut, then their mean, SE = s / sqrt(J). cells = modal: items stand
    where most judges put them; SE from samples of judges, times sqrt(J / (J - 1)). Limits of t
    with J - 1 df.

    How to read it
    --------------
    `grid` shows where the marks lie and what each cell adds. Questionable items that carry many
    marks are a fault of the test, not of the cut. bootstrap_se is the error from samples of judges
    whatever the cells.

    When not to use it
    ------------------
    Where judges cannot tell relevance from difficulty. Items taken out after the test must leave
    the grid: only items with responses count here.

    Agrees with
    -----------
    A worked example to four digits.

    References
    ----------
    ebel_1972

    Examples
    --------
    >>> import naas_psych as nps
    >>> from naas_psych.errors import AnalysisImpossible
    >>> study = nps.read_study("data/sample_responses/naas_pilot")
    >>> try:
    ...     nps.ebel(study)
    ... except AnalysisImpossible as reason:
    ...     print(str(reason)[:44])
    No grid of relevance and difficulty was give
    """
    grids = _grids(study)
    everyone = [np.arange(len(grid.judges)) for grid in grids]
    expected = [
        Expected(grid.cut_name, grid.judges, grid.shares(rows, cells))
        for grid, rows in zip(grids, everyone, strict=True)
    ]
    forms = judged_forms(study, expected, omitted)
    if not forms:
        raise AnalysisImpossible(
            "No item of a form was put into a cell with a success. Needed: ebel_items with items "
            "of the responses, and a success for their cells."
        )
    by_name = {grid.cut_name: grid for grid in grids}
    rows = []
    for form in forms:
        grid = by_name[form.cut_name]
        se = _bootstrap(grid, form, cells, replicates=replicates, seed=seed)
        rows.append(_row(form, se, cells, level=level, asked=bool(replicates)))
    single = [form for form in forms if form.filled.size]
    return Result(
        tables={
            "cuts": cuts_table(rows, {"bootstrap_se": "_bootstrap", "judged_marks": "_judged"}),
            "judges": judges_table(forms),
            "grid": _grid_table(by_name, single, cells),
        },
        notes=(
            "Items stand in the cell where each judge put them."
            if cells == "judge"
            else "Items stand in the cell where most judges put them; cells that tie share them.",
            *cover_notes(forms),
        ),
        provenance={"seed": seed},
    )


def _grids(study: Study) -> list[_Grid]:
    items, success = study.tables.get("ebel_items"), study.tables.get("ebel_success")
    if items is None or success is None or items.empty or success["success"].isna().all():
        raise AnalysisImpossible(
            "No grid of relevance and difficulty was given. Needed: tables ebel_items (item_id, "
            "relevance, difficulty, and judge_id where judges placed items by themselves) and "
            "ebel_success (relevance, difficulty, success)."
        )
    named = named_cuts(success, highest_cut(study))
    return [_grid(study, name, items, rows) for name, rows in named.items()]


def _grid(study: Study, name: str, items: pd.DataFrame, success: pd.DataFrame) -> _Grid:
    """Judges who placed items, or stated a success; the panel as one where nobody is named."""
    success = success[success["success"].notna()]
    pairs = [tuple(p) for p in success[["relevance", "difficulty"]].astype(str).to_numpy()]
    cells = tuple(dict.fromkeys(pairs))
    place = {cell: k for k, cell in enumerate(cells)}
    both = items[["relevance", "difficulty"]].astype(str).to_numpy()
    codes = np.array([place.get(tuple(p), np.nan) for p in both], float)
    alone = "judge_id" not in items or items["judge_id"].isna().all()
    own = items.assign(judge_id=_PANEL) if alone else items
    placers, placed = last_values(own, codes, study.responses.item_ids)
    stated = _stated(success, np.array([place[p] for p in pairs], np.int64), len(cells))
    judges = placers
    if alone and _PANEL not in stated:
        judges = tuple(sorted(stated))
        placed = np.repeat(placed, len(judges), axis=0)
    usual = np.array(list(stated.values()))
    mean = np.where(
        np.isfinite(usual).any(axis=0),
        np.nansum(usual, axis=0) / np.maximum(np.isfinite(usual).sum(axis=0), 1),
        np.nan,
    )
    return _Grid(
        cut_name=name,
        judges=judges,
        cells=cells,
        placed=np.where(np.isfinite(placed), placed, -1).astype(np.int64),
        success=np.stack([stated.get(judge, mean) for judge in judges]),
    )


def _stated(success: pd.DataFrame, codes: NDArray[np.int64], n: int) -> dict[str, Floats]:
    """Success by judge, (G,) each, nan where not stated."""
    alone = "judge_id" not in success or success["judge_id"].isna().all()
    who = [_PANEL] * len(success) if alone else success["judge_id"].astype(str).tolist()
    found: dict[str, Floats] = {}
    for judge, code, value in zip(who, codes, success["success"], strict=True):
        found.setdefault(judge, np.full(n, np.nan))[code] = float(value)
    return found


def _row(form: JudgedForm, se: float, cells: str, *, level: float, asked: bool) -> Row:
    mean = float(form.percents.mean()) if form.percents.size else float("nan")
    error = judges_error(form.percents, level=level)
    n = len(form.judges)
    if cells == "modal" and n > 1:
        half = t_quantile(level, n - 1) * se
        error = CutError(se, mean - half, mean + half, "")
        if not np.isfinite(se):
            error = CutError()
    why = "one_judge" if n < 2 else form.why or ("undefined" if asked else "not_bootstrapped")
    return {
        **judged_row(form, error, mean),
        "bootstrap_se": se / 100 * form.form.width,
        "_bootstrap": why,
    }


def _bootstrap(grid: _Grid, form: JudgedForm, cells: str, *, replicates: int, seed: int) -> float:
    """Error of the cut in per cent from samples of judges, times sqrt(J / (J - 1))."""
    n = len(form.judges)
    if n < 2 or not replicates or form.why:
        return float("nan")
    stream = generator(seed, n, form.form.n)
    drawn = drawn_judges(n, replicates, stream)
    if cells == "judge" or not form.filled.size:
        means = form.percents[drawn].mean(axis=1)
    else:
        who = np.array([grid.judges.index(judge) for judge in form.judges])
        means = np.array([_modal_cut(grid, form, who[rows]) for rows in drawn])
    means = means[np.isfinite(means)]
    return float(means.std(ddof=1) * np.sqrt(n / (n - 1))) if means.size > 1 else float("nan")


def _modal_cut(grid: _Grid, form: JudgedForm, rows: NDArray[np.int64]) -> float:
    shares = grid.shares(rows, "modal")[:, form.items].mean(axis=0)
    known = np.isfinite(shares)
    weight = form.weights[known].sum()
    return float(100 * (shares[known] @ form.weights[known]) / weight) if weight else float("nan")


def _grid_table(grids: dict[str, _Grid], forms: list[JudgedForm], cells: str) -> pd.DataFrame:
    """A row a form and cell: items, marks and success on average over judges, and what it adds."""
    rows: list[dict[str, Any]] = []
    for form in forms:
        grid = grids[form.cut_name]
        who = np.array([grid.judges.index(judge) for judge in form.judges])
        inside = _inside(grid, form, who, cells)
        success = grid.success[who]
        for g, (relevance, difficulty) in enumerate(grid.cells):
            marks = inside[:, :, g] @ form.weights
            known = success[:, g][np.isfinite(success[:, g])]
            adds = np.where(marks > 0, marks * success[:, g], 0.0)
            rows.append(
                {
                    "cut_name": form.cut_name,
                    "form": form.form.name,
                    "relevance": relevance,
                    "difficulty": difficulty,
                    "items_mean": float(inside[:, :, g].sum(axis=1).mean()),
                    "marks_mean": float(marks.mean()),
                    "success": float(known.mean()) if known.size else np.nan,
                    "success_sd": _sd(known),
                    "marks_expected": float(adds.mean()),
                }
            )
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    one = ["one_judge"] * len(rows)
    none = ["no_ratings"] * len(rows)
    return tidy(columns, {"success_sd": one, "success": none, "marks_expected": none})


def _sd(values: Floats) -> float:
    """SD without the rounding of values that are all the same; nan of one."""
    if values.size < 2:
        return float("nan")
    return float(values.std(ddof=1)) if np.ptp(values) > 0 else 0.0


def _inside(grid: _Grid, form: JudgedForm, who: NDArray[np.int64], cells: str) -> Floats:
    """(J, I, G) share of each item in each cell, judge by judge."""
    placed = grid.placed[who][:, form.items]
    inside: Floats = (placed[:, :, None] == np.arange(len(grid.cells))).astype(float)
    if cells == "modal":
        votes = inside.sum(axis=0)
        most = (votes == votes.max(axis=1, keepdims=True)) & (votes > 0)
        share = most / np.maximum(most.sum(axis=1, keepdims=True), 1)
        return np.asarray(np.broadcast_to(share, inside.shape))
    return inside
