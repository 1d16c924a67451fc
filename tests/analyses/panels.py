"""Panels of judges made in memory, and synthetic pilots with only what judges are asked about."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.simulate.plan import make_plan
from naas_psych.simulate.world import World
from naas_psych.study.study import Study
from tests.make import study_from_scores

#: Places of a letter in the rating strings below: relevance, a dash where none was given.
ROLE = "social_worker"


def panel_study(
    ratings: Mapping[str, str],
    *,
    columns: Mapping[str, Sequence[Any]] | None = None,
    backgrounds: Mapping[str, str] | None = None,
    items: Mapping[str, Sequence[Any]] | None = None,
    content: Mapping[str, Any] | None = None,
) -> Study:
    """Judges with one digit an item, `-` for none; `columns` are in the order of the digits."""
    n_items = max(map(len, ratings.values()))
    rows = [
        (judge, f"Q{k + 1:02d}", float(digit) if digit != "-" else np.nan)
        for judge, digits in ratings.items()
        for k, digit in enumerate(digits)
    ]
    table = pd.DataFrame(rows, columns=["judge_id", "item_id", "relevance"])
    for name, values in (columns or {}).items():
        table[name] = pd.Series(list(values), dtype=object)
    return with_tables(
        n_items, items=items, content=content, judgements=table, **_known(backgrounds)
    )


def _known(backgrounds: Mapping[str, str] | None) -> dict[str, pd.DataFrame]:
    if backgrounds is None:
        return {}
    pairs = {"judge_id": list(backgrounds), "background": list(backgrounds.values())}
    return {"judges": pd.DataFrame(pairs)}


def with_tables(
    n_items: int,
    *,
    items: Mapping[str, Sequence[Any]] | None = None,
    content: Mapping[str, Any] | None = None,
    points: Any = None,
    **tables: pd.DataFrame,
) -> Study:
    """A study of right/wrong items, easier from one to the next, with these tables."""
    if points is None:
        points = np.arange(20)[:, None] < np.linspace(2, 18, n_items)
    made = study_from_scores(np.asarray(points, dtype=int), max_points=1, items=items)
    spec = made.spec
    if content:
        spec = spec.model_copy(update={"content": spec.content.model_copy(update=content)})
    return _as_made(replace(made, tables=tables, spec=spec))


@functools.cache
def pilot(seed: int, *, clean: bool = False) -> Study:
    """The judges of a synthetic pilot; candidates are drawn from the items' own curves."""
    world = World(make_plan(seed=seed, persons=960, plants=() if clean else None))
    items = world.bank.items.iloc[world.bank.scored]
    rng = np.random.Generator(np.random.PCG64(seed))
    most = items["max_score"].to_numpy(dtype=int)
    theta = rng.normal(-0.1, 0.85, 300)
    points = rng.binomial(most, world.bank.expected(theta, world.bank.scored))
    form = items["form_id"].astype(str).to_numpy()
    first = np.arange(300) < 150
    points[np.ix_(~first, form == "alpha")] = points[np.ix_(first, form == "beta")] = -3
    made = study_from_scores(
        points,
        max_points=most,
        item_ids=items["item_id"].tolist(),
        items={"form_id": form.tolist(), "kss": items["kss"].astype(str).tolist()},
    )
    tables = {
        "judgements": _floats(world.table("expert_ratings"), "relevance", "clarity", "round"),
        "judges": world.table("experts"),
        "angoff": _floats(world.table("angoff"), "probability", "round"),
    }
    tables["angoff"]["probability"] /= 100
    return _as_made(replace(made, tables=tables))


def _floats(table: pd.DataFrame, *columns: str) -> pd.DataFrame:
    return table.astype(dict.fromkeys(columns, float))


def _as_made(study: Study) -> Study:
    study.__dict__["fingerprint"] = "sha256:made-by-a-test"
    return study
