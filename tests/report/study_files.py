"""A small study as files, with identifiers of persons that are easy to search for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

_OPTIONS = np.array(list("ABCD"))


def write_study(
    folder: Path, *, persons: int = 120, items: int = 6, seed: int = 3, more: str = ""
) -> Path:
    """Raw answers to items keyed A; the text of one item tries to be code.

    Two kinds of persons stand in persons.csv; `more` is added to study.toml.
    """
    generator = np.random.Generator(np.random.PCG64(seed))
    ability = generator.normal(size=(persons, 1))
    right = generator.logistic(size=(persons, items)) < ability + np.linspace(1, -1, items)[None]
    wrong = _OPTIONS[generator.integers(1, 4, size=(persons, items))]
    names = [f"Q{k + 1:02d}" for k in range(items)]
    answers = pd.DataFrame(np.where(right, "A", wrong), columns=names)
    answers.insert(0, "person_id", [f"PERSON-{k:05d}" for k in range(persons)])
    folder.mkdir(parents=True)
    answers.to_csv(folder / "responses.csv", index=False)
    table = pd.DataFrame({"item_id": names, "key": "A"})
    table["text"] = ["<script>alert(1)</script> =cmd() \u202e\x07"] + ["What comes first?"] * (
        items - 1
    )
    for option in "ABCD":
        table[f"option_{option}"] = f"<b>the first</b> {option}"
    table.to_csv(folder / "items.csv", index=False)
    kinds = pd.DataFrame(
        {"person_id": answers["person_id"], "post": ["new", "old"] * (persons // 2)}
    )
    kinds.to_csv(folder / "persons.csv", index=False)
    (folder / "study.toml").write_text(
        '[study]\ntitle = "A small <study>"\nsynthetic = true\n'
        '[tables]\nresponses = "responses.csv"\nitems = "items.csv"\n' + more
    )
    return folder
