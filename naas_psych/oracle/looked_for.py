"""The rules by which a plant is called found: their words and their limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from naas_psych.packaged import toml_entries


def wanted(name: str) -> Mapping[str, Any]:
    """What is looked for: the words and the limits of the rule."""
    entry: Mapping[str, Any] = toml_entries("oracle/looked_for.toml")[name]
    return entry
