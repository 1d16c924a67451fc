"""The optional tables: judges' ratings, standard setting, feedback and rater-scored work."""

from __future__ import annotations

import pandas as pd

from naas_psych.study.audit import Audit
from naas_psych.study.grid import Grid
from naas_psych.study.items import ItemTable
from naas_psych.study.locate import Source


def read_optional(
    source: Source, grid: Grid, items: ItemTable | None, audit: Audit
) -> dict[str, pd.DataFrame]:
    """The optional tables that the study has, checked."""
    return {}
