"""A study: responses, items and persons, with whatever else was collected. Frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal

import pandas as pd

from naas_psych.errors import Fault
from naas_psych.study.claimed import Claim
from naas_psych.study.responses import Counted, Responses
from naas_psych.study.spec import StudySpec
from naas_psych.thresholds import Thresholds

SYNTHETIC = "SYNTHETIC DATA: made by a program, about no real person"


@dataclass(frozen=True, kw_only=True)
class Study:
    """Everything an analysis may be made from.

    Attributes
    ----------
    items : DataFrame, J rows in the order of `responses.item_ids`
        item_id, then whatever is known: key, type, min_score, max_score, domain, position, form_id,
        anchor, scenario_id, text, option_A ... Columns that were not given are not there.
    persons : DataFrame, N rows in the order of `responses.person_ids`
        person_id, then group columns, as text (missing is None).
    tables : name to DataFrame
        The optional tables of the contract that were given (judgements, angoff, feedback, marks).
    omitted : "wrong" or "left_out"
        How an omitted response counts unless an analysis is told otherwise.
    said : what was inferred or assumed, one sentence each
    faults : what the audit found and did not refuse (warnings, notes and waived faults)
    claims : what the study itself holds its test to, beside the register that ships
    inputs : every file that was read
    source, key : what `read_study` was called with, so that a run can be repeated
    """

    title: str
    spec: StudySpec
    responses: Responses
    items: pd.DataFrame
    persons: pd.DataFrame
    thresholds: Thresholds
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    omitted: Counted = "wrong"
    said: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()
    claims: tuple[Claim, ...] = ()
    inputs: tuple[Path, ...] = ()
    source: Path | None = None
    key: str | None = None

    @property
    def synthetic(self) -> bool:
        return self.spec.study.synthetic

    @property
    def banner(self) -> str:
        """What every output of synthetic data says; nothing for real data."""
        return SYNTHETIC if self.synthetic else ""

    @property
    def kind(self) -> Literal["raw", "scored"]:
        return "raw" if self.responses.choices is not None else "scored"

    def unreached(self, omitted: Counted) -> Counted:
        """How not reached counts in totals: as wrong, but on a rating scale as an omission does.

        Nobody who stopped halfway through a rating scale has given the lowest rating to the rest.
        """
        return "left_out" if omitted == self.omitted == "left_out" else "wrong"

    @cached_property
    def fingerprint(self) -> str:
        """`sha256:...` of the content: row order, column order and file format do not matter."""
        from naas_psych.study.fingerprint import fingerprint

        return fingerprint(self)
