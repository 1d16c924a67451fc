"""The audit: every fault in the data is gathered here and told once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.errors import Fault
from naas_psych.study.checks import checks
from naas_psych.study.scheme import Privacy
from naas_psych.study.spec import Waiver

#: Faults of one code in one file that are listed one by one; the rest are counted.
LISTED = 1000


#: Any of file, row, column and value: the place of a fault, as far as it is known.
Where = dict[str, Any]


@dataclass
class Audit:
    """Collects faults and what was inferred while a study is read.

    privacy : what study.toml allows of columns that may name or describe persons
    roles : file name to the table of the study that it holds; looked_at : those inspected
    identifying : a column names persons, so that no cell of the study may be shown
    """

    waivers: list[Waiver] = field(default_factory=list)
    privacy: Privacy = field(default_factory=Privacy)
    roles: dict[str, str] = field(default_factory=dict)
    looked_at: set[str] = field(default_factory=set)
    identifying: bool = False
    said: list[str] = field(default_factory=list)
    _faults: list[Fault] = field(default_factory=list)
    _count: Counter[tuple[str, str | None]] = field(default_factory=Counter)
    _refused: set[str] = field(default_factory=set)

    def add(
        self, code: str, found: str, *, expected: str = "", action: str = "", **where: Any
    ) -> bool:
        """Record one fault; True when it was waived.

        Severity comes from the list of checks, and
        what was expected and what to do as well, unless given.
        """
        fault = self._waived(_fault(code, found, expected, action, where))
        self._count[code, fault.file] += 1
        if self._count[code, fault.file] <= LISTED or fault.waived:
            self._faults.append(fault)
        return fault.waived is not None

    def many(
        self,
        code: str,
        records: NDArray[np.int64],
        line: Callable[[int], int],
        found: str,
        *,
        expected: str = "",
        **where: Any,
    ) -> None:
        """The same fault in many records: the first are listed, all are counted."""
        for record in records[:LISTED]:
            self.add(code, found, expected=expected, row=line(int(record)), **where)
        self.count_more(code, len(records) - LISTED, **where)

    def count_more(self, code: str, times: int, **where: Any) -> None:
        """Count faults that are not worth listing, because as many were listed before."""
        if times > 0 and not self._waived(_fault(code, "", "", "", where)).waived:
            self._count[code, where.get("file")] += times

    def told(self, code: str) -> bool:
        """A fault of this code was found."""
        return any(fault.code == code for fault in self._faults)

    def say(self, sentence: str) -> None:
        """Note something that was inferred or assumed; said once."""
        if sentence not in self.said:
            self.said.append(sentence)

    @property
    def has_errors(self) -> bool:
        return any(fault.severity == "error" for fault in self._faults)

    def faults(self) -> tuple[Fault, ...]:
        """Everything found, worst first, with a line for those that were only counted."""
        rest = [self._rest(code, file) for code, file in self._count]
        found = [*self._faults, *(fault for fault in rest if fault)]
        rank = {"error": 0, "warning": 1, "info": 2}
        return tuple(sorted(found, key=lambda fault: rank[fault.severity]))

    def tell_unused_waivers(self) -> None:
        """Waivers of faults that were not found, or of checks that do not exist."""
        for waiver in self.waivers:
            if waiver.code not in checks():
                found = f"there is no check {waiver.code!r}."
                self.add("unknown_check", found, file="study.toml", value=waiver.code)
            elif waiver.code not in self._refused and not any(
                fault.waived == waiver.reason and fault.code == waiver.code
                for fault in self._faults
            ):
                found = f"the waiver of {waiver.code} has nothing to waive."
                self.add("waiver_unused", found, file="study.toml", value=waiver.code)

    def _rest(self, code: str, file: str | None) -> Fault | None:
        listed = sum(f.code == code and f.file == file for f in self._faults)
        left = self._count[code, file] - listed
        if left <= 0:
            return None
        return _fault(code, f"and {left} more like it.", "", "", {"file": file})

    def _waived(self, fault: Fault) -> Fault:
        for waiver in self.waivers:
            if not _matches(waiver, fault):
                continue
            if fault.severity == "error" and not checks()[fault.code].waivable:
                self._refuse_waiver(waiver)
                continue
            return replace(fault, severity="info", waived=waiver.reason)
        return fault

    def _refuse_waiver(self, waiver: Waiver) -> None:
        if waiver.code in self._refused:
            return
        self._refused.add(waiver.code)
        self.add(
            "waiver_not_possible",
            f"The waiver of {waiver.code} has no effect: without mending it nothing can be scored.",
            file="study.toml",
            value=waiver.code,
        )


def _fault(code: str, found: str, expected: str, action: str, where: Where) -> Fault:
    check = checks()[code]
    return Fault(
        code=code,
        severity=check.severity,
        found=found,
        expected=expected or check.expected,
        action=action or check.action,
        **where,
    )


def _matches(waiver: Waiver, fault: Fault) -> bool:
    return (
        waiver.code == fault.code
        and waiver.file in (None, fault.file)
        and waiver.column in (None, fault.column)
        and waiver.row in (None, fault.row)
    )
