"""The synthetic pilot: every table of it, and the truth behind them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from naas_psych.simulate.angoff import angoff
from naas_psych.simulate.bank import Bank, bank
from naas_psych.simulate.blueprint import blueprint
from naas_psych.simulate.cast import Cast, cast
from naas_psych.simulate.decisions import decisions
from naas_psych.simulate.dirt import candidates_with_faults, with_faults
from naas_psych.simulate.endorsements import endorsements
from naas_psych.simulate.expert_ratings import expert_ratings
from naas_psych.simulate.experts import experts
from naas_psych.simulate.feedback import feedback
from naas_psych.simulate.followup import followup
from naas_psych.simulate.hofstee import hofstee
from naas_psych.simulate.missing import with_gaps
from naas_psych.simulate.observations import observations
from naas_psych.simulate.outcomes import outcomes
from naas_psych.simulate.plan import Plan
from naas_psych.simulate.raters import raters
from naas_psych.simulate.resits import resits
from naas_psych.simulate.response_tables import (
    responses_long,
    responses_wide_raw,
    responses_wide_scored,
    times_wide,
)
from naas_psych.simulate.retest import retest
from naas_psych.simulate.scripts import scripts
from naas_psych.simulate.sitting import Sitting, sitting
from naas_psych.simulate.truth import truth
from naas_psych.simulate.workforce import workforce_frame


@dataclass(frozen=True)
class World:
    """One synthetic pilot. Nothing is drawn before it is asked for, and nothing twice."""

    plan: Plan

    @cached_property
    def cast(self) -> Cast:
        return cast(self.plan)

    @cached_property
    def bank(self) -> Bank:
        return bank(self.plan)

    @cached_property
    def sitting(self) -> Sitting:
        """The test as recorded: without what was taken away, and with faults in the rest."""
        sat = sitting(self.plan, self.cast, self.bank)
        sat = with_gaps(self.plan, self.cast, self.bank, sat)
        return with_faults(self.plan, self.cast, self.bank, sat)

    @cached_property
    def truth(self) -> dict[str, Any]:
        return truth(self.plan, self.cast, self.bank, self.sitting)

    @cached_property
    def _drawn(self) -> dict[str, pd.DataFrame]:
        return {}

    def table(self, name: str) -> pd.DataFrame:
        """The table `name`, one of `TABLES`."""
        if name not in self._drawn:
            self._drawn[name] = TABLES[name](self)
        return self._drawn[name]


#: Every table with how it is made, in the order in which the README tells of them.
TABLES: dict[str, Callable[[World], pd.DataFrame]] = {
    "authorities": lambda w: w.cast.authorities,
    "candidates": lambda w: candidates_with_faults(w.plan, w.cast.candidates),
    "items": lambda w: w.bank.items,
    "forms": lambda w: w.bank.forms,
    "blueprint": lambda _: blueprint(),
    "responses_long": lambda w: responses_long(w.plan, w.cast, w.bank, w.sitting),
    "responses_wide_raw": lambda w: responses_wide_raw(w.cast, w.bank, w.sitting),
    "responses_wide_scored": lambda w: responses_wide_scored(w.cast, w.bank, w.sitting),
    "times_wide": lambda w: times_wide(w.cast, w.bank, w.sitting),
    "experts": lambda w: experts(w.plan),
    "expert_ratings": lambda w: expert_ratings(w.plan, w.bank, w.table("experts")),
    "angoff": lambda w: angoff(w.plan, w.bank),
    "hofstee": lambda w: hofstee(w.plan),
    "decisions": lambda w: decisions(w.plan, w.bank),
    "feedback": lambda w: feedback(w.plan, w.cast, w.bank, w.sitting),
    "raters": lambda w: raters(w.plan),
    "observations": lambda w: observations(w.plan, w.cast, w.table("raters")),
    "scripts": lambda w: scripts(w.plan, w.cast),
    "endorsements": lambda w: endorsements(w.plan, w.cast),
    "outcomes": lambda w: outcomes(
        w.plan, w.cast, w.sitting, w.table("observations"), w.table("scripts")
    ),
    "resits": lambda w: resits(w.plan, w.cast, w.table("outcomes")),
    "retest": lambda w: retest(w.plan, w.cast, w.sitting),
    "followup": lambda w: followup(w.plan, w.cast, w.sitting),
    "workforce_frame": lambda w: workforce_frame(w.plan),
}
