"""Angoff: which score do judges expect of a person on the border, and how sure is that?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated

import numpy as np
from pydantic import Field

from naas_psych.analyses.forms import in_form, of_form
from naas_psych.analyses.standard.angoff_cuts import components_table, cuts_table
from naas_psych.analyses.standard.angoff_drawings import angoff_drawings as drawings
from naas_psych.analyses.standard.angoff_findings import angoff_findings as findings
from naas_psych.analyses.standard.angoff_judges import (
    items_table,
    judges_table,
    realism_table,
    setters_table,
)
from naas_psych.analyses.standard.angoff_panel import (
    Panel,
    curve_of,
    everyone,
    form_error,
    near,
)
from naas_psych.analyses.standard.angoff_ratings import boundaries, rated_forms
from naas_psych.analyses.standard.angoff_rounds import (
    agreement_table,
    judge_rounds_table,
    rounds_table,
)
from naas_psych.analyses.standard.angoff_sizes import d_study_table, precision_table
from naas_psych.analysis import Level, analysis
from naas_psych.errors import AnalysisImpossible
from naas_psych.result import Result
from naas_psych.study.study import Study

__all__ = ["angoff", "drawings", "findings"]

Boundary = Annotated[
    str | None,
    Field(
        description="the cut that the column probability is about, by name; default: as "
        "[standard] boundaries says, else the highest cut of the study"
    ),
]


@analysis
def angoff(study: Study, *, boundary: Boundary = None, level: Level = 0.95) -> Result:
    """Which score do judges expect of a person on the border, and how sure is that?

    Formula
    -------
    Judge's cut = sum over items of marks times the judged probability (of items with more marks:
    the expected share of them; yes/no: 1 or 0). cut = mean over J judges; cut_se = s / sqrt(J),
    t limits with J - 1 df. Generalizability: r = judge + item + rest, s2_j, s2_i, s2_ji by analysis
    of variance; Var(mean share) = s2_j / J + s2_ji / (J I), items drawn anew + s2_i / I, with the
    squared shares of the marks summed for 1 / I where marks differ. Gaps: judge + item by least
    squares. judges_adequate, judges_firm: fewest judges with an error of the cut of a half, a
    quarter SEM. Self-consistency (van der Linden): theta_j with expected total = the judge's cut,
    E = mean |rating - P(theta_j)|, M = mean max(P, 1 - P), (M - E) / M.

    How to read it
    --------------
    The cut is what this panel holds to be enough, as sure as cut_low to cut_high: other judges of
    the same kind, the same items. candidate_error adds the error of one person's total. An error up
    to a quarter of the SEM with 10 judges is firm, up to a half adequate. realism_r and
    realism_slope_true near the cut say whether judged chances are those of persons who stand there.

    When not to use it
    ------------------
    cut_se knows nothing of other methods, other descriptions of the borderline person or other
    training: another panel elsewhere may differ more. Judges who were shown the same numbers
    agree for that reason too. Yes/no ratings push the cut away from the middle. Ratings that do
    not follow the items (realism_r below .40) make no standard for these items.

    Agrees with
    -----------
    A worked example to its digits (cuts, components, both errors, self-consistency); ICC and limits
    with psych's ICC2 and ICC2k to six digits.

    References
    ----------
    angoff_1971, impara_plake_1997, hambleton_plake_1995, brennan_lockwood_1980,
    van_der_linden_1982, mcgraw_wong_1996, hurtz_hertz_1999, cohen_kane_crooks_1999

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/naas_pilot")
    >>> cuts = nps.angoff(study).tables["cuts"].query("final and cut_name == 'met'")
    >>> cuts[["form", "cut", "cut_low", "cut_high", "unit"]].round(1).to_dict("records")[0]
    {'form': 'alpha', 'cut': 46.1, 'cut_low': 43.9, 'cut_high': 48.2, 'unit': 'raw'}
    """
    forms = rated_forms(study, boundary)
    if not forms:
        raise AnalysisImpossible(
            "No judge rated an item of this study for a cut. Needed: a table angoff (judge_id, "
            "item_id, probability, and form_id and round where there are several)."
        )
    groups = [[Panel(f, last, level) for last in range(len(f.rounds))] for f in forms]
    panels = [group[-1] for group in groups]
    shown, limits = study.spec.standard.shown, study.thresholds
    errors = [form_error(study, f) for f in forms]
    whole = [everyone(study, f) for f in forms]
    least = int(limits["angoff_near_persons_min"].value)
    close = [near(study, p, e, least=least) for p, e in zip(panels, errors, strict=True)]
    curves = [curve_of(study, f) for f in forms]
    return Result(
        tables={
            "cuts": cuts_table(groups, shown),
            "cut_precision": precision_table(panels, errors, limits),
            "judges": judges_table(panels, close, curves, limits),
            "setters": setters_table(study, panels),
            "components": components_table(panels),
            "d_study": d_study_table(panels, errors),
            "rounds": rounds_table(groups, shown),
            "judge_rounds": judge_rounds_table(groups),
            "agreement": agreement_table(groups),
            "realism": realism_table(panels, whole, close),
            "items": items_table(study, panels, whole, close, limits),
        },
        notes=tuple(_notes(panels)),
        provenance={
            "method": "yes_no" if _yes_no(panels) else "probabilities",
            "highest": boundaries(study, boundary).get("probability", ""),
            "realism_r_min": limits["angoff_realism_r_min"].value,
        },
    )


def _yes_no(panels: Sequence[Panel]) -> bool:
    """Whether every rating is 0 or 1."""
    return all(bool(np.isin(p.ratings[np.isfinite(p.ratings)], (0.0, 1.0)).all()) for p in panels)


def _notes(panels: Sequence[Panel]) -> Iterator[str]:
    yield (
        "A cut is made of the last rating that each judge gave each item by the end of the round; "
        "the last row (final) is the panel's. Judges who left before the last round that covered "
        "the form do not count."
    )
    if _yes_no(panels):
        yield "All ratings are 0 or 1: this is the yes/no form of the method."
    if any((p.rated.weights > 1).any() for p in panels):
        yield "Of an item with several marks the rating is the expected share of them."
    for panel in panels[: len({p.rated.form for p in panels})]:
        yield from _of_form(panel)


def _of_form(panel: Panel) -> Iterator[str]:
    rated, where = panel.rated, of_form(panel.rated.form)
    gone = [name for name in rated.judges if name not in panel.judges]
    if gone:
        yield f"Left early{in_form(rated.form)}: {', '.join(gone)}."
    parts = [r for r, whole in zip(rated.rounds, rated.whole, strict=True) if not whole]
    if parts:
        numbers = ", ".join(f"{r:g}" for r in parts)
        yield (
            f"In round {numbers} a part of the items{where} was rated again; what was not stands "
            "as it was, and `rounds` compares the common items."
        )
    gaps = int(np.isnan(panel.ratings[:, panel.used]).sum())
    if gaps and panel.cuts.filled is not None:
        yield f"{gaps} ratings{where} are missing and filled by judge + item."
    missing = rated.unrated + int((~panel.used).sum())
    if missing:
        yield (
            f"{missing} items{where} were rated by nobody who counts; the cut takes them to be as "
            "hard as the others."
        )
