"""Persons who came together (from one authority) tell less than as many who came alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from naas_psych.errors import AnalysisImpossible
from naas_psych.study.study import Study


@dataclass(frozen=True)
class Clusters:
    """codes (N,) from 0 to n - 1; `name` of the column, "" where every person is a cluster."""

    codes: NDArray[np.int64]
    n: int
    name: str

    @property
    def said(self) -> str:
        """For the notes of a result."""
        if not self.name:
            return (
                "Persons count as drawn one by one: no column of clusters is named "
                "([population] cluster, or [fairness] site)."
            )
        return f"Intervals allow for persons who came in {self.n} clusters ({self.name})."


def clusters_of(study: Study) -> Clusters:
    """The clusters of all persons; who has none stated is a cluster alone.

    Raises
    ------
    AnalysisImpossible
        The column that study.toml names is not in the table of persons.
    """
    name = study.spec.population.cluster or study.spec.fairness.site or ""
    n = study.responses.n_persons
    if not name:
        return Clusters(np.arange(n), n, "")
    if name not in study.persons:
        columns = ", ".join(str(c) for c in study.persons.columns)
        raise AnalysisImpossible(
            f"The persons have no column {name!r} of clusters; their columns are {columns}. "
            "Needed: [population] cluster = a column of the table of persons."
        )
    stated = study.persons[name]
    alone = pd.Series([f"\0{k}" for k in range(n)], index=stated.index)
    codes, levels = pd.factorize(stated.fillna(alone), sort=True)
    return Clusters(np.asarray(codes, np.int64), len(levels), name)
