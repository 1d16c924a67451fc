"""The same work in the programs people use today, where they are installed."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

_PSYCH_ALPHA = """
suppressMessages(library(psych))
x <- as.matrix(read.csv("{csv}"))
t <- system.time(suppressWarnings(a <- psych::alpha(x, check.keys = FALSE, warnings = FALSE)))
cat("seconds", t[["elapsed"]], "alpha", format(a$total$raw_alpha, digits = 15), "\\n")
"""


def psych_alpha(csv: Path) -> tuple[float, float] | None:
    """Seconds that R's psych::alpha takes on a scored CSV once it is read, and its alpha."""
    if not shutil.which("Rscript"):
        return None
    done = subprocess.run(
        ["Rscript", "-e", _PSYCH_ALPHA.format(csv=csv)], capture_output=True, text=True, check=False
    )
    found = re.search(r"seconds ([\d.]+) alpha ([\d.]+)", done.stdout)
    return (float(found[1]), float(found[2])) if found else None
