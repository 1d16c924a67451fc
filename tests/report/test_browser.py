"""The report in a real browser: quiet console, no network, sorting, filtering, phone and paper."""

from __future__ import annotations

from typing import Any

import pytest

from tests.report.browsing import NO_BROWSER

pytestmark = NO_BROWSER


def _shown(browser: Any) -> list[str]:
    return list(
        browser.execute_script(
            "return [...document.querySelectorAll('#items tbody tr')]"
            ".filter(r => !r.hidden).map(r => r.cells[0].textContent.trim())"
        )
    )


def _sorted_by(browser: Any, column: int) -> tuple[str, list[float]]:
    """Press the heading of a column; what it says about itself, and the order of its cells."""
    head = browser.find_elements("css selector", "#items thead th")[column]
    head.find_element("tag name", "button").send_keys("\ue007")
    orders = browser.execute_script(
        "return [...document.querySelectorAll('#items tbody tr')]"
        ".map(r => r.cells[arguments[0]].dataset.order)",
        column,
    )
    return head.get_attribute("aria-sort"), [float(order) for order in orders if order]


def test_console_is_quiet_and_nothing_is_fetched(browser: Any) -> None:
    assert browser.get_log("browser") == []
    sent = [
        entry["message"]
        for entry in browser.get_log("performance")
        if "Network.requestWillBeSent" in entry["message"]
    ]
    assert not [message for message in sent if '"url":"http' in message]


def test_headings_sort_by_keyboard_both_ways(browser: Any) -> None:
    said, orders = _sorted_by(browser, 2)
    assert said == "ascending"
    assert orders == sorted(orders)
    said, orders = _sorted_by(browser, 2)
    assert said == "descending"
    assert orders == sorted(orders, reverse=True)
    assert len(browser.find_elements("css selector", "#items th[aria-sort]")) == 1


def test_filter_by_text_and_say_the_count(browser: Any) -> None:
    box = browser.find_element("id", "item-find")
    box.send_keys("q03")
    assert _shown(browser) == ["Q03"]
    assert browser.find_element("id", "item-count").text == "Showing 1 of 14 items"
    box.send_keys("\ue003" * 3)
    assert len(_shown(browser)) == 14


def test_filter_by_flag(browser: Any) -> None:
    from selenium.webdriver.support.ui import Select

    flagged = browser.execute_script(
        "return [...document.querySelectorAll('#items tbody tr')]"
        ".filter(r => r.dataset.flags.trim()).length"
    )
    choice = Select(browser.find_element("id", "item-flag"))
    choice.select_by_value("*")
    assert len(_shown(browser)) == flagged
    choice.select_by_value("")
    assert len(_shown(browser)) == 14


def test_a_link_to_a_card_opens_it(browser: Any) -> None:
    browser.execute_script("location.hash = '#item-2'")
    is_open = "return document.querySelector('#item-2 > details').open"
    browser.execute_async_script("setTimeout(arguments[0], 100)")
    assert browser.execute_script(is_open)


@pytest.mark.parametrize("width", [360, 390, 1280])
def test_no_page_scrolls_sideways(browser: Any, width: int) -> None:
    screen = {"width": width, "height": 844, "deviceScaleFactor": 1, "mobile": width < 600}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    wide = browser.execute_script("return document.documentElement.scrollWidth")
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert wide <= width


def test_every_scrolling_table_can_be_reached_and_named(browser: Any) -> None:
    nameless = browser.execute_script(
        "return [...document.querySelectorAll('.scroll')]"
        ".filter(e => e.tabIndex !== 0 || !e.getAttribute('aria-label')).length"
    )
    assert nameless == 0


def test_print_opens_every_card(browser: Any) -> None:
    browser.execute_script("window.dispatchEvent(new Event('beforeprint'))")
    closed = browser.execute_script(
        "return document.querySelectorAll('details:not([open])').length"
    )
    browser.execute_script("window.dispatchEvent(new Event('afterprint'))")
    assert closed == 0
