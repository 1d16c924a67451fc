"""`schema`: the options and tables of an analysis, or the whole output, as JSON schema."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from naas_psych import __version__, register
from naas_psych.cli.columns import SCORECARD, columns_of
from naas_psych.cli.console import put
from naas_psych.finding import SEVERITIES
from naas_psych.glossary import Term, term

if TYPE_CHECKING:
    from pydantic import BaseModel

DIALECT = "https://json-schema.org/draft/2020-12/schema"
#: Columns that the scorecard has with replicates only.
REPEATED = ("hit_rate", "replicates")
#: A table with this column may have it once a step as well.
NUMBERED = "b"
TEXT: dict[str, Any] = {"type": "string"}
TEXT_OR_NULL: dict[str, Any] = {"type": ["string", "null"]}
NUMBER_OR_NULL: dict[str, Any] = {"type": ["number", "null"]}


def print_schema(name: str | None) -> int:
    """Write a schema to standard output."""
    made = analysis_schema(name) if name else document_schema()
    put(json.dumps({"$schema": DIALECT, **made}, indent=2, ensure_ascii=False) + "\n")
    return 0


def analysis_schema(name: str) -> dict[str, Any]:
    """One entry of `results`: its options with limits, its tables with their columns."""
    question, options = _signature(name)
    tables = {table: _table(columns) for table, columns in columns_of(name).items()}
    properties: dict[str, Any] = {
        "options": options.model_json_schema(),
        "tables": {"type": "object", "properties": tables},
        "notes": {"type": "array", "items": TEXT},
        "provenance": {"type": "object"},
    }
    return {
        "title": name,
        "description": question,
        "type": "object",
        "properties": properties,
        "required": list(properties),
    }


def _signature(name: str) -> tuple[str, type[BaseModel]]:
    """The question that an analysis answers, and its options."""
    if name == SCORECARD:
        from naas_psych.oracle.scorecard import OPTIONS, QUESTION

        return QUESTION, OPTIONS
    register.chapter_of(name)
    one = register.load(name)
    return one.question, one.options


def document_schema() -> dict[str, Any]:
    """What `--format json` and results.json hold."""
    properties = {
        "naas_psych": {"const": __version__},
        "command": TEXT,
        "study": _study(),
        "results": {
            "type": "object",
            "properties": {name: analysis_schema(name) for name in (*register.names(), SCORECARD)},
            "additionalProperties": False,
        },
        "findings": {"type": "array", "items": _finding()},
        "not_examined": {
            "type": "object",
            "description": "Analyses that these data cannot answer, each with the reason.",
            "additionalProperties": TEXT,
        },
    }
    required = [key for key in properties if key != "not_examined"]
    return {
        "title": "naas_psych results",
        "type": "object",
        "properties": properties,
        "required": required,
    }


def _table(columns: dict[str, str]) -> dict[str, Any]:
    """Rows of a table. A number may be null; then `<column>_reason` says why."""
    properties: dict[str, Any] = {}
    for name, kind in columns.items():
        properties[name] = _column(term(name), kind)
        if kind == "number":
            reason = f"Short code that says why {name} is null; absent when no row is."
            properties.setdefault(f"{name}_reason", {**TEXT_OR_NULL, "description": reason})
    sometimes = (*REPEATED,)
    required = [n for n in columns if not n.startswith(sometimes) and not n.endswith("_reason")]
    row = {"type": "object", "properties": properties, "required": required}
    if NUMBERED in columns:
        row["patternProperties"] = _numbered()
    return {"type": "array", "items": row}


def _numbered() -> dict[str, Any]:
    """b1, b2, ... and their errors: as many as the item with most score points has steps."""
    step = _column(term(f"{NUMBERED}1"), "number")
    return {
        f"^{NUMBERED}[0-9]+(_se)?$": {"type": step["type"], "description": step["description"]},
        f"^{NUMBERED}[0-9]+(_se)?_reason$": TEXT_OR_NULL,
    }


def _column(found: Term, kind: str) -> dict[str, Any]:
    types = [kind] if kind == "integer" else [kind, "null"]
    made: dict[str, Any] = {"type": types, "title": found.label, "description": found.meaning}
    if found.range:
        made["description"] += f" Range: {found.range}."
    return made


def _study() -> dict[str, Any]:
    properties: dict[str, Any] = {
        "title": TEXT,
        "persons": {"type": "integer"},
        "items": {"type": "integer"},
        "fingerprint": {"type": "string", "pattern": "^sha256:"},
        "synthetic": {"type": "boolean"},
    }
    return {"type": "object", "properties": properties, "required": list(properties)}


def _finding() -> dict[str, Any]:
    properties: dict[str, Any] = {
        "code": TEXT,
        "severity": {"enum": list(SEVERITIES)},
        "subject": TEXT,
        "sentence": TEXT,
        "value": {"type": ["number", "string", "null"]},
        "low": NUMBER_OR_NULL,
        "high": NUMBER_OR_NULL,
        "probability": NUMBER_OR_NULL,
        "threshold": TEXT_OR_NULL,
        "threshold_value": NUMBER_OR_NULL,
        "source": TEXT_OR_NULL,
        "meaning": TEXT,
        "action": TEXT,
    }
    return {"type": "object", "properties": properties, "required": list(properties)}
