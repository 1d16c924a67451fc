"""Which columns the tables on pass marks show on a terminal."""

from __future__ import annotations

from naas_psych.cli.look import Look

CUTSCORE_LAYOUTS: dict[str, tuple[Look, ...]] = {
    "classification.cuts": (
        Look("form", 0, hide="same"),
        Look("cut", 0, least=8),
        Look("method", 0, least=16),
        Look("n", 7, hide="same"),
        Look("percent", 6),
        Look("operational", 5),
        Look("accuracy", 0),
        Look("accuracy", 3, "interval"),
        Look("consistency", 0),
        Look("consistency", 3, "interval"),
        Look("kappa", 2),
        Look("false_pass_per_1000", 1, heading="False pass /1,000"),
        Look("false_fail_per_1000", 1, heading="False fail /1,000"),
    ),
    "classification.middle": (
        Look("form", 0, hide="same"),
        Look("method", 0, least=16),
        Look("outcome_reached", 0, least=12),
        Look("expected_share", 2),
        Look("repeats", 0),
        Look("repeats", 1, "interval"),
        Look("deserved", 0),
        Look("deserved", 3, "interval"),
    ),
    "classification.error_at_cut": (
        Look("form", 0, hide="same"),
        Look("cut", 0, least=8),
        Look("method", 0, least=12),
        Look("cut_total", 4),
        Look("csem", 0),
        Look("csem_of_marks", 1),
        Look("n_near", 2),
        Look("near_share", 0),
        Look("near_share", 2, "interval"),
    ),
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
