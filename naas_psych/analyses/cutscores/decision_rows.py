"""The tables of a decision over components: outcomes, what is right of them, what drives them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.cutscores.decision_parts import Parts
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.classification.crossed import Crossed
from naas_psych.numerics.decision_rules import (
    Codes,
    combinations,
    crossed,
    decided,
    reached,
    sat_twice,
    standard_normal,
    true_scores,
)
from naas_psych.numerics.multipliers import multipliers
from naas_psych.result import tidy

#: Persons simulated for the table, and for each draw of its limits.
PERSONS, FEWER = 200_000, 4_000

#: Rows of a decision table that are printed at most.
_MOST_ROWS = 729


def cluster_weights(parts: Parts, draws: int, seed: int) -> Floats:
    """(R, n) weights that make another sample of clusters."""
    _, codes = np.unique(parts.clusters.codes[parts.rows], return_inverse=True)
    return np.asarray(multipliers(int(codes.max()) + 1, draws, seed=seed)[:, codes])


def outcome_table(parts: Parts, weights: Floats, level: float) -> pd.DataFrame:
    """One row a rule and outcome: how many of the persons with all components have it."""
    rows: list[dict[str, Any]] = []
    for rule in parts.rules:
        own = decided(rule, parts.scores, parts.lines)
        for k, outcome in enumerate(parts.outcomes):
            rows.append({"rule": rule, "outcome": outcome, **_share(own == k, weights, level)})
    return _shares_table(rows)


def component_table(parts: Parts, weights: Floats, level: float) -> pd.DataFrame:
    """One row a component and outcome, as if it were the only one."""
    own = reached(parts.scores, parts.lines.cuts)
    rows: list[dict[str, Any]] = []
    for j, name in enumerate(parts.names):
        for k, outcome in enumerate(parts.outcomes):
            one = _share(own[:, j] == k, weights, level)
            rows.append({"component_name": name, "outcome": outcome, **one})
    return _shares_table(rows)


def _share(has: Any, weights: Floats, level: float) -> dict[str, Any]:
    n, share = has.size, float(np.mean(has))
    low = high = np.nan
    if len(weights) > 1 and 0 < share < 1:
        moved = np.einsum("rn,n->r", weights, has - share) / n
        # On the log odds, so that limits stay between 0 and 1.
        odds = np.log(share / (1 - share)) + moved / (share * (1 - share))
        tail = (1 - level) / 2
        low, high = 1 / (1 + np.exp(-np.quantile(odds, [tail, 1 - tail])))
    return {
        "share": share,
        "share_low": low,
        "share_high": high,
        "n": n,
        "n_with_outcome": int(has.sum()),
    }


def _shares_table(rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    why = ["no_draws" if 0 < row["share"] < 1 else "all_or_nobody" for row in rows]
    return tidy(columns, {"share": why})


def crossings(parts: Parts, seed: int) -> dict[str, Crossed] | None:
    """True, first and second outcomes under every rule; None without reliabilities."""
    if not parts.known:
        return None
    found = _simulated(parts, parts.scores.mean(axis=0), _covariance(parts), PERSONS, seed)
    return {rule: crossed(rule, found, parts.lines) for rule in parts.rules}


def true_correlations(parts: Parts) -> tuple[Floats, bool]:
    """(m, m) correlations of true scores before any change, and whether they had to be changed."""
    model = true_scores(
        parts.scores.mean(axis=0),
        _covariance(parts),
        parts.reliabilities,
        parts.rule.error_correlation,
    )
    return model.correlation, model.clipped


def _covariance(parts: Parts) -> Floats:
    x = parts.scores - parts.scores.mean(axis=0)
    return np.asarray(np.einsum("nj,nk->jk", x, x) / (parts.n - 1))


def _simulated(parts: Parts, mean: Floats, covariance: Floats, persons: int, seed: int) -> Floats:
    reliability = parts.reliabilities
    model = true_scores(mean, covariance, reliability, parts.rule.error_correlation)
    return sat_twice(model, standard_normal(persons, len(parts.names), seed=seed))


_MEASURES = ("accuracy", "consistency", "kappa", "false_pass", "false_fail")


def accuracy_table(
    parts: Parts,
    found: dict[str, Crossed] | None,
    weights: Floats,
    *,
    level: float,
    seed: int,
) -> pd.DataFrame:
    """One row a rule and boundary, and one a rule over all outcomes."""
    rules, n_cuts = parts.rules, len(parts.outcomes) - 1
    values = np.full((len(rules), n_cuts + 1, len(_MEASURES)), np.nan)
    low, high = values.copy(), values.copy()
    if found is not None:
        values = np.stack([_measured(found[rule]) for rule in rules])
        low, high = _limits(parts, values, weights, level, seed)
    names = ["all", *parts.outcomes[1:]] if n_cuts > 1 else [parts.outcomes[-1]]
    kept = slice(None) if n_cuts > 1 else slice(1, None)
    columns: dict[str, Any] = {
        "rule": [rule for rule in rules for _ in names],
        "cut_name": [name for _ in rules for name in names],
    }
    for k, measure in enumerate(_MEASURES):
        columns[measure] = values[:, kept, k].ravel()
        columns[f"{measure}_low"] = low[:, kept, k].ravel()
        columns[f"{measure}_high"] = high[:, kept, k].ravel()
    columns["n"] = [parts.n] * len(columns["rule"])
    why = "no_draws" if found is not None else "no_reliability"
    whys = [why] * len(columns["rule"])
    reasons = {f"{m}{end}": whys for m in _MEASURES for end in ("", "_low", "_high")}
    if found is not None:
        reasons["kappa"] = ["all_or_nobody"] * len(whys)
        flat = ~np.isfinite(columns["kappa"])
        limit = ["all_or_nobody" if one else "no_draws" for one in flat]
        reasons["kappa_low"] = reasons["kappa_high"] = limit
    return tidy(columns, reasons)


def _measured(one: Crossed) -> Floats:
    """(B + 1, 5) over all outcomes, then at each boundary."""
    every = [one, *(one.at(k) for k in range(one.consistency.shape[-1] - 1))]
    return np.array(
        [[x.accurate, x.consistent, x.kappa, x.false_pass, x.false_fail] for x in every], float
    )


def _limits(
    parts: Parts, values: Floats, weights: Floats, level: float, seed: int
) -> tuple[Floats, Floats]:
    """Means and covariances of other samples of clusters, with the same simulated persons."""
    if len(weights) < 2:
        return np.full(values.shape, np.nan), np.full(values.shape, np.nan)
    mean, covariance = parts.scores.mean(axis=0), _covariance(parts)
    x = parts.scores - mean
    means = mean + np.einsum("rn,nj->rj", weights, x) / parts.n
    wider = np.einsum("rn,nj,nk->rjk", weights, x, x, optimize=["einsum_path", (1, 2), (0, 1)])
    spread = weights.sum(axis=1)[:, None, None] * covariance
    covariances = covariance + (wider - spread) / parts.n
    draws = [
        _all_measured(parts, m, _proper(c, covariance), seed)
        for m, c in zip([mean, *means], [covariance, *covariances], strict=True)
    ]
    moved = np.stack(draws[1:]) - draws[0]
    tail = (1 - level) / 2
    low, high = values + np.nanquantile(moved, [tail, 1 - tail], axis=0)
    least = np.where(np.array(_MEASURES) == "kappa", -1.0, 0.0)
    return np.clip(low, least, 1.0), np.clip(high, least, 1.0)


def _all_measured(parts: Parts, mean: Floats, covariance: Floats, seed: int) -> Floats:
    found = _simulated(parts, mean, covariance, FEWER, seed)
    return np.stack([_measured(crossed(rule, found, parts.lines)) for rule in parts.rules])


def _proper(covariance: Floats, centre: Floats) -> Floats:
    """A draw that is no covariance (few clusters) keeps the spread of the estimate."""
    return covariance if np.all(np.diag(covariance) > 0.05 * np.diag(centre)) else centre


def matrix_table(parts: Parts, found: dict[str, Crossed] | None) -> pd.DataFrame:
    """One row a cell: true by observed outcome, and first by second sitting."""
    rows = []
    for rule in parts.rules:
        one = None if found is None else found[rule]
        for kind in ("accuracy", "consistency"):
            cells = None if one is None else getattr(one, kind)
            for i, row in enumerate(parts.outcomes):
                for j, column in enumerate(parts.outcomes):
                    value = np.nan if cells is None else float(cells[i, j])
                    rows.append((rule, kind, row, column, value))
    names = ("rule", "kind", "row", "column", "proportion")
    columns = {name: [row[k] for row in rows] for k, name in enumerate(names)}
    return tidy(columns, {"proportion": ["no_reliability"] * len(rows)})


def driver_table(parts: Parts) -> pd.DataFrame:
    """One row a rule and component: whom it alone, or it with others, keeps from the top."""
    rows: list[dict[str, Any]] = []
    for rule in parts.rules:
        own = decided(rule, parts.scores, parts.lines)
        below = own < len(parts.outcomes) - 1
        for j, name in enumerate(parts.names):
            rows.append(
                {
                    "rule": rule,
                    "component_name": name,
                    "n": parts.n,
                    "n_below_top": int(below.sum()),
                    **_held(parts, rule, j, below),
                    "changed_without": _changed(parts, rule, j, own),
                }
            )
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    why = ["nobody_below_top"] * len(rows)
    return tidy(
        columns,
        {
            "held_alone": why,
            "held_jointly": why,
            "changed_without": ["not_in_rule"] * len(rows),
        },
    )


def _held(parts: Parts, rule: str, component: int, below: Any) -> dict[str, float]:
    """Of those below the top: raising this component to its top cut is enough, or not enough."""
    if not below.any():
        return {"held_alone": np.nan, "held_jointly": np.nan}
    raised = parts.scores.copy()
    top = parts.lines.cuts[component, -1]
    raised[:, component] = np.maximum(raised[:, component], top)
    under = below & (
        reached(parts.scores, parts.lines.cuts)[:, component] < parts.lines.cuts.shape[1]
    )
    enough = decided(rule, raised, parts.lines) == len(parts.outcomes) - 1
    return {
        "held_alone": float((under & enough).sum() / below.sum()),
        "held_jointly": float((under & ~enough).sum() / below.sum()),
    }


def _changed(parts: Parts, rule: str, component: int, own: Codes) -> float:
    """Share whose outcome is another without the component."""
    if rule == "table":
        return float("nan")
    kept = np.delete(parts.scores, component, axis=1)
    return float(np.mean(decided(rule, kept, parts.lines.without(component)) != own))


def rows_table(parts: Parts) -> pd.DataFrame | None:
    """The decision table as used: by its own rows, or as the rule of the study makes it."""
    rule, cuts = parts.rule.rule, parts.lines.cuts
    k, m = len(parts.outcomes), len(parts.names)
    if rule in ("compensatory", "hybrid") or k**m > _MOST_ROWS:
        return None
    own = reached(parts.scores, cuts)
    rows = []
    for place in combinations(m, k):
        if rule == "table" and parts.lines.table is not None:
            outcome = int(parts.lines.table[place])
        else:
            outcome = min(place) if rule == "conjunctive" else max(place)
        said = ", ".join(
            f"{name} {parts.outcomes[one]}" for name, one in zip(parts.names, place, strict=True)
        )
        rows.append((said, parts.outcomes[outcome], int((own == place).all(axis=1).sum())))
    names = ("combination", "outcome", "n_persons")
    return tidy({name: [row[i] for row in rows] for i, name in enumerate(names)})
