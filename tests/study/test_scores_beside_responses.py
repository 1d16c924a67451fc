"""A long table with responses and scores, read as scores: the scores count, not the responses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import naas_psych as nps

N = 30


def long_table(seed: int, *, options: str) -> tuple[str, np.ndarray]:
    """Rows whose responses first appear in another order than their scores, and the scores."""
    rng = np.random.default_rng(seed)
    scores = rng.integers(0, 3, (N, 4))
    # Every response text goes with any score: nothing can be read off the responses.
    texts = rng.choice(list(options), (N, 4))
    rows = [f"p{i:02d},Q{j + 1},{texts[i, j]},{scores[i, j]}" for i in range(N) for j in range(4)]
    return "\n".join(["person_id,item_id,response,score", *rows]) + "\n", scores


@pytest.mark.parametrize("options", ["AB", "CBA", "ABCDEFGHIJ"])
@pytest.mark.parametrize("seed", range(4))
def test_the_scores_are_those_of_the_file(tmp_path: Path, seed: int, options: str) -> None:
    text, scores = long_table(seed, options=options)
    (tmp_path / "responses.csv").write_text(text)
    (tmp_path / "study.toml").write_text(
        '[tables]\nresponses = "responses.csv"\n[responses]\nlayout = "long"\nraw = false\n'
        'person = "person_id"\nitem = "item_id"\nresponse = "response"\nscore = "score"\n'
    )
    points = nps.read_study(tmp_path).responses.points
    assert (points == scores).all()
    (tmp_path / "study.toml").unlink()
    assert (nps.read_study(tmp_path / "responses.csv").responses.points == scores).all()
