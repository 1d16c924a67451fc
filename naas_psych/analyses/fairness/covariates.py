"""What gaps are adjusted for: the columns declared, as numbers or levels, and their regressors."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from naas_psych.errors import AnalysisImpossible, UsageError
from naas_psych.numerics.arrays import Floats
from naas_psych.study.cells import number
from naas_psych.study.study import Study

Codes = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Covariate:
    """A column of N persons: numbers (N,), nan where unknown; or codes (N,), -1 where unknown,
    and then there are no numbers."""

    name: str
    numbers: Floats
    codes: Codes | None = None

    @property
    def known(self) -> NDArray[np.bool_]:
        """(N,) persons with a value."""
        if self.codes is not None:
            return np.asarray(self.codes >= 0)
        return np.asarray(np.isfinite(self.numbers))

    def regressors(self, rows: Codes) -> Floats:
        """(n, P) of these persons: standardised numbers, or a column for each level but one."""
        if self.codes is not None:
            return indicators(self.codes[rows])
        values = self.numbers[rows]
        spread = values.std()
        return np.asarray((values - values.mean()) / (spread if spread > 0 else 1.0))[:, None]


def indicators(codes: Codes) -> Floats:
    """(n, L - 1) a column for each code that occurs but the commonest, which is the base."""
    present, counts = np.unique(codes, return_counts=True)
    others = present[np.arange(present.size) != int(np.argmax(counts))]
    return np.asarray(codes[:, None] == others, dtype=float)


def covariates_asked(study: Study, asked: Sequence[str] | None) -> tuple[Covariate, ...]:
    """The columns asked for, else those of [fairness] adjust_for.

    Raises
    ------
    UsageError
        The persons have no such column.
    AnalysisImpossible
        Nothing is declared.
    """
    names = list(dict.fromkeys(asked or study.spec.fairness.adjust_for))
    if not names:
        raise AnalysisImpossible(
            "Nothing says what gaps should be adjusted for. Needed: in study.toml [fairness] "
            'adjust_for with columns of the persons table, such as adjust_for = ["years"].'
        )
    return tuple(person_column(study, name) for name in names)


def person_column(study: Study, name: str) -> Covariate:
    """A column of the persons: numbers where every value is one, else levels.

    Whoever did not state a value has none.
    """
    known = [column for column in study.persons.columns if column != "person_id"]
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
        hint = f" Did you mean {near[0]}?" if near else ""
        there = ", ".join(known[:20]) or "no column to adjust for"
        raise UsageError(f"The persons have no column {name!r}.{hint} There is: {there}.")
    silent = {"", *study.spec.fairness.not_stated}
    given, texts = pd.factorize(study.persons[name], use_na_sentinel=True)
    said = np.array([isinstance(text, str) and text not in silent for text in texts], dtype=bool)
    values = np.array(
        [_number(text) if ok else np.nan for text, ok in zip(texts, said, strict=True)]
    )
    # One more place, for those who have nothing: their code is -1.
    if said.any() and np.isfinite(values[said]).all():
        return Covariate(name, np.r_[values, np.nan][given])
    order = {text: code for code, text in enumerate(sorted(texts[said]))}
    codes = [order[text] if ok else -1 for text, ok in zip(texts, said, strict=True)]
    return Covariate(name, np.zeros(0), np.array([*codes, -1], dtype=np.int64)[given])


def _number(text: str) -> float:
    found = number(text)
    return np.nan if found is None else found
