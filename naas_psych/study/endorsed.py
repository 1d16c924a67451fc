"""The table of endorsements: who is in it once, and who was never put forward for the test."""

from __future__ import annotations

import numpy as np
import pandas as pd

from naas_psych.study.audit import Audit, Where
from naas_psych.study.cells import RawTable
from naas_psych.study.grid import Grid
from naas_psych.study.scales import Scale

SUPERVISOR = ("supervisor_id", "supervisor", "endorser_id", "endorser")
EVIDENCE = ("evidence_n", "n_evidence", "evidence_pieces")
SITE = ("site", "site_id", "la_id")
#: Of the column put_forward.
ENDORSED = Scale(words=("yes", "no"))


def check_endorsed(table: RawTable, frame: pd.DataFrame, grid: Grid, audit: Audit) -> None:
    """Persons named twice; and those without responses, unless they were not put forward."""
    persons = frame["person_id"]
    named = persons.notna()
    for record in np.flatnonzero((named & persons.duplicated()).to_numpy()):
        who = str(persons.iloc[record])
        where: Where = {"file": table.file, "row": table.line(int(record)), "value": who}
        audit.add("duplicate_endorsement", f"the person {who!r} stands above already.", **where)
    if grid.anonymous:
        return
    unknown = named & ~persons.isin(set(grid.person_ids))
    passed_over = unknown & (frame["put_forward"] == "no") if "put_forward" in frame else None
    if passed_over is not None and passed_over.any():
        audit.say(
            f"{table.file}: {int(passed_over.sum())} persons who were not put forward have no "
            "responses; they are counted by themselves."
        )
        unknown &= ~passed_over
    for record in np.flatnonzero(unknown.to_numpy()):
        who = str(persons.iloc[record])
        where = {"file": table.file, "row": table.line(int(record)), "value": who}
        audit.add("unknown_person_in_table", f"the person {who!r} has no responses.", **where)
