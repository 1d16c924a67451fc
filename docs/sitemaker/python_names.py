"""The page of the Python names, read off the package itself."""

from __future__ import annotations

import inspect
from typing import Any

import naas_psych as nps
from naas_psych import irt, register
from sitemaker.places import to_analysis
from sitemaker.words import code, escaped, inline, page, table

_FIRST = ("read_study", "evidence", "scorecard", "Study", "Responses", "Result", "Finding",
          "NaasPsychError", "UsageError", "DataRefused", "AnalysisImpossible")  # fmt: skip


def python_names() -> str:
    """Every public name, and every analysis with what it takes."""
    return page(
        "# Python",
        "Every analysis is a function of a study with keyword options; it returns a result with "
        "tables (pandas), notes and findings. Nothing is read or printed on import.",
        code(
            "import naas_psych as nps\n\n"
            'study = nps.read_study("data/sample_responses/mini")\n'
            "result = nps.item_statistics(study)\n"
            'result.tables["items"]\nresult.findings',
            "python",
        ),
        "## Names",
        *(_named("nps", name, getattr(nps, name)) for name in _FIRST),
        "## Analyses",
        table(["Function", "Question"], _analyses()),
        "## Arrays of your own",
        *(_named("naas_psych.irt", name, getattr(irt, name)) for name in sorted(dir(irt))),
    )


def _analyses() -> list[list[str]]:
    return [[to_analysis(name), escaped(register.load(name).question)] for name in register.names()]


def _named(home: str, name: str, thing: Any) -> str:
    text = inspect.getdoc(thing) or ""
    return page(
        f"### {name} {{ #{name} }}",
        inline(f"{home}.{name}"),
        code(_signature(name, thing), "python"),
        code(text),
    )


def _signature(name: str, thing: Any) -> str:
    """How it is called, one argument a line; a class of errors is only named."""
    if inspect.isclass(thing) and issubclass(thing, BaseException):
        return f"class {name}({thing.__bases__[0].__name__})"
    found = inspect.signature(thing)
    taken = "".join(f"    {each},\n" for each in _arguments(found))
    return f"{name}(\n{taken})"


def _arguments(found: inspect.Signature) -> list[str]:
    lines, starred = [], False
    for one in found.parameters.values():
        if one.kind is one.KEYWORD_ONLY and not starred:
            lines.append("*")
            starred = True
        lines.append(str(one))
    return lines
