"""study.toml as a model: every key, its type, its default, and an error in the user's words."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Absence = Literal["omitted", "not_reached", "not_administered", "technical_loss"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class About(_Part):
    title: str = ""
    synthetic: bool = False


class Tables(_Part):
    responses: str
    items: str | None = None
    persons: str | None = None
    judgements: str | None = None
    angoff: str | None = None
    feedback: str | None = None
    marks: str | None = None
    key: str | None = None


class ResponsesSpec(_Part):
    layout: Literal["wide", "long"] | None = None
    person: str | None = None
    item: str | None = None
    response: str | None = None
    score: str | None = None
    time: str | None = None
    position: str | None = None
    form: str | None = None
    state: str | None = None
    items: list[str] | str | None = None
    leave_out: list[str] = Field(default_factory=list)
    raw: bool | None = None
    key: str | None = None
    options: list[str] | None = None
    min_score: float | None = None
    max_score: float | None = None
    case_sensitive: bool = False
    blank: Literal["omitted", "not_reached", "not_administered"] = "omitted"
    trailing_blank: Literal["not_reached", "not_reached_after_first", "omitted"] = "not_reached"
    codes: dict[str, Absence] = Field(default_factory=dict)
    omitted: Literal["wrong", "left_out"] | None = None
    time_unit: Literal["seconds", "milliseconds"] | None = None


class Cut(_Part):
    value: float
    unit: Literal["raw", "percent", "theta"]


class Disclosure(_Part):
    profile: Literal["none", "ofqual", "hesa", "nhs", "threshold10"] | None = None


class Waiver(_Part):
    """A fault that was looked at and accepted, by code (and file, column or row), with a reason."""

    code: str
    reason: Annotated[str, Field(min_length=3)]
    file: str | None = None
    column: str | None = None
    row: int | None = None


class StudySpec(_Part):
    study: About = Field(default_factory=About)
    tables: Tables
    responses: ResponsesSpec = Field(default_factory=ResponsesSpec)
    groups: dict[str, str] = Field(default_factory=dict)
    cuts: dict[str, Cut] = Field(default_factory=dict)
    disclosure: Disclosure = Field(default_factory=Disclosure)
    thresholds: dict[str, float] = Field(default_factory=dict)
    waivers: list[Waiver] = Field(default_factory=list)
