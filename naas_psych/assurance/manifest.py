"""The manifest: all that somebody else needs to repeat a run and check every byte of it."""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from naas_psych import __version__
from naas_psych.assurance.disclosure import persons_shown
from naas_psych.study.study import Study
from naas_psych.thresholds import fixed

#: Every package whose version can change a number, a figure or a byte of the report.
PACKAGES = (
    "altair",
    "jinja2",
    "matplotlib",
    "numba",
    "numpy",
    "openpyxl",
    "pandas",
    "pillow",
    "pyarrow",
    "pydantic",
    "pyreadstat",
    "python-docx",
    "rocrate",
    "scipy",
    "vl-convert-python",
)
NAME = "manifest.json"
#: Parts of study.toml in free words: told by digest, so that a manifest names nobody.
_IN_WORDS = ("argument", "assurance", "documents", "privacy", "report", "study", "waivers")


def manifest(
    *, command: str, options: Mapping[str, Any], seed: int, study: Study, written: Path, out: Path
) -> dict[str, Any]:
    """The manifest of the files in `written`, which will stand at `out`.

    Paths of outputs are relative to the folder, paths of inputs start from it too.
    """
    return {
        "naas_psych": __version__,
        "command": command,
        "options": dict(options),
        "seed": seed,
        "synthetic": study.synthetic,
        "study": {
            "title": study.title,
            "persons": persons_shown(study),
            "items": study.responses.n_items,
            "fingerprint": study.fingerprint,
        },
        "settings": settings_of(study),
        "python": platform.python_version(),
        "packages": versions(),
        "thresholds": thresholds_of(study),
        "inputs": inputs_of(study, out=out),
        "outputs": _entries(outputs_of(written), start=written),
    }


def listed(made: Mapping[str, Any], path: Path, *, start: Path) -> dict[str, Any]:
    """The manifest with one more output, which was made from it."""
    outputs = [*made["outputs"], *_entries([path], start=start)]
    return {**made, "outputs": sorted(outputs, key=lambda one: str(one["path"]))}


def settings_of(study: Study) -> dict[str, Any]:
    """What study.toml decides, by dotted name, without what is the default."""
    given = study.spec.model_dump(mode="json", exclude_defaults=True, exclude={"thresholds"})
    settings: dict[str, Any] = {}
    for part, value in given.items():
        if part in _IN_WORDS:
            told = json.dumps(value, sort_keys=True, ensure_ascii=False).encode()
            settings[part] = f"sha256:{hashlib.sha256(told).hexdigest()}"
        else:
            settings |= _flat(part, value)
    return settings


def thresholds_of(study: Study) -> dict[str, Any]:
    """The digest that shows that the lines were fixed beforehand, and the lines themselves."""
    values = {name: one.value for name, one in sorted(study.thresholds.items())}
    shipped = fixed()
    return {
        "sha256": study.thresholds.sha256,
        "fixed": {"date": str(shipped.date), "sha256": shipped.sha256},
        "values": values,
    }


def versions() -> dict[str, str]:
    """Name to installed version of every package that has a say in the outputs."""
    return {name: metadata.version(name) for name in PACKAGES}


def inputs_of(study: Study, *, out: Path) -> list[dict[str, Any]]:
    """What was read, by path from the evidence folder, with size and digest."""
    return _entries(study.inputs, start=out)


def outputs_of(folder: Path) -> list[Path]:
    """Every file of an evidence folder but the manifest itself."""
    return [p for p in folder.rglob("*") if p.is_file() and p.relative_to(folder) != Path(NAME)]


def relative(path: Path, *, start: Path) -> str:
    """The way from `start` to `path`, with forward slashes on every system."""
    return Path(os.path.relpath(path.resolve(), start.resolve())).as_posix()


def digest(path: Path) -> str:
    """SHA-256 of a file, read a block at a time."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _flat(name: str, value: Any) -> dict[str, Any]:
    """Tables within tables as dotted names; an empty one says nothing."""
    if not isinstance(value, dict):
        return {name: value}
    inner = (_flat(f"{name}.{key}", one) for key, one in value.items())
    return {key: one for part in inner for key, one in part.items()}


def _entries(paths: Iterable[Path], *, start: Path) -> list[dict[str, Any]]:
    entries = [
        {
            "path": relative(path, start=start),
            "bytes": path.stat().st_size,
            "sha256": digest(path),
        }
        for path in paths
    ]
    return sorted(entries, key=lambda entry: entry["path"])
