"""Why two evidence folders may differ: their data, their options, or the programs that ran."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

CauseKind = Literal["data", "options", "thresholds", "version"]


@dataclass(frozen=True, kw_only=True)
class Cause:
    """Something on the way in that differs: a file, an option, a threshold or a version."""

    kind: CauseKind
    what: str
    before: Any = None
    after: Any = None


def causes(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Cause, ...]:
    """What differs between two manifests on the way in."""
    return (
        *_data(before, after),
        *_options(before, after),
        *_thresholds(before, after),
        *_versions(before, after),
    )


def _data(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Cause]:
    """Files by their place in the study; study.toml speaks through its settings, if recorded."""
    old, new = _inputs(before), _inputs(after)
    for name in sorted({*old, *new}):
        settings = "settings" in before and "settings" in after
        if old.get(name) != new.get(name) and not (settings and name == "study.toml"):
            yield Cause(kind="data", what=name, before=old.get(name), after=new.get(name))


def _inputs(made: Mapping[str, Any]) -> dict[str, str]:
    study = made["options"].get("study") or ""
    home = posixpath.dirname(study) if posixpath.splitext(study)[1] else study
    return {
        posixpath.relpath(one["path"], home or "."): f"sha256:{one['sha256']}"
        for one in made["inputs"]
    }


def _options(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Cause]:
    """Options of the command, the seed, and the keys of study.toml; where files stand is none."""
    for old, new, prefix in (
        (_chosen(before), _chosen(after), ""),
        (before.get("settings", {}), after.get("settings", {}), "study.toml "),
    ):
        for name, was, now in _unlike(old, new):
            yield Cause(kind="options", what=prefix + name, before=was, after=now)


def _chosen(made: Mapping[str, Any]) -> dict[str, Any]:
    options = {name: value for name, value in made["options"].items() if name != "study"}
    return {**options, "seed": made["seed"]}


def _thresholds(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Cause]:
    old, new = before.get("thresholds", {}), after.get("thresholds", {})
    if old.get("sha256") == new.get("sha256"):
        return
    if "values" not in old or "values" not in new:
        yield Cause(
            kind="thresholds", what="sha256", before=old.get("sha256"), after=new.get("sha256")
        )
        return
    for name, was, now in _unlike(old["values"], new["values"]):
        yield Cause(kind="thresholds", what=name, before=was, after=now)


def _versions(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Cause]:
    for name, was, now in _unlike(_installed(before), _installed(after)):
        yield Cause(kind="version", what=name, before=was, after=now)


def _installed(made: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "naas_psych": made.get("naas_psych"),
        "python": made.get("python"),
        **made["packages"],
    }


def _unlike(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    for name in dict.fromkeys([*old, *new]):
        if old.get(name) != new.get(name):
            yield name, old.get(name), new.get(name)
