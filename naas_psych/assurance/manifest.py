"""The manifest: all that somebody else needs to repeat a run and check every byte of it."""

from __future__ import annotations

import hashlib
import os
import platform
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from naas_psych import __version__
from naas_psych.study.study import Study

#: Every package whose version can change a number, a figure or a byte of the report.
PACKAGES = (
    "jinja2",
    "matplotlib",
    "numpy",
    "openpyxl",
    "pandas",
    "pyarrow",
    "pydantic",
    "pyreadstat",
    "scipy",
)
NAME = "manifest.json"


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
        "python": platform.python_version(),
        "packages": versions(),
        "thresholds": {"sha256": study.thresholds.sha256},
        "inputs": inputs_of(study, out=out),
        "outputs": _entries(outputs_of(written), start=written),
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
