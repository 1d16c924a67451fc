"""Small evidence folders made by hand, for what only reads them."""

from __future__ import annotations

import copy
import hashlib
import json
from pathlib import Path
from typing import Any

import pandas as pd

ITEMS = pd.DataFrame(
    {
        "item_id": ["Q1", "Q2", "Q3"],
        "n": [100, 100, 99],
        "facility": [0.5, 0.25, None],
        "facility_reason": [None, None, "withheld"],
        "status": ["ok", "ok", "check key"],
    }
)
SCORES = pd.DataFrame(
    {
        "form": ["all"] * 4,
        "score": [0.0, 1.0, 0.0, 1.0],
        "csem": [0.4, 0.5, 0.41, 0.51],
        "method": ["lord", "lord", "keats", "keats"],
    }
)
CLAIMS: dict[str, Any] = {
    "board": [
        {
            "question": "Is it precise?",
            "verdict": "CANNOT TELL",
            "measure": "alpha",
            "value": 0.8,
            "low": 0.7,
            "high": 0.9,
        }
    ],
    "claims": [
        {
            "id": "E01",
            "question": "Does it measure one thing?",
            "verdict": "PARTLY ANSWERED",
            "measures": [{"says": "halves", "value": 0.8, "low": 0.75, "high": 0.85}],
        },
        {"id": "E02", "question": "Was it fair?", "verdict": "CANNOT TELL", "measures": []},
    ],
}
FINDINGS: dict[str, Any] = {
    "findings": [
        {"code": "hard", "subject": "Q2", "severity": "info", "sentence": "Q2 is hard.", "value": 1}
    ]
}
MANIFEST: dict[str, Any] = {
    "naas_psych": "0.1.0",
    "command": "evidence",
    "options": {"internal": False, "study": "../study"},
    "seed": 2017,
    "settings": {"cuts.met.value": 60, "disclosure.profile": "ofqual"},
    "python": "3.11.7",
    "packages": {"numpy": "2.0"},
    "thresholds": {"sha256": "a", "values": {"alpha_min": 0.8}},
    "inputs": [{"path": "../study/responses.csv", "bytes": 10, "sha256": "1"}],
}


def write_folder(folder: Path, **changes: Any) -> Path:
    """An evidence folder; `changes` replace its tables, claims, findings and manifest entries."""
    tables = {"item_statistics__items": ITEMS, "measurement_error__scores": SCORES}
    tables |= changes.pop("tables", {})
    (folder / "tables").mkdir(parents=True)
    for name, table in tables.items():
        if table is not None:
            table.to_csv(folder / "tables" / f"{name}.csv", index=False)
            table.to_parquet(folder / "tables" / f"{name}.parquet")
    write_json(folder / "claims.json", changes.pop("claims", CLAIMS))
    write_json(folder / "findings.json", changes.pop("findings", FINDINGS))
    outputs = [
        {
            "path": path.relative_to(folder).as_posix(),
            "bytes": path.stat().st_size,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    ]
    write_json(folder / "manifest.json", {**copy.deepcopy(MANIFEST), **changes, "outputs": outputs})
    return folder


def write_json(path: Path, made: Any) -> None:
    path.write_text(json.dumps(made), encoding="utf-8")
