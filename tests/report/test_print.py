"""On paper: four pages for who reads no more, numbered pages, nothing hidden or cut off."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Any

import pytest

from tests.report.browsing import NO_BROWSER, opened

pytestmark = NO_BROWSER

_REST = "document.querySelectorAll('main > *:not(#summary), footer').forEach(e => e.remove())"
#: A page of A4 without its margins, in pixels of CSS.
_WIDTH = 182 / 25.4 * 96


def _pages(browser: Any) -> int:
    options = {"preferCSSPageSize": True, "printBackground": True}
    made = browser.execute_cdp_cmd("Page.printToPDF", options)
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", base64.b64decode(made["data"])))


def test_the_summary_of_the_pilot_is_four_pages_at_most(pilot_evidence: Path) -> None:
    with opened(pilot_evidence / "report.html") as browser:
        browser.execute_script("window.dispatchEvent(new Event('beforeprint'))")
        browser.execute_script(_REST)
        assert 2 <= _pages(browser) <= 4


def test_the_page_count_counts(browser: Any) -> None:
    browser.switch_to.new_window("tab")
    browser.get("data:text/html,<p>a</p><p style='break-before:page'>b</p>")
    assert _pages(browser) == 2
    browser.close()
    browser.switch_to.window(browser.window_handles[0])


@pytest.fixture
def paper(browser: Any) -> Any:
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": round(_WIDTH), "height": 1000, "deviceScaleFactor": 1, "mobile": False},
    )
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    browser.execute_script("window.dispatchEvent(new Event('beforeprint'))")
    yield browser
    browser.execute_script("window.dispatchEvent(new Event('afterprint'))")
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_no_table_or_figure_is_wider_than_the_page(paper: Any) -> None:
    wide = paper.execute_script(
        "return [...document.querySelectorAll('table, figure')]"
        ".filter(e => e.getBoundingClientRect().right > innerWidth + 2)"
        ".map(e => (e.caption || e).textContent.trim().slice(0, 80))"
    )
    assert wide == []


def test_paper_is_white_and_has_no_buttons(paper: Any) -> None:
    paper.execute_script("document.documentElement.dataset.theme = 'dark'")
    white = "return getComputedStyle(document.body).backgroundColor"
    ink = "return getComputedStyle(document.querySelector('h1')).color"
    assert paper.execute_script(white) == "rgb(255, 255, 255)"
    assert paper.execute_script(ink) == "rgb(27, 31, 36)"
    paper.execute_script("delete document.documentElement.dataset.theme")
    seen = paper.execute_script(
        "return [...document.querySelectorAll('.toc, .tools, .controls, .permalink')]"
        ".filter(e => e.getClientRects().length).length"
    )
    assert seen == 0
