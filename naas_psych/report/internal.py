"""The mark of the internal twin on every file that can carry one."""

from __future__ import annotations

import json
from pathlib import Path

from naas_psych.report.document import dumps
from naas_psych.report.export import write_text

NOTICE = "NOT FOR PUBLICATION: internal copy with exact numbers and rows about single people."
#: Beside files that hold nothing but a table or a picture.
BESIDE = "NOT_FOR_PUBLICATION.txt"
_DOCUMENTS = ("results.json", "findings.json", "claims.json")
_FOLDERS = ("tables", "figures")


def mark_internal(folder: Path) -> None:
    """Say `internal` in each JSON document, at the head of the methods, and beside the tables."""
    for name in _DOCUMENTS:
        path = folder / name
        made = json.loads(path.read_text(encoding="utf-8"))
        write_text(path, dumps({"internal": True, "notice": NOTICE, **made}))
    methods = folder / "methods.md"
    write_text(methods, f"**{NOTICE}**\n\n{methods.read_text(encoding='utf-8')}")
    for name in _FOLDERS:
        if (folder / name).is_dir():
            write_text(folder / name / BESIDE, f"{NOTICE}\n")
