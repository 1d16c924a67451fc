"""The parts of the technical report, in the order in which an argument for a test is read.

A number stays with its part whatever comes first for a reader, so that a citation of it holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from naas_psych import register

#: The steps of the argument (after Kane) that the evidence of a part bears on.
StepName = Literal["scoring", "generalisation", "extrapolation", "decision"]


@dataclass(frozen=True)
class Part:
    """One numbered part.

    steps : the steps of the argument it bears on
    chapters : of the register that it holds
    analyses : that it holds though another part holds their chapter
    not_yet : what this version does not examine here, and what it would need
    """

    number: int
    name: str
    title: str
    steps: tuple[StepName, ...] = ()
    chapters: tuple[str, ...] = ()
    analyses: tuple[str, ...] = ()
    not_yet: str = ""


PARTS: tuple[Part, ...] = (
    Part(1, "verdicts", "Verdicts"),
    Part(2, "claims", "What was asked, and by whom"),
    Part(3, "argument", "How scores are meant to be read and used"),
    Part(4, "participation", "Who took part, who did not", ("generalisation",)),
    Part(5, "data", "Data quality and exclusions", ("scoring",)),
    Part(6, "content", "Content", ("scoring", "extrapolation"), ("content",)),
    Part(
        7, "process", "Time and how people answered", ("scoring",), ("speed",),
        ("feedback_summary", "comments"),
    ),
    Part(8, "items", "Items", ("scoring",), ("items",)),
    Part(9, "structure", "Structure and response models", ("generalisation",),
         ("structure", "irt")),
    Part(10, "precision", "Precision", ("generalisation",), ("reliability",)),
    Part(
        11, "raters", "Raters", ("scoring",), (), ("rater_groups",),
        "How severe and how consistent single raters are: a model of raters needs marks of the "
        "same work by at least two raters, and raters linked by common tasks.",
    ),
    Part(12, "fairness", "Fairness", ("scoring", "decision"), ("fairness",)),
    Part(
        13, "relations", "Links with other evidence", ("extrapolation",), (),
        ("known_groups", "endorsement"),
        "Whether scores go with later work: it needs a measure of practice that does not rest on "
        "the test, of at least 100 people (200 are better).",
    ),
    Part(
        14, "scales", "Scales across phases", ("generalisation",), (), (),
        "Whether forms and phases are on one scale: linking needs at least 20 items, or a fifth "
        "of a form, that were given in both.",
    ),
    Part(15, "pass_mark", "Pass mark", ("decision",), ("standard",)),
    Part(16, "decisions", "Decision quality", ("decision",), ("cutscores",)),
    Part(
        17, "policy", "Policy scenarios", ("decision",), (), (),
        "What a scheme would do to staffing and cost: scenarios need numbers of staff, leavers "
        "and costs, and assumptions that no test data can check.",
    ),
    Part(18, "gaps", "What these data cannot show"),
    Part(19, "annexes", "Steps of the argument, actions and annexes"),
)  # fmt: skip


def analyses_of(part: Part) -> tuple[str, ...]:
    """The analyses of a part in report order, each in one part only."""
    guests = {name for other in PARTS for name in other.analyses}
    own = (name for c in register.CHAPTERS if c.name in part.chapters for name in c.analyses)
    return (*(name for name in own if name not in guests), *part.analyses)


def part_of(analysis: str) -> Part:
    """The part that holds an analysis.

    Raises
    ------
    KeyError
        No part holds it.
    """
    for part in PARTS:
        if analysis in analyses_of(part):
            return part
    raise KeyError(analysis)


def heading_of(name: str) -> str:
    """`8. Items`: the number and title of a part.

    Raises
    ------
    KeyError
        There is no such part.
    """
    for part in PARTS:
        if part.name == name:
            return f"{part.number}. {part.title}"
    raise KeyError(name)
