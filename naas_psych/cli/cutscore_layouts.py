"""Which columns the tables on pass marks show on a terminal."""

from __future__ import annotations

from naas_psych.cli.look import Look

CUTSCORE_LAYOUTS: dict[str, tuple[Look, ...]] = {}
