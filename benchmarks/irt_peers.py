"""Peers of the response models, each in an environment and a process of its own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import venv
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.irt_data import Items

_SCRIPTS = Path(__file__).parent / "peer_scripts"
_ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Peer:
    """A program: what pip is asked for (nothing for ourselves and for R) and its script."""

    name: str
    script: str
    requires: tuple[str, ...] = ()


OURS = Peer("naas_psych", "ours.py")
THETA = Peer("theta-irt 0.1.1", "theta_irt.py", ("theta-irt==0.1.1",))
MIRT = Peer("mirt 1.2.0 (Python)", "mirt_py.py", ("mirt[pandas]==1.2.0",))
# girth 0.8.0 is of 2021: with numpy 2 its 3PL ends in an error.
GIRTH = Peer("girth 0.8.0", "girth_py.py", ("girth==0.8.0", "numpy<2"))
RASCHPY = Peer("raschpy 1.4.0", "raschpy_slm.py", ("raschpy==1.4.0",))
ERM = Peer("eRm (R)", "rasch.R")
PSYCHOTOOLS = Peer("psychotools (R)", "rasch.R")


@dataclass(frozen=True)
class Answer:
    """What a run gave, or why it gave nothing (`failed`); `first` is the first call."""

    seconds: float | None = None
    first: float | None = None
    memory_mb: float | None = None
    items: Items | None = None
    said: dict[str, Any] = field(default_factory=dict)
    failed: str = ""


@dataclass(frozen=True)
class Place:
    """Where runs happen: folders for environments and for jobs, and the most seconds of a run."""

    environments: Path
    jobs: Path
    limit: float = 300.0


def run(peer: Peer, scores: Path, place: Place, **job: Any) -> Answer:
    """One task on one set of scores."""
    out = place.jobs / "answer.json"
    out.unlink(missing_ok=True)
    if peer.script.endswith(".R"):
        command = _r_command(peer, scores, out)
    else:
        command = _python_command(peer, scores, place, job | {"out": str(out)})
    if isinstance(command, Answer):
        return command
    failed = _run(command, place, own=peer is OURS)
    return Answer(failed=failed) if failed else _read(out)


def run_cold(scores: Path, place: Place, **job: Any) -> Answer:
    """Ourselves with nothing compiled yet."""
    shutil.rmtree(place.jobs / "compiled", ignore_errors=True)
    return run(OURS, scores, place, **job)


def _python_command(
    peer: Peer, scores: Path, place: Place, job: dict[str, Any]
) -> list[str] | Answer:
    python = Path(sys.executable) if peer is OURS else _environment(peer, place.environments)
    if isinstance(python, Answer):
        return python
    written = place.jobs / "job.json"
    written.write_text(json.dumps(job | {"scores": str(scores)}))
    return [str(python), "-W", "ignore", str(_SCRIPTS / peer.script), str(written)]


def _r_command(peer: Peer, scores: Path, out: Path) -> list[str] | Answer:
    if not shutil.which("Rscript"):
        return Answer(failed="no R here")
    csv = out.with_name("scores.csv")
    np.savetxt(csv, np.load(scores), fmt="%d", delimiter=",")
    return ["Rscript", str(_SCRIPTS / peer.script), peer.name.split()[0], str(csv), str(out)]


def _environment(peer: Peer, folder: Path) -> Path | Answer:
    """The peer's Python, made once; a failed installation says why."""
    home = folder / peer.script.removesuffix(".py")
    python, done = home / "bin" / "python", home / "installed"
    if done.exists() and done.read_text() == " ".join(peer.requires):
        return python
    venv.create(home, with_pip=True, clear=True)
    install = [str(python), "-m", "pip", "install", "-q", *peer.requires]
    asked = subprocess.run(install, capture_output=True, text=True, check=False)
    if asked.returncode:
        return Answer(failed=f"not installed: {_last_error(asked.stderr)}")
    done.write_text(" ".join(peer.requires))
    return python


def _run(command: list[str], place: Place, *, own: bool) -> str:
    """Empty, or why it failed."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    if own:
        compiled = str(place.jobs / "compiled")
        environment |= {"PYTHONPATH": str(_ROOT), "NUMBA_CACHE_DIR": compiled}
    process = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        start_new_session=True,
    )
    try:
        _, stderr = process.communicate(timeout=place.limit)
    except subprocess.TimeoutExpired:
        return f"not done after {place.limit:.0f} s"
    finally:
        # Its own process group only: some peers start helpers, and a broken-off run leaves none.
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
    if process.returncode:
        return _last_error(stderr) or f"ended with status {process.returncode}"
    return ""


def _last_error(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if "rror" in line] or lines
    return errors[-1][:100].replace("|", "/") if errors else ""


def _read(out: Path) -> Answer:
    found = json.loads(out.read_text())
    items = _items(found) if found.get("a") else None
    named = ("log_likelihood", "converged", "cycles", "nodes", "version")
    said = {k: found[k] for k in named if k in found}
    return Answer(found["seconds"], found["first"], found["memory_mb"], items, said)


def _items(found: dict[str, Any]) -> Items:
    a = np.array(found["a"], dtype=float).ravel()
    b = np.array(found["b"], dtype=float).reshape(a.size, -1)
    c = np.zeros(a.size) if found.get("c") is None else np.array(found["c"], dtype=float).ravel()
    return Items(a, b, c)
