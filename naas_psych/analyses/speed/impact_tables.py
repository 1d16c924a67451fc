"""Outcomes that change: at each cut, and by group."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from naas_psych.analyses.speed.behaviour import Flags
from naas_psych.analyses.speed.judged_forms import (
    WITHOUT_RAPID,
    WITHOUT_TAIL,
    JudgedForm,
    JudgedForms,
)
from naas_psych.analyses.speed.options import GROUP_LEAST
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.outcome_changes import MarksByPosition, met, random_changes
from naas_psych.numerics.proportions import wilson
from naas_psych.result import tidy
from naas_psych.study.groupings import level_values
from naas_psych.study.study import Study

#: What so large a share of the random sets does not pass.
_HIGH = 0.95
#: Columns that compare with random sets.
_REFERENCE = (
    "reference_mean",
    "reference_high",
    "reference_gain",
    "reference_gain_high",
    "p_value",
    "p_gain",
)


@dataclass(frozen=True)
class _Moves:
    """Persons compared, and how many of them pass only, and fail only, in the shorter test."""

    n: int
    up: int
    down: int

    @property
    def changed(self) -> int:
        return self.up + self.down


def _moves(form: JudgedForm, other: Floats, cut: float, who: Flags) -> _Moves:
    known = who & np.isfinite(form.whole) & np.isfinite(other)
    before, after = met(form.whole[known], cut), met(other[known], cut)
    return _Moves(int(known.sum()), int((after & ~before).sum()), int((before & ~after).sum()))


def cuts_table(
    study: Study, forms: JudgedForms, *, draws: int, seed: int, level: float
) -> pd.DataFrame:
    """A row a form, cut and variant; persons with extra time are left out."""
    rows = [row for form in forms.forms for row in _cut_rows(study, form, draws=draws, seed=seed)]
    n = np.array([row["n"] for row in rows])
    changed = np.array([row["changed_n"] for row in rows], dtype=float)
    limits = wilson(changed, n, level=level)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = changed / np.where(n > 0, n, np.nan)
    why = [row["why"] for row in rows]
    why_reference = [row["why_reference"] for row in rows]
    return tidy(
        {
            "form": [row["form"] for row in rows],
            "cut": [row["cut"] for row in rows],
            "variant": [row["variant"] for row in rows],
            "n": n,
            "changed": share,
            "changed_low": limits.low,
            "changed_high": limits.high,
            "up": _counts([row["up"] for row in rows]),
            "down": _counts([row["down"] for row in rows]),
            "gain": [row["gain"] for row in rows],
            "rate_before": [row["rate_before"] for row in rows],
            "rate_after": [row["rate_after"] for row in rows],
            "reference_mean": [row["reference_mean"] for row in rows],
            "reference_high": [row["reference_high"] for row in rows],
            "reference_gain": [row["reference_gain"] for row in rows],
            "reference_gain_high": [row["reference_gain_high"] for row in rows],
            "p_value": [row["p_value"] for row in rows],
            "p_gain": [row["p_gain"] for row in rows],
        },
        dict.fromkeys(("changed", "up", "down", "gain", "rate_before", "rate_after"), why)
        | dict.fromkeys(_REFERENCE, why_reference),
    )


def _counts(values: list[int | None]) -> Any:
    return pd.array(values, dtype="Int64")


def _cut_rows(study: Study, form: JudgedForm, *, draws: int, seed: int) -> Iterator[dict[str, Any]]:
    shares = {name: form.cut_share(cut) for name, cut in study.spec.cuts.items()}
    on_marks = {name: share for name, share in shares.items() if share is not None}
    drawn = random_changes(
        _only(form.laid, form.ordinary),
        form.tail,
        np.array(list(on_marks.values()), dtype=float),
        draws=draws,
        seed=seed,
    )
    place = {name: c for c, name in enumerate(on_marks)}
    for name, share in shares.items():
        reference = drawn[place[name]] if name in place else None
        labels = {"form": form.name, "cut": name}
        row = _cut_row(form, share, form.without_tail, reference)
        yield {**labels, "variant": WITHOUT_TAIL, **row}
        if form.timed:
            row = _cut_row(form, share, form.without_rapid, None)
            yield {**labels, "variant": WITHOUT_RAPID, **row}


def _only(laid: MarksByPosition, who: Flags) -> MarksByPosition:
    several = laid.widths.shape[0] > 1
    return MarksByPosition(
        laid.marks[who],
        laid.widths[who] if several else laid.widths,
        laid.marks_beyond[who],
        laid.widths_beyond[who] if several else laid.widths_beyond,
    )


def _cut_row(
    form: JudgedForm, cut: float | None, other: Floats, drawn: NDArray[np.int64] | None
) -> dict[str, Any]:
    names = ("changed_n", "gain", "rate_before", "rate_after", *_REFERENCE)
    row: dict[str, Any] = {**dict.fromkeys(names, np.nan), "n": 0, "up": None, "down": None}
    row |= {"why": None, "why_reference": "only_for_tail"}
    if cut is None:
        return row | {"why": "cut_on_theta", "why_reference": "cut_on_theta"}
    moves = _moves(form, other, cut, form.ordinary)
    if moves.n == 0:
        return row | {"why": "too_few_persons", "why_reference": "too_few_persons"}
    known = form.ordinary & np.isfinite(form.whole) & np.isfinite(other)
    row |= {
        "n": moves.n,
        "changed_n": moves.changed,
        "up": moves.up,
        "down": moves.down,
        "gain": (moves.up - moves.down) / moves.n,
        "rate_before": float(met(form.whole[known], cut).mean()),
        "rate_after": float(met(other[known], cut).mean()),
    }
    if drawn is None:
        return row
    return row | _reference(drawn, moves)


def _reference(drawn: NDArray[np.int64], moves: _Moves) -> dict[str, Any]:
    if len(drawn) == 0:
        return {"why_reference": "too_few_items"}
    changed, gain = drawn.sum(axis=1), drawn[:, 0] - drawn[:, 1]
    return {
        "reference_mean": float(changed.mean() / moves.n),
        "reference_high": float(np.quantile(changed, _HIGH) / moves.n),
        "reference_gain": float(gain.mean() / moves.n),
        "reference_gain_high": float(np.quantile(gain, _HIGH) / moves.n),
        "p_value": float((1 + (changed >= moves.changed).sum()) / (1 + len(changed))),
        "p_gain": float((1 + (gain >= moves.up - moves.down).sum()) / (1 + len(changed))),
        "why_reference": None,
    }


def groups_table(study: Study, forms: JudgedForms, *, level: float) -> pd.DataFrame:
    """Without the tail: a row a form, cut and group; groups of fewer than ten have no share."""
    rows = [row for form in forms.forms for row in _group_rows(study, form)]
    enough = np.array([row.n >= GROUP_LEAST for _, row in rows])
    n = np.array([row.n for _, row in rows])
    changed = np.where(enough, [row.changed for _, row in rows], np.nan)
    limits = wilson(changed, np.maximum(n, 1), level=level)
    why = [None if ok else "too_few_persons" for ok in enough]
    names = ("form", "cut", "group_by", "group_level")
    return tidy(
        {name: [labels[k] for labels, _ in rows] for k, name in enumerate(names)}
        | {
            "n": n,
            "changed": changed / np.maximum(n, 1),
            "changed_low": limits.low,
            "changed_high": limits.high,
            "gain": np.where(enough, [row.up - row.down for _, row in rows], np.nan)
            / np.maximum(n, 1),
            "up": _counts([r.up if ok else None for (_, r), ok in zip(rows, enough, strict=True)]),
            "down": _counts(
                [r.down if ok else None for (_, r), ok in zip(rows, enough, strict=True)]
            ),
        },
        dict.fromkeys(("changed", "gain", "up", "down"), why),
    )


def _group_rows(
    study: Study, form: JudgedForm
) -> Iterator[tuple[tuple[str, str, str, str], _Moves]]:
    for name, cut in study.spec.cuts.items():
        share = form.cut_share(cut)
        if share is None:
            continue
        for group, level, who in _groups(study, form):
            yield (form.name, name, group, level), _moves(form, form.without_tail, share, who)


def _groups(study: Study, form: JudgedForm) -> Iterator[tuple[str, str, Flags]]:
    """Rushed or not, extra time or not, and the groups of the study among ordinary persons."""
    if form.timed:
        yield "rushed_in_tail", "yes", form.rushed & form.ordinary
        yield "rushed_in_tail", "no", ~form.rushed & form.ordinary
    if not form.ordinary.all():
        yield "extra_time", "yes", ~form.ordinary
        yield "extra_time", "no", form.ordinary
    for column in study.spec.groups:
        if column not in study.persons:
            continue
        labels = level_values(study, column)[form.rows]
        for level in sorted({str(label) for label in labels if isinstance(label, str)}):
            yield column, level, (labels == level) & form.ordinary
