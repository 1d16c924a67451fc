"""The page of the commands, read off the command line itself."""

from __future__ import annotations

from typing import Any

import typer

from naas_psych.cli.app import ORDER, _built, app
from sitemaker.words import code, escaped, inline, page, prose, table

#: Said once: they are the same for every command that has them.
_COMMON = ("key", "seed", "threads", "format", "out", "table", "all_rows", "fail_on", "quiet",
           "no_progress")  # fmt: skip


def commands() -> str:
    """Every command with its options."""
    group: Any = typer.main.get_command(app)
    made = {name: _built(name) or group.commands[name] for name in ORDER}
    common = {p.name: p for one in made.values() for p in one.params if p.name in _COMMON}
    return page(
        "# Commands",
        "`naas-psych COMMAND --help` shows the same. Data go to standard output, everything else "
        "to standard error; colour only on a terminal.",
        table(["Command", "What it does"], [_line(name, one) for name, one in made.items()]),
        "## Common options",
        _options([common[name] for name in _COMMON if name in common]),
        *(_command(name, one) for name, one in made.items()),
    )


def _line(name: str, one: Any) -> list[str]:
    return [f"[`{name}`](#{name})", escaped((one.help or "").split("\n\n")[0])]


def _command(name: str, one: Any) -> str:
    text = (one.help or "").split("Example:")
    typed = " ".join(text[1].split()) if len(text) > 1 else ""
    own = [p for p in one.params if p.name not in _COMMON]
    shared = [p for p in one.params if p.name in _COMMON]
    return page(
        f"## {name} {{ #{name} }}",
        prose(text[0]),
        code(typed, "sh") if typed else "",
        _options(own),
        _also(shared),
    ).rstrip()


def _also(shared: list[Any]) -> str:
    names = ", ".join(inline(max(p.opts, key=len)) for p in shared)
    return f"And the common options {names}." if names else ""


def _options(params: list[Any]) -> str:
    rows = [[inline(_spelled(p)), escaped(getattr(p, "help", "") or "")] for p in params]
    return table(["Argument or option", "What it does"], rows) if rows else ""


def _spelled(param: Any) -> str:
    if param.param_type_name == "argument":
        return str(param.metavar or param.name).upper()
    value = param.metavar or ""
    return " ".join(filter(None, [", ".join([*param.opts, *param.secondary_opts]), value]))
