"""Two groups beside each other form by form: their scores in per cent of the marks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from naas_psych.analyses.forms import left_out_notes, named_booklets
from naas_psych.analyses.outcomes import FormTotals
from naas_psych.numerics.score_gap import Pair, comparable
from naas_psych.study.groupings import Comparison, Flags
from naas_psych.study.responses import Counted
from naas_psych.study.study import Study
from naas_psych.thresholds import Thresholds


def score_pairs(forms: Sequence[FormTotals], one: Comparison) -> tuple[Pair, ...]:
    """The forms on which both groups have two persons or more with a score."""
    return comparable(
        [
            Pair(*(_percent(form, level.members) for level in (one.reference, one.focal)))
            for form in forms
        ]
    )


def _percent(form: FormTotals, members: Flags) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    found = form.percent[members[form.rows]]
    return np.asarray(found[np.isfinite(found)])


def persons_with_total(forms: Sequence[FormTotals], members: Flags) -> int:
    """How many of these persons have a total on some form."""
    return int(sum(members[form.rows].sum() for form in forms))


def enough(n_reference: int, n_focal: int, limits: Thresholds, rule: str) -> bool:
    """Whether the smaller of two groups has the persons that a threshold asks for."""
    return bool(min(n_reference, n_focal) >= limits[rule].value)


def total_notes(study: Study, omitted: Counted | None) -> tuple[str, ...]:
    """How absences count in a total, and who has none."""
    asked = omitted or study.omitted
    counts = {"wrong": "counts as wrong", "left_out": "leaves the person out"}
    found = named_booklets(study, omitted=asked)
    unreached = counts[study.unreached(asked)]
    return (
        f"An omitted response {counts[asked]}; an item not reached {unreached}.",
        *left_out_notes(found.booklets, "they are not compared."),
    )
