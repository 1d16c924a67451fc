"""A folder that appears whole or not at all: written aside, renamed at the end."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from naas_psych.errors import UsageError


@contextmanager
def whole_folder(out: str | os.PathLike[str]) -> Iterator[Path]:
    """Give a new folder beside `out` to write into; it becomes `out` when the block ends well.

    On any failure or interrupt the new folder is removed, with every parent made for it.

    Raises
    ------
    UsageError
        `out` is a file or a folder with something in it, or cannot be written.
    """
    target = Path(os.path.abspath(out))  # noqa: PTH100 (resolve() would follow a link)
    refuse_occupied(out)
    made: list[Path] = []
    aside: Path | None = None
    try:
        made = _make_parents(target.parent)
        # An empty folder stays: its owner chose its mode, may stand in it, or mounted a disk there.
        empty = target.is_dir()
        home = target.resolve() if empty else target.parent
        prefix = f".{target.name[:40]}."
        aside = Path(tempfile.mkdtemp(prefix=prefix, suffix=".part", dir=home))
        yield aside
        if empty:
            _move_into(aside, home)
        else:
            _take_its_place(aside, target)
    except BaseException as error:
        _clear(aside, made)
        if isinstance(error, OSError):
            raise UsageError(_sentence(error, shown=os.fspath(out))) from error
        raise


def refuse_occupied(out: str | os.PathLike[str]) -> None:
    """Refuse a file, and a folder with something in it; for work that takes long, beforehand.

    Raises
    ------
    UsageError
        It is one of these, or cannot be looked at.
    """
    target, shown = Path(out), os.fspath(out)
    try:
        occupied = target.is_dir() and any(target.iterdir())
        is_file = os.path.lexists(target) and not target.is_dir()
    except OSError as error:
        raise UsageError(_sentence(error, shown=shown)) from error
    if is_file:
        raise UsageError(f"{shown} is a file; give a folder that does not exist yet.")
    if occupied:
        raise UsageError(
            f"The folder {shown} is not empty and was left as it is; "
            "give a new or empty folder, or remove this one first."
        )


def _make_parents(parent: Path) -> list[Path]:
    missing = [folder for folder in (parent, *parent.parents) if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir()
    return missing


def _take_its_place(aside: Path, target: Path) -> None:
    mask = os.umask(0)
    os.umask(mask)
    aside.chmod(0o777 & ~mask)
    aside.replace(target.resolve())


def _move_into(aside: Path, place: Path) -> None:
    moved: list[Path] = []
    try:
        for child in sorted(aside.iterdir(), key=_seal_last):
            moved.append(place / child.name)
            child.rename(moved[-1])
        aside.rmdir()
    except BaseException:
        for child in moved:
            shutil.rmtree(child) if child.is_dir() else child.unlink(missing_ok=True)
        raise


def _seal_last(child: Path) -> tuple[bool, str]:
    """By name, but for the manifest: a folder that was cut off while it filled has none."""
    return child.name == "manifest.json", child.name


def _clear(aside: Path | None, made: list[Path]) -> None:
    if aside is not None:
        shutil.rmtree(aside, ignore_errors=True)
    for folder in made:
        with contextlib.suppress(OSError):
            folder.rmdir()


def _sentence(error: OSError, *, shown: str) -> str:
    why = os.strerror(error.errno) if error.errno else str(error) or type(error).__name__
    return (
        f"Cannot write to {shown}: {why}. "
        "Nothing was left behind; choose a folder you may write to, with room on its disk."
    )
