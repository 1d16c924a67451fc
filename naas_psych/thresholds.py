"""The thresholds that findings are held to: named, sourced, versioned and open to override."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from naas_psych.errors import UsageError
from naas_psych.packaged import toml_entries


@dataclass(frozen=True)
class Threshold:
    """One line of thresholds.toml.

    `standing` says how firm it is: `standard` (a published rule) or `our choice` (a convention of
    this project). `overridden` is true when the study set its own value.
    """

    name: str
    value: float
    meaning: str
    source: str
    standing: str
    overridden: bool = False


@dataclass(frozen=True)
class Fixed:
    """When the thresholds that ship with the package were fixed, and the digest of them then."""

    date: str
    sha256: str


class Thresholds(Mapping[str, Threshold]):
    """All thresholds by name, with the study's own values in place of the defaults."""

    def __init__(self, entries: Mapping[str, Threshold]) -> None:
        self._entries = dict(entries)

    def __getitem__(self, name: str) -> Threshold:
        return self._entries[name]

    def __iter__(self) -> Any:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def overridden(self) -> tuple[Threshold, ...]:
        """Those that the study set itself, by name."""
        return tuple(self[name] for name in sorted(self) if self[name].overridden)

    @property
    def sha256(self) -> str:
        """Digest of every name and value: the line that shows they were fixed beforehand."""
        lines = "".join(f"{name}={self[name].value!r}\n" for name in sorted(self))
        return hashlib.sha256(lines.encode()).hexdigest()

    def overridden_by(self, values: Mapping[str, float]) -> Thresholds:
        """The same thresholds with the study's values; an unknown name is refused."""
        entries = dict(self._entries)
        for name, value in values.items():
            if name not in entries:
                near = difflib.get_close_matches(name, entries, n=1)
                hint = f" Did you mean {near[0]!r}?" if near else ""
                raise UsageError(
                    f"[thresholds] has no entry {name!r}.{hint} "
                    f"The known names are: {', '.join(sorted(entries))}."
                )
            old = entries[name]
            entries[name] = Threshold(
                name, float(value), old.meaning, "study.toml", "the study's own", overridden=True
            )
        return Thresholds(entries)


@cache
def default_thresholds() -> Thresholds:
    """The thresholds that ship with the package."""
    raw = {name: entry for name, entry in _content().items() if name != "fixed"}
    return Thresholds({name: Threshold(name=name, **entry) for name, entry in raw.items()})


def fixed() -> Fixed:
    """When the thresholds were last changed, and the digest that they have had since."""
    return Fixed(**_content()["fixed"])


def _content() -> Mapping[str, Any]:
    return toml_entries("assurance/thresholds.toml")
