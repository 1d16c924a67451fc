"""The report of the pilot as its readers get it: small enough, quick to open, whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.report.browsing import NO_BROWSER, opened
from tests.report.test_large_report import Structure

_MOST_BYTES = 6_000_000
_MOST_SECONDS = 2.0


def test_it_can_be_sent_by_mail(pilot_evidence: Path) -> None:
    assert (pilot_evidence / "report.html").stat().st_size < _MOST_BYTES


def test_every_link_arrives(pilot_evidence: Path) -> None:
    found = Structure()
    found.feed((pilot_evidence / "report.html").read_text(encoding="utf-8"))
    assert len(found.ids) == len(set(found.ids))
    assert set(found.targets) <= set(found.ids)
    files = {target for target in found.outside if not (pilot_evidence / target).is_file()}
    assert files == set()
    assert found.nameless == []
    assert set(found.captions) == {1}


@NO_BROWSER
def test_it_opens_in_two_seconds(pilot_evidence: Path, tmp_path: Path) -> None:
    """By the clock of the thread that makes the page, so that a busy machine does not count."""
    empty = tmp_path / "empty.html"
    empty.write_text("<!DOCTYPE html><title>empty</title>")
    address = (pilot_evidence / "report.html").as_uri()
    with opened(empty) as browser:
        browser.execute_cdp_cmd("Performance.enable", {"timeDomain": "threadTicks"})
        spent = [_seconds(browser, address, empty.as_uri()) for _ in range(3)]
    assert 0 < min(spent) < _MOST_SECONDS


def _seconds(browser: Any, address: str, empty: str) -> float:
    browser.get(empty)
    browser.get(address)
    told = browser.execute_cdp_cmd("Performance.getMetrics", {})["metrics"]
    return float(next(one["value"] for one in told if one["name"] == "TaskDuration"))
