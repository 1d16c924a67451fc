"""The options that several analyses of this chapter share, with their limits."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

Share = Annotated[float, Field(gt=0, le=0.5, description="share of persons in each extreme group")]
Omitted = Annotated[
    Literal["wrong", "left_out"] | None,
    Field(description="how an omitted response counts; default: as the study says"),
]
NotReached = Annotated[
    Literal["wrong", "left_out"],
    Field(description="how an item that was not reached counts"),
]
NotReachedInTotals = Annotated[
    Literal["wrong", "left_out"] | None,
    Field(
        description="how an item that was not reached counts; default: wrong, in ratings left out"
    ),
]
Groups = Annotated[int, Field(ge=2, le=20, description="number of score groups in the curves")]
