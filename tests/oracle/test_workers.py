"""Processes that cannot start are told in one sentence."""

from __future__ import annotations

import subprocess
import sys


def test_a_script_without_a_guard_is_told_what_to_do() -> None:
    script = (
        "import naas_psych as nps\n"
        "from naas_psych.errors import AnalysisImpossible\n"
        "try:\n"
        "    nps.scorecard(replicates=2, persons=60, plant=['P1'], threads=2)\n"
        "except AnalysisImpossible as error:\n"
        "    print(error)\n"
    )
    # From standard input there is no file that a new process could start from.
    done = subprocess.run(
        [sys.executable, "-"],
        input=script,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "Use threads=1" in done.stdout
