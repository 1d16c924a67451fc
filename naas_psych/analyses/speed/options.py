"""The options that the analyses of time share, with their limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

RuleName = Literal["auto", "mixture", "nt10", "cump", "fixed"]
#: The rules of which a table shows the thresholds.
RULES: tuple[RuleName, ...] = ("nt10", "mixture", "cump", "fixed")
Rule = Annotated[
    RuleName,
    Field(
        description="which answers are rapid: auto (two kinds of times where they separate, else "
        "nt10), mixture, nt10, cump or fixed"
    ),
]
Share = Annotated[
    float, Field(gt=0, le=0.5, description="nt10: share of the mean time that is the threshold")
]
Trim = Annotated[
    float, Field(ge=0, lt=0.5, description="nt10: share of times left out at each end of the mean")
]
Fixed = Annotated[float, Field(gt=0, le=60, description="fixed: seconds that are the threshold")]
Tail = Annotated[
    float, Field(gt=0, le=0.5, description="share of the positions that are the tail of a form")
]

#: The usual tail: the last eighth of a form.
TAIL = 0.125
#: A group of fewer persons gets no share: it would say little, and could tell of one of them.
GROUP_LEAST = 10


@dataclass(frozen=True)
class Asked:
    """The options that decide which answers are rapid."""

    rule: RuleName = "auto"
    share: float = 0.10
    trim: float = 0.05
    fixed: float = 3.0
