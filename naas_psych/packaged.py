"""The lists that ship with the package, as TOML: the only nouns that are read from files."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def toml_entries(path: str) -> Mapping[str, Any]:
    """The entries of a TOML file of the package, in the order of the file; read once."""
    text = files("naas_psych").joinpath(path).read_text(encoding="utf-8")
    return tomllib.loads(text)
