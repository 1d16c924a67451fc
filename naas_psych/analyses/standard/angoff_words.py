"""How sentences on an Angoff panel name a cut and the form that it is on."""

from __future__ import annotations

from naas_psych.analyses.content.expert_panel import in_words
from naas_psych.analyses.forms import ONE_FORM, form_in_words
from naas_psych.analyses.items.phrasing import Row


def where_of(row: Row) -> str:
    """` on form alpha`, or nothing where there is one form only."""
    return "" if row["form"] == ONE_FORM else f" on {form_in_words(str(row['form']))}"


def cut_of(row: Row) -> str:
    """`partially met on form alpha`."""
    return f"{in_words(row['cut_name'])}{where_of(row)}"
