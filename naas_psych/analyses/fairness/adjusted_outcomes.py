"""The outcomes that gaps are adjusted in: the score, each cut, and the cuts in their order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.analyses.outcomes import (
    cuts_asked,
    form_totals,
    meets,
    percent_of_marks,
)
from naas_psych.numerics.arrays import Floats
from naas_psych.study.responses import Counted
from naas_psych.study.study import Study

SCORE = "score"


@dataclass(frozen=True, eq=False)
class Outcomes:
    """Outcomes of N persons, nan for persons without a total.

    score (N,) in per cent of the marks; met: cut to (N,) of 0 and 1, the lowest cut first; forms
    (N,) number of the form, -1 for none; in_order: whoever meets a cut meets all before it
    """

    score: Floats
    met: dict[str, Floats]
    forms: NDArray[np.int64]
    in_order: bool

    @property
    def total(self) -> NDArray[np.bool_]:
        """(N,) persons with a total."""
        return np.asarray(np.isfinite(self.score))


def outcomes_asked(study: Study, cut: Sequence[str] | None, omitted: Counted | None) -> Outcomes:
    """The score and every cut asked for; a study may have none."""
    cuts = cuts_asked(study, cut) if cut or study.spec.cuts else {}
    met = {name: meets(study, one, omitted) for name, one in cuts.items()}
    by_rate = sorted(met, key=lambda name: -float(np.nansum(met[name])))
    forms = np.full(study.responses.n_persons, -1, dtype=np.int64)
    for code, form in enumerate(form_totals(study, omitted)):
        forms[form.rows] = code
    ordered = {name: met[name] for name in by_rate}
    steps = np.array(list(ordered.values()))
    with np.errstate(invalid="ignore"):
        in_order = len(ordered) > 1 and not bool((np.diff(steps, axis=0) > 0).any())
    return Outcomes(percent_of_marks(study, omitted), ordered, forms, in_order)
