"""Which columns the tables of the chapter on fairness show on a terminal."""

from __future__ import annotations

from naas_psych.cli.look import Look

FAIRNESS_LAYOUTS: dict[str, tuple[Look, ...]] = {
    "group_sizes.groups": (
        Look("group", 0, heading="Grouped by", least=12),
        Look("group_level", 0, heading="Level", least=14),
        Look("group_role", 1),
        Look("n", 0),
        Look("share", 2),
        Look("items_testable", 0),
        Look("gap_testable", 0),
        Look("persons_needed", 0),
    ),
    "dif_standardisation.items": (
        Look("item_id", 0),
        Look("group", 1, hide="same"),
        Look("reference", 3, hide="same", least=12),
        Look("focal", 0, least=12),
        Look("n_reference", 2),
        Look("n_focal", 2),
        Look("std_p_dif", 0, "interval"),
        Look("p_adjusted", 1),
        Look("std_class", 0),
        Look("verdict", 0),
        Look("smallest_detectable", 3),
    ),
    "adjusted_gaps.gaps": (
        Look("outcome", 0, least=13),
        Look("outcome_kind", 1),
        Look("group", 2, hide="same"),
        Look("reference", 4, hide="same", least=12),
        Look("focal", 0, least=16),
        Look("n_reference", 5),
        Look("n_focal", 2),
        Look("unadjusted", 0),
        Look("unadjusted", 2, "interval"),
        Look("adjusted", 0),
        Look("adjusted", 1, "interval"),
        Look("explained", 3),
        Look("explained", 6, "interval"),
        Look("p_adjusted", 4),
        Look("covariates", 7, hide="same"),
        Look("estimator", 8, least=16),
    ),
}
