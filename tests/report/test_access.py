"""Everybody can use the report: WCAG 2.2 AA by axe, keyboard, narrow screens, the dark."""

from __future__ import annotations

import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.report.browsing import NO_BROWSER

pytestmark = NO_BROWSER

_TAGS = {
    "type": "tag",
    "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
}
_OF_LOOKS = {"type": "rule", "values": ["color-contrast", "target-size"]}
_RUN = """
const done = arguments[arguments.length - 1];
axe.run("body", {runOnly: arguments[0], resultTypes: ["violations"], elementRef: false}).then(
  r => done(r.violations.map(v => v.id + ": " + v.nodes.slice(0, 3).map(n => n.html).join(" | "))),
  e => done([String(e)])
);
"""
#: Two or three of each kind of thing are enough, and everything stands open and is laid out.
_TRIM = """
function few(all, n) { [...all].slice(n).forEach(one => one.remove()); }
document.querySelectorAll(".part, .card").forEach(e => { e.style.contentVisibility = "visible"; });
document.querySelectorAll("main details").forEach(one => { one.open = true; });
document.querySelectorAll("figure svg > g").forEach(drawn => drawn.remove());
document.querySelectorAll("tbody").forEach(body => few(body.rows, 2));
document.querySelectorAll(".group").forEach(group => few(group.querySelectorAll(".analysis"), 1));
few(document.querySelectorAll(".card"), 2);
few(document.querySelectorAll(".claims > details"), 3);
few(document.querySelectorAll(".terms > div"), 3);
few(document.querySelectorAll(".toc .sub"), 2);
"""
TAB, ENTER, ESCAPE = "\ue004", "\ue007", "\ue00c"


def screen(browser: Any, *, width: int, theme: str = "light") -> None:
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 844, "deviceScaleFactor": 1, "mobile": width < 600},
    )
    features = [{"name": "prefers-color-scheme", "value": theme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": features})


def _background(browser: Any) -> str:
    return str(browser.execute_script("return getComputedStyle(document.body).backgroundColor"))


def test_dark_follows_the_system_until_somebody_chooses(browser: Any) -> None:
    screen(browser, width=1280, theme="dark")
    dark = _background(browser)
    button = browser.find_element("id", "theme")
    assert button.get_attribute("aria-pressed") == "true"
    button.send_keys(ENTER)
    assert _background(browser) != dark
    assert button.get_attribute("aria-pressed") == "false"
    screen(browser, width=1280, theme="light")
    button.send_keys(ENTER)
    assert _background(browser) == dark
    assert browser.execute_script("return localStorage.length + sessionStorage.length") == 0
    button.send_keys(ENTER)


def test_a_claim_is_found_by_text_and_by_verdict(browser: Any) -> None:
    screen(browser, width=1280)
    shown = (
        "return [...document.querySelectorAll('#claims > details:not([hidden])')].map(d => d.id)"
    )
    everything = browser.execute_script(shown)
    box = browser.find_element("id", "claim-find")
    box.send_keys("rushed")
    found = browser.execute_script(shown)
    assert "claim-E08" in found
    assert len(found) < len(everything)
    box.send_keys(ENTER)
    assert browser.execute_script("return document.activeElement.parentElement.id") == found[0]
    assert browser.execute_script("return document.activeElement.parentElement.open")
    box.clear()
    kind = browser.find_element("id", "claim-kind")
    kind.send_keys("assurance")
    praised = browser.execute_script(shown)
    assert 0 < len(praised) < len(everything)
    kind.send_keys("anything")


def test_enter_in_the_item_search_goes_to_the_card(browser: Any) -> None:
    box = browser.find_element("id", "item-find")
    box.send_keys("q05", ENTER)
    assert (
        browser.execute_script(
            "return document.activeElement.closest('.card').querySelector('h4').textContent"
        )
        == "Q05"
    )
    shown = "return [...document.querySelectorAll('.card')].filter(c => !c.hidden).length"
    assert browser.execute_script(shown) == 1
    box.send_keys(ESCAPE)
    assert browser.execute_script(shown) == 14


def test_the_contents_follow_the_reader(browser: Any) -> None:
    screen(browser, width=1280)
    browser.execute_script("location.hash = '#part-fairness'")
    said = ""
    for _ in range(50):
        said = browser.execute_script(
            "const a = document.querySelector('.toc [aria-current]'); return a ? a.hash : ''"
        )
        if said == "#part-fairness":
            break
        time.sleep(0.1)
    assert said == "#part-fairness"
    assert browser.execute_script(
        "return document.querySelector('.toc [aria-current]').parentElement"
        ".querySelector('details').open"
    )


def test_focus_can_be_seen_and_is_not_covered(browser: Any) -> None:
    for width in (1280, 390):
        screen(browser, width=width)
        browser.execute_script("location.hash = ''; window.scrollTo(0, 0);")
        browser.find_element("css selector", ".skip").send_keys(ENTER)
        for _ in range(12):
            browser.switch_to.active_element.send_keys(TAB)
            seen = browser.execute_script("""
              const e = document.activeElement, box = e.getBoundingClientRect();
              const style = getComputedStyle(e);
              const top = document.elementFromPoint(box.left + 2, box.top + 2);
              return [style.outlineStyle, parseFloat(style.outlineWidth),
                      !top || e.contains(top) || top.contains(e), e.outerHTML.slice(0, 80)];
            """)
            assert seen[0] != "none", seen
            assert seen[1] >= 2, seen
            assert seen[2], seen


@pytest.mark.parametrize("width", [320, 390])
def test_no_page_scrolls_sideways(browser: Any, width: int) -> None:
    screen(browser, width=width)
    browser.execute_script(
        "document.querySelectorAll('.part, .card')"
        ".forEach(e => { e.style.contentVisibility = 'visible'; })"
    )
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width


@pytest.fixture(scope="module")
def audited(browser: Any) -> Any:
    """The page with axe in it, and few things of each kind; comes after the other tests."""
    pytest.importorskip("axe_playwright_python")
    found = find_spec("axe_playwright_python")
    assert found is not None
    assert found.origin is not None
    browser.execute_script((Path(found.origin).parent / "axe.min.js").read_text())
    browser.execute_script(_TRIM)
    browser.set_script_timeout(110)
    return browser


@pytest.mark.parametrize(
    ("width", "theme", "rules"),
    [
        (1280, "light", _TAGS),
        (1280, "dark", _OF_LOOKS),
        (390, "light", _OF_LOOKS),
        (390, "dark", _OF_LOOKS),
    ],
)
def test_axe_finds_no_violation(
    audited: Any, width: int, theme: str, rules: dict[str, object]
) -> None:
    screen(audited, width=width, theme=theme)
    assert audited.execute_async_script(_RUN, rules) == []
