"""Parts of study.toml on pass marks: how they were set, for whom, and what follows."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from naas_psych.study.part import Part

#: Whose cut a decision maker can start from.
MethodName = Literal[
    "angoff",
    "ebel",
    "nedelsky",
    "bookmark",
    "hofstee",
    "beuk",
    "de_gruijter",
    "cohen",
    "borderline_group",
    "borderline_regression",
    "contrasting_groups",
    "body_of_work",
]


class Adjustment(Part):
    """What the decision maker did with a recommended cut: so many SEM and so many points.

    final = recommended + sem * SEM + shift. Above 0 the change guards the public, below 0 the
    candidate. `shift` is in per cent of the marks; `method` is whose cut was recommended.
    """

    method: MethodName = "angoff"
    sem: float = 0.0
    shift: float = 0.0
    by: str = ""
    date: str = ""
    reason: str = ""


class Grades(Part):
    """Rated work with a global grade: its column in the table of marks, and what is borderline.

    borderline : the grade of a person at each cut, by the name of the cut
    """

    column: str = "global_rating"
    borderline: dict[str, float] = Field(default_factory=dict)


class Standard(Part):
    """How the standard was set.

    boundaries : column of ratings to the cut it is about; default: probability is the highest cut
    shown : what the judges had been shown before a round, by the number of the round
    levels : the levels into which judges put whole persons, from the lowest to the highest
    borderline_level : the word that judges use of a person on the border
    adjustment : what was made of the recommended cut, by the name of the cut
    """

    boundaries: dict[str, str] = Field(default_factory=dict)
    shown: dict[str, str] = Field(default_factory=dict)
    levels: Annotated[list[str], Field(min_length=2)] | None = None
    borderline_level: str = "borderline"
    grades: Grades = Field(default_factory=Grades)
    adjustment: dict[str, Adjustment] = Field(default_factory=dict)


class Population(Part):
    """Those whom the test is for: how many, and the columns that they share with the candidates.

    strata : columns of the table `frame` and of the persons; the persons are weighted to them
    cluster : person column whose levels were drawn as wholes (authorities); default: that of
        [fairness] site
    """

    size: Annotated[int, Field(ge=1)] | None = None
    strata: list[str] = Field(default_factory=list)
    cluster: str | None = None


class Resits(Part):
    """What happens to those below the cut. Gains are in SD of true scores, gaps in months.

    attempts : sittings in all; drop_out : share of those who may resit and do not
    true_gain, practice_gain : what a person gains between sittings in ability, and in marks alone
    error_correlation : of the errors of one person's sittings
    fast_track : those who partially met may resit sooner, and again with this gap
    discounted : share of persons for whom one sitting does not count (a disability found later)
    """

    attempts: Annotated[int, Field(ge=1, le=20)] = 3
    gap: Annotated[float, Field(ge=0)] = 6.0
    true_gain: float = 0.2
    practice_gain: float = 0.1
    error_correlation: Annotated[float, Field(ge=0, lt=1)] = 0.0
    drop_out: Annotated[float, Field(ge=0, le=1)] = 0.0
    fast_track: Annotated[float, Field(ge=0)] | None = None
    discounted: Annotated[float, Field(ge=0, le=1)] = 0.0


class Component(Part):
    """One part of the assessment: its column in the table of components, its weight, its cuts.

    reliability : of its scores; None for the test itself (alpha) and for the mean of the table of
        marks (from tasks and raters), which are known by their scores
    cuts : the score from which each outcome is reached, by the name of the outcome
    """

    column: str
    weight: Annotated[float, Field(ge=0)] = 1.0
    reliability: Annotated[float, Field(ge=0, le=1)] | None = None
    cuts: dict[str, float] = Field(default_factory=dict)


class Decision(Part):
    """How the outcomes of several components become one.

    rule : compensatory (cuts on the weighted sum), conjunctive (the worst outcome), complementary
        (the best), hybrid (cuts on the sum, with floors), table (`rows`)
    outcomes : from the lowest to the highest
    cuts : of the weighted sum of the scores as they are; without them each component counts in
        steps from its lowest to its highest cut, and the cuts of the sum follow from theirs
    floors : score of a component below which the outcome is the lowest; default: its lowest cut
    error_correlation : of the errors of the components of one sitting
    rows : one a combination: the outcome of each component by name, and `outcome`
    """

    rule: Literal["compensatory", "conjunctive", "complementary", "hybrid", "table"] = "conjunctive"
    outcomes: Annotated[list[str], Field(min_length=2)] = Field(
        default_factory=lambda: ["not_met", "partially_met", "met"]
    )
    components: dict[str, Component] = Field(default_factory=dict)
    cuts: dict[str, float] = Field(default_factory=dict)
    floors: dict[str, float] = Field(default_factory=dict)
    error_correlation: Annotated[float, Field(ge=0, lt=1)] = 0.0
    rows: list[dict[str, str]] = Field(default_factory=list)
