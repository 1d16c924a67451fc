"""Fixtures that every test may use."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pilot_evidence import shared_evidence


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data and of other programs' answers, beside the repository."""
    folder = Path(__file__).resolve().parents[2] / "shared"
    if not folder.is_dir():
        pytest.skip("needs ../shared")
    return folder


@pytest.fixture(scope="session")
def pilot_evidence(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The evidence folder of the synthetic pilot, made once whatever the number of workers."""
    return shared_evidence(tmp_path_factory.getbasetemp())
