"""What a cut says about how much a false pass weighs against a false fail."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import numpy as np
from pydantic import Field

from naas_psych.analyses.cutscores.loss_drawings import loss_drawings as drawings
from naas_psych.analyses.cutscores.loss_findings import loss_findings as findings
from naas_psych.analyses.cutscores.loss_pairs import (
    Pairs,
    Standard,
    drawn_reaching,
    pairs_at,
    pairs_of,
)
from naas_psych.analyses.cutscores.loss_rows import (
    Held,
    Losses,
    curve_table,
    implied_table,
    losses_table,
)
from naas_psych.analyses.cutscores.loss_standards import ITSELF, standards
from naas_psych.analyses.cutscores.sweep_axis import Axis, operational
from naas_psych.analyses.cutscores.swept import Swept, swept
from naas_psych.analyses.options import Cuts, Omitted
from naas_psych.analysis import Level, Seed, analysis
from naas_psych.errors import AnalysisImpossible, UsageError
from naas_psych.irt.classification.lee import Reaching
from naas_psych.result import Result
from naas_psych.study.cells import number
from naas_psych.study.cutting import SPELLINGS
from naas_psych.study.responses import Counted
from naas_psych.study.study import Study

__all__ = ["cut_losses", "drawings", "findings"]

#: What a false pass weighs to what a false fail does.
RATIOS = ("1:5", "1:3", "1:2", "1:1", "2:1", "3:1", "5:1", "10:1")

Loss = Annotated[
    list[str] | None,
    Field(
        description="what a false pass weighs to what a false fail does, as 2:1, once or more; "
        "default: from 1:5 to 10:1"
    ),
]
Draws = Annotated[
    int, Field(ge=100, le=100_000, description="most draws of other samples of persons")
]


@analysis
def cut_losses(
    study: Study,
    *,
    cut: Cuts = None,
    loss: Loss = None,
    draws: Draws = 1000,
    omitted: Omitted = None,
    seed: Seed = 2017,
    level: Level = 0.95,
) -> Result:
    """Which cut is best if one kind of error weighs more, and what does a cut say it weighs?

    Formula
    -------
    R(c) = L_FP P(T < t, X >= c) + L_FN P(T >= t, X < c) over every attainable total c, with the
    standard t fixed: T is the expected total at theta. The best cut has the least R; the flat
    stretch around it has R up to loss_flat_share above that. A cut c is best for ratios L_FP : L_FN
    from max over c' < c of [FN(c) - FN(c')] / [FP(c') - FP(c)] to the min of the same over c' > c;
    implied_ratio is their geometric mean.

    How to read it
    --------------
    `losses`: put the cut higher than the standard where a false pass weighs more, lower where a
    false fail does. Loss is per person, in units of what the ratio counts. `implied`: every cut is
    a judgement of how the two errors weigh, stated or not; this says which. The standard is the cut
    itself, and where there is one the cut that the panel recommends. Limits come from other samples
    of the persons and, for the panel's standard, from other panels.

    When not to use it
    ------------------
    Nobody can read from test data how much an error weighs: that is for those who answer for it.
    All errors of a kind weigh the same here, the near ones and the far ones.

    Agrees with
    -----------
    A search through every cut by hand. False passes and fails at a standard that is the cut itself
    are those of cut_sweep.

    References
    ----------
    van_der_linden_mellenbergh_1977, huynh_1976_psychometrika, lord_wingersky_1984

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/mini")
    >>> result = nps.cut_losses(study, loss=["1:1"], draws=100)
    >>> result.tables["losses"][["cut_name", "loss_ratio", "best_cut"]].to_dict("records")
    [{'cut_name': 'met', 'loss_ratio': '1:1', 'best_cut': 6.0}]
    """
    losses = _asked(loss)
    found = swept(study, cut=cut, omitted=omitted, draws=draws, seed=seed)
    if not found.placed:
        raise AnalysisImpossible(
            f"No pass mark is given. Needed: --cut {SPELLINGS}, or [cuts] in study.toml."
        )
    if found.why_no_model:
        raise AnalysisImpossible(
            f"Wrong outcomes cannot be told without a response model: {found.why_no_model}"
        )
    held = [one for place in range(len(found.forms)) for one in _held(study, found, place, omitted)]
    flat = study.thresholds["loss_flat_share"].value
    return Result(
        tables={
            "losses": losses_table(held, losses, flat, level),
            "implied": implied_table(held, level),
            "curve": curve_table(held, losses),
        },
        notes=(
            "The standard stays where it is while the cut moves; a person's true score is the "
            "total expected at his or her ability.",
            "What an error weighs is a judgement; no test data settle it.",
            *found.notes,
        ),
        provenance={"draws": found.n_draws, "loss_flat_share": flat},
    )


def _asked(given: Sequence[str] | None) -> Losses:
    names = tuple(dict.fromkeys(text.strip() for text in given)) if given else RATIOS
    return Losses(names, np.array([_pair(name) for name in names]))


def _pair(text: str) -> tuple[float, float]:
    parts = [number(part.strip()) for part in text.split(":")]
    good = len(parts) == 2 and all(p is not None and np.isfinite(p) and p > 0 for p in parts)
    if not good:
        raise UsageError(
            f"--loss {text!r} is no ratio. Expected: two numbers above 0, as 2:1 (a false pass "
            "weighs twice as much as a false fail)."
        )
    return float(parts[0] or 0.0), float(parts[1] or 0.0)


def _held(study: Study, found: Swept, place: int, omitted: Counted | None) -> list[Held]:
    """Every standard of one form."""
    form, swept_form = found.totals[place], found.forms[place]
    axis, modelled = swept_form.axis, swept_form.modelled
    if modelled is None or axis.attainable < 2:
        return []
    spread = drawn_reaching(study, found, place, omitted)
    n = axis.attainable
    where = operational(axis.exact[0], n - 1)
    cuts = {axis.names[k]: int(where[k]) for k in axis.asked}
    made = []
    for one in standards(study, found, place):
        drawn = None if spread is None else _spread(spread, one, n, found.seed)
        made.append(
            Held(
                form=form.name,
                standard=one,
                standard_percent=100 * one.step / (n - 1),
                totals=axis.cut[:n],
                percent=axis.percent[:n],
                cut=cuts[one.cut_name] if cuts[one.cut_name] < n else None,
                point=_point(modelled.reaching, one, axis),
                spread=drawn,
            )
        )
    return made


def _point(reach: Reaching, one: Standard, axis: Axis) -> Pairs:
    """At the estimates; a standard that is a cut of the axis has a row of its own."""
    if one.source == ITSELF:
        place = axis.attainable + axis.names[axis.attainable :].index(one.cut_name)
        return pairs_of(reach, place, axis.attainable)
    return pairs_at(reach, np.asarray(one.step), axis.attainable)


def _spread(reach: Reaching, one: Standard, n: int, seed: int) -> Pairs:
    return pairs_at(reach, one.drawn(len(reach.both), seed=seed), n)
