"""Which columns the tables on pass marks show on a terminal."""

from __future__ import annotations

from naas_psych.cli.look import Look

CUTSCORE_LAYOUTS: dict[str, tuple[Look, ...]] = {
    "top_of_scale.forms": (
        Look("form", 0),
        Look("n", 4),
        Look("top_from", 1),
        Look("top_share", 1),
        Look("top_again", 0),
        Look("top_again", 0, "interval"),
        Look("error_ratio", 0),
        Look("error_ratio", 2, "interval"),
        Look("ceiling_share", 3),
    ),
}
