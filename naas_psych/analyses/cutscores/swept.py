"""Every cut of a study swept once: what all analyses of pass marks start from.

    found = swept(study, cut=["63%"], omitted=None, draws=1000, seed=2017)
    found.whole.observed.share     (C,) share below each cut of found.whole.axis, all forms
    found.whole.below              (R, C) draws of it: clusters of persons drawn again
    found.whole.modelled.point     false_pass, false_fail, ... at each cut; .draws the same (R, C)
    found.whole.modelled.reaching  every pair of cuts
    weighted(study, found, w)      the same share and draws for any weights (N,) of persons: those
                                   of a group (0 and 1), or weights to a population
    found.weights()                blocks (b, G) of the random weights behind every draw

Nothing here knows of the judges' error: `judged` (sweep_judges.py) moves the cut.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from naas_psych.analyses.clusters import Clusters, clusters_of
from naas_psych.analyses.cutscores.sweep_axis import ALL_FORMS, Axis, form_axis, whole_axis
from naas_psych.analyses.cutscores.sweep_base import Base, observed_shares, world_of
from naas_psych.analyses.cutscores.sweep_model import (
    Measures,
    error_at,
    measures_at,
    mixed,
    reaching_of,
)
from naas_psych.analyses.cutscores.sweep_run import (
    BLOCK,
    Run,
    block_weights,
    drawn_until_enough,
    of_all_forms,
)
from naas_psych.analyses.fairness.outcome_counts import PlacedCut, placed_cuts
from naas_psych.analyses.kept import kept
from naas_psych.analyses.outcomes import FormTotals, form_totals
from naas_psych.irt.classification.lee import Reaching
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.cluster_shares import ClusterShares
from naas_psych.study.responses import Counted
from naas_psych.study.study import Study


@dataclass(frozen=True, eq=False)
class Modelled:
    """By the response model: `point` (C,), every pair of cuts, and draws (R, C) if there are any.

    error : (C,) SD in steps of the total of a person whose true score is at the cut
    """

    point: Measures
    reaching: Reaching
    error: Floats
    draws: Measures | None


@dataclass(frozen=True, eq=False)
class SweptForm:
    """One form, or all forms together, at the C cuts of its axis.

    n : persons with a total; observed : share below each cut, with its sampling error
    below : (R, C) draws of that share; modelled : None where scores could not be calibrated
    """

    name: str
    n: int
    axis: Axis
    observed: ClusterShares
    below: Floats
    modelled: Modelled | None


@dataclass(frozen=True, eq=False)
class Swept:
    """All forms together (`whole`), and each form.

    placed : the cuts asked for; totals : the forms with their persons' totals
    n_draws, seed : of the random weights; halved : draws moved back into the model
    mcse : largest Monte-Carlo error of a limit, as a share of the width of its interval
    """

    whole: SweptForm
    forms: tuple[SweptForm, ...]
    totals: tuple[FormTotals, ...]
    placed: tuple[PlacedCut, ...]
    clusters: Clusters
    n_draws: int
    seed: int
    halved: int
    mcse: float
    why_no_model: str
    notes: tuple[str, ...]

    def weights(self) -> Iterator[Floats]:
        """Blocks (b, G) of random weights; the same for everything made from this sweep."""
        for start in range(0, self.n_draws, BLOCK):
            yield block_weights(self.clusters.n, start, self.n_draws, seed=self.seed)


def swept(
    study: Study,
    *,
    cut: Sequence[str] | None = None,
    omitted: Counted | None = None,
    draws: int = 1000,
    seed: int = 2017,
    threads: int = 1,
    grid: Sequence[str] = (),
) -> Swept:
    """Sweep every attainable cut and those asked for; made once for a study and these options.

    `grid` are further cuts, which are swept but asked for by no name.

    Draws come in blocks of 250 until the Monte-Carlo error of every limit is below mcse_share_max
    of its interval, at most `draws`.

    Raises
    ------
    UsageError
        A cut has no unit, or lies outside the scale.
    AnalysisImpossible
        Nobody has a total.
    """
    key = (omitted or study.omitted, draws, seed, tuple(cut) if cut else None, tuple(grid))
    asked = _Asked(cut, tuple(grid), omitted, draws, seed, threads)
    return kept(study, ("swept", *key), lambda: _made(study, asked))


def weighted(study: Study, found: Swept, weight: Floats, *, form: str = ALL_FORMS) -> ClusterShares:
    """Shares below each cut of a form's axis (or of all forms) among persons weighted (N,).

    `.draws(found.weights())` gives draws that go with those of the sweep.
    """
    unit = study.responses.unit
    place = next((k for k, one in enumerate(found.forms) if one.name == form), None)
    if form == ALL_FORMS or place is None:
        return observed_shares(found.totals, found.whole.axis, found.clusters, weight, unit)
    own = (found.totals[place],)
    return observed_shares(own, found.forms[place].axis, found.clusters, weight, unit)


@dataclass(frozen=True)
class _Asked:
    cut: Sequence[str] | None
    grid: tuple[str, ...]
    omitted: Counted | None
    draws: int
    seed: int
    threads: int


def _made(study: Study, asked: _Asked) -> Swept:
    forms = form_totals(study, asked.omitted)
    placed = placed_cuts(study, asked.cut, asked.omitted)
    steps = placed_cuts(study, asked.grid, asked.omitted).cuts if asked.grid else ()
    cuts = (*placed.cuts, *steps)
    clusters, unit = clusters_of(study), study.responses.unit
    everybody = np.ones(study.responses.n_persons)
    axes = [form_axis(form, place, cuts, unit) for place, form in enumerate(forms)]
    axes = [replace(axis, gridded=len(steps)) for axis in axes]
    whole = replace(whole_axis(forms, cuts, unit), gridded=len(steps))
    observed = [
        observed_shares((form,), axis, clusters, everybody, unit)
        for form, axis in zip(forms, axes, strict=True)
    ]
    total = observed_shares(forms, whole, clusters, everybody, unit)
    world, why = world_of(study, asked.omitted, asked.threads)
    base = Base(
        study, forms, axes, whole, observed, total, clusters, world, asked.seed, asked.threads
    )
    run = drawn_until_enough(base, asked.draws, study.thresholds["mcse_share_max"].value)
    return _gathered(base, run, placed.cuts, (*placed.notes, *_notes(clusters, run)), why)


def _gathered(
    base: Base, run: Run, placed: tuple[PlacedCut, ...], notes: tuple[str, ...], why: str
) -> Swept:
    forms = []
    for place, form in enumerate(base.forms):
        axis = base.axes[place]
        own = None if run.modelled is None else run.modelled[place].at(slice(axis.cut.size))
        modelled = _form_modelled(base, place, axis.exact[0], own)
        observed = base.observed[place]
        forms.append(
            SweptForm(form.name, form.rows.size, axis, observed, run.below[place], modelled)
        )
    everybody = sum(form.rows.size for form in base.forms)
    whole = SweptForm(
        ALL_FORMS, everybody, base.whole, base.total, run.below[-1], _whole_modelled(base, run)
    )
    return Swept(
        whole=whole,
        forms=tuple(forms),
        totals=base.forms,
        placed=placed,
        clusters=base.clusters,
        n_draws=run.n,
        seed=base.seed,
        halved=run.halved,
        mcse=run.mcse,
        why_no_model=why,
        notes=notes,
    )


def _form_modelled(
    base: Base, place: int, exact: Floats, draws: Measures | None
) -> Modelled | None:
    if base.world is None:
        return None
    model = base.world.models[place]
    return Modelled(
        measures_at(model, exact), reaching_of(model, exact), error_at(model, exact), draws
    )


def _whole_modelled(base: Base, run: Run) -> Modelled | None:
    each = [_form_modelled(base, f, base.whole.exact[f], None) for f in range(len(base.forms))]
    found = [one for one in each if one is not None]
    if base.world is None or len(found) < len(each):
        return None
    shares = base.shares
    pairs = [one.reaching for one in found]

    def summed(name: str) -> Floats:
        return np.asarray(sum(w * getattr(one, name) for w, one in zip(shares, pairs, strict=True)))

    reach = Reaching(*(summed(name) for name in ("both", "twice", "truly", "observed")))
    error = np.asarray(sum(w * one.error for w, one in zip(shares, found, strict=True)))
    draws = None if run.modelled is None else of_all_forms(base, run.modelled)
    return Modelled(mixed([one.point for one in found], shares), reach, error, draws)


def _notes(clusters: Clusters, run: Run) -> tuple[str, ...]:
    said = [clusters.said]
    if run.halved:
        said.append(
            f"{run.halved} of {run.n:,} draws of the item parameters left the model and were moved "
            "half way back."
        )
    return tuple(said)
