"""Differential options: which wrong answer persons of two groups with the same total choose."""

from __future__ import annotations

from naas_psych.analyses.fairness.compared import comparisons_asked
from naas_psych.analyses.fairness.comparison_columns import below_each_other
from naas_psych.analyses.fairness.judged import family_note
from naas_psych.analyses.fairness.matched import matched_forms, matched_notes
from naas_psych.analyses.fairness.option_curves import curves_table
from naas_psych.analyses.fairness.option_dif_drawings import option_dif_drawings as drawings
from naas_psych.analyses.fairness.option_dif_findings import option_dif_findings as findings
from naas_psych.analyses.fairness.option_rows import (
    compare_options,
    item_columns,
    option_columns,
    options_of,
)
from naas_psych.analyses.fairness.options import Group
from naas_psych.analyses.items.option_list import needs_options
from naas_psych.analyses.options import Omitted
from naas_psych.analysis import Level, analysis
from naas_psych.errors import AnalysisImpossible
from naas_psych.result import Result
from naas_psych.study.study import Study

__all__ = ["dif_distractors", "drawings", "findings"]


@analysis
def dif_distractors(
    study: Study, *, group: Group = None, omitted: Omitted = None, level: Level = 0.95
) -> Result:
    """Do persons of two groups with the same total choose the same options?

    Formula
    -------
    option_difference = sum n_Fk (c_Fk - c_Rk) / sum n_Fk over totals k, c the share that chose the
    option: standardisation for every option in place of the key. option_difference_wrong is the
    same among those who chose a wrong option, with neighbouring totals joined until ten of each
    group are wrong there. chi_square: generalised Mantel-Haenszel test over the wrong options as
    nominal answers, on one df less than options chosen.

    How to read it
    --------------
    Where an item is harder for a group, the option that it chooses more often says why: a word
    read otherwise, a practice of another service. An item can also lead groups to different wrong
    answers while it is equally hard for both. most_different is the wrong option that differs most.

    When not to use it
    ------------------
    Easy items: few are wrong. Verdicts ask for the same numbers of persons as for items, and mostly
    cannot tell.

    Agrees with
    -----------
    The check value of the generalised Mantel-Haenszel test (2.49377 on 2 df); the rows of the key
    equal dif_standardisation.

    References
    ----------
    dorans_schmitt_bleistein_1992, dorans_kulick_1986, benjamini_hochberg_1995

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/naas_pilot")
    >>> options = nps.dif_distractors(study, group=["setting"]).tables["options"]
    >>> a04 = options[(options["item_id"] == "A04") & (options["focal"] == "fostering_adoption")]
    >>> round(a04.loc[a04["is_key"], "option_difference"].item(), 3)
    -0.223
    """
    needs_options(study, "A comparison of options")
    options = options_of(study)
    if not options.there.any():
        raise AnalysisImpossible(
            "No item has options: all came as scores. Needed: raw options and a key, that is A, B, "
            "C ... as they were chosen."
        )
    forms = matched_forms(study, omitted)
    made = [compare_options(forms, one, options) for one in comparisons_asked(study, group)]
    items = below_each_other([item_columns(study, one, options, level) for one in made])
    tables = {
        "items": items,
        "options": below_each_other([option_columns(study, one, options, level) for one in made]),
        "curves": curves_table(made, options, items),
    }
    scored = int((~options.there).sum())
    left_out = (f"Left out: {scored} items that came as scores.",) if scored else ()
    notes = (*matched_notes(study, omitted), family_note(items, "wrong options"), *left_out)
    return Result(tables, notes=notes)
