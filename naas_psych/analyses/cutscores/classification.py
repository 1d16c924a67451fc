"""Classification: how often outcomes are right, and would repeat, at the cuts of the study."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Annotated

import pandas as pd
from pydantic import Field

from naas_psych.analyses.clusters import clusters_of
from naas_psych.analyses.cutscores.classification_drawings import (
    classification_drawings as drawings,
)
from naas_psych.analyses.cutscores.classification_draws import Drawing
from naas_psych.analyses.cutscores.classification_error import (
    error_table,
    fits_table,
    indices_table,
)
from naas_psych.analyses.cutscores.classification_findings import (
    classification_findings as findings,
)
from naas_psych.analyses.cutscores.classification_forms import CutForm, cut_forms
from naas_psych.analyses.cutscores.classification_models import (
    World,
    judged_by_models,
    world_for,
)
from naas_psych.analyses.cutscores.classification_outcomes import middle_table, spread_table
from naas_psych.analyses.cutscores.classification_rows import (
    Answered,
    cells,
    cuts_table,
    matrix_table,
)
from naas_psych.analyses.cutscores.classification_totals import judged_by_totals
from naas_psych.analyses.fairness.score_pairs import total_notes
from naas_psych.analyses.options import Cuts, Omitted, Replicates
from naas_psych.analysis import Level, Seed, analysis
from naas_psych.result import Result
from naas_psych.study.study import Study

__all__ = ["classification", "drawings", "findings"]


@analysis
def classification(
    study: Study,
    *,
    cut: Cuts = None,
    reliability: Annotated[
        float | None,
        Field(gt=0, lt=1, description="reliability of the totals; default: alpha of each form"),
    ] = None,
    replicates: Replicates = 250,
    omitted: Omitted = None,
    level: Level = 0.95,
    seed: Seed = 2017,
) -> Result:
    """How often do people get the outcome they deserve, and would they get it again?

    Formula
    -------
    accuracy = share whose outcome is that of their true score; false_pass and false_fail = share
    above and below it; consistency = share with the same outcome on two parallel forms; kappa =
    (consistency - chance) / (1 - chance), chance from the margins. Livingston-Lewis: true scores
    beta with four moments, error binomial with the length n' = [(mean - low)(high - mean) - rho
    s2] / [s2 (1 - rho)], rounded; livingston_lewis_smooth rounds neither it nor the cut on a test
    of that length: P(X < k) = I_(1 - tau)(n' - k + 1, k), k = (c - 1/2) n'/n + 1/2.
    Hanson-Brennan: two-term compound binomial. Lee: distribution of the total at each theta.
    Rudner: normal about theta. Guo: share of the likelihood between the cuts. Subkoviak, Huynh,
    Peng-Subkoviak: consistency from a binomial, beta-binomial and normal model.

    How to read it
    --------------
    Read consistency as: of 100 people who sat a second, equally hard version, so many would get
    the same result. Read false passes and false fails as counts of 1,000 people like these. Kappa
    is low wherever nearly all pass, whatever the test. Look at `spread`: where methods differ more
    than their limits, the answer hangs on the model. With three outcomes look at `middle`.
    Livingston-Lewis rounds the cut to a score of its effective test: accuracy and consistency
    hardly move, but of 100 people one may shift between false passes and false fails. Its limits
    allow for that; livingston_lewis_smooth, Hanson-Brennan and Lee round nothing. Findings tell
    Lee where scores could be calibrated, else livingston_lewis_smooth. Rudner and Guo judge
    outcomes by theta, which is another rule than the total (`judged_by` of `spread`).

    When not to use it
    ------------------
    True means: the average over many parallel forms, not competent in the job. Where several
    marks come from one scenario alpha is too high, and everything here too good. Nothing here
    knows of an error in the cut itself, nor of raters or days. With 22 unequal clusters limits of
    95 % held the truth of simulated tests in about 90 of 100 (500 and 1,000 persons, cuts with 3
    and 11 % below): read them as somewhat too narrow where clusters are few.

    Agrees with
    -----------
    cacIRT 1.4 (Lee and Rudner on its parameters) to 1e-6; betafunctions 1.9 (Livingston-Lewis,
    Hanson-Brennan, with its parameters) to 1e-5; worked examples of all other methods.

    References
    ----------
    livingston_lewis_1995, hanson_brennan_1990, lee_2010, lord_wingersky_1984, rudner_2005,
    guo_2006, subkoviak_1976, huynh_1976, peng_subkoviak_1980, livingston_1972, brennan_kane_1977,
    lord_1955, keats_1957, feldt_1996, cohen_1960

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/mini")
    >>> cuts = nps.classification(study, cut=["60%"], replicates=0).tables["cuts"]
    >>> cuts.set_index("method")["consistency"].round(2).to_dict()["livingston_lewis"]
    0.81
    """
    placed = cut_forms(study, cut, reliability=reliability, omitted=omitted)
    drawing = Drawing(clusters_of(study), replicates, seed)
    world = world_for(study, omitted, drawing)
    answers = [_answered(form, world, drawing, k) for k, form in enumerate(placed.forms)]
    found = cells(answers)
    cuts = cuts_table(found, level)
    tables = {
        "cuts": cuts,
        "matrix": matrix_table(found),
        "middle": middle_table(found, level),
        "spread": spread_table(cuts),
        "error_at_cut": error_table(placed.forms, world, drawing, level),
        "indices": indices_table(placed.forms),
        "fits": fits_table(answers),
    }
    return Result(
        tables={name: table for name, table in tables.items() if table is not None},
        notes=tuple(
            chain(
                total_notes(study, omitted),
                placed.notes,
                _notes(study, reliability, drawing, world),
            )
        ),
        provenance={"seed": seed, "outcomes": max(len(f.cuts) for f in placed.forms) + 1},
    )


def _answered(form: CutForm, world: World | None, drawing: Drawing, stream: int) -> Answered:
    if not form.told:
        return Answered(form, {})
    judged = chain(
        judged_by_totals(form, drawing, stream=stream),
        judged_by_models(world, form, drawing, stream=stream),
    )
    return Answered(form, {one.method: one for one in judged})


def _notes(
    study: Study, reliability: float | None, drawing: Drawing, world: World | None
) -> Iterator[str]:
    said = "alpha of each form" if reliability is None else f"{reliability:g}, as asked"
    yield f"Reliability used by Livingston-Lewis, Hanson-Brennan and Subkoviak: {said}."
    if reliability is None and _shared(study):
        yield (
            "Several items share a scenario. Alpha counts what they have in common as knowledge: "
            "it is too high, and outcomes look more certain than they are. Give the reliability "
            "over scenarios (alpha_over_scenarios of the analysis reliability) to see how much."
        )
    yield "Whoever is at the cut or above has the higher outcome; true outcomes likewise."
    if drawing.replicates:
        yield (
            f"Limits: {drawing.replicates} samples of persons; of Lee as many draws of the item "
            f"parameters under such samples. {drawing.clusters.said} Limits of livingston_lewis "
            "also hold those of livingston_lewis_smooth, for samples do not show what its rounding "
            "does."
        )
    if world is not None:
        made = world.made
        yield from made.notes
        yield (
            "rudner and lee_p take expected a posteriori estimates of theta; guo takes the "
            f"likelihood on {made.fit.grid.theta.size} points of theta from "
            f"{made.fit.grid.theta[0]:.3g} to {made.fit.grid.theta[-1]:.3g}, which is what keeps "
            "all right and all wrong finite; guo_prior is the same with the population as prior. "
            "rudner, guo and guo_prior judge outcomes by theta, all others by the total."
        )


def _shared(study: Study) -> bool:
    if "scenario_id" not in study.items:
        return False
    named: pd.Series[str] = study.items["scenario_id"].dropna().astype(str).str.strip()
    return bool(named[named != ""].duplicated().any())
