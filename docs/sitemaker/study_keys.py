"""The page of the keys of study.toml, read off the model that checks them."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from naas_psych.study.part import Part
from naas_psych.study.spec import StudySpec
from sitemaker.words import escaped, inline, page, table

_WORDS = {str: "text", int: "whole number", float: "number", bool: "true or false"}


def study_keys() -> str:
    """Every table of study.toml with its keys."""
    return page(
        "# Keys of study.toml",
        "Everything but `[tables]` with its `responses` is optional. [Bring your own data]"
        "(../study.md) says what the keys are for; this is the whole list. An unknown key is "
        "refused, with the nearest one that is known.",
        *_parts("", StudySpec),
    )


def _parts(name: str, part: type[Part]) -> Iterator[str]:
    if name:
        yield page(f"## {_shown(name)} {{ #{_anchor(name)} }}", _about(part), _keys(name, part))
    for key, field in part.model_fields.items():
        if not name and not _models(field.annotation):
            yield page(f"## {_shown(key)} {{ #{key} }}", f"Keys: {_words(field.annotation, key)}.")
        for inner in _models(field.annotation):
            path = f"{name}.{key}".strip(".") + (".NAME" if _is_dict(field.annotation) else "")
            yield from _parts(path, inner)


def _shown(name: str) -> str:
    return f"`[{name}]`"


def _anchor(name: str) -> str:
    return name.replace(".", "-").lower()


def _about(part: type[Part]) -> str:
    """What the docstring says before it comes to single keys; that of a base class says nothing."""
    text = inspect.cleandoc(part.__doc__ or "") if "__doc__" in vars(part) else ""
    kept = [" ".join(block.split()) for block in text.split("\n\n") if not _listed(block)]
    return "\n\n".join(escaped(block) for block in kept)


def _listed(block: str) -> bool:
    return all(" : " in line or line.startswith(" ") for line in block.splitlines())


def _said(part: type[Part]) -> dict[str, str]:
    """What the docstring says of single keys."""
    found: dict[str, str] = {}
    for line in inspect.cleandoc(part.__doc__ or "").splitlines():
        if " : " in line:
            names, text = line.split(" : ", 1)
            found |= {name.strip(): text for name in names.split(",")}
        elif line.startswith(" ") and found:
            last = next(reversed(found))
            found[last] += f" {line.strip()}"
    return found


def _keys(name: str, part: type[Part]) -> str:
    said = _said(part)
    rows = [
        [inline(key), _kind(name, key, field), _default(field), escaped(said.get(key, ""))]
        for key, field in part.model_fields.items()
    ]
    heads = ["Key", "Value", "If not given"]
    if not said:
        return table(heads, [row[:3] for row in rows])
    return table([*heads, "Meaning"], rows)


def _kind(name: str, key: str, field: FieldInfo) -> str:
    inner = f"{name}.{key}" + (".NAME" if _is_dict(field.annotation) else "")
    return _words(field.annotation, inner)


def _words(kind: Any, inner: str) -> str:  # noqa: PLR0911
    origin, parts = get_origin(kind), get_args(kind)
    if isinstance(kind, type) and issubclass(kind, Part):
        return f"[table](#{_anchor(inner)})"
    if kind in _WORDS:
        return _WORDS[kind]
    if origin is Annotated:
        return _words(parts[0], inner)
    if origin is Literal:
        return " or ".join(inline(str(word)) for word in parts)
    if origin is list:
        return f"list of {_words(parts[0], inner)}"
    if origin is dict:
        return f"names with {_words(parts[1], inner)}"
    if origin in (Union, UnionType):
        return " or ".join(_words(part, inner) for part in parts if part is not type(None))
    return escaped(str(kind))


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "**needed**"
    value = field.get_default(call_default_factory=True)
    if value in (None, "", [], {}) or isinstance(value, Part):
        return ""
    return inline(str(value).lower() if isinstance(value, bool) else str(value))


def _is_dict(kind: Any) -> bool:
    return get_origin(kind) is dict or any(_is_dict(part) for part in get_args(kind))


def _models(kind: Any) -> list[type[Part]]:
    if isinstance(kind, type) and issubclass(kind, Part):
        return [kind]
    return [one for part in get_args(kind) for one in _models(part)]
