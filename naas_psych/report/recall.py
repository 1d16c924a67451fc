"""Findings read back from a folder that was written before."""

from __future__ import annotations

import json
from pathlib import Path

from naas_psych.finding import Finding


def recall_findings(folder: Path) -> tuple[Finding, ...]:
    """The findings of an evidence folder."""
    made = json.loads((folder / "findings.json").read_text(encoding="utf-8"))
    return tuple(Finding(**entry) for entry in made["findings"])


def recall_failed(folder: Path) -> tuple[str, ...]:
    """The analyses of an evidence folder that failed, wholly or in a figure."""
    made = json.loads((folder / "findings.json").read_text(encoding="utf-8"))
    return tuple(made.get("failed", ()))
