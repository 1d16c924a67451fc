"""Repeat the run behind an evidence folder and say what differs."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from naas_psych import __version__
from naas_psych.assurance.manifest import NAME, digest, outputs_of, versions
from naas_psych.errors import NaasPsychError, UsageError
from naas_psych.report.audience import DEFAULT
from naas_psych.report.compare import Difference, differences, not_what_is_written
from naas_psych.report.folder import evidence
from naas_psych.report.run import Progress
from naas_psych.study.load import read_study
from naas_psych.study.study import Study


@dataclass(frozen=True)
class Verification:
    """What differs (nothing, when all is well), how many files were checked, and asides.

    inputs : how many of the files that were checked are inputs
    versions : packages whose version is not that of the run, one sentence each
    information : files that were saved anew with the same content
    synthetic : the manifest says that the data are
    """

    differences: tuple[Difference, ...]
    checked: int
    inputs: int = 0
    versions: tuple[str, ...] = ()
    information: tuple[str, ...] = ()
    synthetic: bool = False


def verify(
    folder: str | os.PathLike[str],
    *,
    study: str | os.PathLike[str] | None = None,
    threads: int = 1,
    progress: Progress | None = None,
) -> Verification:
    """Check every digest in the manifest, repeat the run and compare every output.

    Parameters
    ----------
    folder
        An evidence folder.
    study
        Where the study is now, when it is not where the manifest says.
    threads, progress
        As in `evidence`.

    Raises
    ------
    UsageError
        There is no manifest in the folder, or no study where `study` says.
    """
    place = Path(folder)
    if study is not None and not Path(study).exists():
        raise UsageError(f"There is no file or folder {os.fspath(study)!r} (--study).")
    made = _manifest(place)
    if made is None:
        said = f"{NAME} is damaged or incomplete, so nothing in {folder} can be verified."
        return Verification((Difference(file=NAME, sentence=said),), 1)
    found = _changed_outputs(place, made)
    if study is None:
        found += _changed_inputs(place, made)
    checked = len(made["outputs"]) + len(made["inputs"])
    information: list[str] = []
    start = Path(study) if study is not None else _resolved(place, made["options"].get("study"))
    if start is None or not start.exists():
        found.append(
            _unrepeatable("the study is not where the manifest says; name it with --study")
        )
    else:
        again = _rerun(place, made, start, threads=threads, progress=progress)
        found = [one for one in found if one.file not in again.rewritten] + list(again.differences)
        information = [f"{name} was saved anew; it says the same." for name in again.rewritten]
    return Verification(
        differences=tuple(_with_causes(_once(found), made)),
        checked=checked,
        inputs=len(made["inputs"]),
        versions=_other_versions(made),
        information=tuple(information),
        synthetic=made.get("synthetic") is True,
    )


def _manifest(folder: Path) -> dict[str, Any] | None:
    """The manifest, or None when it is not one any more."""
    path = folder / NAME
    try:
        made = json.loads(path.read_text(encoding="utf-8"))
    except OSError:
        raise UsageError(
            f"{folder} is not an evidence folder: there is no {NAME} in it that can be read. "
            "Name a folder that `naas-psych evidence` wrote."
        ) from None
    except (ValueError, RecursionError):
        return None
    return made if _is_manifest(made) else None


def _is_manifest(made: Any) -> bool:
    """Everything that a verification looks at is there and of the right kind."""
    if not isinstance(made, dict) or not isinstance(made.get("seed"), int):
        return False
    options, packages = made.get("options"), made.get("packages")
    if not isinstance(options, dict) or not isinstance(packages, dict):
        return False
    if not all(isinstance(options.get(name), str | None) for name in ("study", "key")):
        return False
    lists = (made.get("inputs"), made.get("outputs"))
    return all(isinstance(one, list) and all(map(_is_entry, one)) for one in lists)


def _is_entry(entry: Any) -> bool:
    if not isinstance(entry, dict):
        return False
    return isinstance(entry.get("path"), str) and isinstance(entry.get("sha256"), str)


def _changed_outputs(folder: Path, made: dict[str, Any]) -> list[Difference]:
    listed = {entry["path"]: entry["sha256"] for entry in made["outputs"]}
    found = []
    for name, sha256 in listed.items():
        path = folder / name
        if not path.is_file():
            found.append(Difference(file=name, sentence=f"{name} is missing from the folder."))
        elif digest(path) != sha256:
            sentence = f"{name} was changed after it was written: its digest is not the manifest's."
            found.append(Difference(file=name, sentence=sentence))
    for path in sorted(outputs_of(folder)):
        name = path.relative_to(folder).as_posix()
        if name not in listed:
            sentence = f"{name} is in the folder but not in the manifest."
            found.append(Difference(file=name, sentence=sentence))
    return found


def _changed_inputs(folder: Path, made: dict[str, Any]) -> list[Difference]:
    found = []
    for entry in made["inputs"]:
        path, name = folder / entry["path"], entry["path"]
        if not path.is_file():
            found.append(Difference(file=name, sentence=f"Input {name} is missing."))
        elif digest(path) != entry["sha256"]:
            sentence = f"Input {name} is not what was read: its digest is not the manifest's."
            found.append(Difference(file=name, sentence=sentence))
    return found


def _other_versions(made: dict[str, Any]) -> tuple[str, ...]:
    here = {"naas_psych": __version__, **versions()}
    then = {"naas_psych": made.get("naas_psych"), **made["packages"]}
    return tuple(
        f"{name} is {here.get(name, 'not installed')} here and was {then.get(name, 'not listed')}."
        for name in sorted({*here, *then})
        if here.get(name) != then.get(name)
    )


def _resolved(folder: Path, relative: str | None) -> Path | None:
    return None if relative is None else folder / relative


def _rerun(
    folder: Path, made: dict[str, Any], start: Path, *, threads: int, progress: Progress | None
) -> _Again:
    with tempfile.TemporaryDirectory(prefix="naas_psych_verify_") as temporary:
        fresh = Path(temporary) / "fresh"
        try:
            evidence(
                _study(folder, made, start),
                out=fresh,
                internal=bool(made["options"].get("internal")),
                audience=made["options"].get("audience", DEFAULT),
                seed=made["seed"],
                threads=threads,
                progress=progress,
            )
        except NaasPsychError as error:
            return _Again((_unrepeatable(str(error)),))
        return _compared(folder, fresh, made)


def _study(folder: Path, made: dict[str, Any], start: Path) -> Study:
    key = made["options"].get("key")
    beside = _resolved(folder, key)
    return read_study(start, key=beside if beside and beside.is_file() else key)


@dataclass(frozen=True)
class _Again:
    """A run made again: what differs, and files of other bytes than then that say the same."""

    differences: tuple[Difference, ...]
    rewritten: tuple[str, ...] = ()


def _compared(folder: Path, fresh: Path, made: dict[str, Any]) -> _Again:
    found, rewritten = [], []
    listed = {entry["path"]: entry["sha256"] for entry in made["outputs"]}
    for path in sorted(outputs_of(fresh)):
        name = path.relative_to(fresh).as_posix()
        kept = folder / name
        if not kept.is_file():
            sentence = f"{name} is written by a new run and is not in the folder."
            found.append(Difference(file=name, sentence=sentence))
        elif differing := differences(name, kept, path):
            found += differing
        elif name in listed and digest(kept) != listed[name]:
            rewritten.append(name)
    return _Again(tuple(found), tuple(rewritten))


def _with_causes(found: list[Difference], made: dict[str, Any]) -> list[Difference]:
    """Pictures that another version of their library may have drawn in another way, said so."""
    then, here = made["packages"].get("matplotlib"), versions()["matplotlib"]
    if then == here:
        return found
    why = f" Matplotlib was {then} and is {here} here: it may draw the same numbers differently."
    return [replace(one, sentence=one.sentence + why) if _drawn_anew(one) else one for one in found]


def _drawn_anew(one: Difference) -> bool:
    """A picture that is as the run left it, and that a new run draws in another way."""
    return one.file.endswith((".svg", ".png")) and one.sentence == not_what_is_written(one.file)


def _unrepeatable(why: str) -> Difference:
    return Difference(file=NAME, sentence=f"The run could not be repeated: {why}")


def _once(found: list[Difference]) -> list[Difference]:
    """Drop the general remark on a file where a particular one follows, and plain repeats."""
    particular = {d.file for d in found if d.row is not None or d.before is not None}
    kept: dict[str, Difference] = {}
    for d in found:
        if d.row is not None or d.before is not None:
            kept.setdefault(d.sentence, d)
        elif d.file not in particular:
            kept.setdefault(d.file, d)
    return list(kept.values())
