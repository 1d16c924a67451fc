"""Pass rates of groups by the response model: the same gap in ability, wherever the cut is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from naas_psych.analyses.cutscores.population_model import PopulationModel, rates_at
from naas_psych.analyses.fairness.outcome_counts import PlacedCut
from naas_psych.analyses.outcomes import FormTotals
from naas_psych.irt.scores.group_moments import GroupMoments
from naas_psych.numerics.arrays import Floats
from naas_psych.study.groupings import Comparison, Level

_SIDES = ("reference", "focal")
MODELLED = (
    "rate_reference_modelled",
    "rate_focal_modelled",
    "ratio_modelled",
    "difference_modelled",
)


@dataclass(frozen=True, eq=False)
class LevelModel:
    """A level: its distribution of ability, and the share of its persons on each form (F,)."""

    moments: GroupMoments
    by_form: Floats
    weight: Floats


def level_models(
    model: PopulationModel, forms: Sequence[FormTotals], comparisons: Sequence[Comparison]
) -> Mapping[int, LevelModel]:
    """Every level with a person who has a total, by its identity."""
    found: dict[int, LevelModel] = {}
    for one in comparisons:
        for side in (one.reference, one.focal):
            if id(side) not in found:
                made = _level(model, forms, side)
                if made is not None:
                    found[id(side)] = made
    return found


def _level(model: PopulationModel, forms: Sequence[FormTotals], level: Level) -> LevelModel | None:
    n = np.array([float(level.members[form.rows].sum()) for form in forms])
    if n.sum() < 2:
        return None
    persons = np.zeros(level.members.size)
    for form in forms:
        persons[form.rows] = level.members[form.rows]
    moments = model.moments(persons)
    return LevelModel(moments, n / n.sum(), moments.weight(model.theta))


def modelled_columns(
    model: PopulationModel | None,
    levels: Mapping[int, LevelModel],
    comparisons: Sequence[Comparison],
    totals: Sequence[Floats],
) -> dict[str, Floats]:
    """(L, C) modelled rates, ratio and difference at totals (C,) of each form."""
    width = totals[0].size
    if model is None:
        shape = (len(comparisons), width)
        return {name: np.full(shape, np.nan) for name in MODELLED}
    reach = [form.reach(at) for form, at in zip(model.forms, totals, strict=True)]
    made = {key: rates_at([one.weight], [one.by_form], reach)[0] for key, one in levels.items()}
    nobody = np.full(width, np.nan)
    rates = {
        side: np.array([made.get(id(getattr(one, side)), nobody) for one in comparisons])
        for side in _SIDES
    }
    rates = {side: values.reshape(len(comparisons), width) for side, values in rates.items()}
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.where(rates["reference"] > 0, rates["focal"] / rates["reference"], np.nan)
    found = rates["reference"], rates["focal"], ratio, rates["focal"] - rates["reference"]
    return dict(zip(MODELLED, found, strict=True))


def totals_of(cuts: Sequence[PlacedCut], n_forms: int) -> list[Floats]:
    """(C,) of each form, at the cuts asked for."""
    return [np.array([cut.totals[k] for cut in cuts], dtype=float) for k in range(n_forms)]


def totals_along(forms: Sequence[FormTotals], grid: Floats) -> list[Floats]:
    """(C,) of each form, at cuts in per cent of the marks."""
    return [form.low + grid / 100 * (form.high - form.low) for form in forms]
