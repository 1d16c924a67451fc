"""R's answers for the response models, and the scores that they are answers about."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

DATA = {
    "lsat7": "lsat7",
    "sat12_scored": "sat12",
    "verbal_dich": "verbal",
    "verbal_poly": "verbal_three_categories",
    "science": "science",
}


def golden(shared: Path, data: str, analysis: str) -> dict[str, Any]:
    """The results of one analysis, for example ("lsat7", "irt_mirt_dich")."""
    path = shared / "golden" / f"{data}__{analysis}.json"
    results: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["results"]
    return results


def scores(shared: Path, data: str) -> NDArray[np.int64]:
    """Scores (N, J) as the other programs had them."""
    folder = shared / "data" / DATA[data]
    table = pd.read_csv(folder / "responses.csv")
    table = table.drop(columns=[c for c in ("gender", "anger") if c in table])
    if data == "sat12_scored":
        key = pd.read_csv(folder / "key.csv").iloc[:, -1].to_numpy()
        return (table.to_numpy() == key[None, :]).astype(np.int64)
    return table.to_numpy(dtype=np.int64)


def numbers(table: dict[str, Any]) -> NDArray[np.float64]:
    """The cells of a table of the golden files, NaN where R had none."""
    return np.array(
        [[np.nan if cell is None else cell for cell in row] for row in table["values"]], dtype=float
    )
