"""What other programs answered, by data set and kind of analysis."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def golden(shared: Path, name: str, analysis: str) -> dict[str, Any]:
    """The results of a golden file."""
    text = (shared / "golden" / f"{name}__{analysis}.json").read_text(encoding="utf-8")
    results: dict[str, Any] = json.loads(text)["results"]
    return results
