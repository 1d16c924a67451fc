"""One small report for every test that looks at a page in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import naas_psych as nps
from tests.report.browsing import opened
from tests.report.study_files import write_study

TWO_CUTS = """persons = "persons.csv"
[cuts]
partially_met = { value = 40, unit = "percent" }
met = { value = 60, unit = "percent" }
[groups]
post = "old"
[population]
size = 30000
"""


@pytest.fixture(scope="session")
def small_report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The evidence folder of 400 people, 14 items, two kinds of people and two cuts."""
    root = tmp_path_factory.mktemp("small")
    study = nps.read_study(write_study(root / "study", persons=400, items=14, more=TWO_CUTS))
    return Path(nps.evidence(study, out=root / "out"))


@pytest.fixture(scope="module")
def browser(small_report: Path) -> Iterator[Any]:
    """A headless browser that shows it."""
    with opened(small_report / "report.html") as driver:
        yield driver
