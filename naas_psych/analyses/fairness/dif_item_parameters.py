"""Item parameters of two groups calibrated apart: Lord's chi-square and Raju's areas."""

from __future__ import annotations

from naas_psych.analyses.fairness.compared import comparisons_asked
from naas_psych.analyses.fairness.item_parameter_links import comparison_table
from naas_psych.analyses.fairness.item_parameter_rows import compared, item_table
from naas_psych.analyses.fairness.judged import family_note
from naas_psych.analyses.fairness.options import Group, Purify
from naas_psych.analyses.irt.calibrated import Model
from naas_psych.analyses.kept import remembered
from naas_psych.analyses.options import Omitted
from naas_psych.analysis import Level, analysis
from naas_psych.result import Result
from naas_psych.study.study import Study

__all__ = ["dif_item_parameters"]


@analysis
@remembered
def dif_item_parameters(
    study: Study,
    *,
    group: Group = None,
    model: Model = "auto",
    purify: Purify = True,
    omitted: Omitted = None,
    level: Level = 0.95,
) -> Result:
    """How far apart are the parameters of an item when each group is calibrated by itself?

    Formula
    -------
    Both scales are linked by equal means of b, and with free slopes equal SDs, over items whose b
    has a standard error of at most 1.5 in both groups (link_se_max). Lord: chi-square =
    (v_F - v_R)' (V_F + V_R)^-1 (v_F - v_R), v = (a, b). Raju: the signed area between the curves is
    b_F - b_R; the unsigned one |2 (a_F - a_R) / (a_F a_R) ln(1 + e^Y) - (b_F - b_R)| with Y = a_F
    a_R (b_F - b_R) / (a_F - a_R), and |b_F - b_R| at equal slopes; both times 1 - c where there is
    guessing, which is the same in both groups. Rasch models: Lord's chi-square is ((b_F - b_R) /
    sqrt(SE_F^2 + SE_R^2))^2. logit_difference = mean slope times (b_R - b_F).

    How to read it
    --------------
    Below 0: harder for the focal group; the literature writes b_F - b_R and the signed area the
    other way round. The class goes by logit_difference: A below .43 logits or chance (of Lord's
    test, or of the difference), C above .64 and above .43 beyond chance, B between; .43 and .64
    are the guide for Rasch models. Columns ending in purified are linked by items that were not
    flagged.

    When not to use it
    ------------------
    Fewer than 200 persons of either group (no numbers are given). The error of the link is not part
    of the tests, and slopes of small groups are uncertain: dif_likelihood_ratio is the better test.
    Items of several score points are compared by slope and mean place only.

    Agrees with
    -----------
    difR 5.1 (Lord, Raju) to 1e-12 at its own item parameters. With our calibration, whose
    likelihoods are higher, chi-squares of a 2PL differ by up to 0.9; its 1PL holds the SD of theta
    at 1, ours estimates it. Its p values of Raju's z are above 1 where z is below 0; ours are
    two-sided.

    References
    ----------
    lord_1980, raju_1988, raju_1990, marco_1977, benjamini_hochberg_1995

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/naas_pilot")
    >>> items = nps.dif_item_parameters(study, group=["setting"]).tables["items"]
    >>> hit = items[items["item_id"].eq("A04") & items["verdict"].ne("cannot_tell")]
    >>> list(zip(hit["focal"], hit["verdict"]))
    [('fostering_adoption', 'large')]
    """
    made = [
        compared(study, one, omitted, model=model, purify=purify)
        for one in comparisons_asked(study, group)
    ]
    items = item_table(study, made, level=level, purify=purify)
    tables = {"items": items, "comparisons": comparison_table(made, purify=purify)}
    names = {one.comparison.focal.name: one.said for one in made if one.said}
    notes = (
        *dict.fromkeys(one.data.why for one in made if one.why is None),
        "Persons of neither group are left out. An item not reached is left out.",
        *(f"{name} could not be compared: {said}" for name, said in names.items()),
        family_note(items, "Lord's test"),
    )
    return Result(tables, notes=notes)
