"""Every command and option says what it is for."""

from __future__ import annotations

import re

import pytest

from naas_psych import register
from naas_psych.cli.app import ORDER
from naas_psych.cli.options import COMMON
from tests.cli.command import Command

ANALYSING = [chapter.name for chapter in register.CHAPTERS]


@pytest.mark.parametrize("name", ORDER)
def test_every_command_has_help_with_an_example(command: Command, name: str) -> None:
    done = command(name, "--help")
    assert done.code == 0
    text = " ".join(done.out.split())
    assert "Example: naas-psych" in text
    assert done.err == ""


@pytest.mark.parametrize("name", register.names())
def test_every_analysis_is_a_command_of_run(command: Command, name: str) -> None:
    done = command("run", name, "--help")
    assert done.code == 0
    for option in register.load(name).options.model_fields:
        assert f"--{option.rstrip('_').replace('_', '-')}" in done.out


@pytest.mark.parametrize("name", ANALYSING)
def test_a_chapter_offers_the_union_of_options_once(command: Command, name: str) -> None:
    done = command(name, "--help")
    flags = re.findall(r"^│ (--[a-z-]+)", done.out, flags=re.MULTILINE)
    assert len(flags) == len(set(flags))
    chapter = next(one for one in register.CHAPTERS if one.name == name)
    for analysis in chapter.analyses:
        for option in register.load(analysis).options.model_fields:
            assert f"--{option.rstrip('_').replace('_', '-')}" in flags
    for option in COMMON:
        assert f"--{option.removesuffix('_rows').rstrip('_').replace('_', '-')}" in flags


@pytest.mark.parametrize("name", ORDER)
def test_no_option_is_without_words(command: Command, name: str) -> None:
    """In a wide window each option stands on one line: flag, type, then words."""
    import os

    os.environ["COLUMNS"] = "300"
    done = command(name, "--help")
    options = [line for line in done.out.splitlines() if re.match(r"^│\s+--", line)]
    for line in options:
        assert len(re.findall(r"[A-Za-z]{2,}", line.split("  ", 2)[-1])) >= 2, line


def test_the_root_help_lists_every_command_in_order(command: Command) -> None:
    done = command("--help")
    listed = re.findall(r"^│ ([a-z]+) ", done.out, flags=re.MULTILINE)
    assert [name for name in listed if name in ORDER] == list(ORDER)


def test_list_names_every_analysis_with_its_question(command: Command) -> None:
    rows = command("list", "--format", "json").json["analyses"]
    assert [row["analysis"] for row in rows] == list(register.names())
    assert all(row["question"].endswith("?") for row in rows)
    assert all(name in command("list").out for name in register.names())
    assert command("list", "--format", "csv").out.count("\n") == len(rows) + 1


def test_version(command: Command) -> None:
    from naas_psych import __version__

    done = command("--version")
    assert (done.code, done.out) == (0, f"naas-psych {__version__}\n")
