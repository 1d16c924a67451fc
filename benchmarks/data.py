"""Invented responses of any size, written fast: a 2PL test with four options an item."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

LETTERS = np.frombuffer(b"ABCD", dtype=np.uint8)


def scored(n_persons: int, n_items: int, seed: int = 2017) -> NDArray[np.int8]:
    """Right (1) or wrong (0) of `n_persons` on `n_items` under a two-parameter logistic model."""
    rng = np.random.default_rng(seed)
    a = rng.lognormal(0.0, 0.3, n_items).astype(np.float32)
    b = rng.normal(-0.5, 1.0, n_items).astype(np.float32)
    scores = np.empty((n_persons, n_items), np.int8)
    for start in range(0, n_persons, 50_000):
        rows = slice(start, min(start + 50_000, n_persons))
        theta = rng.standard_normal(rows.stop - start, dtype=np.float32)
        p = 1 / (1 + np.exp(-a * (theta[:, None] - b)))
        scores[rows] = rng.random(p.shape, dtype=np.float32) < p
    return scores


def write_study(folder: Path, n_persons: int, n_items: int, seed: int = 2017) -> Path:
    """A folder with responses.csv (letters, no person column) and key.csv; returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed + 1)
    key = rng.integers(0, 4, n_items)
    names = [f"Q{j + 1:03d}" for j in range(n_items)]
    right = scored(n_persons, n_items, seed)
    wrong = (key + rng.integers(1, 4, right.shape, dtype=np.int8)) % 4
    cells = np.full((n_persons, 2 * n_items), ord(","), np.uint8)
    cells[:, ::2] = LETTERS[np.where(right == 1, key, wrong)]
    cells[:, -1] = ord("\n")
    with (folder / "responses.csv").open("wb") as out:
        out.write((",".join(names) + "\n").encode())
        out.write(cells.tobytes())
    lines = "".join(f"{name},{'ABCD'[k]}\n" for name, k in zip(names, key, strict=True))
    (folder / "key.csv").write_text("item,key\n" + lines, encoding="utf-8")
    return folder
