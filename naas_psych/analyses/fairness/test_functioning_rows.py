"""The rows of test functioning: in marks by form, at each cut, and along theta."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from naas_psych.analyses.fairness.freed_comparisons import (
    Compared,
    Row,
    table_of,
    verdict_of,
    with_limits,
)
from naas_psych.analyses.fairness.freed_forms import FreedForm
from naas_psych.analyses.fairness.group_calibration import FOCAL, REFERENCE
from naas_psych.analyses.outcomes import FormTotals, total_at
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.functioning import Functioning, functioning
from naas_psych.study.responses import Counted
from naas_psych.study.spec import Cut
from naas_psych.study.study import Study

HEAD = ("form", "group", "reference", "focal", "n_reference", "n_focal")
COUNTS = ("n_reference", "n_focal")
_MEASURES = ("dtf", "dtf_percent", "dtf_unsigned", "dtf_overall", "dtf_unsigned_overall", "essd")
#: Nodes of the table along theta.
_CURVE = np.arange(-3.0, 3.01, 0.25)


def limited(*names: str) -> tuple[str, ...]:
    """Every name with its limits."""
    return tuple(f"{name}{end}" for name in names for end in ("", "_low", "_high"))


def form_table(
    study: Study, found: Sequence[Compared], forms: Sequence[FormTotals], level: float
) -> pd.DataFrame:
    """One row a comparison and form: the difference in marks."""
    rows = []
    for one in found:
        for totals in forms:
            form = one.forms.get(totals.name)
            row: Row = {"form": totals.name, **one.head(study.thresholds)}
            why = one.why_none(study.thresholds)
            freed = 0.0 if why == "no_item_freed" else np.nan
            row |= {"items_freed": freed, "freed": None, "why": why}
            if form is not None:
                row |= {"why": None, **_in_marks(study, one, form, level)}
            rows.append(row)
    columns = (*HEAD, "items_freed", "freed", *limited(*_MEASURES), "persons_needed")
    return table_of(rows, columns, text=(*HEAD[:4], "freed"), counts=COUNTS)


def _in_marks(study: Study, one: Compared, form: FreedForm, level: float) -> Row:
    curves = form.expected(REFERENCE, form.theta), form.expected(FOCAL, form.theta)
    focal = functioning(*curves, form.weight(FOCAL))
    everybody = _everybody(one, form, curves)
    width = form.totals.high - form.totals.low
    drawn = {
        "dtf": focal.signed,
        "dtf_percent": 100 * focal.signed / (width if width > 0 else np.nan),
        "dtf_unsigned": focal.unsigned,
        "dtf_overall": everybody.signed,
        "dtf_unsigned_overall": everybody.unsigned,
        "essd": focal.effect,
    }
    names = [study.responses.item_ids[j] for j in form.freed]
    row: Row = {"items_freed": float(len(names)), "freed": ", ".join(names)}
    for name, values in drawn.items():
        row |= with_limits(name, values, level)
    return row


def _everybody(one: Compared, form: FreedForm, curves: tuple[Floats, Floats]) -> Functioning:
    both = one.n_reference * form.weight(REFERENCE) + one.n_focal * form.weight(FOCAL)
    return functioning(*curves, both)


def cut_table(
    study: Study,
    found: Sequence[Compared],
    forms: Sequence[FormTotals],
    cuts: Mapping[str, Cut],
    *,
    omitted: Counted | None,
    level: float,
) -> pd.DataFrame:
    """One row a comparison, form and cut: what the freed items do to persons who stand there."""
    rows = []
    for one in found:
        for totals in forms:
            for name, cut in cuts.items():
                row: Row = {"cut": name, "form": totals.name, **one.head(study.thresholds)}
                form = one.forms.get(totals.name)
                if form is None:
                    row |= {"why": one.why_none(study.thresholds)}
                    row |= {"verdict": one.without_freed(study.thresholds)}
                else:
                    total = total_at(study, totals, cut, omitted)
                    row |= _at_cut(study, one, form, total, level)
                rows.append(row)
    columns = ("cut", *HEAD, "cut_theta", *limited("expected_difference"), "sem_at_cut")
    columns += limited("dtf_sem_share")
    columns += ("chance_reference", "chance_focal", *limited("chance_difference"))
    columns += (*limited("rate_change", "persons_changed"), "verdict", "persons_needed")
    return table_of(rows, columns, text=("cut", *HEAD[:4], "verdict"), counts=COUNTS)


def _at_cut(study: Study, one: Compared, form: FreedForm, total: float, level: float) -> Row:
    theta = form.theta_at(total)
    if not np.isfinite(theta):
        return {"why": "no_such_theta", "verdict": "cannot_tell"}
    there = np.array([theta])
    gap = (form.expected(FOCAL, there) - form.expected(REFERENCE, there))[:, 0]
    sem = form.sem(theta)
    reference, focal = (form.chance(g, there, total)[:, 0] for g in (REFERENCE, FOCAL))
    row: Row = {"why": None, "cut_theta": theta, "sem_at_cut": sem}
    row |= with_limits("expected_difference", gap, level)
    row |= with_limits("dtf_sem_share", gap / (sem if sem > 0 else np.nan), level)
    row |= {"chance_reference": float(reference[0]), "chance_focal": float(focal[0])}
    row |= with_limits("chance_difference", focal - reference, level)
    row |= _people(one, form, total, level)
    line = study.thresholds["dtf_sem_share_max"].value
    verdict = verdict_of(row["dtf_sem_share_low"], row["dtf_sem_share_high"], line)
    return row | {"verdict": one.judged(verdict, study.thresholds)}


def _people(one: Compared, form: FreedForm, total: float, level: float) -> Row:
    """Over the focal group: the change of the share that meets the cut, and of decisions."""
    share = form.weight(FOCAL)
    gap = form.chance(FOCAL, form.theta, total) - form.chance(REFERENCE, form.theta, total)
    n = int(one.comparison.focal.members[form.totals.rows].sum())
    row = with_limits("rate_change", gap @ share, level)
    return row | with_limits("persons_changed", n * (np.abs(gap) @ share), level)


def curve_table(found: Sequence[Compared], level: float) -> pd.DataFrame:
    """The difference in expected marks along theta, where items were freed."""
    rows = [row for one in found for form in one.forms.values() for row in _curve(one, form, level)]
    columns = ("form", "group", "reference", "focal", "theta", *limited("expected_difference"))
    return table_of(rows, columns, text=HEAD[:4], counts=())


def _curve(one: Compared, form: FreedForm, level: float) -> Iterator[Row]:
    gap = form.expected(FOCAL, _CURVE) - form.expected(REFERENCE, _CURVE)
    c = one.comparison
    for k, theta in enumerate(_CURVE):
        row: Row = {"form": form.totals.name, "group": c.group, "reference": c.reference.name}
        row |= {"focal": c.focal.name, "theta": float(theta)}
        yield row | with_limits("expected_difference", gap[:, k], level)
