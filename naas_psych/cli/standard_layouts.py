"""Which columns the tables on setting a standard show on a terminal."""

from __future__ import annotations

from naas_psych.cli.look import Look

STANDARD_LAYOUTS: dict[str, tuple[Look, ...]] = {}
