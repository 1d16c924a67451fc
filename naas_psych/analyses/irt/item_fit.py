"""Item fit: does every item behave as the model says, and does it stand on its own?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.irt.calibrated import Calibrated, Model, calibrated, impossible
from naas_psych.analyses.irt.item_fit_drawings import item_fit_drawings as drawings
from naas_psych.analyses.irt.item_fit_findings import item_fit_findings as findings
from naas_psych.analyses.options import Omitted
from naas_psych.analysis import Threads, analysis
from naas_psych.irt.fit.empirical_curves import curve_distance, empirical_curves
from naas_psych.irt.fit.local_dependence import local_dependence
from naas_psych.irt.fit.mean_squares import mean_squares
from naas_psych.irt.fit.residual_correlations import residual_correlations
from naas_psych.irt.fit.s_x2 import s_x2
from naas_psych.irt.refusal import Refused
from naas_psych.result import Result, tidy
from naas_psych.study.study import Study

__all__ = ["drawings", "findings", "item_fit"]

#: Pairs of items that are shown however little they go together.
_PAIRS = 20


@analysis
def item_fit(
    study: Study,
    *,
    model: Model = "auto",
    omitted: Omitted = None,
    threads: Threads = 1,
) -> Result:
    """Do people answer each item as the response model says, and each item for itself?

    Formula
    -------
    S-X2 = sum of (observed - expected)^2 / expected over total scores and score points, sparse
    cells put together; rmsea = sqrt((S-X2 / df - 1) / (n - 1)). Outfit = mean of (x - E)^2 / V,
    infit = sum (x - E)^2 / sum V, both averaged over where each person may stand on theta. rmsd =
    sqrt(sum f (O - E)^2) between observed and expected curve. Q3 = correlation of the residuals of
    two items; adjusted: less the mean of all pairs.

    How to read it
    --------------
    Look at size first: an rmsd above .10 means that the curve misses by a tenth of the marks. A
    small p says only that the gap is not chance; with thousands of persons it always is. Infit
    and outfit lie near 1; above 1.3 there is noise, below .7 the item repeats others. An adjusted
    Q3 above .20 marks two items that go together beyond theta: one may give away the other.

    When not to use it
    ------------------
    Not where the whole model fails (see model_fit): then mend that first. S-X2 needs persons who
    got the same items; forms that few persons had are left out of it. With fewer than about 300
    persons rmsd is large by chance alone.

    Agrees with
    -----------
    mirt 1.45.1: S-X2, df, p and rmsea to 1e-3, Q3 and LD V to 1e-4. TAM 4.3: infit and outfit to
    5e-4 (its 21 nodes). Mean squares of mirt stand at EAP estimates and are smaller.

    References
    ----------
    orlando_thissen_2000, wright_masters_1982, yen_1984, chen_thissen_1997, benjamini_hochberg_1995,
    christensen_makransky_horton_2017

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/mini")
    >>> table = nps.item_fit(study, model="rasch").tables["items"]
    >>> bool((table["infit"].dropna() > 0).all())
    True
    """
    made = calibrated(study, model=model, omitted=omitted, threads=threads)
    smallest = int(study.thresholds["booklet_persons_min"].value)
    try:
        items = _items(made, smallest_booklet=smallest, threads=threads)
        curves = _curves(made, threads=threads)
        pairs = _pairs(made, limit=study.thresholds["irt_q3_adjusted_max"].value)
    except Refused as refusal:
        raise impossible(refusal) from refusal
    return Result(
        tables={"items": items, "curves": curves, "pairs": pairs},
        notes=(*made.notes, *_notes(pairs)),
    )


def _items(made: Calibrated, *, smallest_booklet: int, threads: int) -> pd.DataFrame:
    chi = s_x2(made.fit, made.points, smallest_booklet=smallest_booklet)
    squares = mean_squares(made.fit, made.points, threads=threads)
    gap = curve_distance(made.fit, made.points, threads=threads)
    columns: dict[str, Any] = {
        "item_id": made.prepared.item_ids,
        "model": made.fit.models,
        "n": squares.n,
        "s_x2": chi.statistic,
        "df": chi.df,
        "p_value": chi.p,
        "p_adjusted": chi.adjusted_p,
        "rmsea": chi.rmsea,
        "n_s_x2": chi.n,
        "infit": squares.infit,
        "infit_t": squares.infit_t,
        "outfit": squares.outfit,
        "outfit_t": squares.outfit_t,
        "rmsd": gap.rmsd,
        "md": gap.md,
    }
    tested = ("s_x2", "df", "p_value", "p_adjusted", "rmsea")
    why = {
        name: list(chi.reasons) if name in tested else list(made.fit.reasons)
        for name, values in columns.items()
        if isinstance(values, np.ndarray) and values.dtype.kind == "f"
    }
    return tidy(columns, {name: _in_words(reasons) for name, reasons in why.items()})


#: What the engine says, in the codes of the catalogue.
_REASONS = {"no_booklet": "no_booklet", "too_sparse": "too_sparse"}


def _in_words(reasons: list[str | None]) -> list[str]:
    return [_REASONS.get(str(reason), str(reason or "no_residual_spread")) for reason in reasons]


def _curves(made: Calibrated, *, threads: int) -> pd.DataFrame:
    """A row an item and interval of theta in which there are persons."""
    found = empirical_curves(made.fit, made.points, threads=threads)
    there = np.isfinite(found.observed) & (found.n > 0)
    ids = np.array(made.prepared.item_ids, dtype=object)
    return pd.DataFrame(
        {
            "item_id": np.broadcast_to(ids[:, None], there.shape)[there],
            "theta": found.theta[there],
            "persons_expected": found.n[there],
            "observed_score": found.observed[there],
            "observed_score_low": found.low[there],
            "observed_score_high": found.high[there],
            "expected_score": found.expected[there],
        }
    )


def _pairs(made: Calibrated, *, limit: float) -> pd.DataFrame:
    """The pairs of items that go together most, and all above the limit."""
    q3 = residual_correlations(made.fit, made.points)
    ld = local_dependence(made.fit, made.points)
    first, second = np.triu_indices(len(made.prepared.item_ids), 1)
    size = q3.adjusted[first, second]
    known = np.isfinite(size) & np.isfinite(ld.v[first, second])
    order = np.argsort(np.where(known, -size, np.inf), kind="stable")[: int(known.sum())]
    order = order[: max(_PAIRS, int((size[known] > limit).sum()))]
    at = (first[order], second[order])
    ids = np.array(made.prepared.item_ids, dtype=object)
    return pd.DataFrame(
        {
            "item_id": ids[at[0]],
            "other_item": ids[at[1]],
            "n": q3.n[at],
            "q3": q3.q3[at],
            "q3_adjusted": q3.adjusted[at],
            "ld_x2": ld.x2[at],
            "df": ld.df[at],
            "ld_v": ld.v[at],
            "pairs_tested": np.full(order.size, int(known.sum())),
        }
    )


def _notes(pairs: pd.DataFrame) -> tuple[str, ...]:
    return (
        "Infit and outfit are averaged over the persons' posteriors, not taken at estimates.",
        f"The table pairs holds the {len(pairs)} pairs of items with the largest adjusted Q3.",
    )
