"""The whole workforce as a table without names: published shares, raked into one table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.simulate.draws import Floats, Ints, Texts, by_weight, category, numbered
from naas_psych.simulate.plan import Plan

#: Raking stops when no share is further from its margin than this, and must in so many rounds.
CLOSE, ROUNDS = 1e-10, 200
#: What authorities, and not people, have.
KINDS = ("ofsted", "region")


def workforce_frame(plan: Plan) -> pd.DataFrame:
    """One row a social worker; nobody can be told from it, for there is no person in it."""
    numbers, rng = plan.numbers["frame"], plan.stream("workforce frame")
    places = frame_authorities(plan)
    margins, size = numbers["margins"], plan.numbers["size"]["frame"]
    tied = {name for one, _, other, *_ in numbers["associations"] for name in (one, other)}
    joint = {name: shares for name, shares in margins.items() if name in tied}
    columns = _draw_jointly(joint, _seed(joint, numbers["associations"], places), rng, size)
    # What is tied to nothing is independent of the rest: raking would not change that.
    for name in margins:
        if name not in tied:
            columns[name] = category(rng.random(size), margins[name])
    home = _homes(places, columns, rng.random(size))
    frame = pd.DataFrame({"la_id": places["la_id"].to_numpy()[home], **columns})[
        ["la_id", *margins]
    ]
    return frame.sort_values("la_id", kind="stable", ignore_index=True)


def _draw_jointly(
    margins: Mapping[str, Mapping[str, float]],
    seed: Floats,
    rng: np.random.Generator,
    size: int,
) -> dict[str, Texts]:
    """(size,) each: category of each row on every axis of the raked table."""
    table = rake(seed, [np.array(list(shares.values())) for shares in margins.values()])
    cells = by_weight(rng.random(size), table)
    codes = np.unravel_index(cells, table.shape)
    return {
        name: np.array(list(shares), dtype=object)[code]
        for (name, shares), code in zip(margins.items(), codes, strict=True)
    }


def frame_authorities(plan: Plan) -> pd.DataFrame:
    """Authorities of the frame; `share` of the workforce is raked to inspection and region."""
    numbers, rng = plan.numbers["frame"], plan.stream("frame authorities")
    n, margins = numbers["authorities"], numbers["margins"]
    region = rng.permutation(_each(numbers["authorities_in_region"]))
    edges = np.rint(np.cumsum(list(margins["ofsted"].values())) * n).astype(np.int64)
    counts = dict(zip(margins["ofsted"], np.diff(edges, prepend=0), strict=True))
    ofsted = rng.permutation(_each(counts))
    places = pd.DataFrame(
        {
            "la_id": numbered("LA", n, 3),
            "ofsted": ofsted,
            "region": region,
            "share": np.exp(rng.normal(0.0, numbers["staff_log_sd"], n)),
        }
    )
    size = _joint(places, margins)
    by_kind = rake(size, [np.array(list(margins[name].values())) for name in KINDS])
    rows, columns = (pd.Index(list(margins[name])).get_indexer(places[name]) for name in KINDS)
    places["share"] *= (by_kind / np.where(size > 0, size, 1.0))[rows, columns]
    return places


def _each(counts: Mapping[str, int]) -> Texts:
    """Every name as often as its count."""
    return np.repeat(np.array(list(counts), dtype=object), list(counts.values()))


def rake(table: Floats, margins: Sequence[Floats]) -> Floats:
    """Iterative proportional fitting (Deming and Stephan, 1940): `table` with these margins.

    Each axis is scaled to its margin in turn; associations of the table stay as they were.
    """
    fitted = table / table.sum()
    for _ in range(ROUNDS):
        worst = 0.0
        for axis, wanted in enumerate(margins):
            others = tuple(k for k in range(fitted.ndim) if k != axis)
            now = fitted.sum(axis=others)
            worst = max(worst, float(np.abs(now - wanted).max()))
            shape = [-1 if k == axis else 1 for k in range(fitted.ndim)]
            fitted = fitted * (wanted / now).reshape(shape)
        if worst < CLOSE:
            return np.asarray(fitted)
    raise ValueError(f"raking misses a margin by {worst} after {ROUNDS} rounds")


def _seed(
    margins: Mapping[str, Mapping[str, float]],
    associations: Sequence[tuple[str, str, str, str, float]],
    places: pd.DataFrame,
) -> Floats:
    """The table that raking starts from, an axis a margin.

    Independence, but for the stated associations; inspection by region is as it is.
    """
    axes = {name: list(shares) for name, shares in margins.items()}
    seed = np.ones([len(levels) for levels in axes.values()])
    if tuple(axes)[:2] != KINDS:
        raise ValueError(f"the first margins of [frame] are {' and '.join(KINDS)}, in this order")
    seed *= _joint(places, margins).reshape([*seed.shape[:2], *[1] * (seed.ndim - 2)])
    for one, level, other, at, factor in associations:
        where: list[Any] = [slice(None)] * seed.ndim
        where[list(axes).index(one)] = axes[one].index(level)
        where[list(axes).index(other)] = axes[other].index(at)
        seed[tuple(where)] *= factor
    return seed


def _joint(places: pd.DataFrame, margins: Mapping[str, Mapping[str, float]]) -> Floats:
    """(inspections, regions) share of the workforce by inspection and region."""
    table = places.pivot_table(index=KINDS[0], columns=KINDS[1], values="share", aggfunc="sum")
    table = table.reindex(index=list(margins[KINDS[0]]), columns=list(margins[KINDS[1]]))
    return table.fillna(0.0).to_numpy(dtype=float)


def _homes(
    places: pd.DataFrame,
    columns: Mapping[str, Any],
    draw: Floats,
) -> Ints:
    """(n,) the authority of each row, among those of its region and inspection, by size."""
    order = places.sort_values(["ofsted", "region"], kind="stable")
    share = np.cumsum(order["share"].to_numpy(dtype=float))
    kind = (order["ofsted"] + "|" + order["region"]).to_numpy()
    wanted = pd.Series(columns["ofsted"]) + "|" + pd.Series(columns["region"])
    ends = pd.Series(share, index=kind).groupby(level=0).last()
    starts = pd.Series(np.concatenate([[0.0], share[:-1]]), index=kind).groupby(level=0).first()
    low, high = wanted.map(starts).to_numpy(dtype=float), wanted.map(ends).to_numpy(dtype=float)
    place = np.searchsorted(share, low + draw * (high - low), side="right")
    found: Ints = order.index.to_numpy()[np.minimum(place, len(order) - 1)]
    return found
