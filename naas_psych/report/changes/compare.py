"""Two evidence folders side by side: verdicts first, then numbers, then the tables, and why."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from naas_psych.assurance.manifest import NAME, digest
from naas_psych.errors import UsageError
from naas_psych.report.changes.causes import Cause, causes
from naas_psych.report.changes.tables import TableChange, changed_table


@dataclass(frozen=True, kw_only=True)
class VerdictChange:
    """A claim whose verdict changed, from one word to another; None where it was not asked."""

    claim: str
    question: str
    before: str | None
    after: str | None


@dataclass(frozen=True, kw_only=True)
class NumberChange:
    """A number that a verdict is read from, with its limits, before and after."""

    claim: str
    measure: str
    before: tuple[float | None, float | None, float | None] | None
    after: tuple[float | None, float | None, float | None] | None


@dataclass(frozen=True, kw_only=True)
class FindingChange:
    """A finding that only one of the two folders has."""

    code: str
    subject: str
    severity: str
    sentence: str
    came: bool


@dataclass(frozen=True, kw_only=True)
class EvidenceDiff:
    """What changed between two evidence folders, and why it may have."""

    before: str
    after: str
    causes: tuple[Cause, ...] = ()
    verdicts: tuple[VerdictChange, ...] = ()
    numbers: tuple[NumberChange, ...] = ()
    findings: tuple[FindingChange, ...] = ()
    tables: tuple[TableChange, ...] = ()
    only_before: tuple[str, ...] = ()
    only_after: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def same(self) -> bool:
        """Whether both folders say the same, whatever they were made from."""
        changed = (self.verdicts, self.numbers, self.findings, self.tables)
        return not any((*changed, self.only_before, self.only_after))


def diff_evidence(before: str | os.PathLike[str], after: str | os.PathLike[str]) -> EvidenceDiff:
    """What changed from the evidence folder `before` to the evidence folder `after`, and why.

    Raises
    ------
    UsageError
        One of them is not an evidence folder.
    """
    old, new = Path(before), Path(after)
    was, now = _manifest(old), _manifest(new)
    old_claims, new_claims = _claims(old), _claims(new)
    old_tables, new_tables = _tables(old), _tables(new)
    shared = [name for name in old_tables if name in new_tables]
    changed = (changed_table(name, old_tables[name], new_tables[name]) for name in shared)
    found = causes(was, now)
    return EvidenceDiff(
        before=os.fspath(before),
        after=os.fspath(after),
        causes=found,
        verdicts=_verdicts(old_claims, new_claims),
        numbers=_numbers(old_claims, new_claims),
        findings=_findings(_json(old, "findings.json"), _json(new, "findings.json")),
        tables=tuple(table for table in changed if table is not None),
        only_before=tuple(name.replace("__", "/") for name in old_tables if name not in shared),
        only_after=tuple(name.replace("__", "/") for name in new_tables if name not in shared),
        notes=(*_edited(old, was), *_edited(new, now), *_gates(was, now)),
    )


def _manifest(folder: Path) -> Mapping[str, Any]:
    made = _json(folder, NAME)
    whole = isinstance(made.get("options"), dict) and isinstance(made.get("packages"), dict)
    if not (whole and isinstance(made.get("inputs"), list) and "seed" in made):
        raise UsageError(
            f"{folder} is not an evidence folder: its {NAME} is damaged or from another program. "
            "Name two folders that `naas-psych evidence` wrote."
        )
    return made


def _json(folder: Path, name: str) -> dict[str, Any]:
    try:
        made = json.loads((folder / name).read_text(encoding="utf-8"))
    except OSError:
        raise UsageError(
            f"{folder} is not an evidence folder: there is no {name} in it that can be read. "
            "Name two folders that `naas-psych evidence` wrote."
        ) from None
    except (ValueError, RecursionError):
        made = None
    if not isinstance(made, dict):
        raise _damaged(folder / name)
    return made


def _claims(folder: Path) -> dict[str, Mapping[str, Any]]:
    """The claims, and each line of the verdict board as a claim with one measure."""
    made = _json(folder, "claims.json")
    board = {
        f"board {k}": {**line, "measures": [{**line, "says": line.get("measure") or "number"}]}
        for k, line in enumerate(_entries(made, "board", folder), start=1)
    }
    claims = _entries(made, "claims", folder)
    if not all("id" in one for one in claims):
        raise _damaged(folder / "claims.json")
    return {**board, **{str(one["id"]): one for one in claims}}


def _entries(made: Mapping[str, Any], name: str, folder: Path) -> list[Mapping[str, Any]]:
    """The entries of a list of claims.json; an older file may lack the list, or parts of each."""
    listed = made.get(name, [])
    if not (isinstance(listed, list) and all(isinstance(one, dict) for one in listed)):
        raise _damaged(folder / "claims.json")
    return listed


def _damaged(path: Path) -> UsageError:
    return UsageError(f"{path} is damaged; write the evidence again.")


def _tables(folder: Path) -> dict[str, Path]:
    """Tables by `analysis__table`, in the order of their names."""
    return {path.stem: path for path in sorted((folder / "tables").glob("*__*.csv"))}


def _verdicts(
    old: Mapping[str, Mapping[str, Any]], new: Mapping[str, Mapping[str, Any]]
) -> tuple[VerdictChange, ...]:
    found = []
    for claim in dict.fromkeys([*old, *new]):
        was, now = old.get(claim, {}), new.get(claim, {})
        if was.get("verdict") != now.get("verdict"):
            found.append(
                VerdictChange(
                    claim=claim,
                    question=str((now or was).get("question", "")),
                    before=was.get("verdict"),
                    after=now.get("verdict"),
                )
            )
    return tuple(found)


def _numbers(
    old: Mapping[str, Mapping[str, Any]], new: Mapping[str, Mapping[str, Any]]
) -> tuple[NumberChange, ...]:
    """The numbers of claims whose verdict changed come first."""
    found = []
    for claim in dict.fromkeys([*old, *new]):
        was, now = _measures(old.get(claim)), _measures(new.get(claim))
        for says in dict.fromkeys([*was, *now]):
            if was.get(says) != now.get(says):
                found.append(
                    NumberChange(
                        claim=claim, measure=says, before=was.get(says), after=now.get(says)
                    )
                )
    turned = {one.claim for one in _verdicts(old, new)}
    return tuple(sorted(found, key=lambda one: one.claim not in turned))


def _measures(
    claim: Mapping[str, Any] | None,
) -> dict[str, tuple[float | None, float | None, float | None]]:
    measures = claim.get("measures", ()) if claim else ()
    return {
        str(one.get("says", "number")): (one.get("value"), one.get("low"), one.get("high"))
        for one in measures
    }


def _findings(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[FindingChange, ...]:
    was, now = _by_subject(old), _by_subject(new)
    came = [_finding(one, came=True) for key, one in now.items() if key not in was]
    went = [_finding(one, came=False) for key, one in was.items() if key not in now]
    return (*came, *went)


def _by_subject(said: Mapping[str, Any]) -> dict[tuple[str, str], Mapping[str, Any]]:
    return {(str(one["code"]), str(one["subject"])): one for one in said.get("findings", ())}


def _finding(one: Mapping[str, Any], *, came: bool) -> FindingChange:
    return FindingChange(
        code=str(one["code"]),
        subject=str(one["subject"]),
        severity=str(one["severity"]),
        sentence=str(one["sentence"]),
        came=came,
    )


def _edited(folder: Path, made: Mapping[str, Any]) -> list[str]:
    """Files that are not what the run wrote: then neither data nor options explain a change."""
    edited = [
        one["path"]
        for one in made.get("outputs", ())
        if (folder / one["path"]).is_file() and digest(folder / one["path"]) != one["sha256"]
    ]
    if not edited:
        return []
    others = f" and {len(edited) - 1} others" if len(edited) > 1 else ""
    return [f"Changed in {folder} after it was written: {edited[0]}{others}."]


def _gates(was: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    before, after = _profile(was), _profile(now)
    if before == after == "none":
        return []
    if before != after:
        return [
            f"The numbers passed different disclosure rules ({before} before, {after} after), "
            "which makes differences by itself: rounded numbers are not exact ones."
        ]
    return [
        f"Both folders passed the disclosure gate ({before}): numbers are rounded and small groups "
        "withheld. A change can hide in the rounding, and a small one can look like a whole step. "
        "Compare the twins made with --internal for exact changes."
    ]


def _profile(made: Mapping[str, Any]) -> str:
    if made["options"].get("internal"):
        return "none"
    return str(made.get("settings", {}).get("disclosure.profile") or "ofqual")
