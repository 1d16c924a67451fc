"""The pass-mark explorer: what it shows is what the tables say, and it moves without a network."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import naas_psych as nps
from naas_psych.report.explorer.chart import specification
from naas_psych.report.explorer.rows import Explored, explored
from naas_psych.report.explorer.twin import twin
from naas_psych.thresholds import default_thresholds
from tests.report.browsing import NO_BROWSER, opened
from tests.report.study_files import write_study

LEFT, RIGHT, END = "\ue012", "\ue014", "\ue010"


@pytest.fixture(scope="module")
def folder(small_report: Path) -> Path:
    return small_report


@pytest.fixture(scope="module")
def browser(folder: Path) -> Iterator[Any]:
    with opened(folder / "report.html") as driver:
        for _ in range(100):
            if driver.find_element("id", "explorer").get_attribute("data-ready"):
                break
            time.sleep(0.1)
        yield driver


def curve(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / "tables" / "cut_population__curve.csv")


def said(browser: Any, name: str) -> str:
    return str(browser.find_element("id", f"explorer-{name}").text)


@NO_BROWSER
def test_it_opens_without_a_network_or_a_word_on_the_console(browser: Any) -> None:
    assert browser.find_element("id", "explorer").get_attribute("data-ready") == "yes"
    assert browser.get_log("browser") == []
    sent = [entry["message"] for entry in browser.get_log("performance")]
    asked = [m for m in sent if "Network.requestWillBeSent" in m and '"url":"http' in m]
    assert asked == []
    assert browser.find_elements("css selector", "#explorer-view svg path")


@NO_BROWSER
def test_arrow_keys_move_the_cut_and_every_number(browser: Any, folder: Path) -> None:
    slider = browser.find_element("id", "explorer-upper")
    place = int(slider.get_attribute("value"))
    before = said(browser, "pass")
    slider.send_keys(RIGHT * 2)
    rows = curve(folder)
    row = rows.iloc[place + 2]
    assert said(browser, "upper-is").startswith(f"{row['percent']:.1f}%")
    assert said(browser, "last").startswith(f"{100 * (1 - row['below_modelled']):.1f}%")
    assert said(browser, "pass") != before
    for name, column in (("pass", "false_pass"), ("fail", "false_fail")):
        assert said(browser, name).startswith(f"{100 * round(row[column], 4):.1f}%")
    assert browser.get_log("browser") == []
    assert slider.get_attribute("aria-valuetext") == f"{row['percent']:.1f} per cent"
    slider.send_keys(LEFT * 2)
    assert said(browser, "pass") == before


@NO_BROWSER
def test_one_cut_pushes_the_other(browser: Any) -> None:
    lower, upper = (browser.find_element("id", f"explorer-{n}") for n in ("lower", "upper"))
    start = upper.get_attribute("value")
    lower.send_keys(END)
    assert upper.get_attribute("value") == lower.get_attribute("value")
    assert said(browser, "middle").startswith("0.0%")
    upper.send_keys(LEFT * 3)
    assert lower.get_attribute("value") == upper.get_attribute("value") != start


@NO_BROWSER
def test_on_paper_the_twin_stands_in_for_it(browser: Any) -> None:
    def seen(name: str) -> bool:
        script = "return getComputedStyle(document.getElementById(arguments[0])).display"
        return bool(browser.execute_script(script, name) != "none")

    assert (seen("explorer"), seen("explorer-twin")) == (True, False)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert (seen("explorer"), seen("explorer-twin")) == (False, True)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_the_twin_is_a_figure_of_the_folder(folder: Path) -> None:
    assert (folder / "figures" / "pass_mark_explorer.svg").is_file()
    assert (folder / "figures" / "pass_mark_explorer.png").is_file()


def results(tmp_path: Path, more: str) -> dict[str, Any]:
    study = nps.read_study(write_study(tmp_path / "study", persons=200, items=10, more=more))
    names = ("cut_sweep", "cut_population")
    return {name: getattr(nps, name)(study) for name in names}


def test_one_cut_and_no_groups(tmp_path: Path) -> None:
    made = results(tmp_path, '[cuts]\nmet = { value = 5, unit = "raw" }\n')
    found = explored(made, default_thresholds())
    assert isinstance(found, Explored)
    assert (found.groups, found.boxes) == ([], [])
    assert found.curve[found.upper]["percent"] == 50
    assert found.single
    assert found.lower == found.upper
    assert found.population == 1000
    assert len(specification(found)["vconcat"]) == 2
    drawing = twin(made, default_thresholds())
    assert drawing is not None
    drawing.draw()


def test_shares_are_counted_where_nothing_is_withheld(tmp_path: Path) -> None:
    made = results(tmp_path, '[cuts]\nmet = { value = 5, unit = "raw" }\n')
    found = explored(made, default_thresholds())
    assert found is not None
    assert found.observed
    table = made["cut_sweep"].tables["cuts"]
    row = table[table["cut_name"] == "met"].iloc[0]
    assert found.curve[found.upper]["below"] == pytest.approx(1 - row["pass_rate"], abs=1e-4)


def test_without_a_sweep_there_is_no_explorer() -> None:
    assert explored({}, default_thresholds()) is None
    assert twin({}, default_thresholds()) is None
