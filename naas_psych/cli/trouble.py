"""Whatever goes wrong, as one readable message on standard error and an exit code."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from typing import Any

import typer

from naas_psych.errors import DataRefused, NaasPsychError

INTERRUPTED = 130
BROKEN_PIPE = 141
OUR_FAULT = 70


def guarded(work: Callable[[], int]) -> int:
    """Do the work and return its exit code; a traceback is never shown unless asked for."""
    try:
        code = work()
        sys.stdout.flush()
    except (Exception, KeyboardInterrupt, SystemExit) as error:
        return _answer(error)
    return code


def _answer(error: BaseException) -> int:
    """The first kind that fits decides."""
    for kind, respond in _RESPONSES:
        if isinstance(error, kind):
            return respond(error)
    return _usage(error) if hasattr(error, "format_message") else _unexpected(error)


def _told(code: int, message: str) -> int:
    from naas_psych.cli.console import say

    say(message)
    return code


def _pipe_closed(_: BaseException) -> int:
    """The reader went away (`| head`): say nothing, and let the last flush go nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    return BROKEN_PIPE


def _refused(error: Any) -> int:
    from naas_psych.cli.console import console
    from naas_psych.cli.faults import refuse

    refuse(console(sys.stderr), error.faults)
    return DataRefused.exit_code


def _left(error: Any) -> int:
    """The parser and the console leave by themselves with 1 when the reader has gone."""
    return _pipe_closed(error) if error.code == 1 else int(error.code or 0)


def _system(error: Any) -> int:
    if error.errno == errno.EPIPE:
        return _pipe_closed(error)
    where = f"{error.filename or 'the output'}: "
    return _told(
        2, f"{where}{error.strerror or error}. Check the path, its permissions and the disk."
    )


def _usage(error: Any) -> int:
    """An error of the command-line parser: what was wrong, usage, and where help is."""
    context = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError":
        return 2
    # The parser's checker of types puts its own words before what was wrong.
    lines = [str(error.format_message()).replace("Value error, ", "")]
    if context is not None:
        lines.append(context.get_usage().strip())
        lines.append(f"`{context.command_path} --help` shows every option.")
    return _told(2, "\n".join(lines))


def _interrupted(_: BaseException) -> int:
    return _told(INTERRUPTED, "Interrupted; nothing half-written was left behind.")


def _no_memory(_: BaseException) -> int:
    return _told(
        DataRefused.exit_code,
        "There is not enough memory for these data. Use a machine with more, give the data as "
        "Parquet, or analyse fewer persons at a time.",
    )


def _said(error: Any) -> int:
    return _told(int(error.exit_code), str(error))


def _unexpected(error: BaseException) -> int:
    if os.environ.get("NAAS_PSYCH_DEBUG") == "1":
        raise error
    return _told(
        OUR_FAULT,
        f"This is a fault in naas_psych ({type(error).__name__}: {error}), please report it. "
        "NAAS_PSYCH_DEBUG=1 shows where it happened.",
    )


_RESPONSES: tuple[tuple[type[BaseException], Callable[[BaseException], int]], ...] = (
    (KeyboardInterrupt, _interrupted),
    (typer.Abort, _interrupted),
    (SystemExit, _left),
    (BrokenPipeError, _pipe_closed),
    (MemoryError, _no_memory),
    (DataRefused, _refused),
    (NaasPsychError, _said),
    (OSError, _system),
)
