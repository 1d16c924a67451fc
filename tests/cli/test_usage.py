"""Wrong calls end in one message that says what is allowed, and exit code 2."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import Command, in_process_of_its_own


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["itms"], "Did you mean 'items'?"),
        (["items"], "Missing argument 'STUDY'"),
        (["items", "STUDY", "--formt", "json"], "--format"),
        (["items", "STUDY", "--format", "xml"], "json"),
        (["items", "STUDY", "--level", "1.5"], "a number above 0.5 and below 1"),
        (["items", "STUDY", "--upper-lower-share", "much"], "a number above 0 and at most 0.5"),
        (["items", "STUDY", "--not-reached", "maybe"], "one of: wrong, left_out"),
        (["items", "STUDY", "--seed", "-1"], "--seed"),
        (["items", "STUDY", "--seed", "9" * 23], "--seed"),
        (["items", "STUDY", "--threads", "0"], "--threads"),
        (["items", "STUDY", "--fail-on", "bad"], "warning"),
        (["items", "STUDY", "--table", "itmes"], "Did you mean item_statistics.items?"),
        (["run", "item_statistcs", "STUDY"], "Did you mean item_statistics"),
        (["run", "key_check", "STUDY", "--upper-lower-shar", "0.3"], "--upper-lower-shar"),
        (["explain", "item_rest"], "item_rest_r"),
        (["schema", "item_statistic"], "Did you mean item_statistics"),
        (["evidence", "STUDY"], "--out"),
        (["items", "/no/such/place"], "/no/such/place"),
        (["verify", "/no/such/place"], "/no/such/place"),
        (["init", "/no/such/place"], "/no/such/place"),
    ],
)
def test_a_wrong_call(command: Command, tiny: Path, args: list[str], said: str) -> None:
    done = command(*(str(tiny) if arg == "STUDY" else arg for arg in args))
    assert done.code == 2
    assert said in done.err
    assert done.out == ""
    assert "Traceback" not in done.err
    assert "fault in naas_psych" not in done.err


def test_a_chapter_that_is_not_built_is_an_unknown_command(command: Command) -> None:
    done = command("workforce", "somewhere")
    assert done.code == 2
    assert "No such command 'workforce'" in done.err


def test_no_arguments_show_the_help() -> None:
    done = in_process_of_its_own()
    assert done.code == 2
    assert "First steps" in done.out + done.err


def test_a_wrong_option_is_told_before_the_data_are_read(command: Command) -> None:
    done = command("items", "/no/such/place", "--level", "7")
    assert "level = '7'" in done.err
    assert "/no/such/place" not in done.err


def test_an_unexpected_fault_is_one_line(
    command: Command, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("naas_psych.study.load.read_study", _breaks)
    done = command("items", tiny)
    assert done.code == 70
    assert done.err.count("\n") == 1
    assert "please report it" in done.err


def test_the_traceback_can_be_asked_for(
    command: Command, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("naas_psych.study.load.read_study", _breaks)
    monkeypatch.setenv("NAAS_PSYCH_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        command("items", tiny)


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [(KeyboardInterrupt, 130, "Interrupted"), (MemoryError, 3, "not enough memory")],
)
def test_interrupts_and_want_of_memory(
    command: Command,
    tiny: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    error: type[BaseException],
    code: int,
    said: str,
) -> None:
    def fail(*args: object, **options: object) -> None:
        raise error

    monkeypatch.setattr("naas_psych.study.load.read_study", fail)
    done = command("items", tiny)
    assert done.code == code
    assert said in done.err


def _breaks(*args: object, **options: object) -> None:
    raise ZeroDivisionError("made by a test")


def test_a_wrong_choice_is_told_in_words_of_ours(command: Command, tiny: Path) -> None:
    done = command("evidence", tiny, "--audience", "minister", "--out", tiny / "out")
    assert done.code == 2
    assert "'minister' is not one of 'board', 'designer', 'psychometrician'" in done.err
    assert "Value error" not in done.err
