"""Where compiled loops are kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from naas_psych.irt.engine.compiled import compiled


def _loop(x: float) -> float:
    return x + 1.0


def test_no_file_turns_up_beside_the_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Left behind by an installer, it would hide the package when that is installed in another way.
    config = pytest.importorskip("numba.core.config")
    monkeypatch.setattr(config, "CACHE_DIR", "")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    compiled.cache_clear()
    loop: Any = compiled(_loop)
    assert loop(1.0) == 2.0
    kept = Path(loop.stats.cache_path)
    assert not kept.is_relative_to(Path(__file__).parent)
    assert any(kept.glob("*.nbi"))
    assert config.CACHE_DIR == ""
