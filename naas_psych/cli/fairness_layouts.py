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
}
