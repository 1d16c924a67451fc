"""`python -m naas_psych` and the `naas-psych` command."""

from __future__ import annotations

import os
import signal
import sys
import warnings
from typing import Any, NoReturn

INTERRUPTED = 130


def main() -> int:
    """Run the command line; returns the exit code."""
    _stand_in_for_closed_streams()
    if not sys.warnoptions:  # of the libraries, for programmers; -W shows them
        warnings.simplefilter("ignore")
    try:
        _clear_up_when_ended()
        from naas_psych.cli.app import run

        code = run()
    except KeyboardInterrupt:  # before the command line was there to say anything
        code = INTERRUPTED
    return _leave_interrupted() if code == INTERRUPTED else code


def _leave_interrupted() -> NoReturn:
    """Leave at once with the code: everything is cleared up.

    An interrupt that fell into an `exec` (as dataclasses use while they are imported) makes Python
    end itself by the signal even though it was caught, and the caller would see -2 and not 130.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(INTERRUPTED)


def _clear_up_when_ended() -> None:
    """Ended from outside is as good as Ctrl-C; what was told to ignore it (`nohup`) still does."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _interrupt)


def _interrupt(*_: Any) -> None:
    raise KeyboardInterrupt


def _stand_in_for_closed_streams() -> None:
    """A program started without standard streams (`>&-`) writes to nowhere.

    What a stream cannot encode (a name in a C locale) is escaped and not a fault.
    """
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115
        getattr(sys, name).reconfigure(errors="backslashreplace")


if __name__ == "__main__":
    raise SystemExit(main())
