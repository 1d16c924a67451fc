"""Does a test look reliable because some of its items repeat each other?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from naas_psych.analyses.options import Omitted
from naas_psych.analyses.reliability.forms import Form, complete_forms
from naas_psych.errors import AnalysisImpossible
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.clustered_alpha import ClusteredAlpha, clustered_alpha
from naas_psych.result import tidy
from naas_psych.study.study import Study

Clusters: TypeAlias = Sequence[NDArray[np.int64]]
#: Samples of persons for the limits of the drop of alpha.
_REPLICATES = 500


@dataclass(frozen=True)
class _Row:
    """Alpha of one form with and without its clusters put together."""

    form: str
    n: int
    items: int
    clusters: int
    alpha: ClusteredAlpha


def cluster_reliability(
    study: Study, clusters: Clusters, *, omitted: Omitted, level: float, seed: int
) -> pd.DataFrame:
    """Alpha over items and over clusters (J item indices each), a row a form with two of one.

    The limits of the drop are bootstrap percentiles over persons.
    """
    rows = list(_alphas(study, clusters, omitted=omitted, level=level, seed=seed))
    alphas = [row.alpha for row in rows]
    why = ["no_variance"] * len(rows)
    columns: Mapping[str, Any] = {
        "form": [row.form for row in rows],
        "n": [row.n for row in rows],
        "items": [row.items for row in rows],
        "clusters": [row.clusters for row in rows],
        "alpha": _floats(one.items for one in alphas),
        "alpha_over_clusters": _floats(one.units for one in alphas),
        "alpha_drop": _floats(one.drop for one in alphas),
        "alpha_drop_low": _floats(one.drop_interval.low for one in alphas),
        "alpha_drop_high": _floats(one.drop_interval.high for one in alphas),
    }
    return tidy(columns, dict.fromkeys(("alpha", "alpha_over_clusters", "alpha_drop"), why))


def _floats(values: Iterable[float]) -> Floats:
    return np.array(list(values), dtype=float)


def _alphas(
    study: Study, clusters: Clusters, *, omitted: Omitted, level: float, seed: int
) -> Iterator[_Row]:
    try:
        forms = complete_forms(study, omitted).forms if clusters else ()
    except AnalysisImpossible:
        return
    for form in forms:
        inside = [at for items in clusters if (at := _places(form, items)).size > 1]
        if not inside or form.n < 3:
            continue
        yield _Row(
            form.name,
            form.n,
            int(form.varies.sum()),
            len(inside),
            clustered_alpha(
                form.points[:, form.varies],
                inside,
                replicates=_REPLICATES,
                seed=seed,
                level=level,
            ),
        )


def _places(form: Form, items: Any) -> Any:
    """Where items of the study stand among the varying ones of a form."""
    return np.flatnonzero(np.isin(form.varying, items))
