"""Every analysis, listed by hand in report order. Nothing else decides what the program can do.

The list holds names only, so that asking for help loads no analysis. The module of an analysis is
`naas_psych.analyses.<chapter>.<name>` and holds a function of the same name.
"""

from __future__ import annotations

import difflib
import inspect
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from naas_psych.errors import UsageError

if TYPE_CHECKING:
    from naas_psych.analysis import Analysis


@dataclass(frozen=True)
class Chapter:
    """A chapter is a command, a heading in the report and a list of analyses."""

    name: str
    title: str
    summary: str
    analyses: tuple[str, ...]


CHAPTERS: tuple[Chapter, ...] = (
    Chapter(
        "items",
        "Items",
        "difficulty (facility), discrimination, options, key check, flags",
        (
            "item_statistics",
            "distractors",
            "key_check",
            "item_decisions",
            "score_distribution",
        ),
    ),
    Chapter(
        "reliability",
        "Reliability",
        "coefficients with intervals, measurement error",
        ("reliability", "measurement_error", "subscores"),
    ),
    Chapter(
        "structure",
        "Structure",
        "how many dimensions, local dependence",
        (
            "dimensionality",
            "item_correlations",
            "factorability",
            "parallel_analysis",
            "velicer_map",
            "one_factor",
            "domain_factors",
            "local_dependence",
            "domain_correlations",
        ),
    ),
    Chapter(
        "irt",
        "Response models",
        "calibration, fit, information, person scores",
        (
            "calibration",
            "model_comparison",
            "model_fit",
            "conditional_rasch",
            "item_fit",
            "person_fit",
            "information",
            "person_scores",
        ),
    ),
    Chapter(
        "content",
        "Content",
        "expert relevance, blueprint, face-validity flags",
        (
            "face_validity",
            "item_relevance",
            "role_ownership",
            "without_flagged",
            "feedback_summary",
            "comments",
            "panel_agreement",
            "judge_influence",
            "blueprint",
            "cognitive_levels",
            "known_groups",
            "readability",
            "item_writing",
        ),
    ),
    Chapter(
        "speed",
        "Time",
        "not reached, rapid guessing, position, effect on outcomes",
        (
            "speededness",
            "response_time_effort",
            "response_times",
            "position_effects",
            "speed_impact",
            "time_opinion",
        ),
    ),
    Chapter(
        "fairness",
        "Fairness",
        "DIF, score and pass-rate gaps, adverse impact",
        (
            "participation",
            "group_sizes",
            "dif_summary",
            "dif_mantel_haenszel",
            "dif_standardisation",
            "dif_logistic",
            "dif_sibtest",
            "dif_likelihood_ratio",
            "dif_item_parameters",
            "dif_distractors",
            "test_functioning",
            "dif_impact",
            "score_gaps",
            "adverse_impact",
            "adjusted_gaps",
            "intersections",
            "equal_standard",
            "rater_groups",
            "adjustments",
            "endorsement",
        ),
    ),
    Chapter(
        "standard",
        "Pass mark",
        "cut scores from judges' ratings, with standard errors",
        (
            "standard_summary",
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
        ),
    ),
    Chapter(
        "cutscores",
        "Decisions",
        "simulate pass marks: outcomes, classification errors, group effects",
        (
            "cut_population",
            "cut_sweep",
            "classification",
            "cut_groups",
            "cut_losses",
            "resits",
            "decision_rule",
            "composite",
            "top_of_scale",
        ),
    ),
)


#: What a chapter's command leaves out in silence where the study lacks the table it is for; by
#: name, and in the evidence, each says what it would need.
ONLY_WITH = {"item_decisions": "decisions", "participation": "frame"}


def names() -> tuple[str, ...]:
    """The name of every analysis, in report order."""
    return tuple(name for chapter in CHAPTERS for name in chapter.analyses)


def chapter_of(name: str) -> Chapter:
    """The chapter that holds the analysis `name`."""
    for chapter in CHAPTERS:
        if name in chapter.analyses:
            return chapter
    near = difflib.get_close_matches(name, names(), n=3)
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    raise UsageError(
        f"There is no analysis {name!r}.{hint} The analyses are: {', '.join(names())}."
    )


@cache
def load(name: str) -> Analysis:
    """The analysis `name`, with what its module says about it."""
    from naas_psych.analysis import Analysis

    chapter = chapter_of(name)
    module = import_module(f"naas_psych.analyses.{chapter.name}.{name}")
    run = getattr(module, name)
    return Analysis(
        name=name,
        chapter=chapter.name,
        run=run,
        question=(inspect.getdoc(run) or "").split("\n", 1)[0],
        options=run.options_model,
        drawings=getattr(module, "drawings", None),
    )
