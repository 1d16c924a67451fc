"""The audit: every fault in the data is gathered here and told once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from naas_psych.errors import Fault
from naas_psych.study.checks import checks
from naas_psych.study.spec import Waiver

#: Faults of one code in one file that are listed one by one; the rest are counted.
LISTED = 20


@dataclass
class Audit:
    """Collects faults and what was inferred while a study is read."""

    waivers: list[Waiver] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    _faults: list[Fault] = field(default_factory=list)
    _count: Counter[tuple[str, str | None]] = field(default_factory=Counter)
    _refused: set[str] = field(default_factory=set)

    def add(
        self, code: str, found: str, *, expected: str = "", action: str = "", **where: Any
    ) -> bool:
        """Record one fault; True when it was waived.

        `where` is any of file, row, column, value. Severity comes from the list of checks, and
        what was expected and what to do as well, unless given.
        """
        check = checks()[code]
        fault = Fault(
            code=code,
            severity=check.severity,
            found=found,
            expected=expected or check.expected,
            action=action or check.action,
            **where,
        )
        fault = self._waived(fault)
        self._count[code, fault.file] += 1
        if self._count[code, fault.file] <= LISTED or fault.waived:
            self._faults.append(fault)
        return fault.waived is not None

    def many(self, code: str, rows: Sequence[int], found: str, **more: Any) -> bool:
        """The same fault at many rows: the first are listed, all are counted."""
        waived = [self.add(code, found, row=int(row), **more) for row in rows[:LISTED]]
        if len(rows) > LISTED and not all(waived):
            self._count[code, more.get("file")] += len(rows) - LISTED
        return bool(waived) and all(waived)

    def count_more(self, code: str, file: str | None, times: int) -> None:
        """Count faults that are not worth listing, because as many were listed before."""
        self._count[code, file] += max(0, times)

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
        check = checks()[code]
        return Fault(
            code=code,
            severity=check.severity,
            file=file,
            found=f"and {left} more like it.",
            expected=check.expected,
            action=check.action,
        )

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


def _matches(waiver: Waiver, fault: Fault) -> bool:
    return (
        waiver.code == fault.code
        and waiver.file in (None, fault.file)
        and waiver.column in (None, fault.column)
        and waiver.row in (None, fault.row)
    )
