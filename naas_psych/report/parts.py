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

    lead : what it is about, in a sentence
    steps : the steps of the argument it bears on
    chapters : of the register that it holds
    analyses : that it holds though another part holds their chapter
    not_yet : what this version does not examine here, and what it would need
    """

    number: int
    name: str
    title: str
    lead: str
    steps: tuple[StepName, ...] = ()
    chapters: tuple[str, ...] = ()
    analyses: tuple[str, ...] = ()
    not_yet: str = ""


PARTS: tuple[Part, ...] = (
    Part(
        1,
        "verdicts",
        "Verdicts",
        "Each question that critics would ask, and what these data answer.",
    ),
    Part(
        2,
        "claims",
        "What was asked, and by whom",
        "What critics, officials and candidates said and asked, and what these data answer.",
    ),
    Part(
        3,
        "argument",
        "How scores are meant to be read and used",
        "What a score is meant to say, what is decided with it, and what would count against it.",
    ),
    Part(
        4,
        "participation",
        "Who took part, who did not",
        "Who gave the answers, and how far they stand for everybody the test is meant for.",
        ("generalisation",),
        (),
        ("participation",),
    ),
    Part(
        5,
        "data",
        "Data quality and exclusions",
        "What was wrong in the files, what was left out, and what was assumed.",
        ("scoring",),
    ),
    Part(
        6,
        "content",
        "Content",
        "Whether the test asks for what the job needs, by experts, candidates and the blueprint.",
        ("scoring", "extrapolation"),
        ("content",),
    ),
    Part(
        7,
        "process",
        "Time and how people answered",
        "Whether people had the time to show what they know, and how they went about it.",
        ("scoring",),
        ("speed",),
        ("feedback_summary", "comments"),
    ),
    Part(
        8,
        "items",
        "Items",
        "How hard each item is, how well it tells people apart, and whether its key is right.",
        ("scoring",),
        ("items",),
    ),
    Part(
        9,
        "structure",
        "Structure and response models",
        "How many things the items measure together, and which model describes the answers.",
        ("generalisation",),
        ("structure", "irt"),
    ),
    Part(
        10,
        "precision",
        "Precision",
        "How far a score would differ if the same people sat the test again.",
        ("generalisation",),
        ("reliability",),
    ),
    Part(
        11,
        "raters",
        "Raters",
        "Whether marks depend on who gives them.",
        ("scoring",),
        (),
        ("rater_groups",),
        "How severe and how consistent single raters are: a model of raters needs marks of the "
        "same work by at least two raters, and raters linked by common tasks.",
    ),
    Part(
        12,
        "fairness",
        "Fairness",
        "How results differ between groups, and whether items are as hard for equal skill.",
        ("scoring", "decision"),
        ("fairness",),
    ),
    Part(
        13,
        "relations",
        "Links with other evidence",
        "Whether scores go with other evidence about the same people.",
        ("extrapolation",),
        (),
        ("known_groups", "endorsement"),
        "Whether scores go with later work: it needs a measure of practice that does not rest on "
        "the test, of at least 100 people (200 are better).",
    ),
    Part(
        14,
        "scales",
        "Scales across phases",
        "Whether a mark means the same on every form and in every phase.",
        ("generalisation",),
        (),
        (),
        "Whether forms and phases are on one scale: linking needs at least 20 items, or a fifth "
        "of a form, that were given in both.",
    ),
    Part(
        15,
        "pass_mark",
        "Pass mark",
        "Where judges would put the pass mark, and how sure they are of it.",
        ("decision",),
        ("standard",),
    ),
    Part(
        16,
        "decisions",
        "Decision quality",
        "How often an outcome would be right, and what another pass mark would do.",
        ("decision",),
        ("cutscores",),
    ),
    Part(
        17,
        "policy",
        "Policy scenarios",
        "What a scheme with this test would do to people, posts and costs.",
        ("decision",),
        (),
        (),
        "What a scheme would do to staffing and cost: scenarios need numbers of staff, leavers "
        "and costs, and assumptions that no test data can check.",
    ),
    Part(
        18,
        "gaps",
        "What these data cannot show",
        "What stays open, and which study would close it.",
    ),
    Part(
        19,
        "annexes",
        "Steps of the argument, actions and annexes",
        "Where the argument stands, what to do next, and all that is needed to check this report.",
    ),
)


def analyses_of(part: Part) -> tuple[str, ...]:
    """The analyses of a part in report order, each in one part only."""
    guests = {name for other in PARTS for name in other.analyses}
    own = (name for c in register.CHAPTERS if c.name in part.chapters for name in c.analyses)
    return (*(name for name in own if name not in guests), *part.analyses)


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
