"""naas_psych: the psychometric analysis of test items.

    import naas_psych as nps
    study = nps.read_study("data/sample_responses/mini")
    result = nps.item_statistics(study)
    result.tables["items"], result.findings

Every analysis of `naas_psych.register` is a function of this package; names are loaded when used.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

#: Public names that are not analyses, and where they live.
_HOMES = {
    "read_study": "naas_psych.study.load",
    "Study": "naas_psych.study.study",
    "Responses": "naas_psych.study.responses",
    "Result": "naas_psych.result",
    "Finding": "naas_psych.finding",
    "evidence": "naas_psych.report.folder",
    "NaasPsychError": "naas_psych.errors",
    "UsageError": "naas_psych.errors",
    "DataRefused": "naas_psych.errors",
    "AnalysisImpossible": "naas_psych.errors",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    if not name.startswith("_"):
        # Not `from naas_psych import register`: that asks this very function for `register`.
        register = import_module("naas_psych.register")
        if name in register.names():
            return register.load(name).run
    raise AttributeError(f"module 'naas_psych' has no attribute {name!r}")


def __dir__() -> list[str]:
    register = import_module("naas_psych.register")
    return sorted(["__version__", *_HOMES, *register.names()])
