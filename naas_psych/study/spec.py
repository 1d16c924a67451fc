"""study.toml as a model: every key, its type, its default, and an error in the user's words."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from naas_psych.study.part import Part
from naas_psych.study.policy import Decision, Population, Resits, Standard
from naas_psych.study.scheme import Argument, Assured, Privacy, Reported

Absence = Literal["omitted", "not_reached", "not_administered", "technical_loss"]


class About(Part):
    title: str = ""
    synthetic: bool = False


class Tables(Part):
    responses: str
    items: str | None = None
    persons: str | None = None
    times: str | None = None
    judgements: str | None = None
    judges: str | None = None
    blueprint: str | None = None
    themes: str | None = None
    angoff: str | None = None
    feedback: str | None = None
    marks: str | None = None
    endorsements: str | None = None
    compromise: str | None = None
    ebel_items: str | None = None
    ebel_success: str | None = None
    nedelsky: str | None = None
    bookmark: str | None = None
    judged_persons: str | None = None
    components: str | None = None
    frame: str | None = None
    decisions: str | None = None
    key: str | None = None


class ResponsesSpec(Part):
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


class Cut(Part):
    value: float
    unit: Literal["raw", "percent", "theta"]


class Grouping(Part):
    """How a person column is compared: its reference, bands of numbers, levels taken together.

    `bands` are inner limits: [2, 5] makes "under 2", "2 to under 5" and "5 and over". `combine`
    names sets of levels that are compared as one as well as each by itself. Persons of a level in
    `leave_out` are compared with nobody.
    """

    reference: str | None = None
    bands: Annotated[list[float], Field(min_length=1)] | None = None
    combine: dict[str, Annotated[list[str], Field(min_length=2)]] = Field(default_factory=dict)
    leave_out: list[str] = Field(default_factory=list)

    @model_validator(mode="before")
    @classmethod
    def _reference_alone(cls, given: Any) -> Any:
        return {"reference": given} if isinstance(given, str) else given


class Fairness(Part):
    """What gaps are adjusted for, and which group columns are crossed with each other.

    `adjust_for` are person columns (numbers stay numbers); `site` one whose levels differ at
    random. `not_stated` are the levels that say nothing, in any group column.
    """

    adjust_for: list[str] = Field(default_factory=list)
    site: str | None = None
    intersect: Annotated[list[str], Field(min_length=2)] | None = None
    not_stated: list[str] = Field(
        default_factory=lambda: ["not_stated", "not stated", "unknown", "prefer not to say"]
    )


class Levels(Part):
    """A person column whose levels the test should tell apart, from the lowest to the highest."""

    column: str
    order: Annotated[list[str], Field(min_length=2)]


class Content(Part):
    """What the test is for: the role whose job it asks about, and the columns that sort items.

    Without a `role` it is the one that judges name most often. `recall` is the level of the
    cognitive column that asks for memory alone, `levels` are groups that should differ.
    """

    role: str | None = None
    domain: str = "domain"
    cognitive: str = "cog_level"
    recall: str = "recall"
    levels: Levels | None = None


class ExtraTime(Part):
    """Persons who were given more time: these levels of a person column."""

    column: str
    levels: Annotated[list[str], Field(min_length=1)]


#: A value that findings and verdicts are held to. Strict: neither true nor "5" is a number.
Line = Annotated[float, Field(strict=True, allow_inf_nan=False)]
#: Strict: true is no minute.
Minutes = Annotated[float, Field(gt=0, strict=True)]


class Speed(Part):
    """The time that was given, in minutes, for every form or form by form."""

    time_limit: Minutes | dict[str, Minutes] | None = None
    extra_time: ExtraTime | None = None


#: Documents that an assessment for a licence is expected to have (ISO/IEC 17024, NCCA).
DocumentName = Literal[
    "purpose",
    "task_analysis",
    "blueprint",
    "curriculum",
    "panel",
    "item_log",
    "standard_setting",
    "administration",
    "marking_guide",
    "reliability",
    "equating",
    "score_reports",
    "appeals",
    "impartiality",
    "review_cycle",
    "data_protection",
    "equality",
    "consultation",
]


class Document(Part):
    """A document of the scheme, as far as it is known: when it was made, by whom, who may read it.

    A `public` one is where anybody can find it.
    """

    title: str = ""
    date: str = ""
    owner: str = ""
    public: bool = False


class Disclosure(Part):
    profile: Literal["none", "ofqual", "hesa", "nhs", "threshold10"] | None = None


class Waiver(Part):
    """A fault that was looked at and accepted, by code (and file, column or row), with a reason."""

    code: str
    reason: Annotated[str, Field(min_length=3)]
    file: str | None = None
    column: str | None = None
    row: int | None = None


class StudySpec(Part):
    study: About = Field(default_factory=About)
    tables: Tables
    responses: ResponsesSpec = Field(default_factory=ResponsesSpec)
    groups: dict[str, Grouping] = Field(default_factory=dict)
    cuts: dict[str, Cut] = Field(default_factory=dict)
    content: Content = Field(default_factory=Content)
    speed: Speed = Field(default_factory=Speed)
    fairness: Fairness = Field(default_factory=Fairness)
    standard: Standard = Field(default_factory=Standard)
    population: Population = Field(default_factory=Population)
    resits: Resits = Field(default_factory=Resits)
    decision: Decision = Field(default_factory=Decision)
    documents: dict[DocumentName, Document] | None = None
    argument: Argument = Field(default_factory=Argument)
    assurance: Assured = Field(default_factory=Assured)
    report: Reported = Field(default_factory=Reported)
    privacy: Privacy = Field(default_factory=Privacy)
    disclosure: Disclosure = Field(default_factory=Disclosure)
    thresholds: dict[str, Line] = Field(default_factory=dict)
    waivers: list[Waiver] = Field(default_factory=list)
