"""Who took part, who did not: the persons beside the workforce that the test is for."""

from __future__ import annotations

from naas_psych.analyses.clusters import clusters_of
from naas_psych.analyses.fairness.participation_drawings import participation_drawings as drawings
from naas_psych.analyses.fairness.participation_findings import participation_findings as findings
from naas_psych.analyses.fairness.participation_records import flow_table, kept_table
from naas_psych.analyses.fairness.participation_rows import columns_compared, shares_table
from naas_psych.analysis import Level, analysis
from naas_psych.result import Result
from naas_psych.study.study import Study

__all__ = ["drawings", "findings", "participation"]

_NO_FRAME = (
    "Nobody can say who is missing: no table of the workforce was given ([tables] frame), or it "
    "shares no column with the persons. Needed: a row a person, or counts in a column n, by "
    "columns that the table of persons has too."
)


@analysis
def participation(study: Study, *, level: Level = 0.95) -> Result:
    """Are those who took part like the workforce, and what became of each record?

    Formula
    -------
    p: share of a level among the persons who state one; P: its share of the frame. Standardised
    difference d = (p - P) / sqrt((p (1 - p) + P (1 - P)) / 2). Limits of p are of a beta
    distribution that weighs as much as the persons do after clustering; those of d follow from
    them, for d grows with p. The frame counts everybody and has no error of its own.

    How to read it
    --------------
    Up to .1 a share is as in the workforce; beyond .25 (threshold share_difference_medium) it is
    not, and numbers for the whole workforce lean on few people of that level or on many of another.
    A level nobody of whom took part has p = 0. `flow` says what became of the records: those that
    add up to the persons are "answered nothing" and "analysed". `kept_records` shows what the mean
    would be without people whom some would leave out; here they stay in.

    When not to use it
    ------------------
    People may be alike in every column of the frame and still differ in what made them take part:
    volunteers are volunteers. Columns with very many levels (places) are left out.

    Agrees with
    -----------
    Austin's formula by hand; 0.1 is a correlation of about .05.

    References
    ----------
    austin_2009, korn_graubard_1998

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/mini")
    >>> flow = nps.participation(study).tables["flow"]
    >>> list(flow["flow_step"])[-1]
    'analysed'
    """
    columns = columns_compared(study)
    tables = {"flow": flow_table(study), "kept_records": kept_table(study)}
    notes = []
    if columns:
        clusters = clusters_of(study)
        tables = {"shares": shares_table(study, columns, clusters.codes, level=level), **tables}
        notes.append(clusters.said)
        notes.append("The frame and the persons share: " + ", ".join(columns) + ".")
    else:
        notes.append(_NO_FRAME)
    return Result(tables=tables, notes=tuple(notes))
