"""The options that several analyses share, with their limits."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from naas_psych.study.responses import Counted

Replicates = Annotated[
    int,
    Field(ge=0, le=100_000, description="bootstrap samples of persons; 0 for no such intervals"),
]
Share = Annotated[float, Field(gt=0, le=0.5, description="share of persons in each extreme group")]
Omitted = Annotated[
    Counted | None,
    Field(description="how an omitted response counts; default: as the study says"),
]
NotReached = Annotated[
    Counted,
    Field(description="how an item that was not reached counts"),
]
NotReachedInTotals = Annotated[
    Counted | None,
    Field(
        description="how an item that was not reached counts; default: wrong, in ratings left out"
    ),
]
Groups = Annotated[int, Field(ge=2, le=20, description="number of score groups in the curves")]
Cuts = Annotated[
    list[str] | None,
    Field(
        description="pass mark with its unit, 63%, raw:38 or theta:-0.5, once or more; default: "
        "[cuts] of the study"
    ),
]
