"""Judges of folders: where each draws the line, and how often two agree."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.standard.folder_ratings import LAST, Folders, Ratings
from naas_psych.numerics.agreement import category_counts, krippendorff_alpha, observed_agreement
from naas_psych.numerics.standard.logistic_cut import logistic_cut
from naas_psych.result import tidy


def folder_judge_table(folders: Folders) -> pd.DataFrame:
    """A row a judge and boundary: the cut of that judge's last judgements alone."""
    rows: list[dict[str, Any]] = []
    for j, name in enumerate(folders.judge_ids):
        given = folders.last.given[:, j]
        percent = folders.last.percent[given]
        codes = folders.last.levels[given, j]
        for k, boundary in enumerate(folders.names):
            curve = logistic_cut(percent, (codes > k).astype(float), chance=0.5, shift=0.0)
            rows.append(
                {
                    "judge_id": name,
                    "cut_name": boundary,
                    "n": int(given.sum()),
                    "judge_percent": curve.cut,
                    "estimator": curve.estimator,
                    "why": curve.reason,
                }
            )
    columns: dict[str, Any] = {
        name: [row[name] for row in rows] for name in rows[0] if name != "why"
    }
    columns["judge_percent"] = np.array(columns["judge_percent"], dtype=float)
    return tidy(columns, {"judge_percent": [row["why"] for row in rows]})


def agreement_table(folders: Folders) -> pd.DataFrame:
    """A row a round: how often two judges of a folder give the same level."""
    named = {**folders.rounds, LAST: folders.last}
    rows = [_agreement(name, one, len(folders.levels)) for name, one in named.items()]
    columns: dict[str, Any] = {name: [row[name] for row in rows] for name in rows[0]}
    why = ["too_few_judges" if not row["n"] else "all_ratings_same" for row in rows]
    return tidy(columns, dict.fromkeys(columns, why))


def _agreement(name: str, ratings: Ratings, n_levels: int) -> dict[str, Any]:
    counts = category_counts(ratings.levels, n_levels)
    several = counts[counts.sum(axis=1) > 1]
    neighbours = np.abs(np.subtract.outer(np.arange(n_levels), np.arange(n_levels))) <= 1
    return {
        "judging_round": name,
        "judges": ratings.judges,
        "n": len(several),
        "ratings": int(several.sum()),
        "same_level": observed_agreement(counts),
        "adjacent_level": _within(several, neighbours.astype(float)),
        "krippendorff_alpha": krippendorff_alpha(counts, metric="ordinal").value,
    }


def _within(counts: Any, table: Any) -> float:
    """Mean over folders of the share of pairs of judges whose levels are allowed by the table."""
    if not len(counts):
        return float("nan")
    m = counts.sum(axis=1)
    pairs = ((counts @ table) * counts).sum(axis=1) - counts @ table.diagonal()
    return float((pairs / (m * (m - 1))).mean())
