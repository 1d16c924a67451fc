"""Parts of study.toml on the scheme behind a test: what scores are for, who answers for them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from naas_psych.study.part import Part


class Argument(Part):
    """How scores are meant to be read and used, in the words of those who use them.

    interpretation : what a score is taken to say about a person
    use : what is decided from it, about whom
    population : for whom the test is meant
    decision_rule : how scores become outcomes
    not_for : uses that are not meant
    would_count_against : what would make the user give up this reading
    """

    interpretation: str = ""
    use: str = ""
    population: str = ""
    decision_rule: str = ""
    not_for: list[str] = Field(default_factory=list)
    would_count_against: list[str] = Field(default_factory=list)


class Assumption(Part):
    """Something the evidence rests on that these data cannot show.

    grade : of the support that there is for it: A measured, B published, C judgement, D none
    """

    text: Annotated[str, Field(min_length=3)]
    owner: str = ""
    grade: Literal["A", "B", "C", "D"] = "D"


class Assured(Part):
    """Who asked for the analysis, who made it, who checked it, and what it assumes.

    phase, collected : which part of the scheme the data are from, and when they were collected
    thresholds_fixed : the date on which the study fixed its own thresholds
    """

    commissioner: str = ""
    analyst: str = ""
    assurer: str = ""
    phase: str = ""
    collected: str = ""
    thresholds_fixed: str = ""
    assumptions: list[Assumption] = Field(default_factory=list)


class Reported(Part):
    """What the report of a study adds to that of any study.

    claims : a file of claims of its own, in the manner of claims.toml
    heard : what was said and cannot be measured, one sentence each
    licence : under which others may use the evidence, as a name or an address
    published : the date on which the evidence is published
    """

    claims: str | None = None
    heard: list[str] = Field(default_factory=list)
    licence: str = ""
    published: date | None = None


class Privacy(Part):
    """What was decided about columns that may name or describe a person.

    allow : columns that look like names, addresses or registration numbers and are none
    special : columns of special category data beyond those that are known by their name
    condition : the legal condition under which special category data are used
    """

    allow: list[str] = Field(default_factory=list)
    special: list[str] = Field(default_factory=list)
    condition: str = ""
