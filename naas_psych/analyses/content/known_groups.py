"""Known groups: do people who should know more score higher?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.analyses.forms import left_out_notes, named_booklets
from naas_psych.analyses.items.phrasing import Row, between, known, short
from naas_psych.analyses.options import Omitted
from naas_psych.analysis import Level, analysis
from naas_psych.errors import AnalysisImpossible
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.numerics.mean_difference import (
    Difference,
    pooled_difference,
    standardised_difference,
)
from naas_psych.result import Result, tidy
from naas_psych.study.spec import Levels
from naas_psych.study.study import Study
from naas_psych.thresholds import Thresholds


@analysis
def known_groups(study: Study, *, omitted: Omitted = None, level: Level = 0.95) -> Result:
    """Do people at a higher level of training or experience score higher, as they should?

    Formula
    -------
    g = (mean of the higher group - mean of the lower) / pooled standard deviation, with Hedges'
    correction for small samples, within each form; forms are pooled with weights 1 / variance,
    var(g) = (n1 + n2) / (n1 n2) + g^2 / (2 (n1 + n2)).

    How to read it
    --------------
    A test of what training gives should separate levels of training: .2 is a small difference, .5
    one that is noticed, .8 a large one. Read the interval. No difference may mean that the test
    asks for something else than what people learn, or that the levels do not differ in it.

    When not to use it
    ------------------
    It shows no cause. People of different levels differ in age, route and employer too, and those
    who stayed are not those who began. Needs a column of the persons whose levels have an order:
    [content] levels in study.toml.

    Agrees with
    -----------
    Hedges' g by hand, and esc and effsize of R by their formulas.

    References
    ----------
    hedges_1981

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/naas_pilot")
    >>> list(nps.known_groups(study).tables["contrasts"]["higher"])
    ['supervisor']
    """
    levels = _levels(study)
    counted = omitted or study.omitted
    forms = named_booklets(study, omitted=counted)
    groups = study.persons[levels.column].to_numpy(dtype=object)
    samples = [
        _Sample(
            forms.marks[np.ix_(_rows(b.rows, len(groups)), b.items)].sum(axis=1), groups[b.rows]
        )
        for b in forms.booklets.kept
    ]
    contrasts = list(_contrasts(levels.order))
    made = [pooled_difference(_parts(samples, low, high)) for low, high in contrasts]
    limits = [one.interval(level) for one in made]
    columns: dict[str, Any] = {
        "grouping": [levels.column] * len(made),
        "lower": [low for low, _ in contrasts],
        "higher": [high for _, high in contrasts],
        "n_lower_level": [one.n_first for one in made],
        "n_higher_level": [one.n_second for one in made],
        "g": np.array([one.g for one in made]),
        "g_low": np.array([one.low for one in limits]),
        "g_high": np.array([one.high for one in limits]),
    }
    return Result(
        tables={"contrasts": tidy(columns, {"g": ["too_few_persons"] * len(made)})},
        notes=(
            "Totals are compared within forms; not reached counts as wrong in a total.",
            *left_out_notes(forms.booklets, "they are not compared."),
        ),
    )


@dataclass(frozen=True)
class _Sample:
    """totals (n,) of the persons of one form, and the group of each."""

    totals: NDArray[Any]
    groups: NDArray[np.object_]


def _levels(study: Study) -> Levels:
    levels = study.spec.content.levels
    needed = (
        'Needed: in study.toml, [content] levels = { column = "level", order = ["lower", '
        '"higher"] }, and that column in the persons table.'
    )
    if levels is None:
        raise AnalysisImpossible(f"Nothing says which groups should differ. {needed}")
    if levels.column not in study.persons:
        raise AnalysisImpossible(f"The persons have no column {levels.column!r}. {needed}")
    return levels


def _rows(rows: NDArray[np.int64] | slice, n: int) -> NDArray[np.int64]:
    return np.arange(n)[rows]


def _contrasts(order: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Neighbours, then the ends."""
    yield from pairwise(order)
    if len(order) > 2:
        yield order[0], order[-1]


def _parts(samples: Sequence[_Sample], low: str, high: str) -> Iterator[Difference]:
    for one in samples:
        lower, higher = (one.totals[one.groups == name].astype(np.float64) for name in (low, high))
        yield standardised_difference(lower, higher)


def findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """Levels that the test does not tell apart, or that it orders the other way round."""
    for row in result.tables["contrasts"].to_dict("records"):
        said = _said(row, thresholds)
        if said is not None:
            yield said


def _said(row: Row, thresholds: Thresholds) -> Finding | None:
    g, line = known(row["g"]), thresholds["known_groups_g_min"]
    if g is None or known(row["g_high"]) is None or row["g_high"] >= line.value:
        return None
    return found(
        code="levels_not_separated",
        severity="warning",
        subject=str(row["grouping"]),
        sentence=f"{row['higher']} and {row['lower']} hardly differ in their totals: {short(g)} "
        f"standard deviations{between(row['g_low'], row['g_high'])}, "
        f"{row['n_higher_level']} and {row['n_lower_level']} persons.",
        value=g,
        limits=(row["g_low"], row["g_high"]),
        threshold=line,
    )
