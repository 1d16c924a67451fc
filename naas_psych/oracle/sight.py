"""What was seen of one plant in one study."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sight:
    """Found or missed (None: nobody has looked), one sentence, and the number behind it."""

    found: bool | None
    evidence: str
    number: float | None = None
