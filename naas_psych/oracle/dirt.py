"""P22: are the faulty records counted exactly, kind by kind?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from naas_psych.errors import AnalysisImpossible
from naas_psych.oracle.seen import Seen
from naas_psych.oracle.sight import Sight
from naas_psych.study.responses import TECHNICAL_LOSS

#: Code of the audit to the numbers of the plant that add up to it.
KINDS: Mapping[str, tuple[str, ...]] = {
    "duplicate_person": ("duplicate_person",),
    "option_outside_options": ("option_outside_options",),
    "bad_response_time": ("zero_times", "negative_times", "clock_resets"),
    "one_option_throughout": ("one_option_throughout",),
    "more_options_than_asked": ("too_many_options",),
}
#: What was planted and no check looks for.
NOT_EXAMINED = {
    "too_few_options": "too few options chosen",
    "late_consent_withdrawals": "late withdrawal of consent",
}
#: The number of the plant that a technical loss of responses is held to.
LOST = "technical_loss_persons"


@dataclass(frozen=True)
class _Count:
    kind: str
    planted: int
    counted: int


def dirty_records(seen: Seen, plant: Mapping[str, Any]) -> Sight:
    """Every kind of fault that a check looks for is counted as often as it was planted."""
    if seen.study.responses.choices is None or seen.study.responses.times is None:
        raise AnalysisImpossible("Needed: responses as options, with their times (the long table).")
    counts = list(_counts(seen, plant))
    right = [f"{one.kind} {one.counted}" for one in counts if one.counted == one.planted]
    wrong = [
        f"{one.kind} {one.counted} of {one.planted}" for one in counts if one.counted != one.planted
    ]
    said = f"exact: {', '.join(right) or 'none'}"
    said += f"; not exact: {', '.join(wrong)}" if wrong else ""
    blind = [words for part, words in NOT_EXAMINED.items() if plant[part]]
    left = f" Not examined: {', '.join(blind)}." if blind else ""
    return Sight(not wrong, f"Faults counted, {said}.{left}", len(right))


def _counts(seen: Seen, plant: Mapping[str, Any]) -> Iterator[_Count]:
    found = Counter(fault.code for fault in seen.study.faults)
    for code, parts in KINDS.items():
        yield _Count(code, sum(plant[part] for part in parts), found[code])
    lost = (seen.study.responses.points == TECHNICAL_LOSS).any(axis=1).sum()
    yield _Count("persons with a technical loss", plant[LOST], int(lost))
