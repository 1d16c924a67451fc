"""Asking for help is cheap: shown by what is loaded, not by the clock."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

NEVER = ("matplotlib", "scipy.stats", "pingouin", "numba", "pandas", "numpy", "pyarrow")
STATISTICS = ("matplotlib", "scipy.stats", "pingouin", "numba")


def loaded_by(*args: str) -> set[str]:
    """The modules that one command line loads, in a process of its own."""
    code = (
        "import sys, json, io\n"
        "from naas_psych.cli.app import run\n"
        "out, sys.stdout = sys.stdout, io.StringIO()\n"
        f"code = run({list(args)!r})\n"
        "sys.stdout = out\n"
        "print(json.dumps([code, sorted(sys.modules)]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    code, modules = json.loads(done.stdout.splitlines()[-1])
    assert code == 0
    return set(modules)


@pytest.mark.parametrize("args", [["--help"], ["--version"], ["check", "--help"]])
def test_help_loads_no_arithmetic(args: list[str]) -> None:
    assert loaded_by(*args).isdisjoint(NEVER)


@pytest.mark.parametrize("args", [["items", "--help"], ["list"], ["explain", "facility"]])
def test_help_of_a_chapter_loads_no_statistics_package(args: list[str]) -> None:
    assert loaded_by(*args).isdisjoint(STATISTICS)


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = "import naas_psych, sys, json; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert set(json.loads(done.stdout)).isdisjoint(NEVER)
