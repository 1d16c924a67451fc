"""Dimensionality: the verdict on how many things a test measures, with the evidence for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.forms import NamedBooklets, named_booklets
from naas_psych.analyses.irt.calibrated import Model
from naas_psych.analyses.options import Omitted, Replicates
from naas_psych.analyses.structure.dependent_pairs import Asked, Dependence, dependence
from naas_psych.analyses.structure.different_halves import Halves
from naas_psych.analyses.structure.dimensionality_drawings import (
    dimensionality_drawings as drawings,
)
from naas_psych.analyses.structure.dimensionality_findings import (
    dimensionality_findings as findings,
)
from naas_psych.analyses.structure.matrices import CodedForm, coded_forms
from naas_psych.analyses.structure.shown_evidence import shown_evidence
from naas_psych.analyses.structure.sides_in_order import SidesInOrder, sides_in_order
from naas_psych.analyses.structure.structure_evidence import (
    FormItems,
    contrast_evidence,
    dependence_evidence,
    form_items,
    halves_evidence,
    halves_of,
)
from naas_psych.analyses.structure.structure_rule import (
    Evidence,
    Seen,
    Verdict,
    agreeing,
    verdict_of,
)
from naas_psych.analysis import Level, Seed, Threads, analysis
from naas_psych.result import Result, tidy
from naas_psych.study.booklets import Booklet
from naas_psych.study.study import Study

__all__ = ["dimensionality", "drawings", "findings"]


@analysis
def dimensionality(
    study: Study,
    *,
    model: Model = "auto",
    replicates: Replicates = 200,
    omitted: Omitted = None,
    level: Level = 0.95,
    seed: Seed = 2017,
    threads: Threads = 1,
) -> Result:
    """Does the test measure one thing, one thing with clusters, or several?

    Formula
    -------
    halves_correlation: items are put on two sides by the first contrast (the largest eigenvalue of
    adjusted Q3) among four fifths of the persons, and HTMT of the two sides is taken in the last
    fifth, five times; limits are bootstrap percentiles. For two equal halves it is the share of
    common variance that one general factor explains. Of each cluster of dependent items one is
    kept. The rule: interval wholly from .70 on, one_dimension (with clusters, one_with_clusters);
    wholly below, and a first contrast beyond chance, several; else, or with fewer than 200 persons
    or six items, where clusters hold more than half of the items, or where halves run against each
    other, cannot_tell.

    How to read it
    --------------
    Read the verdict, then the halves: .97 means that no split of the test sets two different
    orders of persons against each other, .50 that one does. The other criteria are those that
    readers will ask for, each with what it says; they are points without an interval, or find in
    large samples what is too small to matter, and so do not decide. The table halves says which
    items stand on which side; what the two have in common experts must say.

    When not to use it
    ------------------
    It counts what differs between these persons; what everybody knows it cannot see. Four or more
    areas of equal size that correlate .5 each look like a cluster beside what all share: it mostly
    cannot tell, and of few persons may say one: see domain_correlations. Speed and fatigue are
    dimensions too.

    Agrees with
    -----------
    No other program gives this verdict. On simulated tests of one dimension (with guessing, easy,
    of five categories), with a testlet, and of two halves that correlate .5, it was right in the
    shares that tests of this project hold (tests/analyses/test_structure_verdict.py).

    References
    ----------
    yen_1984, henseler_ringle_sarstedt_2015, rodriguez_reise_haviland_2016, horn_1965, velicer_1976,
    hu_bentler_1999

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/mini")
    >>> nps.dimensionality(study, model="rasch").tables["verdicts"]["verdict"].tolist()
    ['cannot_tell']
    """
    forms = coded_forms(study, omitted=omitted)
    asked = Asked(model, omitted or study.omitted, replicates, seed)
    found = dependence(study, asked, threads=threads)
    marked = named_booklets(study, omitted=asked.omitted)
    made = [
        _judged(
            study,
            form,
            found,
            marked,
            replicates=replicates,
            level=level,
            seed=seed,
            threads=threads,
        )
        for form in forms.forms
        if form.n_items >= 2
    ]
    return Result(
        tables={
            "verdicts": _verdicts(made, study),
            "evidence": _evidence(made),
            "halves": _halves(made, study),
        },
        notes=(*forms.notes, *found.made.notes, *_notes(asked)),
        provenance={"seed": seed},
    )


@dataclass(frozen=True)
class _Judged:
    """One form with everything that was looked at."""

    name: str
    seen: Seen
    verdict: Verdict
    items: FormItems
    halves: Halves
    sides: tuple[tuple[int, bool], ...]
    order: SidesInOrder


def _booklet(marked: NamedBooklets, form: CodedForm) -> Booklet | None:
    """The persons with a complete score on the items of a form, if there are any."""
    wanted = set(form.items.tolist())
    fitting = [b for b in marked.booklets.kept if wanted <= set(b.items.tolist())]
    return max(fitting, key=lambda one: one.n, default=None)


def _judged(
    study: Study,
    form: CodedForm,
    found: Dependence,
    marked: NamedBooklets,
    *,
    replicates: int,
    level: float,
    seed: int,
    threads: int,
) -> _Judged:
    limits = study.thresholds
    items = form_items(found, form.items, limits)
    booklet = _booklet(marked, form)
    rows = slice(0, 0) if booklet is None else booklet.rows
    points = marked.marks[rows]
    kept = _varying(points, items.kept)
    halves = halves_of(
        found, kept, rows=rows, points=points, replicates=replicates, seed=seed, level=level
    )
    clusters = len(items.clusters)
    shown = shown_evidence(form, clusters=clusters, thresholds=limits, seed=seed, threads=threads)
    seen = Seen(
        persons=len(points),
        items=kept.size,
        settled=found.made.fit.converged,
        clusters=clusters,
        clustered=sum(at.size for at in items.clusters) / max(items.items.size, 1),
        halves=halves_evidence(halves, limits),
        contrast=contrast_evidence(found, items, limits),
        others=(dependence_evidence(items), *shown),
    )
    sides = tuple(zip(kept.tolist(), halves.side.tolist(), strict=True))
    order = sides_in_order(study, form.form, kept, halves.side)
    return _Judged(form.form, seen, verdict_of(seen, limits), items, halves, sides, order)


def _varying(points: Any, items: Any) -> Any:
    """The items on which these persons differ."""
    if not len(points):
        return items[:0]
    taken = points[:, items]
    return items[taken.min(axis=0) < taken.max(axis=0)]


def _verdicts(made: list[_Judged], study: Study) -> pd.DataFrame:
    agreed = [agreeing(one.verdict, _all(one.seen)) for one in made]
    why = [one.seen.halves.why for one in made]
    return tidy(
        {
            "form": [one.name for one in made],
            "verdict": [one.verdict for one in made],
            "n": [one.seen.persons for one in made],
            "items": [one.items.items.size for one in made],
            "items_kept": [one.seen.items for one in made],
            "clusters": [one.seen.clusters for one in made],
            "clustered_items": [_named(study, one) for one in made],
            "halves_correlation": np.array([one.halves.r for one in made], dtype=float),
            "halves_correlation_low": np.array([one.halves.low for one in made], dtype=float),
            "halves_correlation_high": np.array([one.halves.high for one in made], dtype=float),
            "criteria_agree": [agree for agree, _ in agreed],
            "criteria": [spoken for _, spoken in agreed],
            "settled": [one.seen.settled for one in made],
            "place_side_1": np.array([one.order.first for one in made], dtype=float),
            "place_side_2": np.array([one.order.second for one in made], dtype=float),
            "p_place": np.array([one.order.p for one in made], dtype=float),
        },
        {
            "place_side_1": why,
            "place_side_2": why,
            "p_place": why,
            "halves_correlation": why,
            "halves_correlation_low": [one.seen.halves.why_limits for one in made],
            "halves_correlation_high": [one.seen.halves.why_limits for one in made],
        },
    )


def _named(study: Study, one: _Judged) -> str:
    """`A13, A14, A15, A16; A20, A21`, or nothing."""
    ids = study.responses.item_ids
    return "; ".join(", ".join(ids[j] for j in at) for at in one.items.clusters)


def _all(seen: Seen) -> tuple[Evidence, ...]:
    return (seen.halves, seen.contrast, *seen.others)


def _evidence(made: list[_Judged]) -> pd.DataFrame:
    rows = [(one.name, each) for one in made for each in _all(one.seen)]
    no_line = ["no_line"] * len(rows)
    return tidy(
        {
            "form": [form for form, _ in rows],
            "criterion": [each.criterion for _, each in rows],
            "value": np.array([each.value for _, each in rows], dtype=float),
            "value_low": np.array([each.low for _, each in rows], dtype=float),
            "value_high": np.array([each.high for _, each in rows], dtype=float),
            "minimum": np.array([each.minimum for _, each in rows], dtype=float),
            "target": np.array([each.target for _, each in rows], dtype=float),
            "says": [each.says for _, each in rows],
            "decides": [each.decides for _, each in rows],
        },
        {
            "value": [each.why for _, each in rows],
            "value_low": [each.why_limits for _, each in rows],
            "value_high": [each.why_limits for _, each in rows],
            "minimum": no_line,
            "target": no_line,
        },
    )


def _halves(made: list[_Judged], study: Study) -> pd.DataFrame:
    ids = study.responses.item_ids
    rows = [(one.name, ids[j], 1 if side else 2) for one in made for j, side in one.sides]
    return pd.DataFrame(rows, columns=["form", "item_id", "side"])


def _notes(asked: Asked) -> Iterator[str]:
    yield (
        "halves_correlation, first_contrast and dependent_groups decide; the other criteria are "
        "shown for readers who know them."
    )
    yield "Of each cluster of dependent items one is kept before halves and contrast are found."
    if asked.replicates < 2:
        yield "Without replicates there are no intervals, and so no verdict."
