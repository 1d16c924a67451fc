"""One comparison of matched persons by the method of Mantel and Haenszel, all items at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from naas_psych.analyses.fairness.judged import group_codes
from naas_psych.analyses.fairness.matched import forms_compared, matched_forms
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.dif_cells import DifCells, MatchedForm, dif_cells
from naas_psych.numerics.dif_classes import Classes, ets_classes, smd_classes
from naas_psych.numerics.mantel_haenszel import MantelHaenszel, mantel_haenszel, two_categories
from naas_psych.numerics.mantel_ordinal import MeanDifference, mean_difference_matched, strata_of
from naas_psych.numerics.purification import Purified, purified
from naas_psych.numerics.score_bands import in_bands
from naas_psych.study.groupings import Comparison
from naas_psych.study.responses import Counted
from naas_psych.study.study import Study
from naas_psych.thresholds import Thresholds

Flags = NDArray[np.bool_]
PurifyOn = Literal["class", "significance"]


@dataclass(frozen=True)
class How:
    """The options of the analysis that a comparison needs."""

    purify: bool
    purify_on: PurifyOn
    matching: Literal["score", "bins"]
    size_only: bool
    omitted: Counted | None


@dataclass(frozen=True, eq=False)
class Tested:
    """All items with one matching score.

    cells : counts (J, S, 2, C); reference first
    smd : of the graded items alone, which their classes rest on
    classes : (J,) A, B, C or None
    """

    cells: DifCells
    found: MantelHaenszel
    smd: MeanDifference
    classes: Classes


@dataclass(frozen=True, eq=False)
class Compared:
    """A comparison: with all items in the matching score, and with flagged items left out.

    n : (J, 2) persons of the reference and of the focal group, with a response to the item
    group_sizes : persons of the two groups who have a total to match on
    """

    comparison: Comparison
    graded: Flags
    plain: Tested
    pure: Tested
    purification: Purified | None
    anchor: Flags
    n: NDArray[np.int64]
    group_sizes: tuple[int, int]

    @cached_property
    def by_category(self) -> NDArray[np.int64]:
        """(J, C) persons of both groups by category."""
        return np.asarray(np.einsum("jsgc->jc", self.plain.cells.counts, dtype=np.int64))

    @cached_property
    def facility(self) -> Floats:
        """(J,) mean share of the marks over both groups; nan without persons."""
        totals = self.by_category
        n = totals.sum(axis=1)
        top = np.maximum(totals.shape[1] - 1 - np.argmax(totals[:, ::-1] > 0, axis=1), 1)
        earned = totals @ np.arange(totals.shape[1])
        return np.asarray(np.where(n > 0, earned / (np.maximum(n, 1) * top), np.nan))


def compared(study: Study, comparison: Comparison, how: How) -> Compared:
    """The comparison, tested once with every item and once more purified."""
    forms = forms_compared(study, comparison, matched_forms(study, how.omitted))
    work = _Work(study, comparison, forms, how)
    plain = work.tested(None)
    pure, run, anchor = plain, None, np.ones(study.responses.n_items, dtype=bool)
    if how.purify:
        run = purified(
            lambda kept: work.flags(work.tested(kept)), work.flags(plain), possible=work.given
        )
        anchor = work.enough_to_match(run)
        pure = plain if anchor.all() else work.tested(anchor)
    return Compared(comparison, work.graded, plain, pure, run, anchor, work.n, work.sizes())


class _Work:
    """What every round of a comparison needs; the last rounds are kept, since they come again."""

    def __init__(
        self, study: Study, comparison: Comparison, forms: Sequence[MatchedForm], how: How
    ) -> None:
        self.how, self.forms, self.limits = how, forms, study.thresholds
        self.n_items = study.responses.n_items
        self.codes = group_codes(comparison)
        self.totals = categories(forms, self.n_items)
        self.graded = ~two_categories(self.totals)
        self.given = self.totals.sum(axis=1) > 0
        self.n = self._persons()
        self.told = self.n.min(axis=1) >= self.limits["dif_compute_min"].value
        self.rounds: dict[bytes, Tested] = {}

    def _persons(self) -> NDArray[np.int64]:
        """(J, 2) persons of each group with a response to the item."""
        found = np.zeros((self.n_items, 2), dtype=np.int64)
        for form in self.forms:
            own = self.codes[form.rows]
            for side in (0, 1):
                found[form.items, side] += (form.studied[own == side] >= 0).sum(axis=0)
        return found

    def sizes(self) -> tuple[int, int]:
        """Persons of the reference and of the focal group who are in a form."""
        codes = np.concatenate([self.codes[form.rows] for form in self.forms])
        return int((codes == 0).sum()), int((codes == 1).sum())

    def tested(self, anchor: Flags | None) -> Tested:
        key = b"" if anchor is None else anchor.tobytes()
        if key not in self.rounds:
            self.rounds[key] = self._tested(anchor)
        return self.rounds[key]

    def _tested(self, anchor: Flags | None) -> Tested:
        cells = dif_cells(self.forms, self.codes, n_items=self.n_items, n_groups=2, anchor=anchor)
        if self.how.matching == "bins":
            cells = in_bands(cells)
        found = mantel_haenszel(cells.counts, self.totals)
        smd = mean_difference_matched(strata_of(cells.counts[self.graded]))
        found = found.where(self.told)
        return Tested(cells, found, smd, self._classes(found, smd, self.told))

    def _classes(self, found: MantelHaenszel, smd: MeanDifference, told: Flags) -> Classes:
        classes = ets_of(found, self.limits, size_only=self.how.size_only)
        if self.graded.any():
            with np.errstate(divide="ignore", invalid="ignore"):
                ratio = np.where(told[self.graded], smd.smd / smd.item_sd, np.nan)
            classes[self.graded] = smd_classes(
                ratio,
                found.p[self.graded],
                moderate=self.limits["dif_smd_moderate"].value,
                large=self.limits["dif_smd_large"].value,
                alpha=self.limits["dif_alpha"].value,
                size_only=self.how.size_only,
            )
        return classes

    def flags(self, tested: Tested) -> Flags:
        """(J,) what is left out of the next matching score.

        Where a group got all right or all wrong no delta is finite and no class is given; such an
        item is left out if it is not chance.
        """
        shown = np.asarray(tested.found.p < self.limits["dif_alpha"].value)
        if self.how.purify_on == "significance":
            return shown
        endless = shown & ~np.isfinite(tested.found.odds_ratio)
        return np.asarray(np.isin(tested.classes, ["B", "C"]) | endless)

    def enough_to_match(self, run: Purified) -> Flags:
        """(J,) the anchor purification came to, or the last one before with enough items."""
        least = self.limits["dif_anchor_min"].value
        for out in (run.flagged, *run.history[::-1]):
            kept = [~out[form.items] for form in self.forms]
            if all(one.all() or one.sum() >= least for one in kept):
                return np.asarray(~out)
        return np.ones(self.n_items, dtype=bool)


def categories(forms: Sequence[MatchedForm], n_items: int) -> NDArray[np.int64]:
    """(J, C) persons of the study by item and category: which categories occur at all."""
    most = max((int(form.marks.max(initial=0)) for form in forms), default=0)
    totals = np.zeros((n_items, most + 1), dtype=np.int64)
    for form in forms:
        for category in range(most + 1):
            totals[form.items, category] += (form.studied == category).sum(axis=0)
    return totals


def ets_of(found: MantelHaenszel, limits: Thresholds, *, size_only: bool) -> Classes:
    """The ETS classes at the thresholds of the study."""
    return ets_classes(
        found.delta,
        found.delta_se,
        moderate=limits["dif_delta_moderate"].value,
        large=limits["dif_delta_large"].value,
        alpha=limits["dif_alpha"].value,
        size_only=size_only,
    )
