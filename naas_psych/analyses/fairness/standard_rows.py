"""The chance to meet each cut at equal ability: form beside form, and group beside group."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from naas_psych.analyses.fairness.freed_comparisons import (
    Asked,
    Compared,
    Row,
    table_of,
    verdict_of,
    with_limits,
)
from naas_psych.analyses.fairness.freed_forms import FreedForm
from naas_psych.analyses.fairness.group_calibration import FOCAL, REFERENCE
from naas_psych.analyses.fairness.test_functioning_rows import COUNTS, HEAD, limited
from naas_psych.analyses.irt.calibrated import Calibrated, calibrated
from naas_psych.analyses.outcomes import FormTotals, total_at
from naas_psych.irt.model import probabilities
from naas_psych.irt.scores.drawn_curves import drawn_parameters, drawn_probabilities
from naas_psych.irt.scores.score_distribution import form_of, score_distribution
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.functioning import where_it_reaches
from naas_psych.study.responses import Counted
from naas_psych.study.spec import Cut
from naas_psych.study.study import Study

#: Rounding of sums: a total this near a cut stands on it.
_NEAR = 1e-9
_FORM_TEXT = ("cut", "reference_form", "form", "verdict")
_FORM_COLUMNS = (
    *("cut", "reference_form", "form", "n_reference_form", "n_form", "cut_theta"),
    *("chance_reference", "chance_focal", *limited("points_apart"), "verdict"),
)
_GROUP_COLUMNS = (
    *("cut", *HEAD, "cut_theta", "chance_reference", "chance_focal"),
    *(*limited("points_apart"), "verdict", "persons_needed"),
)


@dataclass(frozen=True, eq=False)
class _Joint:
    """All forms on one scale, with draws of the parameters; unit : marks of a raw point."""

    made: Calibrated
    drawn: Floats
    unit: float


def form_rows(
    study: Study, forms: Sequence[FormTotals], cuts: Mapping[str, Cut], asked: Asked
) -> pd.DataFrame:
    """One row a cut and form, beside the largest form; none with one form.

    Raises
    ------
    AnalysisImpossible
        The forms cannot be calibrated together.
    """
    rows: list[Row] = []
    if len(forms) > 1:
        joint = _joint(study, asked)
        for name, cut in cuts.items():
            totals = [total_at(study, form, cut, asked.omitted) for form in forms]
            pairs = list(zip(forms, totals, strict=True))
            rows += [{"cut": name} | row for row in _beside(study, joint, pairs, asked.level)]
    return table_of(rows, _FORM_COLUMNS, text=_FORM_TEXT, counts=("n_reference_form", "n_form"))


def _joint(study: Study, asked: Asked) -> _Joint:
    made = calibrated(
        study, omitted=asked.omitted, standard_errors="observed", threads=asked.threads
    )
    drawn = drawn_parameters(made.fit, asked.draws, seed=asked.seed)
    return _Joint(made, drawn, study.responses.unit)


def _beside(
    study: Study, joint: _Joint, pairs: Sequence[tuple[FormTotals, float]], level: float
) -> Iterator[Row]:
    """Every form but the first with the total that meets the cut on it."""
    first, needed = pairs[0]
    theta = _theta_of(joint, first, needed)
    for form, total in pairs[1:]:
        row: Row = {"reference_form": first.name, "form": form.name}
        row |= {"n_reference_form": first.rows.size, "n_form": form.rows.size}
        if not np.isfinite(theta):
            yield row | {"why": "no_such_theta", "verdict": "cannot_tell"}
            continue
        chances = (_chance(joint, *pair, theta=theta) for pair in ((first, needed), (form, total)))
        yield row | {"cut_theta": theta} | _apart(study, *chances, level=level)


def _apart(study: Study, reference: Floats, focal: Floats, *, level: float) -> Row:
    row: Row = {"chance_reference": float(reference[0]), "chance_focal": float(focal[0])}
    row |= with_limits("points_apart", 100 * (focal - reference), level)
    line = study.thresholds["equal_standard_points_max"].value
    return row | {"verdict": verdict_of(row["points_apart_low"], row["points_apart_high"], line)}


def _lost(made: Calibrated, form: FormTotals) -> float:
    """Raw points on items of the form that have no curve: everybody earns the same."""
    lost = [int(j) for j in form.items if made.fit.reasons[int(j)] is not None]
    return float(sum(max(int(made.points[:, j].max()), 0) for j in lost))


def _theta_of(joint: _Joint, form: FormTotals, total: float) -> float:
    """Where the expected total of the form is `total`; nan if that is nowhere."""
    made = joint.made
    found = form_of(made.fit, [int(j) for j in form.items])
    base = found.lowest + _lost(made, form)

    def expected(theta: Floats) -> Floats:
        p = probabilities(made.fit.model, made.fit.x, theta)[found.columns]
        return np.asarray(np.einsum("jk,jkq->q", found.points.astype(float), p) + base)

    return where_it_reaches(expected, total / joint.unit)


def _chance(joint: _Joint, form: FormTotals, total: float, *, theta: float) -> Floats:
    """(R + 1,) chance of a total of at least `total` on the form at theta, for every draw."""
    fit = joint.made.fit
    found = form_of(fit, [int(j) for j in form.items])
    p = drawn_probabilities(fit, joint.drawn, np.array([theta]), found.columns)
    scores = score_distribution(np.moveaxis(p[..., 0], 0, 2), found.points)
    points = total / joint.unit - _lost(joint.made, form) - found.lowest
    return np.asarray(scores[max(int(np.ceil(points - _NEAR)), 0) :].sum(axis=0))


def group_rows(
    study: Study,
    found: Sequence[Compared],
    forms: Sequence[FormTotals],
    cuts: Mapping[str, Cut],
    *,
    omitted: Counted | None,
    level: float,
) -> pd.DataFrame:
    """One row a comparison, form and cut."""
    rows: list[Row] = []
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
                    row |= _group(study, form, total, level)
                    row["verdict"] = one.judged(row["verdict"], study.thresholds)
                rows.append(row)
    return table_of(rows, _GROUP_COLUMNS, text=("cut", *HEAD[:4], "verdict"), counts=COUNTS)


def _group(study: Study, form: FreedForm, total: float, level: float) -> Row:
    theta = form.theta_at(total)
    if not np.isfinite(theta):
        return {"why": "no_such_theta", "verdict": "cannot_tell"}
    there = np.array([theta])
    chances = [form.chance(group, there, total)[:, 0] for group in (REFERENCE, FOCAL)]
    return {"cut_theta": theta} | _apart(study, *chances, level=level)


def summary_rows(
    forms: pd.DataFrame, groups: pd.DataFrame, cuts: Mapping[str, Cut]
) -> pd.DataFrame:
    """One row a cut: the largest difference that could be measured, and how many could not."""
    return table_of(
        [_summary(name, forms, groups) for name in cuts],
        (
            *("cut", "comparisons", "comparisons_large", "comparisons_untold"),
            *(*limited("points_apart"), "between", "verdict"),
        ),
        text=("cut", "between", "verdict"),
        counts=("comparisons", "comparisons_large", "comparisons_untold"),
    )


def _summary(cut: str, forms: pd.DataFrame, groups: pd.DataFrame) -> Row:
    own = [part[part["cut"] == cut].to_dict("records") for part in (forms, groups)]
    rows = [row | {"between": f"form {row['form']} and {row['reference_form']}"} for row in own[0]]
    rows += [
        row
        | {"between": f"{row['focal']} and {row['reference']} ({row['group']}), form {row['form']}"}
        for row in own[1]
    ]
    verdicts = [row["verdict"] for row in rows]
    measured = [row for row in rows if np.isfinite(row["points_apart"])]
    counts: Row = {
        "cut": cut,
        "comparisons": len(rows),
        "comparisons_large": verdicts.count("large"),
        "comparisons_untold": verdicts.count("cannot_tell"),
        "why": "nothing_measured",
    }
    if "large" in verdicts:
        counts["verdict"] = "large"
    else:
        told = bool(rows) and "cannot_tell" not in verdicts
        counts["verdict"] = "negligible" if told else "cannot_tell"
    if not measured:
        return counts
    top = max(measured, key=lambda row: abs(row["points_apart"]))
    names = (*limited("points_apart"), "between")
    return counts | {name: top[name] for name in names} | {"why": None}
