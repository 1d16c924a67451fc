"""The options that the analyses of fairness share, with their limits."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

Group = Annotated[
    list[str] | None,
    Field(
        description="person column to compare groups by, as COLUMN or COLUMN=REFERENCE, once or "
        "more; default: every column of [groups]"
    ),
]
Purify = Annotated[
    bool,
    Field(description="leave items that were flagged out of the matching score, and test again"),
]
Matching = Annotated[
    Literal["score", "bins"],
    Field(
        description="match on every score (score) or on score bands of ten persons of each group "
        "or more (bins)"
    ),
]
