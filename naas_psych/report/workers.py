"""Work shared among processes that start as copies of this one; how many changes no answer."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any, TypeVar

from naas_psych.errors import NaasPsychError
from naas_psych.report.garbage import seldom_searched

Made = TypeVar("Made")
#: Told which step of the work begins.
Say = Callable[[str], None]
#: One piece of the work, by its number.
Work = Callable[[int, Say], Made]

#: Each holds a copy of what it makes; more would win little, for the longest chapter is a third.
MOST = 4
#: Linux's number for "tell me when my parent has died".
_PDEATHSIG = 1


class WorkerLost(NaasPsychError):
    """A process that did part of the work was ended from outside."""


def workers_for(threads: int) -> int:
    """How many processes share the work: one wherever a process cannot copy itself safely."""
    return min(threads, MOST) if sys.platform == "linux" else 1


def shared(
    work: Work[Made],
    pieces: Iterable[int],
    *,
    workers: int,
    say: Say,
    meanwhile: Callable[[], object] | None = None,
) -> dict[int, Made]:
    """What `work` makes of every piece, given out in this order to `workers` processes.

    `work` need not be sent anywhere: the processes are copies of this one. What it makes is sent
    back, so it has to be plain data. An exception of `work` ends all of it and is raised here.
    `meanwhile` is something that this process does while it would only wait.

    Raises
    ------
    WorkerLost
        One of the processes was ended from outside.
    """
    order = deque(pieces)
    workers = min(workers, len(order))
    if workers < 2:
        return {k: work(k, say) for k in order}
    with _crew(work, workers) as crew:
        return _handed_out(crew, order, say, meanwhile)


def _handed_out(
    crew: list[Connection], order: deque[int], say: Say, meanwhile: Callable[[], object] | None
) -> dict[int, Any]:
    made: dict[int, Any] = {}
    busy: list[Any] = []
    for one in crew:
        one.send(order.popleft())
        busy.append(one)
    if meanwhile:
        meanwhile()
    while busy:
        each: Any
        for each in wait(busy):
            told = _heard(each)
            if told.kind == "step":
                say(told.value)
                continue
            if told.kind == "raised":
                raise told.value
            made[told.piece] = told.value
            if order:
                each.send(order.popleft())
            else:
                busy.remove(each)
    return made


@dataclass(frozen=True)
class _Told:
    """What a worker says: "step" with words, "made" with what it made, "raised" with an error."""

    kind: str
    piece: int
    value: Any


def _heard(connection: Any) -> _Told:
    try:
        told: _Told = connection.recv()
    except (EOFError, ConnectionResetError):
        raise WorkerLost(
            "A process that did part of the work was ended from outside, for instance because "
            "memory ran out. Nothing was written; --threads 1 needs the least memory."
        ) from None
    return told


@contextmanager
def _crew(work: Work[Any], workers: int) -> Iterator[list[Connection]]:
    """Connections to so many processes, which are gone when the block ends, however it ends."""
    context = multiprocessing.get_context("fork")
    processes, ends = [], []
    try:
        for _ in range(workers):
            ours, theirs = context.Pipe()
            process = context.Process(target=_serve, args=(work, theirs, os.getpid()), daemon=True)
            process.start()
            theirs.close()
            processes.append(process)
            ends.append(ours)
        yield ends
    finally:
        for process in processes:
            process.kill()
        for process in processes:
            process.join()
        for end in ends:
            end.close()


def _serve(work: Work[Any], connection: Any, parent: int) -> None:
    """The life of a worker: pieces in, what it made of them out."""
    _die_with(parent)
    # The parent hears the interrupt and ends us; two voices would talk across each other.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    with seldom_searched(), contextlib.suppress(EOFError, BrokenPipeError):
        while True:
            piece = connection.recv()
            answer = _answer(work, piece, connection)
            try:
                connection.send(answer)
            except (TypeError, AttributeError, pickle.PicklingError) as error:
                reason = TypeError(f"what was made cannot be sent back: {error}")
                connection.send(_Told("raised", piece, reason))


def _answer(work: Work[Any], piece: int, connection: Any) -> _Told:
    def say(step: str) -> None:
        connection.send(_Told("step", piece, step))

    try:
        return _Told("made", piece, work(piece, say))
    except BaseException as error:
        return _Told("raised", piece, error)


def _die_with(parent: int) -> None:
    """Ask the system to end this process with its parent, even one that is killed outright."""
    import ctypes

    ctypes.CDLL(None).prctl(_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
