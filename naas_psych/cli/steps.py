"""A progress line that shows itself only when the work takes over a second."""

from __future__ import annotations

from threading import Timer
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.progress import Progress

PATIENCE = 1.0


class Steps:
    """Tells what is being done; silent unless wanted."""

    def __init__(self, stream: TextIO, *, wanted: bool) -> None:
        self._bar = _bar(stream) if wanted else None
        self._task = self._bar.add_task("", total=None) if self._bar else None
        self._timer = Timer(PATIENCE, self._bar.start) if self._bar else None
        if self._timer:
            self._timer.daemon = True
            self._timer.start()

    def at(self, step: str, done: int = 0, total: int | None = None) -> None:
        """Now doing `step`, with `done` of `total` behind us."""
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, description=step, completed=done, total=total)

    def close(self) -> None:
        """Take the line away."""
        if self._timer:
            self._timer.cancel()
        if self._bar:
            self._bar.stop()


def _bar(stream: TextIO) -> Progress:
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from naas_psych.cli.console import console

    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        TimeElapsedColumn(),
        console=console(stream),
        transient=True,
    )
