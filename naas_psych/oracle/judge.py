"""One study held to its truth: what was found, what was missed, what was said in error."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from naas_psych.numerics.one_thread import one_blas_thread
from naas_psych.oracle.alarms import Alarm, alarms
from naas_psych.oracle.detectors import sight_of
from naas_psych.oracle.seen import Seen
from naas_psych.oracle.sight import Sight
from naas_psych.oracle.truth import Truth
from naas_psych.study.study import Study


@dataclass(frozen=True)
class Outcome:
    """Plant to what was seen of it, and the false alarms."""

    sights: Mapping[str, Sight]
    alarms: tuple[Alarm, ...]


def judge(study: Study, truth: Truth) -> Outcome:
    """Run the analyses on one study and hold them to its truth."""
    seen = Seen(study)
    with one_thread():
        sights = {name: sight_of(name, plant, seen) for name, plant in truth.planted.items()}
        return Outcome(sights, alarms(seen, truth))


def one_thread() -> AbstractContextManager[Any]:
    """One thread of linear algebra, so that every process comes to the same bits."""
    limits: AbstractContextManager[Any] = one_blas_thread()
    return limits
