"""Who meets a cut: counts of each group at the cuts asked for, and at every possible cut."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from naas_psych.analyses.outcomes import FormTotals, cuts_asked, form_totals, total_at
from naas_psych.errors import AnalysisImpossible
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.outcome_gaps import Passes
from naas_psych.study.groupings import Comparison, Flags, Level
from naas_psych.study.responses import Counted
from naas_psych.study.spec import Cut
from naas_psych.study.study import Study

#: Rounding of shares: a total this near a cut stands on it.
_NEAR = 1e-9
#: Most cuts of the curve; with more attainable scores it goes in steps of one per cent.
_MOST = 101


@dataclass(frozen=True, eq=False)
class PlacedCut:
    """A cut as asked for; totals are those of each form from which a person meets it.

    percent : the same in per cent of the marks, the mean over forms by their persons
    """

    name: str
    cut: Cut
    totals: tuple[float, ...]
    percent: float


@dataclass(frozen=True, eq=False)
class PlacedCuts:
    """Every cut that has a place on the totals, and what is to be said about the others."""

    cuts: tuple[PlacedCut, ...]
    notes: tuple[str, ...]


def placed_cuts(study: Study, asked: Sequence[str] | None, omitted: Counted | None) -> PlacedCuts:
    """The cuts asked for, else those of the study; none is no refusal.

    Raises
    ------
    UsageError
        A cut has no unit, or lies outside the scale.
    AnalysisImpossible
        A cut was asked for that cannot be placed on the totals.
    """
    forms = form_totals(study, omitted)
    if not (asked or study.spec.cuts):
        said = "No pass mark is given, so only the curve over every possible cut is made. "
        return PlacedCuts((), (said + "For one of your own: --cut 63%, or [cuts] in study.toml.",))
    found, notes = [], []
    for name, cut in cuts_asked(study, asked).items():
        try:
            totals = tuple(total_at(study, form, cut, omitted) for form in forms)
        except AnalysisImpossible as error:
            if asked:
                raise
            notes.append(f"The cut {name} is left out: {error}")
            continue
        found.append(PlacedCut(name, cut, totals, _percent(forms, totals)))
    return PlacedCuts(tuple(found), tuple(notes))


def _percent(forms: Sequence[FormTotals], totals: Sequence[float]) -> float:
    share = [
        100 * (at - form.low) / (form.high - form.low) if form.high > form.low else np.nan
        for form, at in zip(forms, totals, strict=True)
    ]
    return float(np.average(share, weights=[form.rows.size for form in forms]))


def passes_at(
    forms: Sequence[FormTotals], cuts: Sequence[PlacedCut], comparisons: Sequence[Comparison]
) -> Passes:
    """Counts (C, L) of comparison by cut, over the forms, each judged at its own total."""

    def counts(level: Level) -> Floats:
        own = [form.totals[level.members[form.rows]] for form in forms]
        return np.array(
            [
                sum(
                    float((totals >= at - _NEAR).sum())
                    for totals, at in zip(own, cut.totals, strict=True)
                )
                for cut in cuts
            ],
            dtype=float,
        )

    return _passes(forms, comparisons, counts_of(comparisons, counts), len(cuts))


def passes_along(
    forms: Sequence[FormTotals], grid: Floats, comparisons: Sequence[Comparison]
) -> Passes:
    """The same at cuts in per cent of the marks, from the sorted scores of each level."""

    def counts(level: Level) -> Floats:
        scores = np.sort(np.concatenate([form.percent[level.members[form.rows]] for form in forms]))
        return np.asarray(scores.size - np.searchsorted(scores, grid - _NEAR), dtype=float)

    return _passes(forms, comparisons, counts_of(comparisons, counts), grid.size)


def counts_of(
    comparisons: Sequence[Comparison], count: Callable[[Level], Floats]
) -> Mapping[int, Floats]:
    """What `count` gives for every level, once each, by the identity of the level."""
    levels = {id(side): side for one in comparisons for side in (one.reference, one.focal)}
    return {key: count(level) for key, level in levels.items()}


def _passes(
    forms: Sequence[FormTotals],
    comparisons: Sequence[Comparison],
    passed: Mapping[int, Floats],
    width: int,
) -> Passes:
    def whole(members: Flags) -> float:
        return float(sum(members[form.rows].sum() for form in forms))

    shape = (len(comparisons), width)
    reference, focal = ([getattr(one, side) for one in comparisons] for side in _SIDES)
    n = [np.array([whole(one.members) for one in side])[:, None] for side in (reference, focal)]
    counts = [
        np.array([passed[id(one)] for one in side]).reshape(shape) for side in (reference, focal)
    ]
    return Passes(
        reference=counts[0],
        n_reference=np.broadcast_to(n[0], shape),
        focal=counts[1],
        n_focal=np.broadcast_to(n[1], shape),
    )


_SIDES = ("reference", "focal")


def possible_cuts(study: Study, forms: Sequence[FormTotals]) -> Floats:
    """Every attainable score in per cent, or whole per cents where these are fewer."""
    widths = {
        int((study.responses.max_points - study.responses.min_points)[form.items].sum())
        for form in forms
    }
    most = sum(width + 1 for width in widths)
    if most <= 2 * _MOST:
        shares = [100 * np.arange(width + 1) / width for width in widths if width > 0]
        attainable = np.unique(np.round(np.concatenate([*shares, np.zeros(0)]), 9))
        if attainable.size <= _MOST:
            return np.asarray(attainable)
    return np.arange(101, dtype=float)
